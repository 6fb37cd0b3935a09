# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machinery itself, on plain systemd units: when these fail, no other result means anything."""

from machine import leftovers
from machine.case import needs

WEB = """[Service]
ExecStart=/usr/bin/python3 -u -m http.server 8080
[Install]
WantedBy=default.target
"""


def start_web(machine):
    machine.write("~/.config/systemd/user/plain.service", WEB)
    machine.alice("systemctl --user daemon-reload && systemctl --user enable --now plain")


def test_commands_run_as_alice_and_as_root(machine):
    assert machine.alice("id -un; echo $XDG_RUNTIME_DIR").out == "alice\n/run/user/1000\n"
    assert machine.root("id -u").out == "0\n"
    failed = machine.alice("echo out; echo err >&2; exit 3", check=False)
    assert (failed.status, failed.out, failed.err) == (3, "out\n", "err\n")


def test_alice_has_a_running_user_manager_and_id_ranges(machine):
    assert machine.alice("systemctl --user is-system-running").out == "running\n"
    assert machine.alice("unshare --user --map-auto --map-root-user cat /proc/self/uid_map | wc -l").out == "2\n"


def test_a_fresh_proc_can_be_mounted_in_a_user_namespace(machine):
    machine.alice("unshare --user --map-root-user --net --mount --pid --fork sh -c "
                  "'mount -t proc proc /proc && mount -t sysfs sysfs /sys'")


def test_a_client_on_the_lan_is_seen_with_its_address(machine):
    start_web(machine)
    machine.eventually(lambda: machine.client("curl -sS http://192.0.2.10:8080/"))
    machine.eventually(lambda: machine.client_address in machine.journal("plain.service"))


def test_the_same_over_ipv6(machine):
    machine.write("~/.config/systemd/user/plain.service", WEB.replace("8080", "8080 --bind ::"))
    machine.alice("systemctl --user daemon-reload && systemctl --user start plain")
    machine.eventually(lambda: machine.client("curl -sS 'http://[2001:db8::10]:8080/'"))
    machine.eventually(lambda: "2001:db8::77" in machine.journal("plain.service"))


def test_a_reboot_brings_up_what_is_enabled_though_nobody_logs_in(machine):
    start_web(machine)
    before = machine.read("/proc/sys/kernel/random/boot_id"), machine.show("plain", "MainPID")
    invocation = machine.show("plain", "InvocationID")
    machine.reboot()
    machine.eventually(lambda: machine.show("plain", "ActiveState") == "active")
    assert machine.show("plain", "InvocationID") != invocation, before
    machine.eventually(lambda: machine.client("curl -sS http://192.0.2.10:8080/"))


def test_a_process_that_is_left_behind_is_noticed(machine):
    before = leftovers.snapshot(machine)
    machine.alice("setsid sleep 1000 >/dev/null 2>&1 &")
    found = leftovers.difference(before, leftovers.snapshot(machine))
    machine.alice("pkill sleep")
    assert len(found) == 1 and "sleep 1000" in found[0], found


def test_files_mounts_and_cgroups_that_are_left_behind_are_noticed(machine):
    before = leftovers.snapshot(machine)
    machine.alice("mkdir -p $XDG_RUNTIME_DIR/wolffia/web /tmp/of-alice")
    machine.root("mkdir /run/x && mount -t tmpfs x /run/x")
    cgroup = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/left"
    machine.alice(f"mkdir {cgroup}")
    found = leftovers.difference(before, leftovers.snapshot(machine))
    machine.alice(f"rmdir {cgroup} $XDG_RUNTIME_DIR/wolffia/web /tmp/of-alice")
    machine.root("umount /run/x && rmdir /run/x")
    assert len(found) == 4, found


@needs("controllers")
def test_the_virtual_machine_delegates_controllers_to_the_user_manager(machine):
    controllers = machine.alice("cat /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers").out
    assert {"cpu", "memory", "pids"} <= set(controllers.split()), controllers
    machine.write("~/.config/systemd/user/plain.service", WEB.replace("[Install]", "MemoryMax=64M\n[Install]"))
    machine.alice("systemctl --user daemon-reload && systemctl --user start plain")
    group = machine.show("plain", "ControlGroup")
    assert machine.alice(f"cat /sys/fs/cgroup{group}/memory.max").out == "67108864\n"
