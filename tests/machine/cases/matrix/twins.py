# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same row in podman's words: each key as its option in PodmanArgs=. The table says which option that is, and how the key is
read, so that nothing is to be written twice."""

import copy
import re

SIMPLE = re.compile(r"[\w./:,=+@%~*-]+")


def options_of(line, keys):
    """The option of a line of [Container]; None where there is none, or where the value would be quoted differently."""
    key, _, value = line.partition("=")
    for section, name, option, kind, effect, *_ in keys:
        if section != "Container" or name != key or option == "-" or effect == "refused":
            continue
        if not SIMPLE.fullmatch(value):
            return None
        if kind == "yes or no":
            return f"--{option}" if value in ("yes", "true") else f"--{option}=false"
        if option.endswith(":"):
            return f"--{option}{value}"
        return f"--{option}={value}"
    return None


def twin_of(row, keys):
    options = [options_of(line, keys) for line in row.lines]
    if not options or any(option is None for option in options):
        return None
    twin = copy.copy(row)
    twin.lines = tuple(f"PodmanArgs={option}" for option in options)
    # Said once is enough, and where a text names the key it names the option here.
    twin.says, twin.before, twin.root = (), "", ""
    return twin
