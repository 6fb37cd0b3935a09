# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a machine as a virtual machine: slow (software emulation), but with all cgroup controllers.

How it works

The source tree is built and installed on a machine of the fast kind (nspawn.py) whose root has a kernel too. That one
is shut down, its tree becomes a disk image, and qemu boots it. Commands go through virtio serial ports, of which there
are a few so that commands can overlap; nothing of it touches the machine's network. A reboot is a new qemu on the same
disk."""

import contextlib
import fcntl
import os
import socket
import subprocess
import time

from . import images
from .backend import Backend
from .channel import ChannelError, Stream

PORTS = 4
DISK_SIZE = "4G"

# Plain -cpu max double-faults in qemu 7.2.
CPU = "max,la57=off,-cx16"
COMMAND_LINE = "console=ttyS0 root=/dev/vda rw quiet panic=-1"

AGENT_ON_PORTS = """[Service]
ExecStart=
ExecStart=/usr/bin/python3 /usr/lib/wolffia-tests/agent.py {ports}
"""

# Assembles the tree of the machine that was built on, as it looked from inside, and packs it.
PACK = """
mount -t overlay overlay -o lowerdir="$1",upperdir="$2/upper",workdir="$2/work" "$2/root"
mount --bind "$2/home" "$2/root/home"
mount --bind "$2/var-lib" "$2/root/var/lib"
mount --bind "$2/var-tmp" "$2/root/var/tmp"
cp -r --no-preserve=ownership "$2/taken/." "$2/root"
mkdir -p "$2/root/srv/images"
for image in $4; do
        name=${image##*/}
        cp "$image" "$2/root/srv/images/${name%-*}.oci.tar"
done
truncate --size "$3" "$2/disk.img"
mke2fs -q -t ext4 -F -d "$2/root" "$2/disk.img"
cp "$2"/root/boot/vmlinuz-* "$2/vmlinuz"
cp "$2"/root/boot/initrd.img-* "$2/initrd"
"""


class PortChannel:
    """A few streams; a command takes one that is free. Locks keep other programs on this host off it meanwhile."""

    def __init__(self, folder):
        self.folder = folder
        self.streams = {}

    @contextlib.contextmanager
    def free_port(self):
        while True:
            for number in range(PORTS):
                with open(self.folder / f"port{number}.lock", "w") as file:
                    try:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        continue
                    yield number
                    return
            time.sleep(0.1)

    def stream(self, number):
        if number not in self.streams:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self.folder / f"port{number}"))
            except OSError as error:
                raise ChannelError(f"cannot reach the virtual machine: {error}") from error
            self.streams[number] = Stream(connection)
        return self.streams[number]

    def run(self, argv, user, timeout=60, **options):
        with self.free_port() as number:
            try:
                return self.stream(number).run(argv, user, timeout=timeout and timeout * VirtualMachine.slowness, **options)
            except (ChannelError, ConnectionResetError) as error:
                self.streams.pop(number).close() if number in self.streams else None
                raise ChannelError(str(error)) from error

    def close(self):
        for stream in self.streams.values():
            stream.close()
        self.streams.clear()


class VirtualMachine(Backend):
    tier = "vm"
    boot_seconds = 600
    slowness = 10

    def __init__(self, folder, record):
        super().__init__(folder, record)
        self.channel = PortChannel(folder)

    @classmethod
    def from_builder(cls, builder):
        """Takes over a machine of the fast kind that has all installed: its folder, its tree."""
        builder.stop("poweroff")
        builder.forget()
        machine = cls(builder.folder, builder.record)
        dropin = machine.folder / "upper/etc/systemd/system/wolffia-tests-agent.service.d"
        dropin.mkdir(parents=True)
        # Cases load the profiles that they want; Debian's own, for pasta and others, would come with the package.
        (dropin.parent / "apparmor.service").symlink_to("/dev/null")
        ports = " ".join(f"/dev/virtio-ports/wolffia.{number}" for number in range(PORTS))
        (dropin / "ports.conf").write_text(AGENT_ON_PORTS.format(ports=ports))
        subprocess.run(["unshare", "--mount", "--propagation", "private", "--", "sh", "-euc", PACK, "sh",
                        machine.record["root"], str(machine.folder), DISK_SIZE, " ".join(str(images.prepared(name)) for name in images.IMAGES)],
                       check=True)
        return machine

    def boot(self, stay=False):
        self.start(self.command(), stay)
        self.wait_until_up()

    def command(self):
        command = ["qemu-system-x86_64", "-smp", "2", "-m", "2048", "-nographic", "-no-reboot",
                   "-kernel", self.folder / "vmlinuz", "-initrd", self.folder / "initrd", "-append", COMMAND_LINE,
                   "-drive", f"file={self.folder}/disk.img,format=raw,if=virtio,cache=unsafe", "-nic", "none",
                   "-device", "virtio-serial"]
        # Elsewhere KVM may work, and then this is fast.
        if os.environ.get("WOLFFIA_TESTS_KVM") == "1":
            command += ["-accel", "kvm", "-cpu", "host"]
        else:
            command += ["-accel", "tcg,thread=multi", "-cpu", CPU]
        for number in range(PORTS):
            path = self.folder / f"port{number}"
            command += ["-chardev", f"socket,id=port{number},path={path},server=on,wait=off",
                        "-device", f"virtserialport,chardev=port{number},name=wolffia.{number}"]
        return [str(word) for word in command]

    def reboot(self):
        """A new qemu on the same disk."""
        self.stop("reboot")
        self.channel.close()
        self.boot(self.record["stay"])

    def forget(self):
        self.channel.close()

    def enter(self):
        return "its serial ports only"
