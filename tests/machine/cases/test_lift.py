# SPDX-License-Identifier: LGPL-2.1-or-later
"""Options of [Service] that would keep the runner from starting: the container gets the equivalent, and starts."""

import box
import web
from machine.case import row

# Each family breaks the runner in a way of its own, on one systemd or another (generator/service-lift.h).
FILTERS = ("NoNewPrivileges=yes", "RestrictNamespaces=yes", "RestrictSUIDSGID=yes", "RestrictRealtime=yes",
           "RestrictAddressFamilies=AF_INET AF_UNIX", "SystemCallFilter=@system-service", "SystemCallArchitectures=native",
           "SystemCallLog=@mount", "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "ProtectKernelTunables=yes",
           "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectClock=yes", "ProtectHostname=yes")
NAMESPACES = ("PrivateNetwork=yes", "PrivateTmp=yes", "PrivateIPC=yes", "PrivateMounts=yes", "PrivateUsers=yes",
              "PrivateDevices=yes", "ProtectSystem=strict", "ProtectHome=yes", "ProtectControlGroups=yes", "ReadOnlyPaths=/",
              "ReadWritePaths=/tmp", "InaccessiblePaths=/boot", "NoExecPaths=/srv", "ExecPaths=/usr", "MountAPIVFS=yes",
              "TemporaryFileSystem=/srv", "BindPaths=%h/shared:/shared", "ProtectProc=invisible", "ProcSubset=pid")
PRIVILEGE = ("User=www-data", "Group=www-data", "SupplementaryGroups=video", "CapabilityBoundingSet=CAP_KILL CAP_SYS_TIME",
             "AmbientCapabilities=CAP_NET_RAW", "CPUSchedulingPolicy=fifo", "CPUSchedulingPriority=3", "LogNamespace=x",
             "IPAddressDeny=any", "DevicePolicy=strict")
LIMITS = ("LimitNOFILE=64", "LimitAS=64M", "LimitNPROC=100", "LimitCPU=1min", "UMask=0077", "KillSignal=SIGUSR1")
SCRIPT = """
grep -E '^(NoNewPrivs|CapBnd|CapEff|Umask)' /proc/self/status
echo files $(ulimit -n) memory $(ulimit -v) time $(ulimit -t)
trap 'echo got USR1; exit 0' USR1
touch /shared/made
echo up
while true; do sleep 0.1; done
"""


def words(machine):
    return machine.alice("journalctl --user -u box -o cat").out


def start(machine, service, *lines):
    machine.alice("mkdir -p ~/shared && rm -f ~/shared/made")
    result = box.start(machine, SCRIPT, "Network=none", *lines, service=service)
    assert result.status == 0, web.sees(machine, "box")
    machine.eventually(lambda: machine.alice("journalctl --user -u box -o cat | grep -qx up"))
    text = words(machine)
    machine.alice("systemctl --user stop box")
    assert machine.show("box", "Result") == "success", web.sees(machine, "box")
    return text


@row("C4")
def test_options_that_load_a_filter_go_to_the_container(machine):
    text = start(machine, FILTERS)
    assert "NoNewPrivs:\t1" in text, text


@row("C4")
def test_options_that_need_a_mount_namespace_go_to_the_container(machine):
    text = start(machine, NAMESPACES)
    assert "CapEff:\t00000000800405fb" in text, text
    assert machine.alice("ls ~/shared").out == "made\n"


@row("C4")
def test_options_that_need_privilege_go_to_the_container(machine):
    text = start(machine, PRIVILEGE)
    # CAP_KILL is 5, CAP_NET_RAW 13; CAP_SYS_TIME is not added, since a bounding set only takes away.
    assert "CapEff:\t0000000000002020" in text, text


@row("C4")
def test_limits_that_are_too_small_for_the_runner_go_to_the_container(machine):
    text = start(machine, LIMITS)
    assert "files 64 memory 65536 time 60" in text, text
    assert "Umask:\t0077" in text, text
    assert "got USR1" in words(machine), text


@row("C4")
def test_private_network_leaves_the_loopback_alone(machine):
    box.import_image(machine)
    web.write(machine, box.container("Exec=sh -c 'echo net: $(ls /sys/class/net); exec sleep 9'", service=("PrivateNetwork=yes",)), "box")
    machine.alice("systemctl --user start box")
    machine.eventually(lambda: "net: " in words(machine))
    assert "net: lo\n" in words(machine), words(machine)
    machine.alice("systemctl --user stop box")


@row("C4")
def test_an_option_that_cannot_be_lifted_is_told_before_any_start(machine):
    web.write(machine, web.container(service=("DynamicUser=yes",)))
    text = web.sees(machine)
    assert "DynamicUser=" in text and "UserNS=auto" in text, text


@row("C2")
def test_names_of_cgroup_v1_become_those_of_v2(machine):
    web.write(machine, web.container(service=("MemoryLimit=96M", "CPUShares=512", "BlockIOWeight=1000")))
    assert machine.show("web", "MemoryMax") == str(96 << 20)
    assert machine.show("web", "CPUWeight") == "50"
    assert machine.show("web", "IOWeight") == "200"
    assert "taken as MemoryMax=96M" in web.sees(machine)


@row("C4")
def test_what_is_left_out_is_so_in_a_container_anyway(machine):
    """Each line tries what an option forbids; only the last, which none does, may succeed."""
    attempts = {
        "RestrictNamespaces": "unshare --user true", "RestrictRealtime": "chrt -f 5 true",
        "ProtectClock": "sh -c '! date -s 12:00 2>&1 | grep \"set date\"'",
        "ProtectKernelTunables": "sh -c 'echo 1 >/proc/sys/kernel/panic'", "ProtectKernelModules": "insmod /etc/passwd",
        "ProtectKernelLogs": "sh -c 'head -c1 /dev/kmsg /proc/kmsg'", "ProtectControlGroups": "mkdir /sys/fs/cgroup/x",
        "PrivateMounts": "mount -t tmpfs none /tmp", "PrivateDevices": "test -e /dev/mem -o -e /dev/sda -o -e /dev/vda",
        "ProtectHome": "test -e /home/alice", "PrivateTmp": "test -e /tmp/of-the-host", "ProtectSystem": "test -e /usr/lib/systemd",
        "ProtectProc": "test -e /proc/99999999 -o $(ls -d /proc/[0-9]* | wc -l) -gt 9", "none": "true",
    }
    machine.alice("touch /tmp/of-the-host")
    script = "\n".join(f"if {command} >/dev/null 2>&1; then echo {name}; fi" for name, command in attempts.items())
    name = machine.alice("hostname").out
    out = box.run(machine, script).out
    machine.alice("rm /tmp/of-the-host")
    assert out == "none\n", out
    box.run(machine, "hostname changed", check=False)
    assert machine.alice("hostname").out == name
