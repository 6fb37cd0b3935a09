#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the table of what is lifted off [Service] with wolffia-container(5), where each option is described once, under its
fate, in the table's order, with the table's words; and with the generator's cases, each of which is written in one. No option of
systemd's that puts a service into a box of its own is missing in the table."""

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "man/wolffia-container.5.rst"
HEADINGS = {"container": "Given to the container", "fulfilled": "Left out, since a container is like that anyway",
            "renamed": "Names of cgroup v1", "without": "Left out, with a warning", "refused": "Refused"}
# The families of systemd.exec(5) and systemd.resource-control(5) that hinder the runner, less what only says how others of
# them are meant.
FAMILIES = re.compile(r"Private|Protect|Restrict|Root|Bind|ReadOnly|ReadWrite|Inaccessible|NoExec|ExecPaths|TemporaryFileSystem|"
                      r".*Namespace|SystemCall|MountImages|MountAPIVFS|MountFlags|Extension(Images|Directories)|SocketBind|"
                      r"IP(Address|Ingress|Egress)|Device|SELinux|AppArmor|Smack|Capability|Ambient|Secure|NoNew|DynamicUser|"
                      r"(User|Group|SupplementaryGroups|PAMName|UMask|BPFProgram|RemoveIPC|ProcSubset|LockPersonality|"
                      r"MemoryDenyWriteExecute)$")
HARMLESS = {"RootDirectoryStartOnly", "RootImagePolicy", "ProtectKeyring"}
DEFINITION = re.compile(r"^``\w+=``(?:, ``\w+=``)*$")


def read_table(program):
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split("\t") for line in lines]


def plain(text):
    """Without the marks of reStructuredText, and in one line."""
    return " ".join(re.sub(r"``|\*|\\ ", "", text).split())


def read_page():
    """Heading → list of (option, description)."""
    sections, heading, names, lines = {}, None, [], PAGE.read_text().splitlines()
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and re.fullmatch(r"[=-]+", lines[number + 1]) and line:
            heading = line
        elif DEFINITION.match(line):
            names = re.findall(r"``(\w+)=``", line)
            for name in names:
                sections.setdefault(heading, []).append([name, ""])
        elif line.startswith("    ") and names:
            for entry in sections[heading][-len(names):]:
                entry[1] += line + " "
        elif line.strip():
            names = []
    return sections


def check_page(table, sections):
    for fate, heading in HEADINGS.items():
        wanted = [(name, remark) for name, kind, remark in table if kind == fate]
        found = [(name, plain(text)) for name, text in sections.get(heading, [])]
        if [name for name, _ in wanted] != [name for name, _ in found]:
            yield f"{PAGE.name}: {heading}: the table has {[name for name, _ in wanted]}, the page {[name for name, _ in found]}"
            continue
        for (name, remark), (_, text) in zip(wanted, found):
            if plain(remark).lower() not in text.lower():
                yield f"{PAGE.name}: {name}=: '{text}' does not have the table's words, '{remark}'"


def check_tests(table):
    text = "\n".join(path.read_text(errors="replace") for pattern in ("*/*/*.container", "*/*/*/*.conf")
                     for path in sorted((TOP / "tests/generator/cases").glob(pattern)) if path.is_file())
    for name, _, _ in table:
        if not re.search(rf"^{name}=", text, re.MULTILINE):
            yield f"no case of tests/generator writes {name}="


def check_complete(table):
    source = (TOP / "spec/section-keys.c").read_text()
    known = re.findall(r'"(\w+)"', source.partition("service_keys[] = {")[2].partition("};")[0])
    for name in sorted(set(known) - HARMLESS - {name for name, _, _ in table}):
        if FAMILIES.match(name):
            yield f"{name}= is an option of systemd's that hinders the runner, and is not in the table"


def main():
    table = read_table(sys.argv[1])
    problems = [*check_page(table, read_page()), *check_tests(table), *check_complete(table)]
    for problem in problems:
        print(problem)
    print(f"{len(table)} rows, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
