# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prepared Debian roots: made once with mmdebstrap, kept, never written to again.

A root is named after its suite and the hash of all that goes into it, so a changed package list makes a new one.
It is built aside and renamed when complete: what is in the cache is whole."""

import hashlib
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from . import host, packages

HERE = Path(__file__).resolve().parent
CUSTOMISE = HERE / "customise-root"

# The stages that mmdebstrap reports, in our words.
STAGES = {
    "running apt-get update": "fetching package lists",
    "downloading packages": "downloading the base system",
    "extracting archives": "unpacking the base system",
    "installing essential packages": "configuring the base system",
    "installing remaining packages": "downloading and installing {count} packages",
    "running --customize-hook": "adding the user alice",
    "cleaning package lists": "cleaning up",
}


def prepared(suite, package_set="base"):
    """Returns the root folder of this suite, making it when it is not there."""
    wanted = packages.of_machine(suite, package_set)
    recipe = "\n".join([suite, *wanted, CUSTOMISE.read_text()])
    key = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    path = host.CACHE / "machines" / f"{suite}-{package_set}-{key}"

    if not path.is_dir():
        with host.lock(path.parent / f"{suite}.lock", f"{suite}: somebody else is preparing this machine, waiting"):
            if not path.is_dir():
                make(suite, wanted, path)
    os.utime(path)
    return path


def make(suite, wanted, path):
    aside = path.with_name(f".{path.name}.incomplete")
    remove(aside)
    command = [
        # Whatever it mounts goes when it goes, also when it is killed.
        "unshare", "--mount", "--propagation", "private", "--",
        "mmdebstrap", "--variant=apt", f"--include={','.join(wanted)}",
        # Half of the files and of the time, and nothing that a service needs.
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=force-unsafe-io",
        f"--customize-hook={CUSTOMISE}", suite, str(aside),
    ]
    progress = host.Progress(f"{suite}: preparing a Debian machine, once")
    try:
        run_with_progress(command, progress, len(wanted))
    except BaseException:
        remove(aside)
        raise
    aside.rename(path)
    prune(path)
    progress.done(f"ready in {path}")


def prune(newest):
    """Removes older roots of the same kind, with their build folders, once nobody has used them for a week."""
    prefix = newest.name.rpartition("-")[0]
    for path in newest.parent.glob(f"{prefix}-*"):
        if path != newest and time.time() - path.stat().st_mtime > 7 * 86400:
            shutil.rmtree(path)
            for folder in (host.CACHE / "build").glob(f"{path.name}-*"):
                shutil.rmtree(folder)


def run_with_progress(command, progress, count):
    """Runs mmdebstrap and condenses what it prints; all of it is shown when it fails."""
    def show(line):
        for words, text in STAGES.items():
            if line.startswith(f"I: {words}"):
                progress.step(text.format(count=count))

    status, text = progress.run(command, show)
    if status != 0:
        # Its own progress bar is part of the lines: leave it out.
        text = re.sub(r"[^\n]*\r", "", text)
        raise host.HostError(f"mmdebstrap failed with status {status}:\n{text[-4000:]}")


def remove(path):
    """A preparation that was killed leaves what it had mounted: /proc must not be emptied with the rest."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([point for point in mounts if point.startswith(f"{path}/")]):
        subprocess.run(["umount", "--lazy", point], check=True)
    if path.exists():
        shutil.rmtree(path)
