#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs wolffia-generator on the folders of cases/ and compares all that comes out.

A case is a folder:
    input/            the unit files; also home/ or users/ where "folders" says so
    folders           optional: the search path, a folder of the case per line (default: input)
    config/           optional: $XDG_CONFIG_HOME
    expected/         the whole output tree, links included
    expected-stderr   what the user is told; missing: nothing
Cases whose name starts with "bad-" must end with exit status 1, all others with 0. What is no stub is shown to
`systemd-analyze --user verify` as well, which must have nothing to say."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = Path(__file__).resolve().parent / "cases"
PROGRAMS = {"wolffia-runner": "/usr/libexec/wolffia/wolffia-runner", "wolffia-network": "/usr/libexec/wolffia/wolffia-network",
            "wolffia": "/usr/bin/wolffia"}
CALL = re.compile(r"(Exec(?:Start|Reload|StopPost)=-?)/\S+/(wolffia-runner|wolffia-network|wolffia)(?= |$)", re.MULTILINE)
MUST_RUN = os.environ.get("WOLFFIA_TESTS_MUST_RUN") == "1"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generator", help="the program to test")
    parser.add_argument("cases", nargs="*", help="names of cases (default: all)")
    parser.add_argument("--tap", action="store_true", help="print the Test Anything Protocol")
    parser.add_argument("--update", action="store_true", help="make what comes out what is expected; look at it before you commit")
    return parser.parse_args()


def normalise(text, case):
    """Makes the text independent of where the source tree lies and where our programs are installed to."""
    return CALL.sub(lambda call: f"{call.group(1)}{PROGRAMS[call.group(2)]}", text.replace(f"{case}/", "/case/"))


def read_tree(top, case):
    """Path below TOP → text of the file, or "-> target" of the link."""
    tree = {}
    for folder, folders, names in os.walk(top):
        for name in names + [name for name in folders if os.path.islink(os.path.join(folder, name))]:
            path = Path(folder, name)
            relative = str(path.relative_to(top))
            tree[relative] = f"-> {os.readlink(path)}" if path.is_symlink() else normalise(path.read_text(), case)
    return tree


def write_tree(top, tree):
    shutil.rmtree(top, ignore_errors=True)
    for relative, text in tree.items():
        path = top / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text[3:])
        else:
            path.write_text(text)


def environment(case):
    folders = case / "folders"
    names = folders.read_text().split() if folders.exists() else ["input"]
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "WOLFFIA_LOG_TARGET": "stderr",
        **({"XDG_CONFIG_HOME": str(case / "config")} if (case / "config").exists() else {}),
        "WOLFFIA_UNIT_DIRS": ":".join(str(case / name) for name in names),
        **{name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ},
    }


def differences(expected, found):
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield f"{name}: missing"
        elif name not in expected:
            yield f"{name}: not expected:\n{found[name]}"
        elif expected[name] != found[name]:
            yield f"{name}: differs\n--- expected\n{expected[name]}\n--- found\n{found[name]}"


def run_generator(case, out, generator):
    """Cases with unreadable files run as nobody, since root reads everything; git keeps no such mode."""
    unreadable = [path for path in case.rglob("unreadable*") if path.is_file()]
    if unreadable and os.geteuid() == 0:
        os.chown(out, 65534, 65534)
        identity = {"user": 65534, "group": 65534, "extra_groups": []}
    else:
        identity = {}
    for path in unreadable:
        path.chmod(0)
    try:
        return subprocess.run([generator, out, "/early", "/late"], env=environment(case), capture_output=True, text=True,
                              **identity)
    finally:
        for path in unreadable:
            path.chmod(0o644)


def run_case(case, options):
    """The case is copied: where the source tree lies, nobody may have no access."""
    with tempfile.TemporaryDirectory(prefix="wolffia-") as top:
        os.chmod(top, 0o755)
        out, copy, generator = Path(top, "out"), Path(top, case.name), Path(top, "wolffia-generator")
        out.mkdir()
        shutil.copytree(case, copy, symlinks=True)
        shutil.copy(options.generator, generator)
        answer = run_generator(copy, out, generator)
        found = read_tree(out, copy)
        stderr = normalise(answer.stderr, copy)
        if options.update:
            write_tree(case / "expected", found)
            (case / "expected-stderr").unlink(missing_ok=True)
            if stderr:
                (case / "expected-stderr").write_text(stderr)
        faults = check(case, found, stderr, answer.returncode)
    return ("failed", "\n".join(faults)) if faults else ("ok", "")


def check(case, found, stderr, status):
    stderr_file = case / "expected-stderr"
    expected_stderr = stderr_file.read_text() if stderr_file.exists() else ""
    faults = list(differences(read_tree(case / "expected", case), found))
    if stderr != expected_stderr:
        faults.append(f"standard error differs\n--- expected\n{expected_stderr}\n--- found\n{stderr}")
    wanted = 1 if case.name.startswith("bad-") else 0
    if status != wanted:
        faults.append(f"exit status {status}, not {wanted}")
    return faults


def is_told(line, case):
    """Whether the generator has said it as well: slips of the user's stay in the unit."""
    told = case / "expected-stderr"
    match = re.search(r"Unknown (?:key|section) '(\w+)'|Command (podman) is not executable", line)
    name = match and (match[1] or match[2])
    return bool(name) and told.exists() and re.search(rf" {name}=:|\[{name}\]|`{name} ", told.read_text())


def verify_all(cases):
    """One call for all good units: each takes systemd-analyze a while to start. Units of cases have equal names, so each case
    has its own folder in $SYSTEMD_UNIT_PATH in turn."""
    program = shutil.which("systemd-analyze")
    if not program:
        return "skip", "systemd-analyze is not installed"
    faults = []
    with tempfile.TemporaryDirectory(prefix="wolffia-") as top:
        runner = Path(top, "wolffia-runner")
        runner.write_text("#!/bin/sh\n")
        runner.chmod(0o755)
        # The unit that ours may require without a file of the user's.
        template = CASES.parents[2] / "units" / "wolffia-network@.service.in"
        write_tree(Path(top, "shipped"), {template.stem: template.read_text().replace("@network@", str(runner))})
        for case in cases:
            units = Path(top, case.name)
            tree = {name: CALL.sub(rf"\g<1>{runner}", text)
                    for name, text in read_tree(case / "expected", case).items()}
            write_tree(units, tree)
            names = [name for name, text in tree.items() if name.endswith(".service") and not text.startswith("-> ")
                     and "/" not in name and "@." not in name]
            if not names:
                continue
            answer = subprocess.run([program, "--user", "--man=no", "verify", *[str(units / name) for name in names]],
                                    env={"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": top, "HOME": top,
                                         "SYSTEMD_UNIT_PATH": f"{units}:{top}/shipped:"},
                                    capture_output=True, text=True)
            # Where there is no cgroup v2 of one's own the check itself has something to say, about the machine; and
            # UpheldBy= is newer than Debian 12, where the link alone has no effect either.
            said = [line for line in answer.stderr.splitlines()
                    if (any(name in line for name in names) or "unit" in line.lower()) and "'UpheldBy'" not in line
                    and not is_told(line, case)]
            if said:
                faults.append(f"{case.name}: " + "\n".join(said))
    return ("failed", "\n".join(faults)) if faults else ("ok", "")


def call(generator, *arguments, **variables):
    env = {"PATH": os.environ["PATH"], "WOLFFIA_LOG_TARGET": "stderr", "WOLFFIA_UNIT_DIRS": "", **variables}
    return subprocess.run([os.path.abspath(generator), *arguments], env=env, capture_output=True, text=True)


def check_options(generator):
    """How it is called, by systemd, by people, and by those who know Quadlet's generator."""
    faults = []
    for arguments, status, text in ((["--help"], 0, "Usage: wolffia-generator"), (["--version"], 0, "wolffia-generator "),
                                    (["--nonsense", "/x"], 2, "no option --nonsense"), ([], 1, "the folder to write to is missing"),
                                    (["-dryrun", "-user", "-v"], 0, "There are no unit files"),
                                    (["/proc/nowhere"], 1, "/proc/nowhere")):
        answer = call(generator, *arguments)
        if answer.returncode != status or text not in answer.stdout + answer.stderr:
            faults.append(f"{arguments}: status {answer.returncode}\n{answer.stdout}{answer.stderr}")
    return ("failed", "\n".join(faults)) if faults else ("ok", "")


def check_dry_run(generator, case):
    """It prints what a run writes, and writes nothing."""
    with tempfile.TemporaryDirectory(prefix="wolffia-") as top:
        written, unwritten = Path(top, "written"), Path(top, "unwritten")
        folders = str(case / "input")
        call(generator, str(written), WOLFFIA_UNIT_DIRS=folders)
        answer = call(generator, "--dry-run", str(unwritten), WOLFFIA_UNIT_DIRS=folders)
        expected = "".join(f"---{path.name}---\n{path.read_text()}\n" for path in sorted(written.glob("*.service"))
                           if not path.is_symlink())
        if answer.stdout != expected or unwritten.exists():
            return "failed", f"printed:\n{answer.stdout}\nwritten:\n{expected}"
    return "ok", ""


def check_second_run(generator, case):
    """A run into the folder of an earlier one replaces everything in it."""
    with tempfile.TemporaryDirectory(prefix="wolffia-") as top:
        first = call(generator, top, WOLFFIA_UNIT_DIRS=str(case / "input"))
        tree = read_tree(top, case)
        second = call(generator, top, WOLFFIA_UNIT_DIRS=str(case / "input"))
        if (first.stderr, first.returncode, tree) != (second.stderr, second.returncode, read_tree(top, case)):
            return "failed", second.stderr
    return "ok", ""


def main():
    options = parse()
    names = options.cases or sorted(path.name for path in CASES.iterdir() if path.is_dir())
    results = [(name, *run_case(CASES / name, options)) for name in names]
    if not options.cases:
        results.append(("options", *check_options(options.generator)))
        results.append(("a dry run prints what a run writes", *check_dry_run(options.generator, CASES / "drop-ins")))
        results.append(("a second run replaces the first", *check_second_run(options.generator, CASES / "install")))
    results.append(("systemd-analyze has nothing to say", *verify_all([CASES / name for name in names])))

    failed = 0
    print(f"1..{len(results)}")
    for number, (name, outcome, text) in enumerate(results, 1):
        if outcome == "skip" and MUST_RUN:
            outcome = "failed"
        failed += outcome == "failed"
        print(f"{'not ok' if outcome == 'failed' else 'ok'} {number} - {name}{' # SKIP ' + text if outcome == 'skip' else ''}")
        if outcome == "failed":
            print("".join(f"# {line}\n" for line in text.splitlines()), end="")
    if not options.tap:
        print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
