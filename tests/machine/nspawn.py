# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a throw-away copy of a prepared root with systemd-nspawn.

How it works

A machine has one folder below host.RUNNING:

    record.json     suite, root, process id of systemd-nspawn: enough for another program to find the machine again
    upper/ work/    what the machine changes of its root (overlay; the prepared root is never written to)
    root/           where the overlay is mounted
    home/ var-lib/ var-tmp/ build/    plain folders: an overlay cannot have its upper layer on an overlay, and
                    containers have theirs below the user's home
    console.log     what systemd prints while it boots

systemd-nspawn runs in a mount namespace of its own, so the overlay goes when it goes, and dies with us unless the
machine shall stay. All that can be left by a kill -9 are the folder and an empty cgroup, which the next run sweeps."""

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
from .channel import ChannelError, SocketChannel

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "inside"
SOCKET = "run/wolffia-tests.socket"

# Mounts the overlay and becomes systemd-nspawn, in the mount namespace that unshare made.
START = """
mount -t overlay overlay -o lowerdir="$1",upperdir="$2/upper",workdir="$2/work" "$2/root"
folder=$2
shift 2
exec systemd-nspawn -q -D "$folder/root" "$@"
"""

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


def is_first_of_pid_namespace(pid):
    try:
        line = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("NSpid:")][0]
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return False
    return len(line.split()) > 2 and line.split()[-1] == "1"


def cgroup_root():
    """Where cgroup v2 is mounted on this host, alone or beside v1."""
    for path in ("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs"):
        if os.path.exists(path):
            return Path(path).parent
    raise host.HostError("no cgroup v2 hierarchy is mounted on this host")


class Nspawn:
    tier = "nspawn"
    controllers = False

    def __init__(self, folder, record):
        self.folder = folder
        self.record = record
        self.suite = record["suite"]
        self.process = None
        self.leader = None
        self.channel = SocketChannel(self.socket_path)

    # Making and finding

    @classmethod
    def create(cls, suite, root, name=None):
        """A new machine, not booted yet. A name makes it one that others can find."""
        host.RUNNING.mkdir(parents=True, exist_ok=True)
        folder = host.RUNNING / (name or f"{suite}-{secrets.token_hex(4)}")
        folder.mkdir()
        machine = cls(folder, {"suite": suite, "root": str(root), "owner": os.getpid(),
                               "owner_start": start_time(os.getpid())})
        try:
            machine.write_record()
            machine.copy()
        except BaseException:
            machine.destroy()
            raise
        return machine

    @classmethod
    def find(cls, folder):
        """The machine of this folder when it is up, else None."""
        try:
            machine = cls(folder, json.loads((folder / "record.json").read_text()))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return machine if machine.is_up() else None

    def write_record(self):
        (self.folder / "record.json").write_text(json.dumps(self.record) + "\n")

    def copy(self):
        if filesystem(self.folder) == "overlay":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder], check=True)
            self.write_record()
        for name in ("upper", "work", "root", "build"):
            (self.folder / name).mkdir()
        root = Path(self.record["root"])
        for name, inside in (("home", "home"), ("var-lib", "var/lib"), ("var-tmp", "var/tmp")):
            subprocess.run(["cp", "-a", root / inside, self.folder / name], check=True)
        install_inside(self.folder / "upper")

    # Booting

    def boot(self, binds=(), stay=False):
        """binds: arguments such as --bind-ro=/a:/b. A machine that stays outlives us."""
        command = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-euc", START, "sh",
                   self.record["root"], str(self.folder), *self.options(), *binds]
        environment = dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1")
        with open(self.folder / "console.log", "ab") as console:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=console,
                                            stderr=console, start_new_session=True,
                                            preexec_fn=lambda: self.before_exec(stay))
        self.record.update(pid=self.process.pid, start=start_time(self.process.pid), binds=list(binds), stay=stay)
        self.write_record()
        self.wait_until_up()

    def options(self):
        options = ["--boot", "--register=no", "--private-network", "--system-call-filter=@keyring bpf",
                   "--console=pipe", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                   "--kill-signal=SIGRTMIN+3", "--hostname=wolffia-test", f"--machine=wolffia-{self.folder.name}",
                   "--bind=/dev/net/tun", "--bind=/dev/fuse",
                   f"--bind={self.folder}/home:/home", f"--bind={self.folder}/var-lib:/var/lib",
                   f"--bind={self.folder}/var-tmp:/var/tmp", f"--bind={self.folder}/build:/var/build"]
        # With systemd on the host, nspawn asks it for a scope; without, it takes the cgroup that we put it into.
        if not os.path.isdir("/run/systemd/system"):
            options.append("--keep-unit")
        return options

    def before_exec(self, stay):
        if not stay:
            die_with_parent()
        if not os.path.isdir("/run/systemd/system"):
            self.cgroup().mkdir(exist_ok=True)
            (self.cgroup() / "cgroup.procs").write_text("0")

    def cgroup(self):
        return cgroup_root() / f"wolffia-{self.folder.name}"

    def wait_until_up(self, seconds=60):
        """Up means: the boot is finished, alice's user manager with it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.is_up():
                break
            try:
                self.channel.run(["systemctl", "is-system-running", "--wait"], "root", timeout=seconds)
                return
            except ChannelError:
                time.sleep(0.02)
        raise host.HostError(f"{self.suite}: the machine did not boot:\n{self.console()[-3000:]}")

    def console(self):
        return (self.folder / "console.log").read_text(errors="replace")

    def is_up(self):
        pid = self.record.get("pid")
        if pid is None or (self.process and self.process.poll() is not None):
            return False
        return start_time(pid) == self.record["start"]

    def socket_path(self):
        """Through the root of the machine's first process. A reboot makes a new one."""
        if self.leader is None or not is_first_of_pid_namespace(self.leader):
            found = [pid for pid in children(self.record["pid"]) if is_first_of_pid_namespace(pid)]
            if not found:
                raise ChannelError("the machine has no first process (yet)")
            self.leader = found[0]
        return f"/proc/{self.leader}/root/{SOCKET}"

    def reboot(self):
        """Stops everything in the machine in order and boots it again, with its disk as it then is."""
        try:
            self.channel.run(["systemctl", "reboot"], "root", timeout=60)
        except ChannelError:
            pass
        # With --keep-unit systemd-nspawn ends when its machine reboots; that is as good a moment as any.
        deadline = time.monotonic() + 120
        while self.is_up():
            if time.monotonic() > deadline:
                raise host.HostError(f"{self.suite}: the machine does not stop:\n{self.console()[-3000:]}")
            time.sleep(0.02)
        self.leader = None
        self.boot(self.record["binds"], self.record["stay"])

    # Ending

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
        if not os.path.isdir("/run/systemd/system"):
            remove_cgroup(self.cgroup())
        if os.path.ismount(self.folder):
            subprocess.run(["umount", self.folder], check=True)
        shutil.rmtree(self.folder)

    def enter(self):
        return f"nsenter --target {self.leader} --all -- su - alice"


def install_inside(root):
    """Puts what runs inside a machine into its root: the agent, and the units that start it."""
    library = root / "usr/lib/wolffia-tests"
    units = root / "etc/systemd/system"
    wants = units / "multi-user.target.wants"
    for folder in (library, wants):
        folder.mkdir(parents=True)
    for file in INSIDE.iterdir():
        if file.suffix == ".service":
            shutil.copy(file, units)
        elif file.is_file():
            shutil.copy(file, library)
    (wants / "wolffia-tests-agent.service").symlink_to("../wolffia-tests-agent.service")


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def remove_cgroup(path):
    """The deepest first; a process that was just killed may hold it for a moment."""
    if not path.is_dir():
        return
    deadline = time.monotonic() + 10
    while True:
        try:
            for folder, _, _ in os.walk(path, topdown=False):
                os.rmdir(folder)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def filesystem(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip().replace("overlayfs", "overlay")


def all_machines():
    if not host.RUNNING.is_dir():
        return []
    return sorted(path for path in host.RUNNING.iterdir() if (path / "record.json").exists())


def sweep():
    """Removes what a killed run left: machines that are not up and whose owner is gone."""
    for folder in all_machines():
        try:
            record = json.loads((folder / "record.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            continue
        machine = Nspawn(folder, record)
        if not machine.is_up() and start_time(record["owner"]) != record["owner_start"]:
            host.say(f"removing {folder}, left by a run that was killed")
            machine.destroy()
