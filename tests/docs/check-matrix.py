#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the matrix (tests/machine/cases/matrix) with the key table of [Container] and with the manual: each key and each
option without a key has a row, and so has each word that the manual prints in the paragraph of a key that takes many. What other
cases show is said in ELSEWHERE, and the case has to exist. Prints how many rows there are."""

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CASES = TOP / "tests/machine/cases"
MANUAL = TOP / "man/wolffia-container.5.rst"

# Keys whose values have a grammar of their own, which their paragraph in the manual spells out.
SPELT_OUT = ("Secret", "Volume", "Mount", "Tmpfs", "UserNS", "Notify", "HealthOnFailure", "LogDriver", "Pull", "GroupAdd",
             "SeccompProfile", "PrivateNetworkOverride", "AddDevice")
# Words there that are no values of the key: names of other things, and halves of what is written in two pieces.
PROSE = re.compile(r"[$~/:*@…]|=$|^\w+\(\d\)$|.*[A-Z]\w+=|systemctl|wolffia|stdout|SCMP_|LISTEN|^-$|^r$|^[FP]$|^(FILE|NAME)|path=FILE|"
                   r"^rwm$|json$|^CMD|^=(true|false)$|sudo|\.service|^\d|^[A-Z]+$|65534|alice")


def load():
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(CASES))
    import matrix
    return matrix


def lines_of(matrix):
    """Every line of [Container] that some row has, with the remark of ELSEWHERE as if it were one."""
    lines = [line for rows in matrix.THEMES.values() for row in rows for line in row.lines]
    return lines + [option for entry in matrix.ELSEWHERE for option in entry.options]


def is_of(line, key, option):
    """Whether a line is about it: its key, or, where it has none, its option."""
    if key != "-":
        return line.startswith(f"{key}=")
    return re.match(rf"PodmanArgs=(.* )?--{re.escape(option)}" + ("" if option.endswith(":") else "(=| |$)"), line) is not None


def check_table(matrix, program):
    """Each has a row, and one that starts unless it is refused: a row that only shows a fault shows no effect."""
    text = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    rows = [row for theme in matrix.THEMES.values() for row in theme]
    elsewhere = [option for entry in matrix.ELSEWHERE for option in entry.options]
    for section, key, option, _, effect, *_ in (line.split("\t") for line in text.splitlines()):
        if section != "Container":
            continue
        name = f"{key}=" if key != "-" else f"PodmanArgs=--{option}"
        # What a probe is told is Exec=.
        found = [row for row in rows if any(is_of(line, key, option) for line in row.lines) or (key == "Exec" and row.probe)]
        if any(is_of(line, key, option) for line in elsewhere):
            continue
        if not found:
            yield f"no row has {name}"
        elif not any(row.fails == (effect == "refused") for row in found):
            yield f"{name} is {'refused, and no row says so' if effect == 'refused' else 'not refused, and every row fails'}"


def paragraph(key):
    """What the manual says of a key, up to the next one."""
    found = re.search(rf"^``{key}=``.*?\n((?:    .*\n|\n)*)", MANUAL.read_text(), re.MULTILINE)
    return found[1] if found else ""


def check_manual(lines):
    for key in SPELT_OUT:
        text = paragraph(key)
        if not text:
            yield f"{MANUAL.name}: {key}= is not described"
        values = "\n".join(line.partition("=")[2] for line in lines if line.startswith(f"{key}="))
        for word in dict.fromkeys(re.findall(r"``([^`]+)``", text)):
            if not PROSE.search(word) and not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", values):
                yield f"{MANUAL.name} names '{word}' for {key}=, and no row has it"


def check_elsewhere(matrix):
    for entry in matrix.ELSEWHERE:
        path = CASES / entry.case
        if not path.exists():
            yield f"{entry.options[0]}: there is no {entry.case}"
        elif f"def {entry.sentence}" not in path.read_text():
            yield f"{entry.options[0]}: {entry.case} has no {entry.sentence}…"


def main():
    matrix = load()
    lines = lines_of(matrix)
    problems = [*check_table(matrix, sys.argv[1]), *check_manual(lines), *check_elsewhere(matrix)]
    for problem in problems:
        print(f"{problem}; rows are in tests/machine/cases/matrix/")
    print(f"{sum(map(len, matrix.THEMES.values()))} rows, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
