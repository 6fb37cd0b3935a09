#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layers made to break out, by hand. Run as a program it writes them to a folder, the corpus of the layer fuzzer.

Each is a name, the archive, and what must come of it: a word of the error, or None where it has to be unpacked without
harm. OUTSIDE stands for a folder beside the layer that must stay as it is."""

import gzip
import sys
import tarfile
from pathlib import Path

from archives import entry, hard_link, link, tar


def deep(levels):
    return "/".join(["d"] * levels)


def raw_size(size):
    """A header that promises more than follows."""
    info, _ = entry("promise", "x")
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT) + b"x" * 512


def bad_checksum():
    data = bytearray(tar(entry("a", "a"), entry("b", "b")))
    data[1024 + 150] ^= 1
    return bytes(data)


def layers(outside):
    up = "../" * 12 + outside.lstrip("/")
    return [
        ("dotdot", tar(entry("../escaped", "x")), "'..'"),
        ("dotdot-inside", tar(entry("a"), entry("a/../../escaped", "x")), "'..'"),
        ("dotdot-end", tar(entry("a"), entry("a/..", mode=0o777)), "'..'"),
        ("absolute", tar(entry(outside + "/escaped", "x")), None),
        ("absolute-slashes", tar(entry("//" + outside + "//escaped", "x")), None),
        ("link-then-file", tar(link("a", outside), entry("a/escaped", "x")), "link"),
        ("link-then-folder", tar(link("a", outside), entry("a/escaped")), "link"),
        ("relative-link-then-file", tar(link("a", up), entry("a/escaped", "x")), "link"),
        ("link-to-itself", tar(link("a", "a"), entry("a/escaped", "x")), "link"),
        ("link-in-the-middle", tar(entry("b"), link("b/a", outside), entry("b/a/c/escaped", "x")), "link"),
        ("inner-link-then-file", tar(entry("real"), link("a", "real"), entry("a/x", "x")), "link"),
        ("folder-becomes-link", tar(entry("a"), entry("a/b", "b"), link("a", outside), entry("a/escaped", "x")), "link"),
        ("parent-becomes-link", tar(entry("p/a/b", "b"), link("p", outside), entry("p/a/escaped", "x")), "link"),
        ("folder-link-folder", tar(entry("a"), link("a", outside), entry("a"), entry("a/escaped", "x")), None),
        ("file-then-beneath", tar(entry("a", "a"), entry("a/b", "b")), "not a folder"),
        ("file-over-link", tar(link("a", outside + "/victim"), entry("a", "overwritten")), None),
        ("folder-attributes-over-link", tar(link("a", outside), entry("a", mode=0o777, uid=0)), None),
        ("hard-link-out", tar(hard_link("a", outside + "/victim")), "not in this layer"),
        ("hard-link-up", tar(hard_link("a", up + "/victim")), "'..'"),
        ("hard-link-through-link", tar(link("l", outside), hard_link("a", "l/victim"), entry("a", "overwritten")), "not in this layer"),
        ("hard-link-to-link", tar(link("l", outside + "/victim"), hard_link("a", "l"), entry("a", "new")), None),
        ("hard-link-to-link-that-stays", tar(link("l", outside + "/victim"), hard_link("a", "l")), None),
        ("hard-link-to-folder", tar(entry("d"), hard_link("a", "d")), "hard link"),
        ("hard-link-to-itself", tar(entry("a", "x"), hard_link("a", "./a")), None),
        ("hard-link-to-what-it-replaces", tar(entry("a/b", "x"), hard_link("a", "a/b")), "hard link"),
        ("hard-link-missing", tar(hard_link("a", "nothing")), "not in this layer"),
        ("hard-link-to-root", tar(hard_link("a", "/")), "hard link"),
        ("root-as-hard-link", tar(entry("a", "x"), hard_link("./", "a")), "hard link"),
        ("root-as-file", tar(entry("./", "x")), ""),
        ("root-as-link", tar(link(".", outside), entry("escaped", "x")), "own folder"),
        ("whiteout-up", tar(entry(".wh...", "")), "whiteout"),
        ("whiteout-dot", tar(entry(".wh..", "")), "whiteout"),
        ("whiteout-of-nothing", tar(entry("a/.wh.", "")), "whiteout"),
        ("whiteout-through-link", tar(link("a", outside), entry("a/.wh.victim", "")), "link"),
        ("opaque-through-link", tar(link("a", outside), entry("a/.wh..wh..opq", "")), "link"),
        ("whiteout-then-beneath", tar(entry(".wh.a", ""), entry("a/b", "b")), None),
        ("opaque-as-folder", tar(entry("a/.wh..wh..opq"), entry("a/.wh..wh..opq/x", "x")), None),
        ("reserved-beneath", tar(entry(".wh..wh.orph/x", "x")), None),
        ("duplicates", tar(entry("a", "1"), entry("a", "2"), entry("a"), entry("a/b", "3"), entry("a", "4"), link("a", "x")), None),
        ("fifo-then-file", tar(entry("a", "", type=tarfile.FIFOTYPE), entry("a", "x")), None),
        ("fifo-then-beneath", tar(entry("a", "", type=tarfile.FIFOTYPE), entry("a/b", "x")), "not a folder"),
        ("device", tar(entry("sda", "", type=tarfile.BLKTYPE, devmajor=8, devminor=0)), None),
        ("device-whiteout", tar(entry("w", "", type=tarfile.CHRTYPE), entry("w/x", "x")), None),
        ("no-access", tar(entry("a", mode=0), entry("a/b", "x", mode=0), entry("a/c", mode=0), entry("a/c/d", "x", mode=0)), None),
        ("setgid-folder", tar(entry("a", mode=0o2777), entry("a/b", "x"), entry("a/c")), None),
        ("deep", tar(entry(deep(250) + "/x", "x")), None),
        ("too-deep", tar(entry(deep(300) + "/x", "x")), "deeply"),
        ("long-component", tar(entry("l" * 300, "x")), "too long"),
        ("long-path", tar(entry("/".join(["l" * 200] * 30), "x")), "too long"),
        ("long-target", tar(link("a", "t" * 5000)), "too long"),
        ("empty-target", tar(link("a", "")), "without a target"),
        ("empty-name", tar(entry("", "x")), "own folder"),
        ("control-name", tar(entry("a\x1b[31m\x07b", "x")), None),
        ("negative-id", tar(entry("a", "x", pax_headers={"uid": "-1"})), "no system"),
        ("huge-id", tar(entry("a", "x", pax_headers={"uid": "99999999999999999999"})), "no system"),
        ("huge-size", tar(entry("a", "x", pax_headers={"size": "9223372036854775807"})), ""),
        ("huge-time", tar(entry("a", "x", pax_headers={"mtime": "999999999999999999999"})), None),
        ("promise", raw_size(1 << 40), ""),
        ("cut", tar(entry("a", "a" * 5000))[:2000], ""),
        ("bad-checksum", bad_checksum(), ""),
        ("xattr-overlay", tar(entry("a", pax_headers={"SCHILY.xattr.user.overlay.redirect": outside,
                                                      "SCHILY.xattr.user.overlay.metacopy": "x"})), None),
        ("xattr-huge", tar(entry("a", "x", pax_headers={"SCHILY.xattr.user.big": "x" * 100_000})), None),
        ("xattr-name-long", tar(entry("a", "x", pax_headers={"SCHILY.xattr.user." + "n" * 300: "x"})), None),
        ("sparse-nonsense", tar(entry("a", "x", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                                                             "GNU.sparse.realsize": "-5", "GNU.sparse.name": "../b"})), ""),
    ]


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data, _ in layers("/outside"):
        (folder / name).write_bytes(gzip.compress(data, mtime=0) if name == "duplicates" else data.rstrip(b"\0") + bytes(1024))


if __name__ == "__main__":
    main()
