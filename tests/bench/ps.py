# SPDX-License-Identifier: LGPL-2.1-or-later
"""A list of the containers that run, when there are many of them."""

from . import memory, peers
from .bench import Bar, Report, ratio, say

WOLFFIA, PODMAN = "wolffia ps", "podman ps"


def measure(bench):
    count = 3 if bench.smoke else 100
    say("ps: preparing images")
    peers.make_root(bench)
    peers.make_podman_image(bench)
    if lack := peers.make_wolffia_image(bench):
        return Report(faults=[f"ps: {lack}"])
    try:
        say(f"ps: starting {count} containers of each")
        for number in range(count):
            memory.start_wolffia(bench, number, "none")
            memory.start_podman(bench, number, "none")
        say("ps: running")
        samples = bench.interleave([{"name": WOLFFIA, "argv": ["wolffia", "ps"]}, {"name": "wolffia ps --json", "argv": ["wolffia", "ps", "--json"]},
                                    {"name": PODMAN, "argv": ["podman", "ps"]}])
    finally:
        memory.stop_wolffia(bench, count)
        memory.stop_podman(bench, count)
    rows = []
    for name, sample in samples.items():
        row = sample.row(f"list of {count} containers", name)
        row.values["ratio"] = ratio(sample.median, samples[WOLFFIA].median)
        rows.append(row)
    return Report(rows, [Bar("list of 100 containers", samples[WOLFFIA].median, 100, unit="ms")])
