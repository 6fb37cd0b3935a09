# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in the machine, as root, for test_kill.py: starts a unit of alice's and kills one process of it.

killer.py UNIT VICTIM MSEC: waits until the unit has a process of that kind, and MSEC more. Prints as JSON what was killed
("comm": its name at that moment, null: there was none), and how long after the start ("msec")."""

import json
import os
import pwd
import signal
import subprocess
import sys
import time

SLICE = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice"
UNIT, VICTIM, DELAY = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
PATIENCE = 3
ALICE = pwd.getpwnam("alice")


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def processes():
    """(pid, comm, pid of the parent) of all that are in the unit."""
    top = f"{SLICE}/{UNIT}.service"
    groups = [top] + [f"{top}/{name}" for name in ("payload", "payload-2", "payload-3", "supervisor")]
    for group in groups:
        for pid in read(f"{group}/cgroup.procs").split():
            name, _, rest = read(f"/proc/{pid}/stat").rpartition(")")
            if rest:
                yield int(pid), name.partition("(")[2], int(rest.split()[1]), "payload" in group


def find(manager):
    found = list(processes())
    comms = {pid: comm for pid, comm, _, _ in found}
    for pid, comm, parent, is_inside in found:
        kind = {"wolffia-supervi": "supervisor", "wolffia-relay": "relay", "newuidmap": "helper",
                "newgidmap": "helper"}.get(comm)
        if comm.startswith(("pasta", "passt")):
            kind = "pasta"
        if comm == "wolffia-runner":
            kind = "runner" if parent == manager else {"wolffia-supervi": "health", "wolffia-runner": "child"}.get(comms.get(parent))
        elif is_inside and kind is None:
            kind = "payload"
        if kind == VICTIM:
            return pid
    return None


def main():
    manager = int(subprocess.check_output(["systemctl", "show", "-P", "MainPID", "user@1000.service"]))
    began = time.monotonic()
    systemctl = subprocess.Popen(
        ["systemctl", "--user", "start", "--no-block", UNIT], user=ALICE.pw_uid, group=ALICE.pw_gid,
        env={"XDG_RUNTIME_DIR": "/run/user/1000", "PATH": os.environ["PATH"]})
    victim = None
    while victim is None and time.monotonic() - began < PATIENCE:
        victim = find(manager)
    time.sleep(DELAY if victim else 0)
    comm = read(f"/proc/{victim}/comm").strip() if victim else ""
    seen = time.monotonic() - began
    try:
        if comm:
            os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        comm = ""
    systemctl.wait()
    print(json.dumps({"comm": comm or None, "msec": round(seen * 1000)}))


main()
