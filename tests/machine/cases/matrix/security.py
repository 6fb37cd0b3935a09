# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the payload may do: capabilities, system calls, kernel parameters, limits of processes."""

from .row import Has, Is, Row
from .view import DEFAULT

ALL = Is("all capabilities", lambda names: len(names) >= 40)

PROFILE = ("printf %s '{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"sync\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":95}]}' "
           ">~/matrix/profile.json")


def limit(word, name, soft, hard=None):
    return Row(f"Ulimit={word}", sees={f"limit:{name}": (soft, soft if hard is None else hard)})


def kernel(name, value):
    path = "/proc/sys/" + name.replace(".", "/")
    return Row(f"Sysctl={name}={value}", probe=f"read:{path}", sees={f"read:{path}": f"{value}\n"})


ROWS = [
    Row("AddCapability=NET_ADMIN", sees={"cap:effective": DEFAULT | {"net_admin"}, "cap:bounding": DEFAULT | {"net_admin"}}),
    Row("AddCapability=cap_net_raw sys_nice", probe="call:raw-socket", sees={"cap:effective": DEFAULT | {"net_raw", "sys_nice"},
                                                                             "call:raw-socket": "done"}),
    Row("AddCapability=ALL", sees={"cap:effective": ALL, "cap:bounding": ALL}),
    Row("DropCapability=ALL", probe="call:chown call:chroot call:raw-socket", sees={
        "cap:effective": set(), "cap:bounding": set(), "cap:permitted": set(), "cap:ambient": set(),
        "call:chown": "EPERM", "call:chroot": "EPERM", "call:raw-socket": "EPERM"}),
    Row("DropCapability=CHOWN CAP_SETUID", probe="call:chown", sees={"cap:effective": DEFAULT - {"chown", "setuid"}, "call:chown": "EPERM"}),
    Row("DropCapability=all", "AddCapability=NET_BIND_SERVICE", sees={"cap:effective": {"net_bind_service"}}),
    Row("AddCapability=NET_BIND_SERVICE", "User=app", sees={"cap:effective": Has("net_bind_service")}),
    Row("AddCapability=SYS_TIME", says="SYS_TIME", sees={"cap:effective": Has("sys_time")}),
    Row("AddCapability=NONESUCH", fails=True, says="NONESUCH"),
    Row("PodmanArgs=--privileged", probe="call:mount", sees={"cap:effective": ALL, "call:mount": "done", "mount:/proc/keys": None}),

    Row("NoNewPrivileges=yes", "User=app", probe="program:/suid", sees={"no_new_privs": 1, "program:/suid": "done"}),
    Row("NoNewPrivileges=no", "User=app", probe="program:/suid", sees={"no_new_privs": 0, "program:/suid": "suid"}),
    Row(service=("NoNewPrivileges=yes",), sees={"no_new_privs": 1}),

    Row(probe="call:unshare-user call:unshare-mount call:mount call:keyctl call:mknod call:chroot", sees={
        "seccomp": 2, "call:unshare-user": "EPERM", "call:unshare-mount": "EPERM", "call:mount": "EPERM", "call:keyctl": "ENOSYS",
        "call:mknod": "done", "call:chroot": "done"}),
    Row("SeccompProfile=unconfined", probe="call:unshare-user", sees={"call:unshare-user": "done"}),
    Row("SeccompProfile=nesting", probe="call:unshare-user call:mount", sees={"seccomp": 2, "call:unshare-user": "done"}),
    Row("SeccompProfile=%h/matrix/profile.json", before=PROFILE, probe="call:sync call:unshare-user",
        sees={"call:sync": "EOPNOTSUPP", "call:unshare-user": "done"}),
    Row("SeccompProfile=%h/matrix/nonesuch.json", fails=True, says="nonesuch.json"),

    # The machine has neither AppArmor nor SELinux in force, and says so; test_security.py has what they do in the virtual one.
    Row("AppArmor=unconfined", sees={"uid": 0}),
    Row("AppArmor=m-nonesuch", fails=True, says="m-nonesuch"),
    *(Row(line, says="SELinux", sees={"uid": 0}) for line in (
        "SecurityLabelType=x_t", "SecurityLabelFileType=x_file_t", "SecurityLabelLevel=s0", "SecurityLabelNested=yes",
        "PodmanArgs=--security-opt=label=user:x_u", "PodmanArgs=--security-opt=label=role:x_r")),
    Row("SecurityLabelDisable=yes", sees={"uid": 0}),

    kernel("net.ipv4.ip_forward", 1),
    kernel("net.ipv4.ip_unprivileged_port_start", 0),
    kernel("kernel.shm_rmid_forced", 1),
    kernel("kernel.msgmax", 9999),
    kernel("fs.mqueue.msg_max", 20),
    Row("Sysctl=net.ipv4.tcp_fin_timeout=30 net.ipv4.ping_group_range=\"0 5\"", probe="read:/proc/sys/net/ipv4/tcp_fin_timeout",
        sees={"read:/proc/sys/net/ipv4/tcp_fin_timeout": "30\n"}, twin=False),
    Row("Sysctl=kernel.hostname=by-sysctl", sees={"hostname": "by-sysctl"}),
    Row("Sysctl=kernel.shmmax=1", "PodmanArgs=--ipc=host", fails=True, says="with --ipc=host it is the host's"),
    Row("Sysctl=vm.max_map_count=262144", fails=True, says="sysctl -w vm.max_map_count"),

    limit("nofile=100:200", "NOFILE", 100, 200),
    limit("nofile=1000", "NOFILE", 1000),
    limit("core=0", "CORE", 0),
    limit("nproc=5000:6000", "NPROC", 5000, 6000),
    limit("fsize=1000000", "FSIZE", 1000000),
    limit("as=1000000000", "AS", 1000000000),
    limit("cpu=100", "CPU", 100),
    limit("data=100000000", "DATA", 100000000),
    limit("locks=10", "LOCKS", 10),
    limit("memlock=65536", "MEMLOCK", 65536),
    limit("msgqueue=1000", "MSGQUEUE", 1000),
    limit("nice=0", "NICE", 0),
    limit("rss=1000000", "RSS", 1000000),
    limit("rtprio=0", "RTPRIO", 0),
    limit("rttime=1000", "RTTIME", 1000),
    limit("sigpending=100", "SIGPENDING", 100),
    limit("stack=1000000:-1", "STACK", 1000000, "unlimited"),
    Row("Ulimit=host", service=("LimitNOFILE=123:456",), sees={"limit:NOFILE": (123, 456)}),
    Row("Ulimit=nofile=99999999", fails=True, says="LimitNOFILE=99999999"),
    Row("Ulimit=nonesuch=1", fails=True, says="there is no limit 'nonesuch'"),
]
