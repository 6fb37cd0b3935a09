# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first page of README.md, typed as it is printed."""

import re

import web

from machine import host


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", (host.SOURCE / "README.md").read_text(), re.M | re.S)


def test_the_first_page_works_as_printed(machine):
    file, commands = blocks("ini")[0], blocks("console")[0]
    web.import_image(machine)
    machine.write(file.splitlines()[0].removeprefix("# "), file)
    for line in commands.splitlines():
        if "linger" in line:  # Without polkit nobody is asked, and here alice lingers already.
            continue
        result = machine.alice(line.removeprefix("$ ").split("  #")[0])
        if "curl" in line:
            assert "Hello" in result.out, result
    assert machine.show("web", "UnitFileState") == "generated"
    machine.alice("systemctl --user stop web && rm ~/.config/wolffia/web.container")
