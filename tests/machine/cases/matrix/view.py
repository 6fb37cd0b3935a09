# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the probe has printed, by names that rows use.

    uid euid gid groups umask cwd argv hostname nice pid tty offset     as the program sees them
    hosts resolv cgroup init oom_score_adj                              texts of files
    env:NAME      a variable, None where it is not set
    limit:NAME    (soft, hard), as numbers or "unlimited"; names as in setrlimit(2), NOFILE
    cap:effective cap:permitted cap:inheritable cap:bounding cap:ambient    sets of names
    no_new_privs seccomp                                                numbers
    blocked ignored                                                     masks of signals, as numbers
    uids gids     maps, as lists of (inside, outside, amount)
    mount:PATH    "type options, super options, source, optional fields" of what is mounted there last; None for nothing
    answer of a word of the probe under the word itself, stat:/x; signal and client of what it waited for"""

import json
import re

CAPABILITIES = """chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot
sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore""".split()
DEFAULT = set("chown dac_override fowner fsetid kill net_bind_service setfcap setgid setpcap setuid sys_chroot".split())

LIMITS = {"AS": "Max address space", "CORE": "Max core file size", "CPU": "Max cpu time", "DATA": "Max data size",
          "FSIZE": "Max file size", "LOCKS": "Max file locks", "MEMLOCK": "Max locked memory", "MSGQUEUE": "Max msgqueue size",
          "NICE": "Max nice priority", "NOFILE": "Max open files", "NPROC": "Max processes", "RSS": "Max resident set",
          "RTPRIO": "Max realtime priority", "RTTIME": "Max realtime timeout", "SIGPENDING": "Max pending signals",
          "STACK": "Max stack size"}
FILES = {"hosts": "/etc/hosts", "resolv": "/etc/resolv.conf", "cgroup": "/proc/self/cgroup", "init": "/proc/1/comm",
         "oom_score_adj": "/proc/self/oom_score_adj", "hostname_file": "/etc/hostname"}
STATUS = {"no_new_privs": "NoNewPrivs", "seccomp": "Seccomp"}
SETS = {"cap:effective": "CapEff", "cap:permitted": "CapPrm", "cap:inheritable": "CapInh", "cap:bounding": "CapBnd",
        "cap:ambient": "CapAmb"}
MASKS = {"blocked": "SigBlk", "ignored": "SigIgn"}


def names_of(mask):
    return {name for number, name in enumerate(CAPABILITIES) if mask >> number & 1}


def unescape(path):
    return re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), path)


class View:
    def __init__(self, documents):
        """DOCUMENTS: the JSON that the probe has printed, in order; later ones have what it waited for."""
        self.raw = {}
        for document in documents:
            self.raw.update(document)

    @classmethod
    def of(cls, messages):
        """From the lines of a journal; None where no probe has printed anything."""
        documents = [json.loads(line) for line in messages if line.startswith("{") and line.endswith("}")]
        return cls(documents) if documents else None

    def __getitem__(self, path):
        if path in FILES:
            return self.raw[FILES[path]].removesuffix("\n")
        if path in STATUS:
            return int(self.status(STATUS[path]))
        if path in SETS:
            return names_of(int(self.status(SETS[path]), 16))
        if path in MASKS:
            return int(self.status(MASKS[path]), 16)
        if path in ("uids", "gids"):
            text = self.raw[f"/proc/self/{path[0]}id_map"]
            return [tuple(map(int, line.split())) for line in text.splitlines()]
        kind, _, name = path.partition(":")
        if kind == "env":
            return dict(entry.split("=", 1) for entry in self.raw["env"]).get(name)
        if kind == "limit":
            return self.limit(name)
        if kind == "mount":
            return self.mount(name)
        if kind == "namespace":
            return self.raw["namespaces"][name]
        return self.raw.get(path)

    def status(self, name):
        return re.search(rf"^{name}:\s*(\S+)", self.raw["/proc/self/status"], re.MULTILINE)[1]

    def limit(self, name):
        soft, hard = re.search(rf"^{LIMITS[name]}\s+(\S+)\s+(\S+)", self.raw["/proc/self/limits"], re.MULTILINE).groups()
        return tuple(value if value == "unlimited" else int(value) for value in (soft, hard))

    def mount(self, path):
        found = None
        for line in self.raw["/proc/self/mountinfo"].splitlines():
            before, _, behind = line.partition(" - ")
            fields, (kind, source, options) = before.split(), behind.split(" ", 2)
            if unescape(fields[4]) == path:
                found = f"{kind} {fields[5]}, {options}, {source}, {' '.join(fields[6:])}, root {unescape(fields[3])}"
        return found
