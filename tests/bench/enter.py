# SPDX-License-Identifier: LGPL-2.1-or-later
"""A further command in a container that runs: from the start of the command line to its end."""

from . import peers
from .bench import Bar, Report, ratio, say

GROUP = "exec of true, start to exit"
WOLFFIA, PODMAN = "wolffia exec", "podman exec"
NAME = "bench-exec"


def start(bench):
    bench.machine.alice(f"wolffia run -d --name {NAME} --network=none {peers.IMAGE} /bin/sleep 3600")
    bench.machine.alice(" ".join([*peers.PODMAN_RUN, "-d", f"--name={NAME}", "--network=none", peers.IMAGE, "/bin/sleep", "3600"]))


def stop(bench):
    bench.machine.alice(f"wolffia stop {NAME}", check=False)
    bench.machine.alice(f"podman rm -f -t 0 {NAME}", check=False)


def measure(bench):
    say("exec: preparing images")
    peers.make_root(bench)
    lack = peers.make_wolffia_image(bench)
    if lack:
        return Report(faults=[f"exec: {lack}"])
    peers.make_podman_image(bench)
    start(bench)
    try:
        say("exec: running")
        samples = bench.interleave([{"name": WOLFFIA, "argv": ["wolffia", "exec", NAME, peers.PAYLOAD]},
                                    {"name": PODMAN, "argv": ["podman", "exec", NAME, peers.PAYLOAD]}])
    finally:
        stop(bench)
    rows = []
    for name, sample in samples.items():
        row = sample.row(GROUP, name)
        row.values["ratio"] = ratio(sample.median, samples[WOLFFIA].median)
        rows.append(row)
    return Report(rows, [Bar("exec of true: times faster than podman exec", ratio(samples[PODMAN].median, samples[WOLFFIA].median),
                             10.0, at_least=True)])
