# SPDX-License-Identifier: LGPL-2.1-or-later
"""A whole system inside: systemd as the payload, of three Debian releases."""

import re
import shlex
from pathlib import Path

import web

from machine.case import needs, on_each_kernel, row

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "machine.container"
VERSIONS = {"bullseye": 247, "bookworm": 252, "trixie": 257}

# What services commonly ask for, and a container's root cannot give.
SANDBOXED = """[Service]
ExecStart=/bin/sh -c 'id -u >/run/%p/who; exec sleep 99999'
RuntimeDirectory=%p
StateDirectory=%p
PrivateNetwork=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHostname=yes
ProtectKernelTunables=yes
"""


def import_image(machine, suite):
    if f"localhost/machine-{suite}" not in machine.alice("wolffia images", check=False).out:
        machine.alice(f"wolffia import localhost/machine-{suite} /srv/images/machine-{suite}.oci.tar", timeout=300)


def start(machine, suite, *lines, units=()):
    """Starts the example with the image of that suite. UNITS: (name, text) of services that the system inside has enabled.
    Returns what the journal says about it since."""
    import_image(machine, suite)
    for name, text in units:
        machine.write(f"~/units/{name}", text)
    mounts = [f"Volume=%h/units/{name}:/etc/systemd/system/{name}:ro" for name, _ in units]
    machine.write("~/units/wants.conf", "[Unit]\n" + "".join(f"Wants={name}\n" for name, _ in units))
    mounts.append("Volume=%h/units/wants.conf:/etc/systemd/system/multi-user.target.d/wants.conf:ro")
    text = EXAMPLE.read_text().replace("Image=localhost/machine", "\n".join(
        [f"Image=localhost/machine-{suite}", "Network=none", *mounts, *lines]))
    web.write(machine, text, "machine")
    since = machine.root("date +%s.%6N").out.strip()
    machine.alice("systemctl --user start machine", timeout=120)
    return machine.journal("machine", since)


def inside(machine, command, check=True):
    """Runs a command in the container, as its root."""
    group = machine.show("machine", "ControlGroup")
    pid = machine.root(f"head -n 1 /sys/fs/cgroup{group}/payload*/init.scope/cgroup.procs").out.strip()
    return machine.root(f"nsenter --target {pid} --user --mount --pid --uts --ipc --cgroup --net --root --wd --setuid 0 --setgid 0 "
                        f"-- /bin/sh -c {shlex.quote(command)}", check=check)


def stop(machine):
    machine.alice("systemctl --user stop machine", timeout=60)
    assert machine.show("machine", "Result") == "success"


def reaches_running(machine, suite):
    log = start(machine, suite, units=[("sandboxed.service", SANDBOXED), ("dynamic.service", SANDBOXED + "DynamicUser=yes\n"),
                                       ("users.service", SANDBOXED + "PrivateUsers=yes\n")])
    state = inside(machine, "systemctl is-system-running --wait; systemctl --failed --plain --no-legend; cat /run/*/who",
                   check=False).out
    assert state.split() == ["running", "65534", "0", "0"], state
    assert f"The systemd inside ({VERSIONS[suite]}) cannot set up" in log and "PrivateUsers=" in log, log
    assert "dynamic.service" in log and "sandboxed.service" not in log, log
    becomes_nobody_later_too(machine)
    stop(machine)


LATER = """set -e
printf '[Service]\\nType=oneshot\\nStateDirectory=later\\nExecStart=/bin/sh -c "id -un >/var/lib/later/who"\\nDynamicUser=yes\\n' \\
        >/etc/systemd/system/later.service
mkdir /run/systemd/system/last@.service.d
printf '[Service]\\nExecStart=/bin/true\\nType=oneshot\\n' >/run/systemd/system/last@.service
printf '[Service]\\nDynamicUser=true\\n' >/run/systemd/system/last@.service.d/x.conf
systemctl daemon-reload
systemctl start later last@1
cat /var/lib/later/who
systemctl show --value -p User last@1
"""


def becomes_nobody_later_too(machine):
    """Units that come while it runs, in a file and by a drop-in."""
    result = inside(machine, LATER, check=False)
    assert result.out.split() == ["nobody", "nobody"], result


@row("C5")
def test_a_system_of_bullseye_reaches_running_with_sandboxed_services(machine):
    reaches_running(machine, "bullseye")


@row("C5")
def test_a_system_of_bookworm_reaches_running_with_sandboxed_services(machine):
    reaches_running(machine, "bookworm")


@row("C5")
def test_a_system_of_trixie_reaches_running_with_sandboxed_services(machine):
    reaches_running(machine, "trixie")


@row("C5")
def test_what_is_relaxed_can_be_chosen(machine):
    units = [("dynamic.service", SANDBOXED + "DynamicUser=yes\n")]
    log = start(machine, "trixie", "PrivateNetworkOverride=no", units=units)
    failed = inside(machine, "systemctl is-system-running --wait; systemctl show --value -p ExecMainStatus dynamic; "
                             "ls /run/systemd/system", check=False).out
    assert failed.split() == ["degraded", "226"], failed
    assert "The systemd inside" not in log, log
    stop(machine)
    # With the capability all of it is real.
    start(machine, "trixie", "AddCapability=SYS_ADMIN", units=units)
    real = inside(machine, "systemctl is-system-running --wait; cat /run/dynamic/who; "
                           "nsenter -m -t $(systemctl show --value -p MainPID dynamic) touch /usr/x 2>&1", check=False).out
    assert real.startswith("running\n6") and "Read-only file system" in real, real
    stop(machine)


def test_a_system_finds_what_it_expects_of_a_container_manager(machine):
    start(machine, "trixie")
    assert machine.show("machine", "StatusText") == "Ready."
    seen = inside(machine, "systemd-detect-virt --container; tr '\\0' '\\n' </proc/1/environ | grep container; cat /etc/machine-id; "
                           "for d in /run /run/lock /tmp /var/log/journal; do stat -f -c %T $d; done; "
                           "stat -c %u /sys/fs/cgroup/cgroup.procs; ls /var/log/journal").out.split()
    uuid = [word for word in seen if word.startswith("container_uuid=")][0].partition("=")[2]
    assert "container=wolffia" in seen and re.fullmatch("[0-9a-f]{32}", uuid), seen
    assert seen.count(uuid) == 2 and seen.count("tmpfs") == 4, seen
    assert machine.alice("wolffia exec machine systemctl is-system-running").out == "running\n"
    stop(machine)
    start(machine, "trixie")
    assert uuid in inside(machine, "cat /etc/machine-id").out, "the identity is another one at the next start"
    stop(machine)


@on_each_kernel
@row("C7")
def test_cgroups_of_a_system_inside_are_gone_when_it_has_stopped(machine):
    own = "/sys/fs/cgroup/system.slice/deleg.service"
    delegated = ("[Service]\nUser=messagebus\nDelegate=yes\nExecStart=/bin/sh -c "
                 f"'mkdir {own}/deep && echo 0 >{own}/deep/cgroup.procs && mkdir {own}/deep/.control {own}/deep/er; exec sleep 99999'\n")
    start(machine, "bookworm", units=[("deleg.service", delegated)])
    group = f"/sys/fs/cgroup{machine.show('machine', 'ControlGroup')}"
    machine.eventually(lambda: machine.root(f"test -d {group}/payload/system.slice/deleg.service/deep/er; "
                                            f"stat -c %u {group}/payload/system.slice/deleg.service/deep").out >= "100000")
    stop(machine)
    assert machine.root(f"ls {group}", check=False).status != 0

    # After a crash they go too: systemd can start nothing in a cgroup that hands controllers on.
    start(machine, "bookworm", units=[("deleg.service", delegated)])
    machine.eventually(lambda: machine.root(f"test -d {group}/payload/system.slice/deleg.service/deep/er").status == 0)
    machine.root(f"kill -KILL $(cat {group}/supervisor/cgroup.procs $(find {group}/payload -name cgroup.procs))")
    machine.eventually(lambda: machine.show("machine", "ActiveState") == "failed")
    assert machine.root(f"ls {group}", check=False).status != 0
    machine.alice("systemctl --user reset-failed; systemctl --user start machine")
    machine.eventually(lambda: machine.root(f"ls {group}").out.count("payload") == 1)
    stop(machine)
    assert machine.root(f"ls {group}", check=False).status != 0


def test_a_system_with_keep_id_owns_its_cgroup_too(machine):
    start(machine, "bookworm", "UserNS=keep-id", "User=0")
    assert inside(machine, "systemctl is-system-running --wait; stat -c %u /sys/fs/cgroup /sys/fs/cgroup/cgroup.procs",
                  check=False).out.split() == ["running", "0", "0"]
    stop(machine)


def test_a_system_without_a_cgroup_of_its_own_is_refused(machine):
    import_image(machine, "trixie")
    result = machine.alice("/usr/libexec/wolffia/wolffia-runner --name=hand --network=none localhost/machine-trixie", check=False)
    assert result.status == 125 and "Delegate=yes" in result.err and "--systemd=false" in result.err, result


@row("C2b")
@needs("controllers")
def test_limits_of_services_inside_are_in_force(machine):
    limited = ("[Service]\nMemoryMax=64M\nTasksMax=20\nCPUWeight=50\nExecStart=/bin/sh -c 'sleep 99999'\n")
    start(machine, "trixie", units=[("limited.service", limited)])
    seen = inside(machine, "cd /sys/fs/cgroup/system.slice/limited.service && cat memory.max pids.max cpu.weight").out
    assert seen.split() == [str(64 << 20), "20", "50"], seen
    stop(machine)
