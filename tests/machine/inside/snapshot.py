# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints, as JSON, all that a user's services could leave behind on this machine, each thing as a line of text.
leftovers.py compares two of these. Runs as root."""

import json
import os
import pwd
import sys

USER = pwd.getpwnam(sys.argv[1] if len(sys.argv) > 1 else "alice")
RUNTIME = f"/run/user/{USER.pw_uid}"
CGROUP = f"/sys/fs/cgroup/user.slice/user-{USER.pw_uid}.slice"
FIRST_SUBORDINATE_ID = 100000

# Written by the user manager and its bus themselves, at their own pace.
NOT_OURS = ("systemd", "bus", "credentials", "dbus-1", "gnupg", "pk-debconf-socket")


def processes():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/status") as file:
                status = dict(line.split(":", 1) for line in file)
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
            with open(f"/proc/{pid}/cgroup") as file:
                cgroup = [line.split(":", 2)[2].strip() for line in file if line.startswith("0::")][0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        uid = int(status["Uid"].split()[0])
        if uid == USER.pw_uid or uid >= FIRST_SUBORDINATE_ID:
            name = command or f"[{status['Name'].strip()}]"
            if status["State"].split()[0] == "Z":
                name += " (zombie)"
            found.append(f"uid {uid} in {cgroup}: {name}")
    return found


def mounts():
    """But for those that systemd makes for its own services, such as one that waits for a login on a terminal."""
    with open("/proc/1/mountinfo") as file:
        lines = [line.split() for line in file]
    return [f"{fields[fields.index('-') + 1]} on {fields[4]}" for fields in lines if not fields[4].startswith("/run/credentials/")]


def cgroups():
    return [folder for folder, _, _ in os.walk(CGROUP)]


def is_ours(path):
    status = os.lstat(path)
    return status.st_uid == USER.pw_uid or status.st_uid >= FIRST_SUBORDINATE_ID


def tree(top, left_out=()):
    """All but empty folders that only hold the place of others."""
    found = []
    for folder, folders, files in os.walk(top):
        if folder == top:
            folders[:] = [name for name in folders if name not in left_out]
            files = [name for name in files if name not in left_out]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [os.path.join(folder, name) for name in files + links]
        if not folders and not files and os.path.relpath(folder, top) not in (".", "wolffia"):
            found.append(folder + "/")
    return found


def temporary():
    found = []
    for top in ("/tmp", "/var/tmp", "/dev/shm"):
        for name in os.listdir(top):
            path = os.path.join(top, name)
            try:
                if is_ours(path):
                    found.append(path)
            except FileNotFoundError:
                pass
    return found


def containers():
    """Writable layers and what is to be removed: what the store has beside images."""
    store = os.path.join(USER.pw_dir, ".local/share/wolffia")
    found = []
    for name in ("containers", "trash"):
        top = os.path.join(store, name)
        if os.path.isdir(top):
            found += [os.path.join(top, entry) for entry in os.listdir(top)]
    return found


def interfaces():
    return [f"interface {name}" for name in os.listdir("/sys/class/net")]


print(json.dumps({
    "process": processes(),
    "mount": mounts(),
    "cgroup": cgroups(),
    "runtime file": tree(RUNTIME, NOT_OURS) if os.path.isdir(RUNTIME) else [],
    "temporary file": temporary(),
    "writable layer": containers(),
    "network": interfaces(),
}))
