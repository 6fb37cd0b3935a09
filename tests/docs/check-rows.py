#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rows of wolffia-shortcomings(7): `wolffia explain` knows each, each that the doctor or a case names is one, and each is shown by
a case under its id, or it is told here why not."""

import json
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
UNSHOWN = {
    "F2": "the machines' homes lie on file systems of the usual kind",
    "F11": "there is no such server to die; that of a network is N12's and pasta's cases",
    "B14": "nothing here restarts logind; tests/unit/test-session-explain.c has the words",
}

page = re.findall(r"^([A-Z]\d+[a-z]?): .+\n-+$", (TOP / "man/wolffia-shortcomings.7.rst").read_text(), re.MULTILINE)
answer = subprocess.run([sys.argv[1], "explain", "--json"], capture_output=True, text=True, check=True).stdout
explained = [entry["row"] for entry in json.loads(answer)]
named = {row: path.name for path in sorted((TOP / "cli").glob("doctor-*.c"))
         for row in re.findall(r'DOCTOR_\w+,\s*"(\w+)"', path.read_text())}
shown = {row: path.name for path in sorted((TOP / "tests/machine/cases").rglob("*.py"))
         for line in re.findall(r"@row\((.*)\)", path.read_text()) for row in re.findall(r'"(\w+)"', line)}

problems = [f"wolffia explain does not know {row} of the page" for row in page if row not in explained]
problems += [f"{row} is there twice" for row in set(page) if page.count(row) > 1]
problems += [f"{path}: there is no row {row}" for row, path in {**named, **shown}.items() if row not in page]
problems += [f"no case shows {row}" for row in page if row not in shown and row not in UNSHOWN]
problems += [f"{row} is shown by {shown[row]}, and said not to be" for row in UNSHOWN if row in shown]
print("\n".join(problems) or f"{len(page)} rows")
sys.exit(1 if problems or len(page) < 50 else 0)
