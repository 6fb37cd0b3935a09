#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether clang-format would leave every C file as it is. With --update it is made so."""

import re
import shutil
import subprocess
import sys

from sources import TOP, c_files, finish, skip

# Other versions break lines differently; 14 is in Debian 12.
WANTED = "14"


def find_program():
    for name in (f"clang-format-{WANTED}", "clang-format"):
        path = shutil.which(name)
        if not path:
            continue
        version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        if re.search(rf"version {WANTED}\.", version):
            return path
    return None


def main():
    program = find_program()
    if not program:
        skip(f"clang-format {WANTED} is not installed ('apt install clang-format-{WANTED}')")
    paths = [str(TOP / path) for path in c_files()]
    if "--update" in sys.argv[1:]:
        sys.exit(subprocess.run([program, "-i", *paths]).returncode)

    answer = subprocess.run([program, "--dry-run", *paths], capture_output=True, text=True)
    places = re.findall(r"^(.+?):(\d+):\d+: ", answer.stderr, re.MULTILINE)
    problems = [f"{path.removeprefix(str(TOP) + '/')}:{line}: formatted differently" for path, line in places]
    finish(problems, "run tests/source/check-format.py --update")


main()
