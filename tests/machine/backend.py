# SPDX-License-Identifier: LGPL-2.1-or-later
"""What both kinds of machine (nspawn.py, vm.py) have in common: a folder, a record, a process on this host.

A machine has one folder below host.RUNNING; record.json in it says the suite, the root and the process, which is enough
for another program to find the machine again. The process dies with us unless the machine shall stay. All that a
kill -9 can leave are the folder and an empty cgroup, which the next run sweeps."""

import ctypes
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import host
from .channel import ChannelError

PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number=signal.SIGKILL):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)


def start_time(pid):
    """Tells a process from a later one with the same id; None when there is none (or only its remains)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Backend:
    """A machine, up or not. Subclasses say how to boot(), reboot() and enter() it, and have a channel."""

    tier = None
    boot_seconds = 60
    slowness = 1            # by what a case's patience is multiplied

    def __init__(self, folder, record):
        self.folder = folder
        self.record = record
        self.suite = record["suite"]
        self.process = None
        self.channel = None

    def write_record(self):
        (self.folder / "record.json").write_text(json.dumps(self.record) + "\n")

    def start(self, command, stay, before_exec=lambda: None, **options):
        """Starts the process of the machine. One that stays outlives us."""
        def in_child():
            if not stay:
                die_with_parent()
            before_exec()

        with open(self.folder / "console.log", "ab") as console:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                            start_new_session=True, preexec_fn=in_child, **options)
        self.record.update(tier=self.tier, pid=self.process.pid, start=start_time(self.process.pid), stay=stay)
        self.write_record()

    def is_up(self):
        pid = self.record.get("pid")
        if pid is None or (self.process and self.process.poll() is not None):
            return False
        return start_time(pid) == self.record["start"]

    def wait_until_up(self):
        """Up means: the boot is finished, alice's user manager with it."""
        deadline = time.monotonic() + self.boot_seconds
        while time.monotonic() < deadline and self.is_up():
            try:
                self.channel.run(["systemctl", "is-system-running", "--wait"], "root", timeout=self.boot_seconds)
                return
            except ChannelError:
                time.sleep(0.02)
        raise host.HostError(f"{self.suite}: the machine did not boot:\n{self.console()[-3000:]}")

    def stop(self, verb):
        """Stops everything in the machine in order: verb is "reboot" or "poweroff". Its process has then ended."""
        try:
            self.channel.run(["systemctl", verb], "root", timeout=60)
        except ChannelError:
            pass
        deadline = time.monotonic() + 2 * self.boot_seconds
        while self.is_up():
            if time.monotonic() > deadline:
                raise host.HostError(f"{self.suite}: the machine does not stop:\n{self.console()[-3000:]}")
            time.sleep(0.02)

    def console(self):
        return (self.folder / "console.log").read_text(errors="replace")

    def destroy(self):
        """Kills the machine and removes all of it. Nothing in it is worth an orderly stop."""
        pid = self.record.get("pid")
        if pid is not None and start_time(pid) == self.record["start"]:
            for child in children(pid):
                kill(child)
            kill(pid)
        if self.process:
            self.process.wait()
        deadline = time.monotonic() + 10
        while pid is not None and start_time(pid) == self.record["start"] and time.monotonic() < deadline:
            time.sleep(0.01)
        self.forget()
        if os.path.ismount(self.folder):
            subprocess.run(["umount", self.folder], check=True)
        # Another program may be sweeping up the same machine.
        shutil.rmtree(self.folder, onerror=ignore_missing)

    def forget(self):
        """What a subclass has outside of the folder."""


def ignore_missing(function, path, what):
    if not issubclass(what[0], FileNotFoundError):
        raise what[1]


def new_folder(suite, name=None):
    """A name makes it a machine that others can find."""
    host.RUNNING.mkdir(parents=True, exist_ok=True)
    folder = host.RUNNING / (name or f"{suite}-{secrets.token_hex(4)}")
    folder.mkdir()
    return folder


def new_record(suite, root):
    return {"suite": suite, "root": str(root), "owner": os.getpid(), "owner_start": start_time(os.getpid())}


def load(folder):
    """The machine of this folder, up or not; None when there is none."""
    from . import nspawn, vm

    try:
        record = json.loads((folder / "record.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    kinds = {"vm": vm.VirtualMachine}
    return kinds.get(record.get("tier"), nspawn.Nspawn)(folder, record)


def find(folder):
    """The machine of this folder when it is up, else None."""
    machine = load(folder)
    return machine if machine and machine.is_up() else None


def all_machines():
    if not host.RUNNING.is_dir():
        return []
    return sorted(path for path in host.RUNNING.iterdir() if (path / "record.json").exists())


def sweep():
    """Removes what a killed run left: machines that are not up and whose owner is gone."""
    for folder in all_machines():
        machine = load(folder)
        if machine and not machine.is_up() and start_time(machine.record["owner"]) != machine.record["owner_start"]:
            host.say(f"removing {folder}, left by a run that was killed")
            machine.destroy()
