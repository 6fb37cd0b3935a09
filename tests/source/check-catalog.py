#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each MESSAGE_ID of base/message-ids.h has a text in units/wolffia.catalog, and the other way round; journalctl reads
that file; the fields that a text mentions are fields that are sent."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sources import LAYERS, TOP, c_files, finish, read

IDS = "base/message-ids.h"
CATALOG = "units/wolffia.catalog"
HEADERS = {"Subject", "Defined-By", "Documentation"}


def load_ids():
    return {m[2]: m[1] for m in re.finditer(r'^#define (MESSAGE_\w+)\s+"(\w+)"', read(IDS), re.MULTILINE)}


def load_entries():
    """Id → (line, headers, body)."""
    text = read(CATALOG)
    entries = {}
    for match in re.finditer(r"^-- (\S+)\n(.*?)(?=^-- |\Z)", text, re.MULTILINE | re.DOTALL):
        head, _, body = match[2].partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.split("\n") if ": " in line)
        entries[match[1]] = (text.count("\n", 0, match.start()) + 1, headers, body.strip())
    return entries


def sent_fields():
    """The names of fields in calls of log_entry()."""
    code = "".join(read(path) for path in c_files() if path.parts[0] in LAYERS)
    return set(re.findall(r'"((?:WOLFFIA|USER)_[A-Z]+)"', code))


def check_entry(line, headers, body, fields):
    where = f"{CATALOG}:{line}:"
    for name in sorted(HEADERS - headers.keys()):
        yield f"{where} {name}: is missing"
    if len(body.split("\n\n")) < 2:
        yield f"{where} the text says what happened and, in a paragraph of its own, what to do"
    for field in re.findall(r"@(\w+)@", body + headers.get("Subject", "")):
        if field not in fields:
            yield f"{where} no entry has a field {field}"
    for number, text in enumerate(body.split("\n")):
        if len(text) > 90:
            yield f"{where} a line of {len(text)} characters does not fit a terminal"
    page = re.fullmatch(r"man:([\w-]+)\((\d)\)", headers.get("Documentation", ""))
    if not page:
        yield f"{where} Documentation: is not of the form man:PAGE(SECTION)"


def ask_journalctl(ids):
    """What the real program makes of the file."""
    program = shutil.which("journalctl")
    if not program:
        print("note: journalctl is not installed, so it was not asked")
        return
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "usr/lib/systemd/catalog")
        folder.mkdir(parents=True)
        Path(root, "var/lib/systemd/catalog").mkdir(parents=True)
        shutil.copy(TOP / CATALOG, folder)
        update = subprocess.run([program, f"--root={root}", "--update-catalog"], capture_output=True, text=True)
        if update.returncode != 0 or update.stderr.strip():
            yield f"{CATALOG}:1: journalctl --update-catalog: {update.stderr.strip()}"
            return
        listed = subprocess.run([program, f"--root={root}", "--list-catalog"], capture_output=True, text=True).stdout
        for message in ids:
            if f"{message} Wolffia: " not in listed:
                yield f"{CATALOG}:1: journalctl --list-catalog does not list {message}"


def main():
    ids, entries, fields = load_ids(), load_entries(), sent_fields()
    problems = []
    if not ids:
        problems.append(f"{IDS}:1: no id found")
    for message, name in ids.items():
        if not re.fullmatch(r"[0-9a-f]{32}", message):
            problems.append(f"{IDS}:1: {name} is not 32 hexadecimal digits")
        if message not in entries:
            problems.append(f"{CATALOG}:1: {name} ({message}) has no entry")
    for message, (line, headers, body) in entries.items():
        if message not in ids:
            problems.append(f"{CATALOG}:{line}: {message} is not in {IDS}")
        problems += check_entry(line, headers, body, fields)
    problems += ask_journalctl(ids)
    finish(problems, "the journal's catalog")


main()
