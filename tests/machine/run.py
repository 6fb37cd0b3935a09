# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs all tests: builds the source tree on throw-away Debian machines, runs its unit tests there, installs it and runs
the cases of tests/machine/cases as an ordinary user with a running systemd user manager."""

import argparse
import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import time
import traceback

from . import backend, build, host, images, nspawn, packages, root, runner, vm
from .machine import Machine

EPILOG = """
The output is TAP; the last line is "N passed, N failed, N skipped". The exit status is 0 only when nothing failed.
WOLFFIA_TESTS_MUST_RUN=1 turns skips into failures. WOLFFIA_CACHE is where prepared machines, build folders and images
are kept (/var/cache/wolffia); WOLFFIA_RUNNING where machines live while they run (/var/tmp/wolffia-machines).
For a machine to try things on see tests/machine/shell --help."""


def parse():
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", action="append", choices=packages.SUITES,
                        help="Debian release, may be repeated (default: all, side by side)")
    parser.add_argument("--case", action="append", metavar="PATTERN",
                        help="only cases whose file, sentence or row contains this; no unit tests then")
    parser.add_argument("--unit-only", action="store_true", help="build and run the unit tests, no cases")
    parser.add_argument("--cases-only", action="store_true", help="build and install, run the cases, no unit tests")
    parser.add_argument("--no-sanitizers", action="store_true", help="leave out the build with sanitizers")
    parser.add_argument("--werror", action="store_true", help="a warning of the compiler is a failure")
    parser.add_argument("--fresh", action="store_true", help="compile everything again")
    parser.add_argument("--vm", action="store_true",
                        help="in a virtual machine with all cgroup controllers (slow): the cases that need them, or "
                             "those that --case names; no unit tests")
    parser.add_argument("--keep", action="store_true", help="leave the machines up and say how to enter them")
    parser.add_argument("--list", action="store_true", help="list the cases and exit")
    return parser.parse_args()


# One suite, in a process of its own


def run_suite(suite, options, events):
    def terminate(number, frame):
        raise KeyboardInterrupt

    backend.die_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGTERM, terminate)
    try:
        run_on_machine(suite, options, events.put)
    except (host.HostError, build.BuildError) as error:
        events.put(runner.Point(suite, "machine", "is there", "failed", 0, str(error)))
    except Exception:
        events.put(runner.Point(suite, "machine", "works", "failed", 0, traceback.format_exc()))
    except KeyboardInterrupt:
        pass
    finally:
        events.put(("end", suite))


def run_on_machine(suite, options, emit):
    prepared = root.prepared(suite, "vm" if options.vm else "base")
    place = nspawn.Nspawn.create(suite, prepared)
    try:
        place.boot(binds=build.binds(prepared, fresh=options.fresh) + images.binds(), stay=options.keep)
        if run_builds(Machine(place), options, emit) and not options.unit_only:
            if options.vm:
                place = become_virtual(place, options)
            cases = runner.select(runner.load_cases(), suite, place.tier, options.case)
            runner.run_cases(Machine(place), cases, emit)
    finally:
        if options.keep:
            host.say(f"{suite}: still up. To enter: {place.enter()}\n"
                     f"{suite}: to destroy: tests/machine/shell --stop {place.folder.name}")
        else:
            with uninterrupted():
                place.destroy()


def become_virtual(place, options):
    progress = host.Progress(f"{place.suite}: virtual machine")
    progress.step("packing the disk")
    place = vm.VirtualMachine.from_builder(place)
    progress.step("booting")
    place.boot(stay=options.keep)
    progress.done("up")
    return place


def run_builds(machine, options, emit):
    """Returns whether the normal build is installed."""
    unit_tests = not options.cases_only and not options.case and not options.vm
    with build.lock(machine, build.NORMAL):
        folder = runner.run_build(machine, build.NORMAL, options.werror, emit)
        if folder is None:
            return False
        if unit_tests:
            runner.run_unit_tests(machine, build.NORMAL, folder, emit)
        build.install(machine, folder)
        if options.vm:
            build.take_along(machine)

    if unit_tests and not options.no_sanitizers:
        with build.lock(machine, build.SANITIZED):
            sanitized = runner.run_build(machine, build.SANITIZED, options.werror, emit)
            if sanitized:
                runner.run_unit_tests(machine, build.SANITIZED, sanitized, emit)
    return True


@contextlib.contextmanager
def uninterrupted():
    """A second Ctrl-C must not stop the clean-up half way."""
    old = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


# All suites, and their output


class Report:
    def __init__(self):
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.failed = []
        self.must_run = os.environ.get("WOLFFIA_TESTS_MUST_RUN") == "1"
        print("TAP version 14", flush=True)

    def add(self, point):
        if point.outcome == "skipped" and self.must_run:
            point.outcome = "failed"
            point.details = f"skipped, but WOLFFIA_TESTS_MUST_RUN=1: {point.details}"
        self.counts[point.outcome] += 1
        name = f"{point.suite}: {point.group}: {point.sentence}"
        status = "not ok" if point.outcome == "failed" else "ok"
        skip = f" # SKIP {point.details.splitlines()[0] if point.details else ''}" if point.outcome == "skipped" else ""
        print(f"{status} {sum(self.counts.values())} - {name} ({point.seconds:.1f} s){skip}")
        if point.outcome == "failed":
            self.failed.append(name)
            for line in point.details.splitlines():
                print(f"#   {line}")
        sys.stdout.flush()

    def finish(self, seconds):
        print(f"1..{sum(self.counts.values())}")
        for name in self.failed:
            print(f"# failed: {name}")
        print(f"# {seconds:.0f} s")
        print(", ".join(f"{self.counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped")), flush=True)
        return 0 if self.counts["failed"] == 0 and self.counts["passed"] > 0 else 1


def run_all(suites, options):
    start = time.monotonic()
    events = multiprocessing.Queue()
    workers = {suite: multiprocessing.Process(target=run_suite, args=(suite, options, events)) for suite in suites}
    report = Report()
    interrupted = False
    for worker in workers.values():
        worker.start()

    waiting = set(suites)
    while waiting:
        try:
            event = events.get(timeout=1)
        except queue.Empty:
            for suite in [suite for suite in waiting if not workers[suite].is_alive()]:
                waiting.discard(suite)
                report.add(runner.Point(suite, "machine", "process of the tests", "failed", 0, "ended unexpectedly"))
            continue
        except KeyboardInterrupt:
            if not interrupted:
                host.say("stopping, destroying the machines")
                for worker in workers.values():
                    worker.terminate()
            interrupted = True
            continue
        if isinstance(event, tuple):
            waiting.discard(event[1])
        else:
            report.add(event)

    for worker in workers.values():
        worker.join()
    status = report.finish(time.monotonic() - start)
    return 130 if interrupted else status


def list_cases():
    for case in runner.load_cases():
        marks = "".join(f" [{mark}]" for mark in (*case.rows, *(f"needs {need}" for need in case.needs)))
        print(f"{case.file}: {case.sentence}{marks}")
    return 0


def main():
    options = parse()
    if options.list:
        return list_cases()
    known = runner.load_cases()
    for pattern in options.case or ():
        if not any(case.matches([pattern]) for case in known):
            sys.exit(f"tests/run: no case has '{pattern}' in its file, sentence or row; --list shows all")

    def terminate(number, frame):
        raise KeyboardInterrupt

    host.require_root("tests/run")
    host.Progress.may_rewrite = False
    host.install_missing(packages.HOST | (packages.HOST_VM if options.vm else {}))
    backend.sweep()
    # Both, since a shell starts background jobs with SIGINT ignored.
    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGINT, terminate)
    return run_all(options.suite or packages.SUITES, options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except host.HostError as error:
        sys.exit(f"tests/run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
