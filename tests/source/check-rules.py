#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules of the house that a pattern can find: no goto, no file for what has no topic, comments of one form, names."""

import re
import sys

from sources import LAYERS, c_files, code_only, comments, files, finish, read

# A helper without a topic is not done yet.
NO_TOPIC = re.compile(r"^(util|utils|helper|helpers|misc|common|stuff)([-_.]|$)|[-_](util|utils|helpers|misc)\.")
NAME = re.compile(r"^[a-z0-9][a-z0-9.-]*$")
RULES = (
    (re.compile(r"\bgoto\b"), "no goto: cleanup is by scope"),
    (re.compile(r"^[ ]*\t", re.MULTILINE), "tabs are not for indentation"),
    (re.compile(r"\b(strcat|sprintf|gets)\s*\("), "has no bound"),
    (re.compile(r"\bassert\s*\("), "g_assert() is what tests and programs use"),
)


def check_names():
    for path in files():
        if NO_TOPIC.search(path.name):
            yield f"{path}:1: a file of this name has no topic"
        if path.parts[0] in LAYERS and not NAME.match(path.name):
            yield f"{path}:1: names of files are lower case, with hyphens"


def check_text(path):
    text = read(path)
    code = code_only(text)
    for pattern, complaint in RULES:
        for match in pattern.finditer(code):
            yield f"{path}:{code.count(chr(10), 0, match.start()) + 1}: {match.group(0).strip() or 'tab'}: {complaint}"
    for line, comment in comments(text):
        if comment.startswith("//"):
            yield f"{path}:{line}: comments are /* like this */"
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
    if path.suffix == ".h" and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield f"{path}:1: '#pragma once' is missing"
    if not text.endswith("\n"):
        yield f"{path}:{text.count(chr(10)) + 1}: the last line has no end"


def check_purpose(path):
    """A file of the layers begins with what it is for."""
    first = [comment for line, comment in comments(read(path)) if "SPDX" not in comment][:1]
    if not first:
        yield f"{path}:1: no comment says what the file is for"


def main():
    problems = list(check_names())
    for path in c_files():
        problems += check_text(path)
        if path.parts[0] in LAYERS and path.suffix == ".c":
            problems += check_purpose(path)
    if not c_files():
        sys.exit("no C file found")
    finish(problems, "house rules (STYLE)")


main()
