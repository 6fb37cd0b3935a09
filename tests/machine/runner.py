# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs everything there is to run on one machine and reports each result as an event.

An event is a Point: one line of TAP. tests/run has one process per suite, and prints the events of all of them."""

import fnmatch
import importlib.util
import inspect
import json
import os
import re
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from . import build, host, leftovers
from .case import Skip

CASES = Path(__file__).resolve().parent / "cases"


@dataclass
class Point:
    suite: str
    group: str
    sentence: str
    outcome: str            # "passed", "failed", "skipped"
    seconds: float = 0
    details: str = ""


@dataclass
class Case:
    file: str
    function: object
    sentence: str
    needs: tuple = ()
    rows: tuple = ()
    is_on_each_kernel: bool = False

    def matches(self, patterns):
        text = f"{self.file}: {self.sentence} {' '.join(self.rows)}"
        return not patterns or any(fnmatch.fnmatchcase(text, f"*{pattern}*") for pattern in patterns)


def load_cases():
    cases = []
    sys.path.insert(0, str(CASES))
    for path in sorted(CASES.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"cases.{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, function in vars(module).items():
            if name.startswith("test_") and inspect.isfunction(function) and function.__module__ == module.__name__:
                cases.append(Case(path.name, function, name.removeprefix("test_").replace("_", " "),
                                  getattr(function, "needs", ()), getattr(function, "rows", ()),
                                  getattr(function, "is_on_each_kernel", False)))
    return cases


def select(cases, suite, tier, patterns):
    """The cases to run here. The slow tier runs what only it can, and whatever is asked for by name."""
    selected = []
    for case in cases:
        suites = [need for need in case.needs if need != "controllers"]
        if suites and suite not in suites:
            continue
        if tier == "nspawn" and "controllers" in case.needs:
            continue
        if tier == "vm" and "controllers" not in case.needs and not case.is_on_each_kernel and not patterns:
            continue
        if case.matches(patterns):
            selected.append(case)
    return selected


# Building


def run_build(machine, variant, werror, emit):
    """Compiles; returns the build folder or None."""
    start = time.monotonic()
    try:
        folder = build.setup_and_compile(machine, variant, werror)
    except build.BuildError as error:
        emit(Point(machine.suite, "build", f"{variant.name} build", "failed", time.monotonic() - start, str(error)))
        return None
    emit(Point(machine.suite, "build", f"{variant.name} build", "passed", time.monotonic() - start))
    return folder


def run_unit_tests(machine, variant, folder, emit):
    """meson test, one point per test program."""
    # The rules of the source tree are the same everywhere; clang-format 14 is in bookworm.
    left_out = ["source", "docs", "kernel"] if variant is not build.NORMAL else []
    left_out += ["source"] if machine.suite != "bookworm" else []
    options = " ".join(f"--no-suite {suite}" for suite in left_out)
    progress = host.Progress(f"{machine.suite}: unit tests, {variant.name}")
    result = machine.alice(f"cd {folder} && meson test --num-processes 2 --timeout-multiplier 3 {options}",
                           check=False, timeout=1800, on_output=build.count(progress, r"^ *(\d+/\d+) "),
                           env={"WOLFFIA_TESTS_MUST_RUN": os.environ.get("WOLFFIA_TESTS_MUST_RUN")})
    lines = machine.alice(f"cat {folder}/meson-logs/testlog.json", check=False).out.splitlines()
    points = [unit_test_point(machine, variant, json.loads(line)) for line in lines]
    for point in points:
        emit(point)
    if result.status != 0 and all(point.outcome != "failed" for point in points):
        emit(Point(machine.suite, f"unit, {variant.name}", "meson test", "failed", 0, result.out + result.err))


def unit_test_point(machine, variant, test):
    outcomes = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}
    outcome = outcomes.get(test["result"], "failed")
    details = f"{test.get('stdout', '')}\n{test.get('stderr', '')}".strip()
    if outcome == "skipped":
        reasons = re.findall(r"(?i)skip(?:ped)?:? +(.+)", details)
        details = reasons[0] if reasons else "it does not say why"
    return Point(machine.suite, f"unit, {variant.name}", test["name"].removeprefix("wolffia:"), outcome,
                 test["duration"], details[-6000:] if outcome != "passed" else "")


# Cases


@dataclass
class CaseRunner:
    machine: object
    emit: object
    before: dict = field(default_factory=dict)

    def start(self):
        self.before = leftovers.snapshot(self.machine)

    def run(self, case):
        since = self.machine.root("date +%s.%6N").out.strip()
        start = time.monotonic()
        outcome, details = "passed", ""
        try:
            case.function(self.machine)
        except Skip as skip:
            outcome, details = "skipped", str(skip)
        except Exception as error:
            outcome, details = "failed", self.explain(error, since)

        left = self.clean()
        if left:
            details += "\nleft behind after everything was stopped:\n  " + "\n  ".join(left) + "\n"
            details += self.journal(since) if outcome != "failed" else ""
        if left or outcome == "failed":
            outcome = "failed"
            self.before = leftovers.force_clean(self.machine, self.before)
        self.emit(Point(self.machine.suite, case.file, case.sentence, outcome, time.monotonic() - start, details))

    def clean(self):
        """Returns what the case left."""
        try:
            return leftovers.clean(self.machine, self.before)
        except Exception as error:
            return [f"stopping everything: {error}"]

    def explain(self, error, since):
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(CASES))]
        where = "".join(f"{Path(frame.filename).name}:{frame.lineno}: {frame.line}\n" for frame in own)
        text = f"{where}{type(error).__name__}: {error}\n"
        for title, find in (("what became of units", lambda: self.events(since)), ("units", self.units), ("running", self.running)):
            try:
                text += f"--- {title} ---\n{find()}\n"
            except Exception as second:
                text += f"--- {title}: {second}\n"
        return text + self.journal(since)

    def journal(self, since):
        try:
            self.machine.root("journalctl --sync")
            command = f"journalctl --no-pager --output=short-precise --since=@{since} | tail -n 150"
            lines = self.machine.root(command).out
        except Exception as error:
            lines = str(error)
        return f"--- journal since the case began ---\n{lines}"

    def events(self, since):
        """What the manager said of units, and what those are now: one that ended well, which is worth no word to it, is in no list."""
        self.machine.root("journalctl --sync")
        command = f"journalctl --no-pager --since=@{since} _UID=1000 _SYSTEMD_UNIT=user@1000.service --output="
        units = self.machine.root(f"{command}cat --output-fields=USER_UNIT | sort -u | grep -v '\\.slice$' | head -n 30 || true").out.split()
        now = "".join(f"{unit} is {self.machine.show(unit, 'ActiveState')} now\n" for unit in units)
        return self.machine.root(f"{command}short-precise --no-hostname | tail -n 40").out + now

    def units(self):
        return self.machine.alice("systemctl --user list-units --all --plain --no-legend | awk '{print $1}' | "
                                  "while read -r unit; do case $(systemctl --user show -P FragmentPath \"$unit\") in "
                                  "/usr/*|/lib/*|'') ;; *) systemctl --user status --no-pager --lines=0 \"$unit\";; "
                                  "esac; done", check=False).out

    def running(self):
        return "\n".join(leftovers.difference(self.before, leftovers.snapshot(self.machine)))


def run_cases(machine, cases, emit):
    if not cases:
        return
    runner = CaseRunner(machine, emit)
    runner.start()
    for case in cases:
        runner.run(case)
