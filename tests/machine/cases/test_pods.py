# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers that share namespaces: pods, and Network=NAME.container."""

import time
from pathlib import Path

import box
import web

from machine.case import row


def inside(machine, name, command):
    """What a further command in the container prints."""
    return machine.alice(f"/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/{name} -- {command}").out


def write_pod(machine, *lines, install=()):
    text = "\n".join(["[Pod]", *lines]) + ("\n[Install]\n" + "\n".join(install) if install else "") + "\n"
    machine.write("~/.config/wolffia/app.pod", text)


def start_pod(machine, *lines, script="exec sleep 1000", member=()):
    """A web server and a box as members of one pod."""
    web.import_image(machine)
    box.import_image(machine)
    write_pod(machine, *lines)
    machine.write("~/box.sh", script)
    web.write(machine, web.container("Pod=app.pod", install=()))
    web.write(machine, box.container("Pod=app.pod", "Volume=%h/box.sh:/script:ro", "Exec=/bin/sh /script", *member), "box")
    machine.alice("systemctl --user start app-pod", timeout=60)
    for name in ("web", "box"):
        machine.eventually(lambda name=name: machine.show(name, "ActiveState") == "active")


def test_a_pod_starts_its_members_and_its_published_port_answers_with_the_clients_address(machine):
    start_pod(machine, "PublishPort=8080:80")
    assert "Hello" in web.answers(machine, web.ADDRESS + "?of-a-pod")
    machine.eventually(lambda: [line for line in machine.journal("web").splitlines()
                                if "of-a-pod" in line and line.startswith(machine.client_address + " ")])


def test_members_see_each_other_on_localhost_and_share_name_and_memory(machine):
    start_pod(machine, "HostName=together", "AddHost=printer:192.0.2.50", "AddHost=tor:host-gateway", member=("AddHost=gate:host-gateway",),
              script="hostname; grep -c together /etc/hosts; grep printer /etc/hosts; echo shared >/dev/shm/x; "
                     "wait=0; until echo | nc 127.0.0.1 80; do sleep 0.1; done; echo connected; exec sleep 1000")
    log = machine.eventually(lambda: "connected" in (text := machine.journal("box")) and text)
    assert "together\n" in log and "192.0.2.50\tprinter" in log, log
    for name, names in ("box", ["tor", "gate"]), ("web", ["tor"]):
        assert inside(machine, name, "grep containers.internal /etc/hosts").split()[3:] == names, name
    assert inside(machine, "web", "cat /dev/shm/x") == "shared\n"
    assert inside(machine, "web", "hostname") == "together\n"


def test_members_share_memory_of_the_size_that_the_pod_says(machine):
    """It is gone with the pod, and takes nothing of the user's runtime folder."""
    start_pod(machine, "ShmSize=3m", script="head -c 9m /dev/zero >/dev/shm/x; exec sleep 1000", member=("ShmSize=9m",))
    assert machine.eventually(lambda: inside(machine, "web", "stat -c %s /dev/shm/x").strip() == str(3 << 20))
    assert "rw,nosuid,nodev,noexec" in inside(machine, "web", "grep /dev/shm /proc/self/mounts")
    assert machine.alice("ls -A $XDG_RUNTIME_DIR/wolffia/app-pod/shm").out == ""
    assert "ShmSize= is without effect" in machine.journal("box")
    machine.alice("systemctl --user restart web", timeout=60)
    assert inside(machine, "web", "stat -c %s /dev/shm/x").strip() == str(3 << 20)
    machine.alice("systemctl --user stop app-pod", timeout=60)
    assert machine.alice("test -e $XDG_RUNTIME_DIR/wolffia/app-pod", check=False).status == 1


def test_members_have_their_memory_whatever_ids_the_pod_has(machine):
    box.import_image(machine)
    for mode in "single", "keep-id":
        write_pod(machine, f"UserNS={mode}")
        web.write(machine, box.container("Pod=app.pod", f"UserNS={mode}", "Exec=/bin/sleep 1000"), "box")
        machine.alice("systemctl --user start box", timeout=60)
        assert inside(machine, "box", "sh -c 'echo kept >/dev/shm/x; cat /dev/shm/x; grep -c ^tmpfs./dev/shm /proc/mounts'") == "kept\n1\n", mode
        machine.alice("systemctl --user stop app-pod", timeout=60)
        assert machine.alice("test -e $XDG_RUNTIME_DIR/wolffia/app-pod", check=False).status == 1, mode


def test_members_have_the_ids_of_the_pod(machine):
    """Also where the user is not among them, and a member cannot have a user namespace of its own."""
    own = machine.alice("id -u").out.strip()
    first = machine.alice("grep ^alice: /etc/subuid").out.split(":")[1]
    look = "sh -c 'cat /proc/self/uid_map; id -u; echo kept >/v/x; chown 5 /v/x; stat -c %u /v/x'"
    for mode, owner in ("keep-id", None), ("auto", "5"), ("nomap", str(int(first) + 5)):
        start_pod(machine, f"UserNS={mode}", f"Volume={mode}:/v", "PublishPort=8080:80")
        lines = inside(machine, "box", look).splitlines()
        assert lines[-2:] == ["0", "5"], lines
        maps = {name: machine.alice(f"sed -n 's/^Users=//p' $XDG_RUNTIME_DIR/wolffia/{name}/state").out for name in ("box", "web", "app-pod")}
        assert maps["box"] == maps["web"] == maps["app-pod"], maps
        assert (f"{own} {own} 1" in maps["box"]) == (mode == "keep-id"), maps
        assert f" {own} 1;" in maps["box"] or mode != "keep-id", maps
        assert "Hello" in web.answers(machine)
        machine.alice("systemctl --user restart box", timeout=60)
        machine.alice("systemctl --user stop app-pod", timeout=60)
    # Who says which ids it wants has them, if they are the pod's.
    write_pod(machine, "UserNS=auto")
    web.write(machine, web.container("Pod=app.pod", "UserNS=keep-id", install=()))
    text = web.fails_to_start(machine)
    assert "The user's own id is not among those" in text and "without UserNS=" in text, text


def test_a_volume_of_the_pod_reaches_its_members(machine):
    machine.alice("mkdir -p ~/both && echo for-all >~/both/file")
    start_pod(machine, "Volume=%h/both:/both", script="cat /both/file; exec sleep 1000")
    machine.eventually(lambda: "for-all" in machine.journal("box"))


def test_the_stop_of_a_pod_stops_its_members_and_a_start_starts_them(machine):
    start_pod(machine)
    machine.alice("systemctl --user stop app-pod", timeout=60)
    for name in ("app-pod", "web", "box"):
        assert machine.show(name, "ActiveState") == "inactive", name
        assert machine.show(name, "Result") == "success", name
    machine.alice("systemctl --user start app-pod", timeout=60)
    machine.eventually(lambda: machine.show("web", "ActiveState") == "active")


def test_a_pod_ends_some_seconds_after_its_last_member_and_outlasts_restarts(machine):
    start_pod(machine)
    machine.alice("systemctl --user stop box && systemctl --user restart web", timeout=60)
    machine.alice("systemctl --user stop web", timeout=60)
    assert machine.show("app-pod", "ActiveState") == "active"
    machine.eventually(lambda: machine.show("app-pod", "ActiveState") == "inactive", seconds=15)
    assert machine.show("app-pod", "Result") == "success"


def test_a_pod_that_goes_on_stays_without_members_and_starts_only_those_that_want_it(machine):
    web.import_image(machine)
    box.import_image(machine)
    write_pod(machine, "ExitPolicy=continue", "PublishPort=8080:80")
    web.write(machine, web.container("Pod=app.pod", install=()))
    web.write(machine, box.container("Pod=app.pod", "StartWithPod=no", "Exec=/bin/sleep 1000"), "box")
    machine.alice("systemctl --user start app-pod", timeout=60)
    assert "Hello" in web.answers(machine)
    assert machine.show("box", "ActiveState") == "inactive"
    machine.alice("systemctl --user start box && systemctl --user stop web box", timeout=60)
    before = machine.show("app-pod", "InvocationID")
    time.sleep(6)  # longer than a pod waits that does not go on
    assert machine.show("app-pod", "ActiveState") == "active"
    machine.alice("systemctl --user start box", timeout=60)
    assert machine.show("app-pod", "InvocationID") == before


def test_a_pod_has_the_network_of_the_host(machine):
    box.import_image(machine)
    write_pod(machine, "Network=host")
    machine.write("~/box.sh", "echo of-the-host | nc -l -p 7790; exec sleep 1000")
    web.write(machine, box.container("Pod=app.pod", "Volume=%h/box.sh:/script:ro", "Exec=/bin/sh /script"), "box")
    machine.alice("systemctl --user start box", timeout=60)
    assert machine.eventually(lambda: machine.client("busybox nc -w 3 192.0.2.10 7790 </dev/null", check=False).out) == "of-the-host\n"
    pid = machine.alice("sed -n s/^Payload=//p $XDG_RUNTIME_DIR/wolffia/box/state").out.strip()
    assert len(set(machine.alice(f"readlink /proc/{pid}/ns/net /proc/self/ns/net").out.split())) == 1


def test_a_pod_whose_pasta_dies_comes_back_with_its_members(machine):
    start_pod(machine, "PublishPort=8080:80")
    group = machine.show("app-pod", "ControlGroup")
    machine.root(f"for pid in $(cat $(find /sys/fs/cgroup{group} -name cgroup.procs)); do "
                 "case $(cat /proc/$pid/comm) in pasta*|passt*) kill -9 $pid;; esac; done")
    machine.eventually(lambda: machine.show("app-pod", "NRestarts") == "1")
    assert "Hello" in web.answers(machine)
    machine.eventually(lambda: machine.show("box", "ActiveState") == "active")


def test_what_only_the_pod_can_say_is_refused_for_members(machine):
    web.import_image(machine)
    write_pod(machine)
    web.write(machine, web.container("Pod=app.pod", "PublishPort=8080:80", install=()))
    text = web.fails_to_start(machine)
    assert "PublishPort=" in text and "write it into the .pod file" in text, text
    web.write(machine, web.container("Pod=app.pod", "Network=lan", install=()))
    text = web.fails_to_start(machine)
    assert "Network=" in text and "write it into the .pod file" in text, text


def test_a_pod_is_listed_started_and_stopped_by_its_name(machine):
    start_pod(machine, "PublishPort=8080:80")
    assert machine.alice("wolffia port app").out == "80/tcp -> 0.0.0.0:8080\n"
    machine.alice("wolffia stop app", timeout=60)
    listed = [line.split() for line in machine.alice("wolffia ps --all").out.splitlines()]
    assert ["app", "-", "stopped"] in [words[:3] for words in listed], listed
    machine.alice("wolffia start app", timeout=60)
    machine.eventually(lambda: machine.show("web", "ActiveState") == "active")


def test_a_pods_name_is_taken_once_and_a_start_that_is_interrupted_leaves_nothing(machine):
    pod, folder = "/usr/libexec/wolffia/wolffia-runner --pod-infra --name=hand", "$XDG_RUNTIME_DIR/wolffia/hand"
    machine.alice(f"{pod} --network=none >/dev/null 2>&1 &")
    machine.eventually(lambda: machine.alice(f"test -e {folder}/state", check=False).status == 0)
    result = machine.alice(f"{pod} --network=none", check=False)
    assert result.status == 125 and "is that of the pod 'hand'" in result.err, result
    result = machine.alice(f"RUNTIME_DIRECTORY=$XDG_RUNTIME_DIR/other {pod} --network=none", check=False)
    assert result.status == 125 and "A pod named 'hand' is running already" in result.err, result
    result = box.run(machine, "true", "--name=hand", check=False)
    assert result.status == 125 and "is that of the pod 'hand'" in result.err, result
    machine.alice(f"test -e {folder}/state && test -p {folder}/members && wolffia stop hand")
    machine.eventually(lambda: machine.alice(f"test -e {folder}", check=False).status == 1)
    for delay in range(0, 60, 5):
        machine.alice(f"{pod} --publish=8099:80 2>/dev/null & sleep 0.0{delay:02}; kill $!; wait $!", check=False)
        assert machine.alice(f"test -e {folder}", check=False).status == 1, delay
        # The kernel takes its time to close the tap of a pasta that is dead.
        machine.eventually(lambda: machine.alice("pgrep -a 'pasta|passt|wolffia-'", check=False).status == 1)


EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "pod"


def test_the_pod_of_the_examples_serves(machine):
    """Volumes are relative to the files, which lie in a folder of their own."""
    web.import_image(machine)
    for path in EXAMPLE.iterdir():
        machine.write(f"~/.config/wolffia/pod/{path.name}", path.read_text())
    machine.alice("systemctl --user daemon-reload && systemctl --user start site-pod", timeout=60)
    machine.eventually(lambda: "from the back, to 192.0.2.77" in web.answers(machine))


def start_vpn(machine, *service):
    """A container in the place of a VPN, with a published port for a web server that has its network."""
    web.import_image(machine)
    box.start(machine, "exec sleep 1000", "PublishPort=8080:80", "AddCapability=NET_ADMIN", name="vpn",
              service=("Restart=always", "RestartSec=100ms"))
    web.write(machine, web.container("Network=vpn.container", service=service, install=()))
    machine.alice("systemctl --user start web", timeout=60)


def test_a_container_has_the_network_of_another_and_its_published_port(machine):
    start_vpn(machine)
    assert "Hello" in web.answers(machine)
    theirs, ours = (machine.alice(f"readlink /proc/$(sed -n s/^Payload=//p $XDG_RUNTIME_DIR/wolffia/{name}/state)/ns/net").out
                    for name in ("vpn", "web"))
    assert theirs == ours and "net:" in ours, (theirs, ours)


def test_a_pod_is_found_on_its_network_by_the_name_of_its_file(machine):
    machine.write("~/.config/wolffia/lan.network", "[Network]\n")
    start_pod(machine, "PodName=together", "Network=lan.network")
    web.write(machine, box.container("Network=lan.network", "Exec=/bin/sleep 1000"), "other")
    machine.alice("systemctl --user start other", timeout=60)
    for name in "together", "app", "systemd-app":
        assert "Hello" in inside(machine, "other", f"wget -qO- http://{name}/"), name


@row("N9")
def test_exec_joins_the_namespaces_that_are_the_containers_own(machine):
    """With the host's network, and with that of another container."""
    box.start(machine, "exec sleep 1000", "Network=host")
    host = machine.alice("readlink /proc/self/ns/net").out
    assert inside(machine, "box", "readlink /proc/self/ns/net") == host
    assert inside(machine, "box", "readlink /proc/self/ns/uts") != machine.alice("readlink /proc/self/ns/uts").out


def test_a_restart_of_whose_network_it_is_restarts_those_who_use_it(machine):
    start_vpn(machine)
    web.answers(machine)
    before = machine.show("web", "InvocationID")
    machine.alice("systemctl --user restart vpn", timeout=60)
    assert "Hello" in web.answers(machine)
    assert machine.show("web", "InvocationID") != before


def test_a_crash_of_whose_network_it_is_does_not_leave_the_others_without(machine):
    start_vpn(machine, "Restart=on-failure")
    web.answers(machine)
    before = machine.show("web", "InvocationID")
    machine.alice("systemctl --user kill --signal=KILL vpn")
    machine.eventually(lambda: machine.show("web", "InvocationID") not in (before, ""))
    assert "Hello" in web.answers(machine)
    assert "whose network this one uses has ended" in machine.journal("web")


def test_a_network_of_a_container_that_does_not_run_is_named(machine):
    web.import_image(machine)
    web.write(machine, web.container("Network=container:nobody", install=()))
    text = web.fails_to_start(machine)
    assert "no container of the name 'nobody' runs now" in text and "Network=nobody.container" in text, text


def test_a_map_that_does_not_fit_is_refused_with_a_sentence(machine):
    web.import_image(machine)
    box.start(machine, "exec sleep 1000", "UserNS=single", name="vpn")
    web.write(machine, web.container("Network=vpn.container", install=()))
    text = web.fails_to_start(machine)
    assert "Network=vpn.container" in text or "container:vpn" in text, text
