# SPDX-License-Identifier: LGPL-2.1-or-later
"""$XDG_RUNTIME_DIR, the bus and lingering (rows B1 to B4, B10, B12)."""

import box
import web

from machine.case import row

RUN = "/usr/libexec/wolffia/wolffia-runner --name=box --network=none localhost/box /bin/true"


@row("B1")
def test_without_the_variable_the_runtime_folder_is_found(machine):
    box.import_image(machine)
    assert machine.alice(f"env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS {RUN}").status == 0


@row("B1")
def test_a_runtime_folder_of_somebody_else_is_refused(machine):
    box.import_image(machine)
    result = machine.alice(f"XDG_RUNTIME_DIR=/run/user/0 {RUN}", check=False)
    assert result.status == 125 and "/run/user/0" in result.err, result
    machine.alice("mkdir -m 777 ~/open")
    result = machine.alice(f"XDG_RUNTIME_DIR=$HOME/open {RUN}", check=False)
    assert result.status == 125 and "Others may write" in result.err and "chmod 700" in result.err, result


@row("B2")
def test_without_a_session_or_lingering_it_is_said_which_to_get(machine):
    result = machine.run("bob", f"env -u XDG_RUNTIME_DIR {RUN}", check=False)
    assert result.status == 125 and "wolffia linger on" in result.err, result
    assert not machine.root("ls -d /run/user/1001 2>/dev/null", check=False).out


@row("B3")
def test_a_user_who_does_not_linger_is_told_what_that_means(machine):
    """Checked at each start; logind itself looks at the file when a session ends, so it is away for a moment only."""
    box.import_image(machine)
    web.write(machine, box.container("Exec=sleep 600"), "box")
    machine.root("mv /var/lib/systemd/linger/alice /root/alice-lingers")
    try:
        machine.alice("systemctl --user start box")
        status = machine.alice("wolffia linger status", check=False)
    finally:
        machine.root("mv /root/alice-lingers /var/lib/systemd/linger/alice")
    assert (status.status, status.out) == (3, "off\n"), status
    machine.eventually(lambda: "wolffia linger on" in machine.journal("box"))
    machine.alice("systemctl --user restart box && systemctl --user stop box")


@row("B3")
def test_a_file_asks_for_lingering_and_starts_without_too(machine):
    box.import_image(machine)
    web.write(machine, box.container("Exec=sleep 600", "Linger=yes"), "box")
    machine.root("mv /var/lib/systemd/linger/alice /root/alice-lingers")
    try:
        machine.alice("systemctl --user start box", timeout=30)
        lingers = machine.root("test -e /var/lib/systemd/linger/alice", check=False).status == 0
    finally:
        machine.root("mv /root/alice-lingers /var/lib/systemd/linger/alice")
    seen = machine.eventually(lambda: "Linger=yes" in machine.journal("box") and machine.journal("box"))
    assert machine.show("box", "ActiveState") == "active"
    # logind lets users decide only where polkit is there to be asked.
    assert ("You linger from now on" if lingers else "sudo loginctl enable-linger 1000") in seen, seen
    # Once it is on, nothing is asked.
    machine.alice("systemctl --user restart box && systemctl --user stop box")
    assert machine.journal("box").count("Linger=yes") == 1


@row("B4")
def test_no_user_bus_is_needed(machine):
    box.import_image(machine)
    assert machine.alice(f"DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere {RUN}").status == 0


@row("B10")
def test_a_system_service_with_a_user_needs_no_user_manager(machine):
    box.import_image(machine)
    result = machine.root("systemd-run --quiet --pipe --wait --uid=alice --property=Delegate=yes "
                          "--property=RuntimeDirectory=box --setenv=XDG_RUNTIME_DIR=/run/box "
                          "--setenv=HOME=/home/alice " + RUN.replace("/bin/true", "/bin/sh -c 'echo served'"), check=False)
    assert result.status == 0 and result.out == "served\n", result


@row("B12")
def test_a_shell_without_a_user_manager_will_do(machine):
    box.import_image(machine)
    machine.root("install -d -o alice -m 700 /run/alice")
    out = machine.root("su alice -c 'XDG_RUNTIME_DIR=/run/alice " + RUN.replace("/bin/true", "/bin/echo by hand") + "'").out
    assert out == "by hand\n", out
    assert machine.root("find /run/alice -mindepth 2").out == ""
    machine.root("rm -r /run/alice")


@row("B3")
def test_a_user_lets_herself_linger_and_it_is_in_force_at_once(machine):
    status = machine.run("bob", "env -u XDG_RUNTIME_DIR wolffia linger", check=False)
    assert status.out == "off\n" and "neither a login session nor lingering" in status.err and status.status == 1, status
    try:
        asked = machine.run("bob", "wolffia linger on", timeout=30, check=False)
        if asked.status != 0:  # logind lets users decide only where polkit is there to be asked
            assert "polkit, which is not installed" in asked.err and "sudo loginctl enable-linger 1001" in asked.err, asked
            machine.root("loginctl enable-linger bob")
            machine.eventually(lambda: machine.run("bob", "test -S /run/user/1001/bus", check=False).status == 0)
        assert machine.run("bob", "XDG_RUNTIME_DIR=/run/user/1001 systemctl --user is-system-running --wait; true").out.strip()
        assert machine.run("bob", "wolffia linger").out == "on\n"
    finally:
        machine.root("loginctl disable-linger bob; systemctl stop user@1001 user-runtime-dir@1001", check=False)
    assert machine.alice("wolffia linger status").out == "on\n"


@row("B2")
def test_a_pam_that_makes_no_session_is_named(machine):
    machine.root("sed -i 's/^session.*pam_systemd.so/#&/' /etc/pam.d/common-session")
    try:
        result = machine.run("bob", f"env -u XDG_RUNTIME_DIR {RUN}", check=False)
    finally:
        machine.root("sed -i 's/^#\\(session.*pam_systemd.so\\)/\\1/' /etc/pam.d/common-session")
    assert result.status == 125 and "pam_systemd is commented out in /etc/pam.d/common-session:" in result.err, result


@row("B7", "B13")
def test_the_drop_ins_for_administrators_are_what_systemd_understands(machine):
    machine.root("install -D -m 644 -t /etc/systemd/system/user@.service.d /usr/share/wolffia/user@.service.d/wolffia-*.conf")
    try:
        said = machine.root("systemctl daemon-reload; systemd-analyze verify user@1000.service 2>&1; true").out
        assert "wolffia-" not in said, said
        shown = machine.root("systemctl show -P LogRateLimitBurst -P RequiresMountsFor user@1000.service").out
        assert "100000" in shown and "/home" in shown, shown
    finally:
        machine.root("rm -r /etc/systemd/system/user@.service.d; systemctl daemon-reload")
