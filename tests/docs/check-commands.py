#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each command that a message, a manual page or the README tells somebody to type is one that there is: the verb, the verb below
it, and its options. A remedy that fails is worse than none."""

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = sys.argv[1]
SOURCES = [path for folder in ("base", "spec", "generator", "image", "volume", "network", "runner", "cli")
           for path in sorted((TOP / folder).glob("*.[ch]"))]
PAGES = [*sorted((TOP / "man").glob("*.rst")), *sorted(TOP.glob("*.md")), TOP / "units/wolffia.catalog"]
MANUAL = (TOP / "man/wolffia.1.rst").read_text()
# Quoted as messages quote, and as pages do; a line break is a space.
QUOTED = re.compile(r"'(?:sudo )?wolffia ([a-z][^'|&;]*)'|`(?:sudo )?wolffia ([a-z][^`|&;]*)`")


@functools.cache
def complete(*words):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WOLFFIA")}
    answer = subprocess.run([PROGRAM, "complete", *words], capture_output=True, text=True, check=True, env=environment)
    return {line.split("\t")[0].split("=")[0] for line in answer.stdout.splitlines()}


def text_of(path):
    text = path.read_text()
    if path.suffix in (".c", ".h"):
        text = re.sub(r'"\s*\n\s*"', "", text)  # one literal, written in pieces
    return re.sub(r"\s*\n\s*", " ", text)


def faults(command):
    """What of "VERB [WORD…]" is not there."""
    words = command.split()
    name = [words[0]]
    if words[0] not in VERBS:
        yield f"there is no verb '{words[0]}'"
        return
    children = {word for word in complete(words[0], "") if not word.startswith("-")} if words[0] in PARENTS else set()
    if children and len(words) > 1 and re.fullmatch("[a-z]+", words[1]):
        if words[1] not in children | {"ls", "rm"}:
            yield f"'{words[0]}' has no verb '{words[1]}'"
            return
        name.append({"ls": "list", "rm": "remove"}.get(words[1], words[1]))
    options = complete(*name, "-") if not children or len(name) > 1 else set()
    for word in words[len(name):]:
        option = re.match(r"--[a-z][\w-]*", word)
        if word == "--" or name[0] in ("run", "exec", "unshare", "mount") and re.fullmatch(r"[A-Za-z/.][^-]*", word):
            return  # what follows is another program's
        is_buildahs = name == ["build"] and option and f"``{option[0]}" in MANUAL
        if option and option[0] not in options and not is_buildahs:
            yield f"'{' '.join(name)}' has no option {option[0]}"


# Those that only our own programs call are in the table, too.
VERBS = complete("") | {"help", *re.findall(r'\{"([a-z-]+)", "', (TOP / "cli/main.c").read_text())}
PARENTS = {"secret", "volume", "network"}
found, problems = 0, []
for path in SOURCES + PAGES:
    for match in QUOTED.finditer(text_of(path)):
        found += 1
        problems += [f"{path.relative_to(TOP)}: 'wolffia {match[1] or match[2]}': {fault}" for fault in faults(match[1] or match[2])]
print("\n".join(problems) or f"{found} commands")
sys.exit(1 if problems or found < 100 else 0)
