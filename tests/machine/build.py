# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the source tree inside the machine that it is tested on.

The tree is bound read-only to /usr/src/wolffia. Build folders are kept on the host per prepared root and source
tree, so that a second run compiles what has changed only."""

import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import host

INSIDE_SOURCE = "/usr/src/wolffia"
INSIDE_BUILD = "/var/build"
ALICE = 1000

# Of the tests: what cases run themselves.
FROM_SOURCE = ("examples", "tests")
FROM_BUILD = ("tests/docs/print-keys", "tests/unit/libsubid_wolffia.so", "tests/unit/test-link")


class BuildError(Exception):
    pass


@dataclass
class Variant:
    name: str
    options: tuple


NORMAL = Variant("normal", ("--prefix=/usr", "--buildtype=debugoptimized"))
WITHOUT_TESTS = Variant("without-tests", ("--prefix=/usr", "--buildtype=debugoptimized", "-Dtests=false"))
SANITIZED = Variant("sanitized", ("--prefix=/usr", "--buildtype=debug", "-Db_sanitize=address,undefined",
                                  "-Db_lundef=false"))


def cache_folder(root, source=host.SOURCE):
    """The host's folder of build folders for this root and source tree."""
    key = hashlib.sha256(str(source).encode()).hexdigest()[:8]
    folder = host.CACHE / "build" / f"{Path(root).name}-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    # What is compiled here gets installed by root: out of reach of this host's users, whoever has alice's uid.
    folder.parent.chmod(0o700)
    return folder


def binds(root, source=host.SOURCE, fresh=False):
    if fresh:
        shutil.rmtree(cache_folder(root, source))
    # Compiled and tested by alice: as root, a test could not tell that a permission is missing.
    os.chown(cache_folder(root, source), ALICE, ALICE)
    return [f"--bind-ro={source}:{INSIDE_SOURCE}", f"--bind={cache_folder(root, source)}:{INSIDE_BUILD}"]


def lock(machine, variant):
    """Build folders are shared by all runs on this host."""
    folder = cache_folder(machine.backend.record["root"])
    return host.lock(folder / f"{variant.name}.lock", f"{machine.suite}: somebody else is building, waiting")


def setup_and_compile(machine, variant, werror=False):
    folder = f"{INSIDE_BUILD}/{variant.name}"
    options = [*variant.options, f"-Dwerror={'true' if werror else 'false'}"]
    setup = f"if [ -e {folder}/build.ninja ]; then meson configure {folder} {' '.join(options)}; " \
            f"else rm -rf {folder}; meson setup {folder} {INSIDE_SOURCE} {' '.join(options)}; fi"
    progress = host.Progress(f"{machine.suite}: {variant.name} build")
    run(machine, "alice", setup, f"meson setup ({variant.name})")
    run(machine, "alice", f"ninja -j 2 -C {folder}", f"ninja ({variant.name})", count(progress, r"^\[(\d+/\d+)\]"))
    return folder


def count(progress, pattern):
    """For on_output: shows how far a program is that numbers its lines; the pattern's group is the number."""
    def show(name, data):
        found = re.findall(pattern, data.decode(errors="replace"), re.MULTILINE)
        if found:
            progress.tick(found[-1].replace("/", " of "))
    return show


def install(machine, folder):
    run(machine, "root", f"meson install -C {folder} --no-rebuild && systemctl daemon-reload", "meson install")
    run(machine, "alice", "systemctl --user daemon-reload", "reloading alice's user manager")


def run(machine, user, command, what, on_output=None):
    result = machine.run(user, command, check=False, timeout=1200, on_output=on_output)
    if result.status != 0:
        raise BuildError(f"{what} failed on {machine.suite}:\n{condense(result.out + result.err)}")
    return result


def condense(text):
    """The part of a build log that matters when it has failed: from the first complaint on."""
    lines = [line for line in text.splitlines() if not re.match(r"\[\d+/\d+\] ", line)]
    complaints = [number for number, line in enumerate(lines) if re.search(r"FAILED|ERROR|error:|warning:", line)]
    first = complaints[0] if complaints else max(0, len(lines) - 60)
    return "\n".join(lines[first:first + 200])


def take_along(machine):
    """What a virtual machine, which sees neither sources nor build folder, gets of them with its disk."""
    folder = machine.backend.folder / "taken"
    for name in FROM_SOURCE:
        shutil.copytree(host.SOURCE / name, folder / INSIDE_SOURCE[1:] / name, symlinks=True)
    built = cache_folder(machine.backend.record["root"]) / NORMAL.name
    for name in FROM_BUILD:
        target = folder / INSIDE_BUILD[1:] / NORMAL.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(built / name, target)
