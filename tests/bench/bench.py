# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a topic works with: a machine with our tools in it, and the rows and bars that it reports."""

import contextlib
import json
import shlex
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path

from machine import build, host

INSIDE = f"{build.INSIDE_SOURCE}/tests/bench/inside"
FOLDER = "/home/alice/bench"
TOOLS = ("timer", "floor", "answer", "call", "wire")


@dataclass
class Row:
    """One program's figures. values: the columns of the topic, name → number or None; unit: "ms", "µs", "KiB", "Mbit/s"."""
    group: str
    program: str
    values: dict = field(default_factory=dict)
    unit: str = "ms"
    remark: str = ""  # why there are no figures, or what is wrong with them

    @property
    def is_ours(self):
        return self.program.startswith("wolffia")


@dataclass
class Bar:
    """What must hold: value is at most (or at least) limit. A value of None could not be measured."""
    text: str
    value: float
    limit: float
    at_least: bool = False
    unit: str = "×"

    @property
    def outcome(self):
        if self.value is None:
            return "not measured"
        met = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "met" if met else "missed"


@dataclass
class Report:
    """What was measured. bars: empty after a smoke run, which shows that things work and judges nothing."""
    rows: list = field(default_factory=list)
    bars: list = field(default_factory=list)
    faults: list = field(default_factory=list)  # what kept a topic from being measured

    def add(self, other):
        self.rows += other.rows
        self.bars += other.bars
        self.faults += other.faults

    def as_dict(self):
        return {"rows": [asdict(row) for row in self.rows],
                "faults": self.faults, "bars": [{**asdict(bar), "outcome": bar.outcome} for bar in self.bars]}


@dataclass
class Samples:
    """The runs of one command, in milliseconds."""
    exit: list
    settled: list
    cpu: list
    error: str = ""

    @property
    def median(self):
        return statistics.median(self.exit) if self.exit and not self.error else None

    def row(self, group, program):
        if self.median is None:
            return Row(group, program, remark=self.error or "no runs")
        quartiles = statistics.quantiles(self.exit, n=4) if len(self.exit) > 1 else self.exit * 3
        return Row(group, program, {"median": self.median, "best": min(self.exit), "lower quarter": quartiles[0],
                                    "upper quarter": quartiles[2], "settled": statistics.median(self.settled),
                                    "cpu": statistics.median(self.cpu), "runs": len(self.exit)})


class Bench:
    """machine: where alice measures. rounds: how often; smoke: whether it only has to work."""

    def __init__(self, machine, rounds, smoke):
        self.machine = machine
        self.rounds = rounds
        self.smoke = smoke

    def prepare(self):
        """The tools, compiled in the machine: they must not wait for the rest of the tree to compile."""
        commands = [f"mkdir -p {FOLDER}/tools"]
        commands += [f"cc -O2 -Wall -static -o {FOLDER}/tools/{name} {INSIDE}/{name}.c" for name in TOOLS]
        self.machine.alice(" && ".join(commands), timeout=120)
        # Services inherit it from their manager: what is measured goes before whatever else this host is busy with. No
        # real-time priority: podman waits in a loop for processes that then never get their turn.
        self.machine.root("renice --priority -20 --user alice")

    def tool(self, name):
        return f"{FOLDER}/tools/{name}"

    def has(self, program):
        return self.machine.alice(f"command -v {shlex.quote(program)}", check=False).status == 0

    def interleave(self, entries, rounds=None, warmup=2):
        """Runs the entries (inside/interleave.py) in turn; returns name → Samples.

        It runs in a delegated unit of alice's user manager, where containers really run, not in our agent's cgroup."""
        plan = {"timer": self.tool("timer"), "rounds": 1 if self.smoke else rounds or self.rounds,
                "warmup": 1 if self.smoke else warmup, "entries": entries}
        command = ("systemd-run --user --quiet --pipe --wait --collect --property=Delegate=yes "
                   f"python3 {INSIDE}/interleave.py")
        result = self.machine.alice(command, stdin=json.dumps(plan).encode(), timeout=1800)
        return {name: Samples(*([value / scale for value in raw[key]] for key, scale in
                                (("exit", 1e6), ("settled", 1e6), ("cpu", 1e3))), raw.get("error", ""))
                for name, raw in json.loads(result.out).items()}

    def resident(self):
        """pid → (name, PSS, RSS) of alice's processes and of those in her containers, in KiB."""
        return json.loads(self.machine.root(f"python3 {INSIDE}/resident.py alice").out)

    def facts(self):
        """What the figures depend on."""
        text = self.machine.root("uname -r; systemctl --version | awk 'NR==1 {print $2}'; nproc; "
                                 "awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo; cut -d' ' -f1 /proc/loadavg; "
                                 "(podman --version; crun --version | head -1; bwrap --version) | sed 's/ version//' | paste -sd,").out
        kernel, systemd, processors, model, load, peers = text.splitlines()
        return {"suite": self.machine.suite, "tier": self.machine.backend.tier, "kernel": kernel, "systemd": systemd,
                "processors": int(processors), "model": model, "load": float(load), "peers": peers.replace(",", ", ")}


@contextlib.contextmanager
def kernel_settings(values):
    """Of the host's kernel, for as long as it takes. values: name below /proc/sys → text; those that this kernel lacks are left out."""
    paths = {Path("/proc/sys") / name: value for name, value in values.items()}
    before = {path: path.read_text() for path in paths if path.exists()}
    try:
        for path in before:
            path.write_text(paths[path])
        yield
    finally:
        for path, value in before.items():
            path.write_text(value)


def ratio(one, other):
    """None where one of them is missing."""
    return one / other if one is not None and other else None


def say(text):
    host.say(f"bench: {text}")
