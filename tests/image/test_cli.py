# SPDX-License-Identifier: LGPL-2.1-or-later
"""What all verbs of wolffia have in common, and those that are about no image."""

import os
import re
import subprocess
from pathlib import Path

COMPLETION = Path(__file__).resolve().parents[2] / "cli" / "completion" / "wolffia"
MANUAL = Path(__file__).resolve().parents[2] / "man" / "wolffia.1.rst"
INTERNAL = {"prepare"}


def verbs(box):
    text = box.run("--help").out
    return re.findall(r"^  (\S+) ", text.split("Verbs:")[1], re.MULTILINE)


def options(box, verb):
    return set(re.findall(r"(--[a-z-]+)", box.run(verb, "--help").out.split("Application Options")[-1])) - {"--help"}


def test_help_and_version(box):
    assert re.fullmatch(r"wolffia \d+\.\d+\.\d+\n", box.run("--version").out)
    assert verbs(box) and not INTERNAL & set(verbs(box))
    for verb in [*verbs(box), *INTERNAL]:
        out = box.run(verb, "--help").out
        assert out.startswith("Usage:\n  wolffia " + verb) and max(map(len, out.split("\n"))) <= 100, out


def test_mistakes_in_the_command_line(box):
    assert box.run(check=False).status == 2
    assert "did you mean 'import'?" in box.fails("imprt", status=2)
    assert "did you mean" not in box.fails("xyzzy", status=2)
    for arguments in (["import"], ["import", "a"], ["pull"], ["rmi"], ["images", "a"], ["images", "--jso"], ["check"], ["prepare"]):
        error = box.fails(*arguments, status=2)
        assert f"wolffia {arguments[0]} --help" in error, error


def test_completion_knows_the_verbs_and_their_options(box):
    script = f"source {COMPLETION}; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _wolffia; printf '%s\\n' \"${{COMPREPLY[@]}}\""

    def complete(*words):
        return set(subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True).stdout.split())

    assert complete("wolffia", "") == {*verbs(box), "--help", "--version"}
    for verb in verbs(box):
        assert complete("wolffia", verb, "--") == options(box, verb) | {"--help"}, verb


def test_the_manual_has_all_verbs_and_options(box):
    text = MANUAL.read_text()
    for verb in verbs(box):
        section = re.search(rf"^wolffia {verb}\b.*?(?=^wolffia |\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, verb
        for option in options(box, verb):
            assert option in section[0], (verb, option)


def test_messages_are_plain_where_nobody_looks(box):
    assert "\x1b" not in box.fails("rmi", "nothing")


def test_unshare(box):
    assert box.inside("id", "-u").out == "0\n"
    assert box.inside("sh", "-c", "echo out; echo err >&2; exit 7", check=False).__dict__ == {"status": 7, "out": "out\n", "err": "err\n"}
    assert box.inside("sh", "-c", "kill -TERM $$", check=False).status == 128 + 15
    assert "not installed" in box.fails("unshare", "/nonexistent/program")
    # Options of the command are the command's.
    assert box.inside("sh", "-c", "echo $0", "--help").out == "--help\n"
    assert box.run("unshare", "--", "echo", "-n", "x").out == "x"
    assert box.run("unshare", input=b"id -u\n", SHELL="/bin/sh").out == "0\n"


def test_check(box):
    good = box.write("good.container", "[Container]\nImage=nginx\n")
    bad = box.write("bad.container", "[Container]\nImage=nginx\nPublishPort=99999:1\n")
    assert box.run("check", good).err == ""
    result = box.run("check", good, bad, check=False)
    assert result.status == 2 and "bad.container:3" in result.err and "PublishPort" in result.err, result
    assert "ExecStart=" in box.run("check", "--print", good).out
    assert box.fails("check", box.write("x.txt", ""))


def test_the_store_must_be_ones_own(box):
    (box.home / "other").mkdir()
    os.symlink("/usr/share", box.home / "other" / "wolffia")
    assert "belongs to user 0" in box.fails("images", XDG_DATA_HOME=str(box.home / "other"))
