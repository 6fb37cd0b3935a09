# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a case can do with a machine, whichever way it was booted."""

import shlex
import subprocess
import time

CLIENT_ADDRESS = "192.0.2.77"
ADDRESS = "192.0.2.10"


class CommandFailed(AssertionError):
    def __init__(self, command, result):
        text = f"status {result.status}: {command}"
        for name, output in (("stdout", result.out), ("stderr", result.err)):
            if output.strip():
                text += f"\n  {name}: " + output.strip().replace("\n", "\n          ")
        super().__init__(text)


class NeverTrue(AssertionError):
    pass


class Machine:
    """backend: a Nspawn or a VirtualMachine."""

    address = ADDRESS
    client_address = CLIENT_ADDRESS

    def __init__(self, backend):
        self.backend = backend
        self.suite = backend.suite
        self.channel = backend.channel

    def run(self, user, command, check=True, **options):
        """A shell command (bash, -o pipefail). Returns its Result: status, out, err."""
        argv = ["bash", "-o", "pipefail", "-c", command]
        result = self.channel.run(argv, user, **options)
        if check and result.status != 0:
            raise CommandFailed(command, result)
        return result

    def alice(self, command, **options):
        """As the ordinary user whose user manager lingers, in no session of her own."""
        return self.run("alice", command, **options)

    def root(self, command, **options):
        return self.run("root", command, **options)

    def client(self, command, **options):
        """As root on another host of the LAN: 192.0.2.77, where this machine is 192.0.2.10."""
        return self.root(f"ip netns exec lan bash -o pipefail -c {shlex.quote(command)}", **options)

    def write(self, path, text, user="alice", mode="644"):
        """Writes a file of this user, its folders too. "~" is her home."""
        quoted = '"$HOME"/' + shlex.quote(path[2:]) if path.startswith("~/") else shlex.quote(path)
        data = text.encode() if isinstance(text, str) else text
        self.run(user, f'mkdir -p "$(dirname {quoted})" && cat >{quoted} && chmod {mode} {quoted}', stdin=data)

    def read(self, path, user="alice"):
        quoted = '"$HOME"/' + shlex.quote(path[2:]) if path.startswith("~/") else shlex.quote(path)
        return self.run(user, f"cat {quoted}").out

    def journal(self, unit=None, since=None, options=""):
        """What alice sees of a unit of hers: the messages, a line each. Everything written so far is in it."""
        self.root("journalctl --sync")
        command = f"journalctl --user --no-pager --output=cat {options}"
        if unit:
            command += f" --unit={shlex.quote(unit)}"
        if since:
            command += f" --since=@{since}"
        return self.alice(command).out

    def show(self, unit, name):
        """A property of a unit of alice's."""
        return self.alice(f"systemctl --user show --property={name} --value {shlex.quote(unit)}").out.strip()

    def eventually(self, condition, seconds=10, what=None):
        """Waits until the condition holds and returns its value; says what it last saw otherwise."""
        deadline = time.monotonic() + seconds * self.backend.slowness
        last = None
        while True:
            try:
                last = condition()
                if last:
                    return last
            except (AssertionError, subprocess.SubprocessError) as error:
                last = error
            if time.monotonic() > deadline:
                raise NeverTrue(f"{what or 'the condition'} did not hold within {seconds} s; last: {last!r}")
            time.sleep(0.05)

    def reboot(self):
        self.backend.reboot()
