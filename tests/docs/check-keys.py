#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the key table with wolffia-container(5) and with the tests: each key is described once, in the table's order, with
the option and the way of reading that it has; and each is written in some test."""

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "man/wolffia-container.5.rst"
HEADINGS = {"works": "KEYS OF [Container]", "unit": "KEYS OF [Container]", "ignored": "KEYS WITHOUT EFFECT",
            "refused": "KEYS THAT ARE REFUSED"}
# A definition is a line of its own that names keys, "``A=``, ``B=``" or "``A=`` (lines, ``--a``)".
DEFINITION = re.compile(r"^(``\w+=``(?:, ``\w+=``)*)(?: \((.*)\))?$")
SPECIFIC = re.compile(r"one value|yes or no|words of the last line|words|lines|list|pairs")


def read_table(program):
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split("\t") for line in lines]


def read_page():
    """Heading → list of (key, text in parentheses)."""
    sections, heading, lines = {}, None, PAGE.read_text().splitlines()
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and re.fullmatch(r"=+", lines[number + 1]):
            heading = line
        match = DEFINITION.match(line)
        if match and heading:
            for key in re.findall(r"``(\w+)=``", match.group(1)):
                sections.setdefault(heading, []).append((key, match.group(2) or ""))
    return sections


def check_page(table, sections):
    for heading in sorted(set(HEADINGS.values())):
        wanted = [key for key, _, _, effect in table if key != "-" and HEADINGS[effect] == heading]
        found = [key for key, _ in sections.get(heading, [])]
        for key in wanted:
            if found.count(key) != 1:
                yield f"{PAGE.name}: {heading}: {key}= is there {found.count(key)} times"
        for key in found:
            if key not in wanted:
                yield f"{PAGE.name}: {heading}: {key}= is not in the table, or of another effect"
        if heading == HEADINGS["works"] and sorted(wanted) == sorted(found) and wanted != found:
            place = next(i for i, pair in enumerate(zip(wanted, found)) if pair[0] != pair[1])
            yield f"{PAGE.name}: {found[place]}= is not in the table's order, {wanted[place]}= comes here"


def check_details(table, sections):
    described = dict(sections.get(HEADINGS["works"], []))
    for key, option, kind, effect in table:
        text = described.get(key)
        if key == "-" or text is None:
            continue
        if not text.startswith(kind) or SPECIFIC.match(text).group(0) != kind:
            yield f"{PAGE.name}: {key}=: read as '{kind}', described as '{text}'"
        options = [name.rstrip("=") for name in re.findall(r"``--([\w=-]+)``", text)]
        if options != ([option] if option != "-" and effect == "works" else []):
            yield f"{PAGE.name}: {key}=: the option is --{option}, described as '{text}'"


def check_tests(table):
    text = "\n".join(path.read_text(errors="replace") for pattern in ("generator/cases/*/*/*.container", "unit/test-*.c")
                     for path in sorted((TOP / "tests").glob(pattern)) if path.is_file())
    for key, _, _, _ in table:
        if key != "-" and not re.search(rf"\b{key}=", text):
            yield f"no test in tests/generator or tests/unit writes {key}="


def main():
    table, sections = read_table(sys.argv[1]), read_page()
    problems = [*check_page(table, sections), *check_details(table, sections), *check_tests(table)]
    for problem in problems:
        print(problem)
    print(f"{len(table)} rows, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
