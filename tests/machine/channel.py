# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our end of inside/agent.py: sends a command, collects what it prints and how it ended."""

import base64
import itertools
import json
import select
import socket
import time
from dataclasses import dataclass

numbers = itertools.count(1)


class ChannelError(Exception):
    """The machine does not answer (it is not up, or went away)."""


class CommandTimeout(Exception):
    def __init__(self, argv, seconds, result):
        super().__init__(f"no end after {seconds} s: {' '.join(argv)}\n{result.out}{result.err}")


@dataclass
class Result:
    status: int
    out: str
    err: str


class Stream:
    """One connection to the agent; commands one after the other."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def close(self):
        self.connection.close()

    def next_line(self, deadline):
        """The next answer, or None when the deadline has passed."""
        while b"\n" not in self.buffer:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return None
            if not select.select([self.connection], [], [], left)[0]:
                return None
            data = self.connection.recv(1 << 16)
            if not data:
                raise ChannelError("the machine closed the connection")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def run(self, argv, user, env=None, cwd=None, stdin=b"", timeout=60, on_output=None):
        """on_output(name, bytes) is called as "out" and "err" arrive, besides collecting them."""
        number = next(numbers)
        request = {"id": number, "argv": argv, "user": user, "env": env, "cwd": cwd,
                   "stdin": base64.b64encode(stdin).decode()}
        self.send(request)

        texts = {"out": bytearray(), "err": bytearray()}
        deadline = None if timeout is None else time.monotonic() + timeout
        expired = False
        while True:
            line = self.next_line(deadline)
            if line is None and expired:
                raise ChannelError("the agent in the machine does not answer")
            if line is None:
                expired = True
                self.send({"id": number, "cancel": True})
                deadline = time.monotonic() + 20
                continue
            if line["id"] != number:
                continue
            if "status" in line:
                break
            for name in texts.keys() & line.keys():
                data = base64.b64decode(line[name])
                texts[name] += data
                if on_output:
                    on_output(name, data)

        result = Result(line["status"], texts["out"].decode(errors="replace"), texts["err"].decode(errors="replace"))
        if expired:
            raise CommandTimeout(argv, timeout, result)
        return result

    def send(self, request):
        try:
            self.connection.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise ChannelError(f"cannot reach the agent in the machine: {error}") from error


class SocketChannel:
    """Each command has a connection of its own, so commands may overlap and one that hangs hinders nobody."""

    def __init__(self, find_path):
        self.find_path = find_path

    def run(self, argv, user, **options):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(self.find_path())
        except OSError as error:
            raise ChannelError(f"cannot reach the agent in the machine: {error}") from error
        stream = Stream(connection)
        try:
            return stream.run(argv, user, **options)
        except ConnectionResetError as error:
            raise ChannelError(str(error)) from error
        finally:
            stream.close()
