# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia doctor: what is broken on the host is found before a container fails of it, and by the same words."""

import json

import box

from test_bad_input import changed

from machine.case import row


def examine(machine, options="", user="alice"):
    """Status, and name → (verdict, row, text)."""
    result = machine.run(user, f"wolffia doctor --json {options}", check=False)
    report = json.loads(result.out)
    return result.status, {finding["name"]: (finding["verdict"], finding["row"], finding["text"]) for finding in report["findings"]}


def test_a_sound_host_has_no_problem(machine):
    status, found = examine(machine)
    assert status == 0 and not [name for name, finding in found.items() if finding[0] == "problem"], found
    for name in ("subordinate ids", "overlap", "user namespaces", "newuidmap", "runtime folder", "user manager", "user bus", "lingering",
                 "cgroups", "storage", "pasta", "tun device", "ports", "seccomp"):
        assert found[name][0] == "ok", (name, found[name])
    lines = machine.alice("wolffia doctor").out.splitlines()
    assert len(lines) == len(found) and all(line.split()[0] in ("ok", "advice") for line in lines), lines
    assert machine.alice("wolffia doctor --nonsense", check=False).status == 2
    assert machine.alice("ls -A ~/.local/share/wolffia/trash").out == ""


def test_what_a_killed_doctor_leaves_goes_with_the_next_start(machine):
    box.import_image(machine)
    before = machine.alice("ls -A ~/.local/share/wolffia").out
    # When it makes the second of three folders.
    killed = machine.alice("strace -o /dev/null -e trace=mkdir -e inject=mkdir:signal=KILL:when=2 wolffia doctor", check=False)
    assert killed.status in (-9, 128 + 9), killed
    assert machine.alice("ls -A ~/.local/share/wolffia").out == before
    assert machine.alice("ls -A ~/.local/share/wolffia/trash").out
    machine.alice("wolffia run --network=none localhost/box true")
    machine.eventually(lambda: machine.alice("ls -A ~/.local/share/wolffia/trash").out == "")


@row("U1", "U4", "U5")
def test_broken_ids_are_found(machine):
    restore = "mv /etc/subuid.saved /etc/subuid; mv /etc/subgid.saved /etc/subgid"
    with changed(machine, "sed -i.saved /^alice:/d /etc/subuid /etc/subgid", restore):
        status, found = examine(machine)
        assert status == 0 and found["subordinate ids"][0] == "advice" and "usermod --add-subuids 100000-165535" in found["subordinate ids"][2], found
    with changed(machine, "cp -a /etc/subuid /etc/subuid.saved; cp -a /etc/subgid /etc/subgid.saved; "
                          "sed -n 's/^alice:/mallory:/p' /etc/subuid >>/etc/subuid", restore):
        status, found = examine(machine)
        verdict, _, text = found["overlap"]
        assert status == 1 and verdict == "problem" and "mallory:" in text and "--del-subuids 100000-165535 alice" in text and "--add-subuids 231072-296607" in text and "apptainer" in text, found
        # What only one of the files says is mended there alone.
        assert "--del-subgids" not in text and "--add-subgids" not in text, text
    with changed(machine, "cp -a /etc/subuid /etc/subuid.saved; cp -a /etc/subgid /etc/subgid.saved; "
                          "sed -n 's/^alice:/mallory:/p' /etc/subuid | tee -a /etc/subuid >>/etc/subgid", restore):
        text = examine(machine)[1]["overlap"][2]
        assert "in /etc/subuid and /etc/subgid" in text and "usermod --del-subuids 100000-165535 --del-subgids 100000-165535 alice" in text, text
        assert "usermod --add-subuids 231072-296607 --add-subgids 231072-296607 alice" in text, text
    with changed(machine, "sed -i.saved s/^alice:.*/alice:600000:65536/ /etc/subuid /etc/subgid", restore):
        status, found = examine(machine)
        assert status == 0 and found["overlap"][0] == "advice" and "524288" in found["overlap"][2], found
    with changed(machine, "mv /usr/bin/newuidmap /usr/bin/newuidmap.saved", "mv /usr/bin/newuidmap.saved /usr/bin/newuidmap"):
        status, found = examine(machine)
        assert status == 1 and found["newuidmap"][0] == "problem" and "uidmap" in found["newuidmap"][2], found
    with changed(machine, "cp -p /usr/bin/newuidmap /usr/bin/newuidmap.saved; setcap -r /usr/bin/newuidmap || true; chmod 755 /usr/bin/newuidmap",
                 "mv /usr/bin/newuidmap.saved /usr/bin/newuidmap; chmod 4755 /usr/bin/newuidmap"):
        status, found = examine(machine)
        assert status == 1 and "setuid" in found["newuidmap"][2], found


@row("U1")
def test_the_file_that_lacks_ids_is_the_one_that_is_told(machine):
    """By doctor, and by the start."""
    box.import_image(machine)
    restore = "mv /etc/subuid.saved /etc/subuid; mv /etc/subgid.saved /etc/subgid"
    for lacking, other in ("gid", "uid"), ("uid", "gid"):
        with changed(machine, "cp -a /etc/subuid /etc/subuid.saved; cp -a /etc/subgid /etc/subgid.saved; "
                              f"sed -i /^alice:/d /etc/sub{lacking}", restore):
            verdict, _, text = examine(machine)[1]["subordinate ids"]
            assert verdict == "advice", text
            keep = box.run(machine, "true", "--userns=keep-id", check=False)
            start = box.run(machine, "true")
            assert keep.status == 125, keep
            for told in text, keep.err, start.err:
                assert f"(/etc/sub{lacking})" in told and f"usermod --add-sub{lacking}s " in told, told
                assert f"--add-sub{other}s" not in told and f"/etc/sub{other}" not in told, told


@row("F3")
def test_a_file_system_without_overlays_is_told_by_the_folder_that_stays(machine):
    report = machine.alice("strace -f -o /dev/null -e trace=mount -e inject=mount:error=EINVAL:when=2 wolffia doctor --json", check=False)
    (text,) = (finding["text"] for finding in json.loads(report.out)["findings"] if finding["name"] == "storage")
    assert "holds /home/alice/.local/share/wolffia cannot carry" in text and "[Store]" in text, text


@row("B11")
def test_each_row_that_is_found_is_explained(machine):
    rows = {entry["row"]: entry for entry in json.loads(machine.alice("wolffia explain --json").out)}
    _, found = examine(machine)
    assert {finding[1] for finding in found.values()} <= set(rows) and len(rows) > 50, sorted(rows)
    text = machine.alice("wolffia explain n4 U5").out
    assert text.startswith("N4: ") and "host.containers.internal" in text and "\n\nU5: " in text and "nosuid" in text, text
    assert max(map(len, text.splitlines())) <= 80 and "\x1b" not in text, text
    slip = machine.alice("wolffia explain N99", check=False)
    assert slip.status == 1 and "no row 'N99'" in slip.err, slip
    assert "B15" in machine.alice("wolffia explain").out
    # The page is installed where manuals are.
    page = machine.root("find /usr/share/man/man7 -name 'wolffia-shortcomings.7*'", check=False).out
    assert page or machine.root("command -v rst2man rst2man.py", check=False).status != 0


@row("B3")
def test_lingering_is_mended(machine):
    machine.root("loginctl disable-linger bob", check=False)
    status, found = examine(machine, user="bob")
    assert found["lingering"][0] == "advice" and "wolffia doctor --fix" in found["lingering"][2], found
    _, found = examine(machine, "--fix", user="bob")
    try:
        if "polkit" in found["lingering"][2]: # nothing but root's way is left then, and it is said
            assert "loginctl enable-linger" in found["lingering"][2], found
        else:
            assert found["lingering"][0] == "ok" and machine.root("ls /var/lib/systemd/linger").out.split() == ["alice", "bob"], found
    finally:
        machine.root("loginctl disable-linger bob", check=False)


@row("B7")
def test_a_drop_in_for_the_journal_is_noticed(machine):
    _, found = examine(machine)
    assert found["journal"][0] == "advice" and "wolffia-journal.conf" in found["journal"][2], found
    source = machine.root("find / -xdev -name wolffia-journal.conf -path '*share*' 2>/dev/null | head -n 1").out.strip()
    with changed(machine, f"install -D -m 644 -t /etc/systemd/system/user@.service.d {source}", "rm -r /etc/systemd/system/user@.service.d"):
        _, found = examine(machine)
        assert found["journal"][0] == "ok", found


@row("N12")
def test_a_network_that_cannot_be_is_found(machine):
    with changed(machine, "mv /usr/bin/pasta /usr/bin/pasta.saved", "mv /usr/bin/pasta.saved /usr/bin/pasta"):
        status, found = examine(machine)
        assert status == 0 and found["pasta"][0] == "advice" and "slirp4netns connects" in found["pasta"][2], found
        with changed(machine, "mv /usr/bin/slirp4netns /usr/bin/slirp4netns.saved", "mv /usr/bin/slirp4netns.saved /usr/bin/slirp4netns"):
            status, found = examine(machine)
            assert status == 1 and found["pasta"][0] == "problem" and "apt install passt" in found["pasta"][2], found
    with changed(machine, "chmod 0600 /dev/net/tun", "chmod 0666 /dev/net/tun"):
        status, found = examine(machine)
        assert status == 1 and found["tun device"][0] == "problem" and "chmod 0666" in found["tun device"][2], found


@row("N12")
def test_a_small_send_buffer_is_found_and_its_remedy_mends_it(machine):
    """The file is not switched on by the installation, and what the line says to do is what helps."""
    usual = "sysctl -q net.ipv4.tcp_wmem='4096 16384 4194304'"
    with changed(machine, usual, f"rm -f /etc/sysctl.d/90-wolffia.conf; {usual}"):
        status, found = examine(machine)
        verdict, row_id, text = found["send buffer"]
        assert status == 0 and verdict == "advice" and row_id == "N12" and "a few Mbit/s" in text, found
        machine.root(text.split("'")[1].replace("sudo ", ""))
        assert machine.root("sysctl -n net.ipv4.tcp_wmem").out.split() == ["4096", "1048576", "4194304"]
        assert examine(machine)[1]["send buffer"][0] == "ok"
        machine.root("sysctl -q net.ipv4.tcp_wmem='4096 16384 16777216'")
        verdict, _, text = examine(machine)[1]["send buffer"]
        assert verdict == "advice" and "second number" in text and "90-wolffia" not in text, text
        with changed(machine, "mv /usr/bin/pasta /usr/bin/pasta.saved", "mv /usr/bin/pasta.saved /usr/bin/pasta"):
            assert "send buffer" not in examine(machine)[1]


@row("C1")
def test_cgroup_v1_is_found(machine):
    """With a tmpfs where v1 has one: a machine with v1 needs another kernel command line."""
    out = machine.root("unshare --mount sh -c 'mount -t tmpfs cgroup /sys/fs/cgroup && exec setpriv --reuid alice --regid alice --init-groups "
                       "env HOME=/home/alice XDG_RUNTIME_DIR=/run/user/1000 wolffia doctor'", check=False)
    assert out.status == 1 and "problem  C1" in out.out and "systemd.unified_cgroup_hierarchy=1" in out.out, out
