#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every source file says its licence in its first line (a script in its second, below the interpreter)."""

from sources import files, finish, read

LICENSE = "SPDX-License-Identifier: LGPL-2.1-or-later"
FORMS = {
    ".c": f"/* {LICENSE} */",
    ".h": f"/* {LICENSE} */",
    ".rst": f".. {LICENSE}",
    ".py": f"# {LICENSE}",
    ".sh": f"# {LICENSE}",
}


def check(path):
    text = read(path)
    lines = text.split("\n", 2)
    is_script = text.startswith("#!")
    form = FORMS.get(path.suffix) or (f"# {LICENSE}" if is_script or path.name in ("meson.build", "meson_options.txt") else None)
    if form is None or (lines[1] if is_script else lines[0]).strip() == form:
        return []
    return [f"{path}:{2 if is_script else 1}: '{form}' is missing"]


def main():
    finish([problem for path in files() for problem in check(path)], "licence lines")


main()
