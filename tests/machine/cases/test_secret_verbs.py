# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia secret: stored encrypted where systemd can do that for a user, else as a file that only the user can read."""

import json

from machine.case import needs


def listed(machine):
    return {entry["name"]: entry for entry in json.loads(machine.alice("wolffia secret list --json").out)}


def test_secrets_come_from_files_input_and_environment_and_go(machine):
    machine.write("~/password", "from a file\n")
    machine.alice("wolffia secret create one ~/password; printf 'from input' | wolffia secret create two -; "
                  "PASSWORD='from a variable' wolffia secret create --env three PASSWORD")
    assert machine.alice("wolffia secret list -q").out.split() == ["one", "three", "two"]
    answers = json.loads(machine.alice("wolffia secret inspect --showsecret one two three").out)
    assert [answer["secret"] for answer in answers] == ["from a file\n", "from input", "from a variable"], answers
    assert "secret" not in json.loads(machine.alice("wolffia secret inspect one").out)[0]
    result = machine.alice("echo new | wolffia secret create one", check=False)
    assert result.status == 1 and "--replace" in result.err, result
    machine.alice("echo new | wolffia secret create --replace one")
    assert "new\\n" in machine.alice("wolffia secret inspect --showsecret one").out
    machine.alice("wolffia secret rm one two three")
    assert listed(machine) == {} and machine.alice("ls ~/.local/share/wolffia/secrets").out == ""


@needs("trixie")
def test_a_secret_is_encrypted_for_the_user(machine):
    machine.alice("echo swordfish | wolffia secret create db")
    entry = listed(machine)["db"]
    assert entry["encrypted"] is True and entry["path"].endswith("/db.cred"), entry
    assert "swordfish" not in machine.alice("cat ~/.local/share/wolffia/secrets/*").out
    assert "encrypted" in machine.alice("wolffia secret list").out
    machine.alice("echo open | wolffia secret create --plain --replace db")
    assert listed(machine)["db"]["encrypted"] is False and machine.alice("ls ~/.local/share/wolffia/secrets").out == "db\n"
    machine.alice("wolffia secret remove db")


@needs("bookworm")
def test_without_a_systemd_that_encrypts_it_is_a_file_of_the_users_and_that_is_said(machine):
    result = machine.alice("echo swordfish | wolffia secret create db")
    assert "version 256" in result.err, result
    assert listed(machine)["db"]["encrypted"] is False
    assert machine.alice("stat -c %a ~/.local/share/wolffia/secrets/db").out == "600\n"
    result = machine.alice("echo x | wolffia secret create --encrypt other", check=False)
    assert result.status == 1 and "Cannot encrypt it for you" in result.err, result
    machine.alice("wolffia secret remove db")
