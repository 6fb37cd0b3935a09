#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The folders are layers: an include may only point down. Own headers are named with their folder."""

import re
import sys

from sources import LAYERS, TOP, c_files, finish, read

# DESIGN: "Layout". A folder may include itself and these.
MAY_INCLUDE = {
    "base": {"base"},
    "spec": {"base", "spec"},
    "generator": {"base", "spec", "generator"},
    "image": {"base", "spec", "image"},
    "volume": {"base", "spec", "volume"},
    "network": {"base", "spec", "network"},
    "runner": {"base", "spec", "network", "image", "volume", "runner"},
    "cli": set(LAYERS),
    "tests": set(LAYERS) | {"tests"},
}

# Libraries that one file has to itself, so that the next one to use them thinks twice.
ONLY_IN = {
    "ini.h": {"spec/unit-read.c"},
    "shadow/subid.h": {"base/id-ranges.c"},
    "libmount/libmount.h": {"runner/mount-options.c"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', re.MULTILINE)


def is_generated(target):
    folder, name = target.split("/", 1)
    return f"'{name}'" in read(f"{folder}/meson.build")


def check_own(path, target):
    folder = path.parts[0]
    if target == "config.h":
        return None if folder in LAYERS else "config.h is for programs"
    if "/" not in target:
        return f'"{target}" does not name its folder'
    to = target.split("/")[0]
    if folder not in MAY_INCLUDE:
        return f"files in {folder}/ include nothing of the layers" if to in LAYERS else None
    if to not in MAY_INCLUDE[folder]:
        return f'"{target}": {folder}/ may not include {to}/'
    if not (TOP / target).is_file() and not is_generated(target):
        return f'"{target}" does not exist'
    return None


def check(path):
    problems = []
    text = read(path)
    for match in INCLUDE.finditer(text):
        kind, target = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        problem = None
        if path.stem.split("-")[0] == "supervisor" and kind == '"' and not target.startswith("runner/supervisor-"):
            problem = "the supervisor is built of its own files alone"
        elif kind == '"':
            problem = check_own(path, target)
        elif target.split("/")[0] in LAYERS and (TOP / target).is_file():
            problem = f"<{target}> is ours, so it stands in quotes"
        elif str(path) not in ONLY_IN.get(target, {str(path)}) and path.parts[0] in LAYERS:
            problem = f"<{target}> is used by {', '.join(sorted(ONLY_IN[target]))} only"
        if problem:
            problems.append(f"{path}:{line}: {problem}")
    return problems


def main():
    found = [problem for path in c_files() for problem in check(path)]
    if not c_files():
        sys.exit("no C file found")
    finish(found, "includes in the wrong direction")


main()
