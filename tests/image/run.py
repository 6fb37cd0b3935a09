#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole-program tests of the image store. Usage: run.py WOLFFIA MODULE [TEST…]; prints TAP.

As an ordinary user they run as that user. Root makes a user for them in a mount namespace of its own (a passwd file, one
for subordinate ids), so that the real newuidmap takes part and nothing is left on the machine."""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from box import Box, Skip

USER, UID = "wolffia-test", 61234


def bind(path, text):
    """A line more in a file of /etc, for this mount namespace only."""
    old = Path(path).read_text() if Path(path).exists() else ""
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(old + text)
        os.fchmod(file.fileno(), 0o644)
    if not Path(path).exists():
        Path(path).touch()
    subprocess.run(["mount", "--bind", file.name, path], check=True)
    os.unlink(file.name)


def become_user():
    if "--in-namespace" not in sys.argv:
        # Not one that lies below a folder that only root may enter: it would find no module any more.
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
        os.execvp("unshare", ["unshare", "--mount", "--propagation=private", python, __file__, "--in-namespace",
                              *sys.argv[1:]])
    sys.argv.remove("--in-namespace")
    # The build folder may lie below a folder that only root may enter.
    program = Path(tempfile.mkdtemp(dir="/var/tmp"), "wolffia")
    program.parent.chmod(0o755)
    shutil.copy(sys.argv[1], program)
    sys.argv[1] = str(program)
    bind("/etc/passwd", f"{USER}:x:{UID}:{UID}::/nonexistent:/bin/sh\n")
    bind("/etc/group", f"{USER}:x:{UID}:\n")
    bind("/etc/subuid", f"{USER}:700000000:65536\n")
    bind("/etc/subgid", f"{USER}:700000000:65536\n")
    os.setgroups([])
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    os.environ.update({"HOME": "/nonexistent", "USER": USER, "LOGNAME": USER})
    return program.parent


def run_one(number, name, function, program):
    box = Box(program)
    title = name.removeprefix("test_").replace("_", "-")
    try:
        function(box)
        print(f"ok {number} {title}", flush=True)
        return True
    except Skip as reason:
        must_run = os.environ.get("WOLFFIA_TESTS_MUST_RUN") == "1"
        print(f"{'not ok' if must_run else 'ok'} {number} {title} # SKIP {reason}", flush=True)
        return not must_run
    except Exception:
        print(f"not ok {number} {title}")
        print("".join("# " + line + "\n" for line in traceback.format_exc().split("\n")), flush=True)
        return False
    finally:
        box.close()


def check_host(program):
    """In a chroot, and where an administrator says so, nothing of this can work."""
    tried = subprocess.run([program, "unshare", "true"], capture_output=True, text=True,
                           env={**os.environ, "XDG_DATA_HOME": "/nonexistent"})
    return "" if tried.returncode == 0 else tried.stderr.strip()


def main():
    module = importlib.import_module(next(word for word in sys.argv[2:] if word.startswith("test_")))
    if os.geteuid() == 0:
        become_user()
    program, _, *wanted = sys.argv[1:]
    functions = [(name, function) for name, function in vars(module).items()
                 if name.startswith("test_") and (not wanted or any(word in name for word in wanted))]
    problem = check_host(program)
    if problem:
        must_run = os.environ.get("WOLFFIA_TESTS_MUST_RUN") == "1"
        print(f"Bail out! {problem}" if must_run else f"1..0 # SKIP {problem}")
        sys.exit(1 if must_run else 0)
    print(f"1..{len(functions)}")
    good = [run_one(number, name, function, program) for number, (name, function) in enumerate(functions, 1)]
    sys.exit(0 if all(good) else 1)


main()
