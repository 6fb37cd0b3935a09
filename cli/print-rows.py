#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the table of cli/rows.h out of wolffia-shortcomings(7), so that the page and `wolffia explain` say the same."""

import json
import re
import sys
import textwrap
from pathlib import Path

PAGE, OUTPUT = map(Path, sys.argv[1:])
HEADING = re.compile(r"^([A-Z]\d+[a-z]?): (.+)\n-+\n", re.MULTILINE)
GROUP = re.compile(r"\n[A-Z][A-Z, ]+\n=+\n")


def plain(text):
    """Without the marks of reStructuredText: what stays is what the manual shows."""
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", text.replace("``", "'"))
    return re.sub(r"\\(.)", lambda match: "" if match[1] == " " else match[1], text)


def paragraphs(text):
    """Filled, but for commands that stand on lines of their own."""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if block.startswith("    "):
            yield block
        else:
            yield textwrap.fill(plain(block.removesuffix("::") + (":" if block.endswith("::") else "")), 76,
                                break_on_hyphens=False, break_long_words=False)


def quoted(text):
    """A string of C: JSON's rules, with letters as they are."""
    return json.dumps(text, ensure_ascii=False)


parts = HEADING.split(PAGE.read_text())[1:]
rows = []
for name, title, text in zip(parts[0::3], parts[1::3], parts[2::3]):
    body = "\n\n".join(paragraphs(GROUP.split(text)[0]))
    lines = "\n".join("         " + quoted(line + "\n") for line in textwrap.indent(body, "    ").splitlines())
    rows.append(f"        {{{quoted(name)}, {quoted(plain(title))},\n{lines}}},")
OUTPUT.write_text("/* Made by cli/print-rows.py. */\n\n#include \"cli/rows.h\"\n\nconst Row row_table[] = {\n" +
                  "\n".join(rows) + "\n        {NULL},\n};\n")
