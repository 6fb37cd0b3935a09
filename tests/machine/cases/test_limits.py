# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits are properties of the unit, and in force: where the user manager has the controllers."""

import web
from machine.case import needs


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
