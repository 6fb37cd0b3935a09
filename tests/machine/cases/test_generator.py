# SPDX-License-Identifier: LGPL-2.1-or-later
"""What systemd makes of generated units, which only it can say."""

import base64
import random
import re

from machine.case import row

GENERATOR = "/usr/lib/systemd/user-generators/wolffia-generator"
ALPHABET = "ab \t\n\"'\\`;#%$&|<>(){}[]*?!~=-_/:,.\x01\x7fé€𝄞"
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\x01": "\\x01", "\x7f": "\\x7f", "%": "%%", "$": "$$"}


def quoted(word):
    """As a careful user writes it in Exec=: nothing in it is to be expanded."""
    return '"' + "".join(ESCAPES.get(letter, letter) for letter in word) + '"'


def generated(machine, text):
    """The service that wolffia-generator makes of the text."""
    machine.write("~/words/words.container", text)
    result = machine.alice(f"WOLFFIA_UNIT_DIRS=~/words {GENERATOR} --dry-run", check=False)
    return result.out.split("---\n", 1)[1], result.err


def arguments(machine, unit):
    """What the runner would be given: systemd starts the unit with a program in its place that writes it down."""
    machine.write("~/argv", '#!/bin/sh\nprintf "%s\\0" "$@" >"$HOME/argv.out"\n', mode="755")
    unit = re.sub(r"^ExecStart=\S+", "ExecStart=%h/argv", unit, flags=re.MULTILINE).replace("Type=notify", "Type=oneshot")
    machine.write("~/.config/systemd/user/words.service", unit)
    try:
        machine.alice("systemctl --user daemon-reload && systemctl --user start words")
        return base64.b64decode(machine.alice("base64 -w0 ~/argv.out").out).decode().split("\0")[:-1]
    finally:
        machine.alice("rm -rf ~/.config/systemd/user/words.service ~/words ~/argv* && systemctl --user daemon-reload")


def test_every_word_arrives_as_it_was_written(machine):
    dice = random.Random(2026)
    words = ["".join(dice.choices(ALPHABET, k=dice.randrange(12))) for _ in range(300)]
    words += ["", ";", "\\;", "#", "%h", "$HOME", "${HOME}", "-", "--", " ", "x" * 5000, "\\", '"', "'", "a\\"]
    unit, err = generated(machine, "[Container]\nImage=localhost/none\nExec=" + " ".join(map(quoted, words)) + "\n" +
                          "".join(f"Label={quoted(f'L{number}={word}')}\n" for number, word in enumerate(words)))
    assert not err, err
    given = arguments(machine, unit)
    split = given.index("localhost/none")
    assert given[split + 1:] == words
    assert [word for word in given if word.startswith("--label=")] == [f"--label=L{number}={word}"
                                                                        for number, word in enumerate(words)]


def test_specifiers_and_variables_are_expanded(machine):
    unit, _ = generated(machine, "[Container]\nImage=localhost/none\nExec=%h $MANY ${MANY}\nPublishPort=$PORT\nVolume=%h/x:/x\n"
                                 "[Service]\nEnvironment=PORT=8080:80 \"MANY=a b\"\n")
    given = arguments(machine, unit)
    assert given[-4:] == ["/home/alice", "a", "b", "a b"], given
    assert "--publish=8080:80" in given and "--volume=/home/alice/x:/x" in given, given


@row("B5")
def test_the_reason_of_a_stub_arrives_whatever_is_in_it(machine):
    unit, err = generated(machine, "[Container]\nImage=localhost/none\n50%$X=\\q\n")
    reason, = [word for word in arguments(machine, unit) if word.startswith("--broken=")]
    assert err.count("words.container:") == 1 and reason == "--broken=" + err.strip().rpartition("/")[2], (reason, err)


@row("B5")
def test_faults_are_in_the_journal_under_the_name_of_the_unit(machine):
    machine.write("~/.config/wolffia/faulty.container", "[Container]\nImage=localhost/none\nPublishPort=99999:80\n")
    machine.alice("systemctl --user daemon-reload")
    entries = machine.journal("faulty", options="--output-fields=MESSAGE,WOLFFIA_LINE,WOLFFIA_KEY --output=export")
    assert "WOLFFIA_LINE=3\n" in entries and "WOLFFIA_KEY=PublishPort\n" in entries, entries
    assert "port '99999' is not within 1 to 65535" in entries, entries
