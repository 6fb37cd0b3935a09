# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs commands inside a machine for channel.py, its other end.

A request is a line of JSON: {"id", "argv", "user", "env", "cwd", "stdin"}. Answers are lines of JSON with the same id:
{"out"} and {"err"} as the command writes, {"status"} at its end (negative: the signal). {"id", "cancel": true} or the
end of the connection kills what still runs. stdin, out and err are base64.

It listens on a socket (nspawn), or serves the virtio ports that it is given as arguments (virtual machine)."""

import base64
import json
import os
import pwd
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time

SOCKET = "/run/wolffia-tests.socket"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment(user):
    """What a login gives, with the address of the user manager. No session is opened: that alone would start the
    user manager, and then no case could tell that lingering works."""
    env = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name,
           "SHELL": user.pw_shell}
    if user.pw_uid != 0:
        env["XDG_RUNTIME_DIR"] = f"/run/user/{user.pw_uid}"
        env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path=/run/user/{user.pw_uid}/bus"
    return env


def start(request):
    user = pwd.getpwnam(request["user"])
    env = environment(user)
    for name, value in (request.get("env") or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return subprocess.Popen(
        request["argv"], env=env, cwd=request.get("cwd") or user.pw_dir,
        user=user.pw_uid, group=user.pw_gid, extra_groups=os.getgrouplist(user.pw_name, user.pw_gid),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, umask=0o022)


def feed(pipe, data):
    try:
        pipe.write(data)
        pipe.close()
    except BrokenPipeError:
        pass


class Connection:
    """Serves one stream, one command after the other."""

    def __init__(self, read_fd, write_fd):
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.buffer = b""

    def answer(self, request, **fields):
        line = json.dumps({"id": request["id"], **fields}).encode() + b"\n"
        while line:
            line = line[os.write(self.write_fd, line):]

    def next_line(self):
        while b"\n" not in self.buffer:
            data = os.read(self.read_fd, 65536)
            if not data:
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def serve(self):
        while (request := self.next_line()) is not None:
            if "argv" in request and not self.run(request):
                return

    def run(self, request):
        try:
            process = start(request)
        except (OSError, KeyError, ValueError) as error:
            self.answer(request, err=base64.b64encode(f"{error}\n".encode()).decode())
            self.answer(request, status=127)
            return True

        data = base64.b64decode(request.get("stdin") or "")
        threading.Thread(target=feed, args=(process.stdin, data), daemon=True).start()
        connected = self.relay(process, request)
        if not connected:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()
        if connected:
            self.answer(request, status=process.returncode)
        return connected

    def relay(self, process, request):
        """Until the command has ended, not until its output is closed: a daemon that it left holds that open."""
        exited = os.pidfd_open(process.pid)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ, "out")
            selector.register(process.stderr, selectors.EVENT_READ, "err")
            selector.register(exited, selectors.EVENT_READ, "exited")
            selector.register(self.read_fd, selectors.EVENT_READ, "request")
            try:
                return self.relay_loop(selector, process, request)
            finally:
                os.close(exited)

    def relay_loop(self, selector, process, request):
        ended = None
        while True:
            events = selector.select(None if ended is None else 0)
            # What was written before the end is there at once; a daemon that goes on writing is not waited for.
            if ended is not None and (not events or time.monotonic() > ended + 1):
                return True
            for key, _ in events:
                if key.data == "exited":
                    ended = time.monotonic()
                    selector.unregister(key.fileobj)
                elif key.data == "request":
                    if (line := self.next_line()) is None:
                        return False
                    if line.get("cancel") and line["id"] == request["id"]:
                        os.killpg(process.pid, signal.SIGKILL)
                else:
                    data = os.read(key.fd, 65536)
                    if data:
                        self.answer(request, **{key.data: base64.b64encode(data).decode()})
                    else:
                        selector.unregister(key.fileobj)


def serve(read_fd, write_fd):
    try:
        Connection(read_fd, write_fd).serve()
    except (BrokenPipeError, ConnectionResetError):
        pass


def serve_connection(connection):
    with connection:
        serve(connection.fileno(), connection.fileno())


def serve_port(path):
    """A virtio port has no connections: it reads as ended while nobody holds the other side. It may come late."""
    while True:
        try:
            fd = os.open(path, os.O_RDWR)
            serve(fd, fd)
            os.close(fd)
        except OSError as error:
            print(f"{path}: {error}", file=sys.stderr, flush=True)
        time.sleep(0.1)


def main():
    ports = sys.argv[1:]
    for port in ports:
        threading.Thread(target=serve_port, args=(port,)).start()
    if ports:
        return

    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    listener.bind(SOCKET)
    os.chmod(SOCKET, 0o600)
    listener.listen(16)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_connection, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
