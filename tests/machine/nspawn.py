# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a throw-away copy of a prepared root with systemd-nspawn.

How it works

In the folder of the machine:

    upper/ work/    what the machine changes of its root (overlay; the prepared root is never written to)
    root/           where the overlay is mounted
    devices/        nodes as udev makes them: on a host without it they may be root's alone
    home/ var-lib/ var-tmp/ build/    plain folders: an overlay cannot have its upper layer on an overlay, and
                    containers have theirs below the user's home
    console.log     what systemd prints while it boots

systemd-nspawn runs in a mount namespace of its own, so the overlay goes when it goes."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

from . import host
from .backend import Backend, children, new_folder, new_record
from .channel import ChannelError, SocketChannel

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "inside"
NODES = ("/dev/net/tun", "/dev/fuse")
SOCKET = "run/wolffia-tests.socket"

# Mounts the overlay and becomes systemd-nspawn, in the mount namespace that unshare made.
START = """
mount -t overlay overlay -o lowerdir="$1",upperdir="$2/upper",workdir="$2/work" "$2/root"
folder=$2
shift 2
exec systemd-nspawn -q -D "$folder/root" "$@"
"""

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


class Nspawn(Backend):
    tier = "nspawn"

    def __init__(self, folder, record):
        super().__init__(folder, record)
        self.leader = None
        self.channel = SocketChannel(self.socket_path)

    @classmethod
    def create(cls, suite, root, name=None):
        """A new machine, not booted yet."""
        machine = cls(new_folder(suite, name), new_record(suite, root))
        try:
            machine.write_record()
            machine.copy()
        except BaseException:
            machine.destroy()
            raise
        return machine

    def copy(self):
        if filesystem(self.folder) == "overlay":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder], check=True)
            self.write_record()
        for name in ("upper", "work", "root", "build", "devices"):
            (self.folder / name).mkdir()
        for node in NODES:
            make_node(node, self.folder / "devices")
        root = Path(self.record["root"])
        for name, inside in (("home", "home"), ("var-lib", "var/lib"), ("var-tmp", "var/tmp")):
            subprocess.run(["cp", "-a", root / inside, self.folder / name], check=True)
        install_inside(self.folder / "upper")

    def boot(self, binds=(), stay=False):
        """binds: arguments such as --bind-ro=/a:/b."""
        command = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-euc", START, "sh",
                   self.record["root"], str(self.folder), *self.options(), *binds]
        self.record["binds"] = list(binds)
        self.start(command, stay, self.before_exec, env=dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1"))
        self.wait_until_up()

    def options(self):
        options = ["--boot", "--register=no", "--private-network", "--system-call-filter=@keyring bpf",
                   "--console=pipe", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                   "--kill-signal=SIGRTMIN+3", "--hostname=wolffia-test", f"--machine=wolffia-{self.folder.name}",
                   *(f"--bind={self.folder}/devices/{Path(node).name}:{node}" for node in NODES),
                   f"--bind={self.folder}/home:/home", f"--bind={self.folder}/var-lib:/var/lib",
                   f"--bind={self.folder}/var-tmp:/var/tmp", f"--bind={self.folder}/build:/var/build"]
        # With systemd on the host, nspawn asks it for a scope; without, it takes the cgroup that we put it into.
        if not os.path.isdir("/run/systemd/system"):
            options.append("--keep-unit")
        return options

    def before_exec(self):
        if not os.path.isdir("/run/systemd/system"):
            self.cgroup().mkdir(exist_ok=True)
            (self.cgroup() / "cgroup.procs").write_text("0")

    def cgroup(self):
        return cgroup_root() / f"wolffia-{self.folder.name}"

    def socket_path(self):
        """Through the root of the machine's first process. A reboot makes a new one."""
        if self.leader is None or not is_first_of_pid_namespace(self.leader):
            found = [pid for pid in children(self.record["pid"]) if is_first_of_pid_namespace(pid)]
            if not found:
                raise ChannelError("the machine has no first process (yet)")
            self.leader = found[0]
        return f"/proc/{self.leader}/root/{SOCKET}"

    def reboot(self):
        """Boots it again, with its disk as it then is: with --keep-unit systemd-nspawn ends when its machine reboots."""
        self.stop("reboot")
        self.leader = None
        self.boot(self.record["binds"], self.record["stay"])

    def forget(self):
        if not os.path.isdir("/run/systemd/system"):
            remove_cgroup(self.cgroup())

    def enter(self):
        return f"nsenter --target {self.leader} --all -- su - alice"


def make_node(node, folder):
    """One of the machine's own, open to everybody."""
    path = folder / Path(node).name
    os.mknod(path, stat.S_IFCHR, os.stat(node).st_rdev)
    path.chmod(0o666)


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


def remove_cgroup(path):
    """The deepest first, once its processes are killed: a run that was killed leaves them. One that does not die is told,
    and hinders nobody."""
    if not path.is_dir():
        return
    deadline = time.monotonic() + 10
    while path.is_dir():
        try:
            (path / "cgroup.kill").write_text("1")
            for folder, _, _ in os.walk(path, topdown=False):
                os.rmdir(folder)
        except OSError as error:
            if time.monotonic() > deadline:
                print(f"cannot remove the cgroup {path}: {error}", file=sys.stderr)
                return
            time.sleep(0.05)


def filesystem(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip().replace("overlayfs", "overlay")
