# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secret=, and credentials of the unit."""

import box

from machine.case import needs, on_each_kernel

STORE = "~/.local/share/wolffia/secrets"


def store(machine, name, value):
    machine.alice(f"mkdir -p -m 700 {STORE} && umask 077 && printf %s '{value}' >{STORE}/{name}")


def run(machine, command, *options, check=True):
    return box.run(machine, command, *options, check=check)


@on_each_kernel
def test_a_secret_is_a_variable_or_a_file_with_owner_and_mode(machine):
    store(machine, "db", "s3cret")
    assert run(machine, "echo $db $PGPASSWORD", "--secret=db,type=env", "--secret=db,type=env,target=PGPASSWORD").out == \
        "s3cret s3cret\n"
    out = run(machine, "cat /run/secrets/db; echo; stat -c '%a %u %g' /run/secrets/db; cat /etc/deep/key; echo; "
                       "stat -c '%a %u %g' /etc/deep/key; df -T /run/secrets/db | tail -n1 | cut -d' ' -f1",
              "--secret=db", "--secret=db,target=/etc/deep/key,uid=1000,gid=29,mode=0440").out
    assert out.split() == ["s3cret", "444", "0", "0", "s3cret", "440", "1000", "29", "tmpfs"], out
    # The file system that all of them are in is not there as a whole, not even below the root.
    assert run(machine, "grep -c ' / ' /proc/mounts; ls /.. | grep -c etc", "--secret=db").out == "1\n1\n"
    refused = run(machine, "(echo x >/run/secrets/db) 2>&1; echo $?", "--secret=db").out
    assert refused.endswith("Read-only file system\n1\n"), refused
    read_only = run(machine, "cat /run/secrets/db", "--secret=db", "--read-only")
    assert read_only.out == "s3cret", read_only


def test_a_missing_secret_is_told_with_the_remedy(machine):
    result = run(machine, "true", "--secret=nowhere", check=False)
    assert result.status == 125 and "Secret=nowhere: There is no secret 'nowhere'; 'wolffia secret create nowhere FILE'" in result.err
    result = run(machine, "true", "--secret=../../passwd", check=False)
    assert result.status == 125 and "cannot be the name of a secret" in result.err, result


def test_a_secret_is_in_no_command_line_and_no_file_that_stays(machine):
    store(machine, "db", "v3ry-s3cret")
    box.start(machine, "echo started; sleep 600\n", "Secret=db,type=env", "Secret=db")
    machine.eventually(lambda: "started" in machine.journal("box"))
    group = machine.show("box", "ControlGroup")
    lines = machine.root(f"cat $(find /sys/fs/cgroup{group} -name cgroup.procs) | while read pid; do "
                         "tr '\\0' ' ' </proc/$pid/cmdline; done").out
    assert "wolffia-supervisor" in lines and "v3ry" not in lines, lines
    found = machine.root("grep -rls v3ry-s3cret /run/user/1000 /home/alice/.local/share/wolffia /home/alice/.config; true").out
    assert found.split() == ["/home/alice/.local/share/wolffia/secrets/db"], found
    inside = machine.alice("/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box -- sh -c 'echo $db'").out
    assert inside == "v3ry-s3cret\n"
    machine.alice("systemctl --user stop box")


@on_each_kernel
def test_credentials_of_the_unit_reach_the_payload_and_come_first(machine):
    store(machine, "db", "of the store")
    machine.write("~/token", "given to the unit")
    box.start(machine, "cat $CREDENTIALS_DIRECTORY/db; echo; echo $db; cat $CREDENTIALS_DIRECTORY/other; echo; id -u; "
                       "stat -c %a:%u $CREDENTIALS_DIRECTORY/db\n",
              "Secret=db,type=env", "User=app", service=("LoadCredential=db:%h/token", "SetCredential=other:set"))
    machine.eventually(lambda: "400:1000" in machine.journal("box"))
    log = machine.journal("box")
    assert log.count("given to the unit") == 2 and "of the store" not in log and "set" in log.split(), log


@needs("trixie")
def test_an_encrypted_secret_is_decrypted(machine):
    machine.root("systemd-creds setup 2>/dev/null; systemctl start systemd-creds.socket", check=False)
    made = machine.alice(f"mkdir -p -m 700 {STORE} && printf hidden | systemd-creds --user encrypt --name=vault - {STORE}/vault.cred",
                         check=False)
    assert made.status == 0, made
    assert run(machine, "echo $vault", "--secret=vault,type=env").out == "hidden\n"
    machine.alice(f"echo broken >{STORE}/vault.cred")
    result = run(machine, "true", "--secret=vault,type=env", check=False)
    assert result.status == 125 and "cannot be decrypted" in result.err, result
    machine.alice(f"rm {STORE}/vault.cred")
