#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the key tables with their manual pages, with the completion and with the tests: each key is described once, in its
table's order, with the option and the way of reading that it has; the shell completes its option after `wolffia run`; it is
written in some test; and it either does something or says why not. Prints all keys with what they have."""

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
KEYS, IGNORED, REFUSED = "KEYS OF [{}]", "KEYS WITHOUT EFFECT", "KEYS THAT ARE REFUSED"
HEADINGS = {"works": KEYS, "unit": KEYS, "ignored": IGNORED, "refused": REFUSED}
# A definition is a line of its own that names keys, "``A=``, ``B=``" or "``A=`` (lines, ``--a``)".
DEFINITION = re.compile(r"^(``\w+=``(?:, ``\w+=``)*)(?: \((.*)\))?$")
SPECIFIC = re.compile(r"one value|yes or no|words of the last line|words|lines|list|pairs")
# [Quadlet] is part of every kind of file, and described with containers.
PAGES = {"Quadlet": None}


class Row:
    def __init__(self, line):
        self.section, self.key, self.option, self.kind, self.effect, self.field, self.remark = line.split("\t")
        self.heading = HEADINGS[self.effect].format(self.section)


class Page:
    """The manual page of a section: heading → list of (key, text in parentheses)."""

    def __init__(self, section):
        self.path = TOP / f"man/wolffia-{section.lower()}.5.rst"
        self.sections, heading, lines = {}, None, self.path.read_text().splitlines()
        for number, line in enumerate(lines):
            if number + 1 < len(lines) and re.fullmatch(r"=+", lines[number + 1]):
                heading = line
            match = DEFINITION.match(line)
            if match and heading:
                for key in re.findall(r"``(\w+)=``", match.group(1)):
                    self.sections.setdefault(heading, []).append((key, match.group(2) or ""))

    def find(self, row):
        return dict(self.sections.get(row.heading, [])).get(row.key)


def check_page(rows, page):
    for heading in sorted({row.heading for row in rows} | {IGNORED, REFUSED}):
        wanted = [row.key for row in rows if row.heading == heading]
        found = [key for key, _ in page.sections.get(heading, [])]
        for key in wanted:
            if found.count(key) != 1:
                yield f"{page.path.name}: {heading}: {key}= is there {found.count(key)} times"
        for key in found:
            if key not in wanted:
                yield f"{page.path.name}: {heading}: {key}= is not in the table, or of another effect"
        if heading.startswith("KEYS OF") and sorted(wanted) == sorted(found) and wanted != found:
            place = next(i for i, pair in enumerate(zip(wanted, found)) if pair[0] != pair[1])
            yield f"{page.path.name}: {found[place]}= is not in the table's order, {wanted[place]}= comes here"


def check_details(rows, page):
    for row in rows:
        text = page.find(row)
        if text is None or row.effect in ("ignored", "refused"):
            continue
        if not text.startswith(row.kind) or SPECIFIC.match(text).group(0) != row.kind:
            yield f"{page.path.name}: {row.key}=: read as '{row.kind}', described as '{text}'"
        options = [name.rstrip("=") for name in re.findall(r"``--([\w=:-]+)``", text)]
        if options != ([row.option] if row.option != "-" and row.effect == "works" else []):
            yield f"{page.path.name}: {row.key}=: the option is --{row.option}, described as '{text}'"


def read_tests():
    """Section → text of all that is written in it, for the inputs of golden cases; and that of the unit tests."""
    written = {}
    for path in sorted((TOP / "tests/generator/cases").rglob("*")):
        if not path.is_file() or "expected" in path.parts[-2:] or path.suffix == ".service":
            continue
        section = ""
        for line in path.read_text(errors="replace").splitlines():
            header = re.match(r"\[(\w+)\]", line)
            section = header[1] if header else section
            written.setdefault(section, []).append(line)
    for path in sorted((TOP / "tests/unit").glob("test-*.c")):
        written.setdefault("Container", []).append(path.read_text())
    return {section: "\n".join(lines) for section, lines in written.items()}


def read_completion(wolffia):
    """Options that the shell offers for a container, as in the table."""
    answer = subprocess.run([wolffia, "complete", "run", "--"], capture_output=True, text=True, check=True).stdout
    return {line.split("\t")[0].removeprefix("--").removesuffix("=") for line in answer.splitlines()}


def main():
    program, wolffia = sys.argv[1:]
    completed = read_completion(wolffia)
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [row for row in map(Row, lines) if row.key != "-"]
    tests, problems, table = read_tests(), [], []
    for section in dict.fromkeys(row.section for row in rows):
        own = [row for row in rows if row.section == section]
        page = Page(section) if section not in PAGES else None
        if page:
            problems += [*check_page(own, page), *check_details(own, page)]
        for row in own:
            tested = re.search(rf"\b{row.key}=", tests.get(section, "")) is not None
            if not tested:
                problems.append(f"no test in tests/generator or tests/unit writes {row.key}= in [{section}]")
            has_option = row.option != "-" and row.section == "Container" and row.effect in ("works", "unit")
            if has_option and row.option not in completed:
                problems.append(f"the shell does not complete --{row.option} of {row.key}=")
            described = "yes" if page is None or page.find(row) is not None else "NO"
            effect = row.effect if row.effect in ("works", "unit") else f"{row.effect}: {row.remark}"
            table.append((f"[{section}] {row.key}=", row.kind, f"--{row.option}" if row.option != "-" else "-", described,
                          "yes" if row.option in completed and has_option else "-" if not has_option else "NO",
                          "yes" if tested else "NO", effect))
    widths = [max(len(row[column]) for row in table) for column in range(6)]
    for row in [("key", "read as", "option", "manual", "completed", "test", "effect"), *table]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)) + "  " + row[6])
    for problem in problems:
        print(problem)
    print(f"{len(table)} keys, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
