#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No file above 500 lines, no function above 100; functions of more than 60 lines are reported."""

import re
import sys

from sources import c_files, code_only, files, finish, read

FILE_LIMIT = 500
FUNCTION_LIMIT = 100
FUNCTION_REPORT = 60

# Where a function's definition begins: a line at the left margin that ends a parameter list and opens a body, perhaps
# after lines that belong to the same list.
SIGNATURE = re.compile(r"^(?!(?:struct|union|enum|typedef|else|#)\b)[A-Za-z_][^;{}=#]*\([^;{}]*\)[^;{}=()]*\{", re.MULTILINE)
NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")


def functions(text):
    """Name, first line and number of lines of each function of a C file."""
    code = code_only(text)
    at = 0
    while match := SIGNATURE.search(code, at):
        end = code.find("\n}", match.end())
        if end < 0:
            return
        one_liner = code.find("\n", match.end())
        if "}" in code[match.end():one_liner]:
            at = one_liner
            continue
        first = code.count("\n", 0, match.start()) + 1
        last = code.count("\n", 0, end + 1) + 1
        yield NAME.search(match.group(0)).group(1), first, last - first + 1
        at = end + 2


def is_source(path):
    return path.suffix in (".c", ".h", ".py", ".sh", ".build") or path.suffix == "" and read(path).startswith("#!")


def main():
    problems = []
    count = 0
    for path in filter(is_source, files()):
        lines = read(path).count("\n")
        if lines > FILE_LIMIT:
            problems.append(f"{path}:{lines}: the file has {lines} lines; above {FILE_LIMIT} it is two files")
    for path in c_files():
        for name, line, size in functions(read(path)):
            count += 1
            if size > FUNCTION_LIMIT:
                problems.append(f"{path}:{line}: {name}() has {size} lines; {FUNCTION_LIMIT} is the limit")
            elif size > FUNCTION_REPORT:
                print(f"note: {path}:{line}: {name}() has {size} lines; below {FUNCTION_REPORT} reads better")
    if count == 0:
        sys.exit("no function found")
    finish(problems, "too large")


main()
