#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks the program for its verbs, and each verb for its options: --help lists the same as the completion, wolffia(1) has a
heading or a paragraph for the verb and names each option in it, and a wrong option or verb ends with status 2 and says
where to read on."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PROGRAM = sys.argv[1]
PAGE = (TOP / "man/wolffia.1.rst").read_text()
# Verbs that read a key table besides: their options are described in a page of their own, and compared by check-keys.py.
TABLES = {"run": ["wolffia-runner.1.rst", "wolffia-container.5.rst"], "build": ["wolffia-build.5.rst"], "pull": ["wolffia-image.5.rst"]}
# Described by their keys alone, ReloadCmd= and ReloadSignal=: without a unit nobody reloads.
OF_UNITS = {"reload-cmd", "reload-signal"}


def run(*words):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WOLFFIA")}
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment)


def complete(*words):
    return [line.split("\t")[0] for line in run("complete", *words).stdout.splitlines()]


def verbs():
    for verb in complete(""):
        if verb.startswith("-"):
            continue
        children = [word for word in complete(verb, "") if not word.startswith("-")]
        if "Verbs:" in run(verb, "--help").stdout:
            yield from ([verb, child] for child in children)
        else:
            yield [verb]


def manual(words):
    """The text about a verb: its part of the page, or of verbs below another one the paragraph that begins with its name."""
    name = words[0]
    parts = re.split(r"\n(wolffia [^\n]+)\n-+\n", PAGE)
    for heading, text in zip(parts[1::2], parts[2::2]):
        if re.search(rf"\b{name}\b", heading):
            text = re.split(r"\n[A-Z][A-Z, ]+\n=+\n", text)[0]
            if len(words) == 1:
                return text
            found = re.search(rf"^``(?:wolffia {name} )?{words[1]}``(.*?)(?=^``|\Z)", text, re.M | re.S)
            return found and found[0]
    return None


def options_of(text):
    """The long options of a help text."""
    return set(re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M))


def check(words):
    name = " ".join(words)
    help_text = run(*words, "--help")
    if help_text.returncode or help_text.stderr or f"wolffia {name}" not in help_text.stdout:
        yield f"{name} --help: status {help_text.returncode}, {help_text.stderr or help_text.stdout[:80]!r}"
    listed = options_of(help_text.stdout) - {"help"}
    completed = {word.lstrip("-").split("=")[0] for word in complete(*words, "-")} - {"help"}
    if listed != completed:
        yield f"{name}: --help has {sorted(listed - completed)} more, the completion {sorted(completed - listed)}"
    text = manual(words)
    if text is None:
        yield f"wolffia(1) has nothing about {name}"
        return
    text += "".join((TOP / "man" / page).read_text() for page in TABLES.get(name, []))
    missing = [option for option in sorted(listed - OF_UNITS) if not re.search(rf"``--{option}(?:[= ]|``)", text)]
    if missing:
        yield f"wolffia(1) does not tell of {', '.join(f'{name} --{option}' for option in missing)}"
    wrong = run(*words, "--no-such-option")
    if wrong.returncode != 2 or not wrong.stderr.startswith("wolffia: ") or "--help" not in wrong.stderr:
        yield f"{name} --no-such-option: status {wrong.returncode}, {wrong.stderr!r}"


known = list(verbs())
faults = [fault for words in known for fault in check(words)]
if "EXIT STATUS" not in PAGE:
    faults.append("wolffia(1) has no EXIT STATUS")
slip = run("strat")
if slip.returncode != 2 or "did you mean 'start'?" not in slip.stderr:
    faults.append(f"wolffia strat: {slip.stderr!r}")
print("\n".join(faults) or f"{len(known)} verbs")
sys.exit(1 if faults or len(known) < 30 else 0)
