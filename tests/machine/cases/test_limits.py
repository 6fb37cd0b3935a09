# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits are properties of the unit, and in force: where the user manager has the controllers."""

import box
import web
from machine.case import needs, row


@needs("controllers")
def test_the_main_job_with_limits_of_the_unit_in_force(machine):
    web.start(machine, web.container("PublishPort=8080:80", service=("MemoryMax=96M", "TasksMax=40", "CPUWeight=50")))
    assert "Hello" in web.answers(machine)
    group = "/sys/fs/cgroup" + machine.show("web", "ControlGroup")
    values = machine.alice(f"cd {group} && cat memory.max pids.max cpu.weight").out
    assert values == f"{96 << 20}\n40\n50\n", values
    assert int(machine.alice(f"cat {group}/memory.current").out) > 0

    machine.alice("systemctl --user set-property --runtime web MemoryMax=80M")
    assert machine.alice(f"cat {group}/memory.max").out == f"{80 << 20}\n"
    machine.alice("systemctl --user stop web && systemctl --user revert web")
    assert machine.show("web", "Result") == "success"


@needs("controllers")
def test_a_payload_that_takes_too_much_memory_is_killed_and_the_status_says_why(machine):
    web.start(machine, web.container("Network=none", "Exec=sh -c 'sleep 1; tail /dev/zero'", install=(),
                                     service=("MemoryMax=48M", "MemorySwapMax=0")))
    machine.eventually(lambda: machine.show("web", "ActiveState") == "failed", seconds=60)
    text = web.sees(machine)
    assert "killed by the OOM killer" in text, text


@row("C2", "C3")
def test_limits_that_are_not_in_force_are_named_with_the_remedy(machine):
    """This machine's user manager has no controllers at all, unless it is a virtual one, which lacks cpuset and io."""
    since = machine.root("date +%s.%6N").out.strip()
    box.start(machine, "sleep 600\n", "PodmanArgs=--cpuset-cpus=0 --blkio-weight=100", "Network=none",
              service=("MemoryMax=96M", "IOWeight=20"))
    log = machine.journal("box", since)
    assert "AllowedCPUs=" in log and "IOWeight=" in log and "have no effect" in log, log
    assert "/usr/share/wolffia/user@.service.d/wolffia-delegate.conf" in log, log
    machine.root("test -e /usr/share/wolffia/user@.service.d/wolffia-delegate.conf")
    properties = machine.alice("systemctl --user show -P IOWeight -P AllowedCPUs box").out.split()
    assert sorted(properties) == ["0", "20"], properties
    since = machine.root("date +%s.%6N").out.strip()
    machine.alice("systemctl --user stop box")
    box.start(machine, "sleep 600\n", "Network=none")
    assert "no effect" not in machine.journal("box", since)


@row("C2")
def test_limits_by_hand_are_told_to_need_a_unit(machine):
    out = box.run(machine, "true", "--memory=64m")
    assert "--memory has no effect outside of a unit" in out.err, out


@row("C6")
def test_a_paused_payload_can_be_stopped(machine):
    """The payload's cgroup alone is frozen: what systemd and the supervisor do goes on."""
    box.start(machine, "trap 'echo bye; exit 0' TERM; echo started; while :; do sleep 0.1; done\n", "Network=none")
    machine.eventually(lambda: "started" in machine.journal("box"))
    group = f"/sys/fs/cgroup{machine.show('box', 'ControlGroup')}"
    machine.alice(f"echo 1 >{group}/payload/cgroup.freeze")
    machine.eventually(lambda: "frozen 1" in machine.alice(f"cat {group}/payload/cgroup.events").out)
    assert "frozen 0" in machine.alice(f"cat {group}/cgroup.events").out
    machine.alice("systemctl --user stop box", timeout=20)
    assert machine.show("box", "Result") == "success" and "bye" in machine.journal("box")


@row("C2")
@needs("controllers")
def test_limits_in_podmans_words_are_in_force(machine):
    box.start(machine, "sleep 600\n", "PidsLimit=33", "Network=none", "Memory=96m",
              "PodmanArgs=--memory-reservation=8m --memory-swap=96m --cpus=0.5 --cpu-shares=512")
    group = "/sys/fs/cgroup" + machine.show("box", "ControlGroup")
    values = machine.alice(f"cd {group} && cat memory.max memory.low memory.swap.max cpu.max cpu.weight pids.max").out
    assert values == f"{96 << 20}\n{8 << 20}\n0\n50000 100000\n50\n33\n", values
    machine.alice("systemctl --user set-property --runtime box CPUQuota=20% MemoryMax=64M")
    values = machine.alice(f"cd {group} && cat memory.max cpu.max").out
    assert values == f"{64 << 20}\n20000 100000\n", values
    machine.alice("systemctl --user stop box && systemctl --user revert box")


@row("C2")
@needs("controllers")
def test_a_payload_killed_for_want_of_memory_is_named_in_the_status(machine):
    box.start(machine, "exec tail /dev/zero\n", "Network=none", "Memory=32m", "PodmanArgs=--memory-swap=32m")
    machine.eventually(lambda: machine.show("box", "ActiveState") == "failed", seconds=60)
    assert "killed for want of memory" in machine.show("box", "StatusText"), web.sees(machine, "box")
    assert machine.show("box", "ExecMainStatus") == "9"


@row("C2")
@needs("controllers")
def test_a_payload_that_forks_without_end_takes_nobody_elses_processes(machine):
    box.start(machine, "(while :; do sleep 600 & done) 2>/dev/null &\nexec sleep 600\n", "PidsLimit=40", "Network=none")
    group = "/sys/fs/cgroup" + machine.show("box", "ControlGroup")
    machine.eventually(lambda: int(machine.alice(f"sed -n 's/^max //p' {group}/pids.events").out) > 0, seconds=60)
    assert int(machine.alice(f"cat {group}/pids.current").out) <= 40
    machine.alice("systemctl --user stop box", timeout=100)
    assert machine.alice("echo fine").out == "fine\n"


@row("C3")
@needs("controllers")
def test_the_drop_in_that_is_shipped_delegates_all_controllers(machine):
    machine.root("install -D -m 644 -t /etc/systemd/system/user@.service.d /usr/share/wolffia/user@.service.d/wolffia-delegate.conf")
    try:
        machine.reboot()
        since = machine.root("date +%s.%6N").out.strip()
        box.start(machine, "sleep 600\n", "PodmanArgs=--cpuset-cpus=0 --cpus=0.5", "Network=none")
        group = "/sys/fs/cgroup" + machine.show("box", "ControlGroup")
        assert machine.alice(f"cat {group}/cpuset.cpus {group}/cpu.max").out == "0\n50000 100000\n"
        assert "no effect" not in machine.journal("box", since)
    finally:
        machine.root("rm -r /etc/systemd/system/user@.service.d/wolffia-delegate.conf; systemctl daemon-reload")
