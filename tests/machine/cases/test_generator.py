# SPDX-License-Identifier: LGPL-2.1-or-later
"""What systemd makes of generated units, which only it can say."""

import base64
import random
import re

import box
from machine import build
from machine.case import row

CASES = f"{build.INSIDE_SOURCE}/tests/generator/cases"
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
    words += ["", ";", "\\;", "#", "%h", "$HOME", "${HOME}", "-", "--", " ", "x" * 100_000, "\\", '"', "'", "a\\"]
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


# A folder of the user's for each case in turn, in which systemd finds its units; those of a case may have the names of another's.
LOAD = """
cd {cases} && target=$XDG_RUNTIME_DIR/systemd/user
for case in */expected; do
    rm -rf $target && mkdir -p $(dirname $target) && cp -r --no-preserve=mode "$case" $target && systemctl --user daemon-reload || exit
    names=$(cd $target && ls | grep '[.]service$' | sed 's/@[.]service$/@some.service/')
    [ -z "$names" ] || systemctl --user show -p Id,LoadState,LoadError $names | paste -sd' ' | sed "s|^|${{case%/*}}: |"
done
rm -rf $target; systemctl --user daemon-reload
"""


def test_the_units_of_all_golden_cases_load(machine):
    out = machine.alice(LOAD.format(cases=CASES), timeout=300).out
    units = re.findall(r"Id=(\S+) LoadState=(\S+)(?: LoadError=(.*?))?(?= Id=|\s*$)", re.sub(r"  +", " ", out), re.MULTILINE)
    assert out.count("Id=") == len(units) > 120, out
    wrong = [line for line in out.splitlines() if len(re.findall("LoadState=loaded", line)) != line.count("Id=")]
    assert not wrong, wrong
    assert "LoadError=org" not in out, out


@row("B5")
def test_one_broken_file_among_a_hundred_harms_no_other(machine):
    box.import_image(machine)
    good = box.container("Exec=true").replace("\n", "\\n")
    machine.alice(f"mkdir -p ~/.config/wolffia && cd ~/.config/wolffia && for n in $(seq 100 199); do printf '{good}' >n$n.container; done")
    machine.write("~/.config/wolffia/n150.container", box.container("PublishPort=99999:80", "Exec=true"))
    result = machine.alice(f"{GENERATOR} $XDG_RUNTIME_DIR/out", check=False)
    made = machine.alice("cd $XDG_RUNTIME_DIR/out && ls *.service | wc -l && grep -l -e --broken *.service; rm -r $XDG_RUNTIME_DIR/out").out
    assert result.status == 1 and made.split() == ["100", "n150.service"], (result, made)
    machine.alice("systemctl --user daemon-reload")
    states = machine.alice("systemctl --user show -P LoadState 'n1*.service' $(seq -f n%g.service 100 199)").out.split()
    assert states.count("loaded") >= 100 and set(states) == {"loaded"}, states
    status = machine.alice("systemctl --user status --no-pager --full n150", check=False).out
    assert "n150.container:3: PublishPort=: port '99999' is not within 1 to 65535" in status, status
    assert machine.alice("systemctl --user start n150", check=False).status != 0
    assert machine.alice("systemctl --user start n149 n151", timeout=60).status == 0


def test_the_longest_words_and_lines_arrive_and_longer_ones_are_told(machine):
    # A word may have 131,071 bytes, less the option in front of it; a line of systemd's has 1 MiB.
    longest = 128 * 1024 - 64
    text = "[Container]\nImage=localhost/none\nExec=" + " ".join("w" * longest for _ in range(7)) + "\n"
    unit, err = generated(machine, text + "Label=L=" + "l" * (longest - 10) + "\n")
    assert not err, err[:500]
    given = arguments(machine, unit)
    assert [len(word) for word in given[-7:]] == [longest] * 7 and len(max(given, key=len)) == longest
    unit, err = generated(machine, text.replace("Exec=", "Exec=w"))
    assert "words.container:3: Exec=: the value is longer than the 128 KiB" in err and "--broken=" in unit, err[:500]
    unit, err = generated(machine, text + "".join(f"Label=L{number}=" + "l" * 100_000 + "\n" for number in range(3)))
    assert "words.container: the command line is longer than the 1 MiB that systemd reads" in err and "--broken=" in unit, err[:500]


def test_aliases_lead_to_where_systemd_follows_them(machine):
    """And the links that are not made are those that it does not load."""
    box.import_image(machine)
    lines = "[Container]\nImage=localhost/box\nNetwork=none\nExec=sleep 600\n[Install]\n"
    machine.write("~/.config/wolffia/many@.container", lines + "Alias=more@.service one@1.service plain.service\n")
    machine.write("~/.config/wolffia/many@b.container", lines + "Alias=less@.service\n")
    names = lambda alias: machine.alice(f"systemctl --user show --property=Id --value {alias}").out.strip()
    folder = "$XDG_RUNTIME_DIR/systemd/generator"
    try:
        told = machine.alice("wolffia check ~/.config/wolffia/many@.container", check=False).err
        assert "many@.container:6: Alias=: 'plain.service' cannot lead to a template, ignoring; write plain@.service" in told, told
        machine.alice("systemctl --user daemon-reload")
        assert machine.alice(f"cd {folder}; ls -d more* one* less* plain*", check=False).out.split() == [
            "less@b.service", "more@.service", "one@1.service"]
        assert (names("more@7"), names("one@1"), names("less@b")) == ("many@7.service", "many@1.service", "many@b.service")
        machine.alice("systemctl --user start more@7", timeout=60)
        assert machine.alice("systemctl --user is-active many@7").out == "active\n"
        machine.alice(f"ln -s many@.service {folder}/plain.service; ln -s many@b.service {folder}/less@c.service; "
                      "mkdir -p ~/.config/systemd/user; touch ~/.config/systemd/user; systemctl --user stop many@7")
        assert machine.alice("systemctl --user start plain", check=False).status != 0
        assert names("less@c") == "less@c.service"
    finally:
        machine.alice("rm -f ~/.config/wolffia/many@*.container; systemctl --user stop 'many@*' app-many.slice; systemctl --user daemon-reload")
