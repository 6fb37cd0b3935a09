# SPDX-License-Identifier: LGPL-2.1-or-later
"""A home of its own for each test, and wolffia in it."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


class Skip(Exception):
    """The test cannot be run here; the text says why."""


@dataclass
class Result:
    status: int
    out: str
    err: str


class Box:
    def __init__(self, program):
        self.program = program
        self.home = Path(tempfile.mkdtemp(prefix="wolffia-test-", dir="/var/tmp"))
        self.store = self.home / "data" / "wolffia"
        self.environment = {**os.environ, "HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data"),
                            "XDG_RUNTIME_DIR": str(self.home / "run"), "LC_ALL": "C.UTF-8"}
        self.environment.pop("NOTIFY_SOCKET", None)
        (self.home / "run").mkdir(mode=0o700)

    def run(self, *arguments, check=True, input=None, **environment):
        done = subprocess.run([self.program, *map(str, arguments)], input=input, capture_output=True, timeout=300,
                              env={**self.environment, **environment})
        result = Result(done.returncode, done.stdout.decode(errors="surrogateescape"),
                        done.stderr.decode(errors="surrogateescape"))
        assert not check or result.status == 0, result
        return result

    def start(self, *arguments, **environment):
        return subprocess.Popen([self.program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.environment, **environment})

    def fails(self, *arguments, status=1, **environment):
        """Runs, and returns what it complains of."""
        result = self.run(*arguments, check=False, **environment)
        assert result.status == status, result
        assert result.err.startswith("wolffia: "), result
        return result.err

    def write(self, name, data):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def layers(self):
        return sorted((self.store / "layers").glob("*/*"))

    def blobs(self):
        return sorted((self.store / "blobs" / "sha256").glob("*"))

    def trash(self):
        return sorted((self.store / "trash").iterdir())

    def inside(self, *command, check=True):
        """Runs a command as root of the user's namespace."""
        return self.run("unshare", *command, check=check)

    def tree(self, layer):
        """Name → (type, mode, uid, gid, target) of all that is in an unpacked layer, as a container sees it."""
        out = self.inside("find", layer, "-printf", r"%P\t%y\t%m\t%U\t%G\t%l\0").out
        entries = (line.split("\t") for line in out.split("\0") if line)
        return {name: (kind, int(mode, 8), int(uid), int(gid), target) for name, kind, mode, uid, gid, target in entries}

    def is_single(self):
        return len(self.inside("cat", "/proc/self/uid_map").out.strip().split("\n")) == 1

    def needs_ids(self):
        if self.is_single():
            raise Skip("this user has no subordinate ids")

    def close(self):
        if self.store.exists():
            self.run("unshare", "rm", "-rf", self.store, check=False)
        shutil.rmtree(self.home, ignore_errors=True)
