#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the program headers of programs that stay in memory for each container: PROGRAM MOST_BYTES, and so on. They link no
library, not even libc, have no loader to map one, and take no more memory than that; what they write to is less than a page.
It looks at the files and times nothing, so it holds on any machine. TAP."""

import struct
import sys
from pathlib import Path

LOAD, DYNAMIC, INTERPRETER = 1, 2, 3
WRITABLE = 2
MOST_WRITABLE = 1024


def headers(path):
    """(type, flags, size in memory) of each program header of a 64-bit ELF file, elf(5)."""
    data = Path(path).read_bytes()
    if data[:5] != b"\x7fELF\x02":
        raise ValueError(f"{path} is no 64-bit ELF file")
    order = "<" if data[5] == 1 else ">"
    (offset,) = struct.unpack_from(order + "Q", data, 32)
    size, count = struct.unpack_from(order + "HH", data, 54)
    for number in range(count):
        kind, flags, *_, memory, _ = struct.unpack_from(order + "IIQQQQQQ", data, offset + number * size)
        yield kind, flags, memory


def checks(path, most):
    found = list(headers(path))
    kinds = [kind for kind, _, _ in found]
    loaded = sum(size for kind, _, size in found if kind == LOAD)
    written = sum(size for kind, flags, size in found if kind == LOAD and flags & WRITABLE)
    yield "links no library", DYNAMIC not in kinds and INTERPRETER not in kinds, "it is dynamically linked"
    yield f"takes at most {most} bytes", loaded <= most, f"it takes {loaded}"
    yield f"writes to at most {MOST_WRITABLE} of them", written <= MOST_WRITABLE, f"it writes to {written}"


def main():
    results = [(Path(path).name, *check) for path, most in zip(sys.argv[1::2], sys.argv[2::2]) for check in checks(path, int(most))]
    print(f"1..{len(results)}")
    for number, (name, sentence, good, found) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {name} {sentence}{'' if good else ': ' + found}")
    sys.exit(0 if results and all(result[2] for result in results) else 1)


main()
