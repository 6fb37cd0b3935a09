#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the table of wolffia.conf's keys with the manual page: each is described once, below its section, in the table's
order, and each is written in a test."""

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TABLE = (TOP / "spec/settings-keys.c").read_text()
PAGE = (TOP / "man/wolffia.conf.5.rst").read_text()
TESTS = "".join((TOP / name).read_text() for name in ("tests/unit/test-settings.c", "tests/machine/cases/test_settings.py"))


def described():
    section = None
    for line in PAGE.splitlines():
        if match := re.fullmatch(r"KEYS OF \[(\w+)\]", line):
            section = match[1]
        elif re.match(r"``\w+=``", line):
            yield from ((section, key) for key in re.findall(r"``(\w+)=``", line.split("\\ *")[0]))


known = re.findall(r'\{"(\w+)", "(\w+)", apply_', TABLE)
faults = [f"[{section}] {key}= is described and not known" for section, key in described() if (section, key) not in known]
faults += [f"[{section}] {key}= is not described, or in another order"
           for (section, key), found in zip(known, list(described()) + [None] * len(known)) if (section, key) != found]
faults += [f"[{section}] {key}= is in no test" for section, key in known if f"{key}=" not in TESTS]
print("\n".join(faults) or f"{len(known)} keys")
sys.exit(1 if faults or not known else 0)
