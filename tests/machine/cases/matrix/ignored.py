# SPDX-License-Identifier: LGPL-2.1-or-later
"""Options without an effect: the container starts, and that is noted. Options that are refused: it does not, and what to write
instead is told."""

from .row import Row

UNCHANGED = {"uid": 0, "pid": 1, "seccomp": 2}


def noted(line, says):
    return Row(line, says=says, sees=UNCHANGED)


def option(text, says):
    """Without an effect, of PodmanArgs= only."""
    return Row(f"PodmanArgs=--{text}", says=says, sees=UNCHANGED)


def refused(text, says):
    return Row(f"PodmanArgs=--{text}", says=says, fails=True)


ROWS = [
    noted("CgroupsMode=split", "CgroupsMode="),
    noted("GlobalArgs=--log-level=debug", "GlobalArgs="),
    noted("ContainersConfModule=/etc/x.conf", "ContainersConfModule="),
    noted("ExposeHostPort=80", "ExposeHostPort="),
    noted("Retry=3", "Retry="),
    noted("RetryDelay=1s", "RetryDelay="),
    noted("HealthLogDestination=local", "HealthLogDestination="),
    noted("HealthMaxLogCount=5", "HealthMaxLogCount="),
    noted("HealthMaxLogSize=500", "HealthMaxLogSize="),

    option("attach=stdout", "--attach"),
    option("authfile=/x", "--authfile"),
    option("cgroup-parent=x.slice", "--cgroup-parent"),
    option("cgroupns=private", "--cgroupns"),
    option("chrootdirs=/srv", "--chrootdirs"),
    option("cidfile=/tmp/x", "--cidfile"),
    option("conmon-pidfile=/tmp/x", "--conmon-pidfile"),
    option("cpu-rt-period=1000000", "--cpu-rt-period"),
    option("cpu-rt-runtime=950000", "--cpu-rt-runtime"),
    option("detach", "--detach"),
    option("detach-keys=ctrl-p", "--detach-keys"),
    option("device-cgroup-rule='c 226:* rwm'", "--device-cgroup-rule"),
    option("disable-content-trust", "--disable-content-trust"),
    option("hooks-dir=/x", "--hooks-dir"),
    option("hosts-file=none", "--hosts-file"),
    option("image-volume=tmpfs", "--image-volume"),
    option("init-path=/x", "--init-path"),
    option("no-hostname", "--no-hostname"),
    option("no-hosts", "--no-hosts"),
    option("oom-kill-disable", "--oom-kill-disable"),
    option("kernel-memory=1m", "--kernel-memory"),
    option("memory-swappiness=1", "--memory-swappiness"),
    option("pid=private", "--pid"),
    option("pidfile=/tmp/x", "--pidfile"),
    option("pod-id-file=/tmp/x", "--pod-id-file"),
    option("quiet", "--quiet"),
    option("rdt-class=x", "--rdt-class"),
    option("replace", "--replace"),
    option("rm", "--rm"),
    option("rmi", "--rmi"),
    option("runtime=crun", "--runtime"),
    option("runtime-flag=x", "--runtime-flag"),
    option("seccomp-policy=image", "--seccomp-policy"),
    option("sig-proxy", "--sig-proxy"),
    option("uts=private", "--uts"),
    option("tls-verify=false", "--tls-verify"),

    refused("arch=arm64", ".image file"),
    refused("blkio-weight-device=/dev/sda:200", "IODeviceWeight="),
    refused("cgroup-conf=memory.high=1", "MemoryHigh="),
    refused("decryption-key=/x", ".image file"),
    refused("device-read-bps=/dev/sda:1", "IOReadBandwidthMax="),
    refused("device-read-iops=/dev/sda:1", "IOReadIOPSMax="),
    refused("device-write-bps=/dev/sda:1", "IOWriteBandwidthMax="),
    refused("device-write-iops=/dev/sda:1", "IOWriteIOPSMax="),
    refused("env-merge=A=1", "Environment="),
    refused("hosts-file=image", "AddHost="),
    refused("hostuser=alice", "UserNS=keep-id"),
    refused("label-file=/x", "Label="),
    refused("mac-address=02:42:0a:59:07:05", "Network=app.network:mac="),
    refused("no-healthcheck", "HealthCmd=none"),
    refused("os=linux", ".image file"),
    refused("personality=LINUX32", "Personality="),
    refused("platform=linux/arm64", ".image file"),
    refused("preserve-fd=3", ".socket unit"),
    refused("preserve-fds=3", ".socket unit"),
    refused("publish-all", "PublishPort="),
    refused("requires=x", "Requires= in [Unit]"),
    refused("restart=always", "Restart= in [Service]"),
    refused("shm-size-systemd=1m", "Tmpfs=/run"),
    refused("timeout=3", "RuntimeMaxSec="),
    refused("unsetenv=A", "Environment=NAME="),
    refused("unsetenv-all", "Environment=NAME="),
    refused("variant=v8", ".image file"),
    refused("volumes-from=x", "Volume="),
    refused("ipc=container:x", "--ipc"),
    refused("pid=host", "--pid"),
    refused("uts=host", "--uts"),
    refused("nonesuch", "nonesuch"),
]
