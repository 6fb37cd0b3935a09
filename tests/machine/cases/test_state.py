# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file `state` in the runtime folder of a running container, which everything that enters or lists containers reads."""

import configparser

import box
import web


def read(machine, path):
    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(machine.alice(f"cat {path}").out)
    return dict(parser["Container"])


def test_a_running_container_tells_others_what_they_need(machine):
    web.start(machine, web.container("PublishPort=8080:80", "ContainerName=shop"))
    state = read(machine, "$XDG_RUNTIME_DIR/wolffia/web/state")
    assert (state["Name"], state["Unit"], state["Network"], state["Ports"]) == ("shop", "web.service", "pasta", "8080:80/tcp;"), state
    assert state["Digest"].startswith("sha256:") and state["Image"] == "localhost/nginx", state
    assert state["Supervisor"] == machine.show("web", "MainPID"), state
    assert machine.root(f"readlink /proc/{state['Payload']}/exe").out.strip().endswith("/nginx"), state
    assert machine.root(f"cut -d' ' -f22 /proc/{state['Payload']}/stat").out.strip() == state["PayloadTime"], state
    assert state["Payload"] in machine.root(f"cat /sys/fs/cgroup{state['Cgroup']}/cgroup.procs").out.split(), state
    assert state["Cgroup"].startswith(machine.show("web", "ControlGroup") + "/"), state
    assert state["Users"].startswith("0 1000 1;1 ") and state["LogDriver"] == "journald", state
    assert state["Namespaces"] == "user;mnt;pid;ipc;uts;cgroup;net;", state
    machine.alice("systemctl --user stop web")
    assert machine.alice("find $XDG_RUNTIME_DIR/wolffia -mindepth 1", check=False).out == ""


def test_it_is_there_before_the_payload_and_gone_after_a_run_by_hand(machine):
    box.import_image(machine)
    machine.alice("mkdir -p $XDG_RUNTIME_DIR/wolffia")
    path = machine.alice("echo $XDG_RUNTIME_DIR").out.strip() + "/wolffia"
    out = box.run(machine, "grep -c ^Payload= /look/box/state", f"--volume={path}:/look:ro", "--network=host").out
    assert out == "1\n", out
    assert machine.alice(f"find {path} -mindepth 1").out == ""


def test_by_hand_the_folder_of_another_container_is_refused(machine):
    """A unit's folder is named after the unit, one by hand after the container."""
    box.import_image(machine)
    web.write(machine, box.container("ContainerName=shop", "Network=none", "Exec=sleep 600"), "web")
    machine.alice("systemctl --user start web")
    result = machine.alice("/usr/libexec/wolffia/wolffia-runner --name=web --network=none localhost/box true", check=False)
    assert result.status == 125 and "'shop'" in result.err and "web.service" in result.err, result
    assert read(machine, "$XDG_RUNTIME_DIR/wolffia/web/state")["Name"] == "shop"
    machine.alice("systemctl --user stop web")
