#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Translates sets of unit files as people publish them, and says what becomes of each: by hand, since such sets are not ours to
keep. FOLDER has a folder for each set.

    tests/generator/published-sets.py build/generator/wolffia-generator FOLDER [--quadlet /usr/libexec/podman/quadlet] [--load]

With --quadlet, what Podman's generator refuses is compared: a source that it takes and that becomes a stub here is a difference.
With --load, each unit is loaded by the user manager that runs it, which must know every one of them (LoadError= empty)."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

KINDS = (".container", ".volume", ".network", ".pod", ".image", ".build", ".kube", ".artifact")


def sources(top):
    """Folders of the set that have sources, each of which is one search path of its own: sets have variants side by side."""
    folders = {}
    for folder, _, names in os.walk(top):
        found = sorted(name for name in names if name.endswith(KINDS))
        if found:
            folders[folder] = found
    return folders


def roots(top, apart):
    """The search paths to try: the whole set at once, or each folder for itself where names occur twice."""
    folders = sources(top)
    names = [name for found in folders.values() for name in found]
    return list(folders) if apart or len(names) != len(set(names)) else [str(top)]


def generate(generator, root, out):
    env = {"PATH": os.environ["PATH"], "HOME": "/home/user", "WOLFFIA_LOG_TARGET": "stderr", "WOLFFIA_UNIT_DIRS": root}
    answer = subprocess.run([generator, out], env=env, capture_output=True, text=True)
    units = {path.name: path.read_text() for path in Path(out).glob("*.service") if not path.is_symlink()}
    return units, answer.stderr


def quadlet(program, root):
    """Sources that Podman's generator refuses, by name → reason."""
    env = {"PATH": os.environ["PATH"], "HOME": "/home/user", "QUADLET_UNIT_DIRS": root}
    answer = subprocess.run([program, "-user", "-dryrun"], env=env, capture_output=True, text=True)
    refused = {}
    for line in answer.stderr.splitlines():
        match = re.search(r'converting "([^"]+)": (.*)', line) or re.search(r"error loading \"?([^\" ]+)\"?,? ?(.*)", line)
        if match:
            refused[os.path.basename(match[1])] = match[2]
    return refused


def load(out):
    """Units of OUT that the user manager cannot load, with its reason."""
    target = Path(os.environ["XDG_RUNTIME_DIR"], "systemd/user")
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in Path(out).glob("*.service") if not path.is_symlink() and "@." not in path.name)
    for name in names:
        (target / name).write_text(Path(out, name).read_text())
    subprocess.run(["systemctl", "--user", "daemon-reload"], check=True)
    faults = []
    for name in names:
        answer = subprocess.run(["systemctl", "--user", "show", "-p", "LoadState,LoadError", name], capture_output=True, text=True)
        if "LoadState=loaded" not in answer.stdout:
            faults.append(f"{name}: {answer.stdout.strip()}")
        (target / name).unlink()
    return faults


def report(options, top):
    """One set: (sources, units, stubs, differences)."""
    counts, differences = [0, 0, 0], 0
    for root in roots(top, options.apart):
        with tempfile.TemporaryDirectory(prefix="wolffia-") as out:
            units, said = generate(options.generator, root, out)
            files = [name for found in sources(root).values() for name in found]
            stubs = {name: re.search(r"^Description=(.*)", text, re.MULTILINE)[1] for name, text in units.items()
                     if "--broken=" in text}
            refused = quadlet(options.quadlet, root) if options.quadlet else {}
            counts = [a + b for a, b in zip(counts, (len(files), len(units) - len(stubs), len(stubs)))]
            for name, reason in sorted(stubs.items()):
                source = os.path.basename(re.search(r"^SourcePath=(.*)", units[name], re.MULTILINE)[1])
                known = f" [Podman too: {refused[source]}]" if source in refused else ""
                differences += not known
                print(f"    stub   {reason}{known}")
            for source, reason in sorted(refused.items()):
                if not any(f"/{source}\n" in units[name] for name in stubs):
                    print(f"    taken  {source}, which Podman refuses: {reason}")
            if options.verbose:
                for line in said.splitlines():
                    print(f"    said   {line.replace(root + '/', '')}")
            for fault in load(out) if options.load else ():
                differences += 1
                print(f"    LOAD   {fault}")
    print(f"{top.name}: {counts[0]} sources, {counts[1]} units, {counts[2]} stubs")
    return counts[0], counts[1], counts[2], differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generator")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quadlet", help="Podman's generator, to compare with")
    parser.add_argument("--load", action="store_true", help="load each unit in the user manager")
    parser.add_argument("--apart", action="store_true", help="each folder of a set by itself")
    parser.add_argument("--verbose", action="store_true", help="print all that is said")
    options = parser.parse_args()
    sets = sorted(path for path in options.folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    totals = [sum(column) for column in zip(*[report(options, path) for path in sets])]
    print(f"{len(sets)} sets: {totals[0]} sources, {totals[1]} units, {totals[2]} stubs, {totals[3]} to look at")
    sys.exit(0)


main()
