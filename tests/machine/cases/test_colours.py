# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `wolffia` prints on a terminal and elsewhere: colours and widths there, nothing that moves or shines in a pipe."""

import re
import shlex

import box
import web

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LISTS = ("ps --all", "images", "volume list", "secret list", "stats --no-stream", "top shiny", "port shiny", "logs shiny", "check")


def start(machine):
    box.import_image(machine)
    web.write(machine, box.container("PublishPort=8082:80", "Exec=sh -c 'echo hello; exec sleep 600'"), "shiny")
    web.write(machine, box.container("Image=localhost/" + 40 * "long"), "wide")
    machine.alice("wolffia volume create dull; echo x | wolffia secret create dull -; wolffia start shiny")


def stop(machine):
    machine.alice("wolffia stop shiny; wolffia volume remove --force dull; wolffia secret remove dull; rm ~/.config/wolffia/{shiny,wide}.container")


def on_terminal(machine, words, columns=80, environment=""):
    command = f"stty cols {columns}; {environment} wolffia {words}"
    return machine.alice(f"TERM=xterm script -qec {shlex.quote(command)} /dev/null </dev/null", check=False).out.replace("\r\n", "\n")


def test_nothing_shines_or_moves_in_a_pipe(machine):
    start(machine)
    try:
        for words in (*LISTS, "stats", "pull localhost/nothing", "strat", "--help"):
            result = machine.alice(f"TERM=xterm wolffia {words}", check=False, timeout=20)
            assert not set("\x1b\r\b") & set(result.out + result.err), (words, result)
    finally:
        stop(machine)


def test_terminals_get_colours_unless_no_color_is_set(machine):
    start(machine)
    try:
        for words in ("ps", "images", "volume list", "secret list", "stats --no-stream"):
            assert COLOUR.search(on_terminal(machine, words)), words
            for environment in ("NO_COLOR=1", "TERM=dumb"):
                assert not COLOUR.search(on_terminal(machine, words, environment=environment)), (words, environment)
        assert "\x1b[0;1;32mrunning\x1b[0m" in on_terminal(machine, "ps")
        assert not COLOUR.search(on_terminal(machine, "logs nothing", environment="NO_COLOR=1"))
        shown = machine.alice("TERM=xterm timeout -s INT 3 script -qec 'wolffia stats' /dev/null </dev/null", check=False).out
        assert shown.count("\x1b[H\x1b[2J") >= 2, shown
    finally:
        stop(machine)


def test_tables_fit_the_terminal(machine):
    start(machine)
    try:
        for words in ("ps --all", "images", "volume list", "secret list"):
            lines = COLOUR.sub("", on_terminal(machine, words, columns=70)).splitlines()
            assert len(lines) > 1 and max(map(len, lines)) <= 70, (words, lines)
        assert "…" in on_terminal(machine, "ps --all", columns=70)
        assert "long" * 40 in machine.alice("wolffia ps --all").out
    finally:
        stop(machine)
