# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine we run on: its packages, our folders on it, locks, and telling the user what is going on."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]

# Prepared roots, build folders, images: all can be made again, all are worth keeping.
CACHE = Path(os.environ.get("WOLFFIA_CACHE", "/var/cache/wolffia"))

# One folder per machine that runs. Not in /tmp, which may be a small tmpfs.
RUNNING = Path(os.environ.get("WOLFFIA_RUNNING", "/var/tmp/wolffia-machines"))


class HostError(Exception):
    """Something that the user has to know and can do something about; shown without a traceback."""


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


def require_root(program):
    if os.geteuid() != 0:
        raise HostError(f"{program} boots machines with systemd-nspawn and needs root: sudo {program}")


def install_missing(programs):
    """Installs the packages of those programs that this host lacks. programs: program → package."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = sorted({package for program, package in programs.items() if not shutil.which(program, path=path)})
    if missing:
        apt_install(missing)


def apt_install(packages):
    if not shutil.which("apt-get"):
        raise HostError(f"please install: {' '.join(packages)} (no apt-get here to do it)")

    progress = Progress("this host")
    # Lists may be missing (container images) or old, so they are fetched when the first try fails.
    install = ["env", "DEBIAN_FRONTEND=noninteractive",
               "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for title, command in (("installing " + " ".join(packages), install),
                           ("fetching package lists", ["apt-get", "update", "-q"]),
                           ("installing " + " ".join(packages), install)):
        progress.step(title)
        status, text = progress.run(command)
        if command is install and status == 0:
            progress.done("installed " + " ".join(packages))
            return
    raise HostError(f"apt-get could not install {' '.join(packages)}:\n{text[-2000:]}")


@contextlib.contextmanager
def lock(path, busy=None):
    """Holds a lock file; says `busy` once when somebody else has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if busy:
                say(busy)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Progress:
    """One line that is rewritten on a terminal, elsewhere a line per step and now and then a sign of life."""

    sign_of_life = 20
    may_rewrite = True      # False where others write to the terminal at the same time

    def __init__(self, label):
        self.label = label
        self.start = time.monotonic()
        self.shown = 0
        self.text = None
        self.terminal = sys.stderr.isatty() and self.may_rewrite

    def step(self, text):
        if text != self.text:
            self.text = text
            self.show()

    def tick(self, text=None):
        """To be called about once a second, or whenever there is news that is not worth a line of its own."""
        self.text = text or self.text
        if self.text and (self.terminal or time.monotonic() - self.shown > self.sign_of_life):
            self.show()

    def show(self):
        self.shown = time.monotonic()
        line = f"{self.label}: {self.text} ({self.shown - self.start:.0f} s)"
        if self.terminal:
            columns = shutil.get_terminal_size().columns
            say(f"\r\033[K{line[:columns - 1]}", end="")
        else:
            say(line)

    def done(self, text):
        seconds = time.monotonic() - self.start
        clear = "\r\033[K" if self.terminal else ""
        say(f"{clear}{self.label}: {text} ({seconds:.1f} s)")

    def run(self, command, on_line=lambda line: None):
        """Runs a program while time passes visibly; returns its status and all that it printed."""
        lines = []
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        reader = threading.Thread(target=self.read, args=(process.stdout, lines, on_line), daemon=True)
        reader.start()
        try:
            while process.poll() is None:
                reader.join(1)
                self.tick()
                if not reader.is_alive():
                    process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
        reader.join()
        return process.returncode, "".join(lines)

    @staticmethod
    def read(pipe, lines, on_line):
        for line in pipe:
            lines.append(line)
            on_line(line)
