# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the start of the command to its end, for a payload that does nothing."""

from . import peers
from .bench import Bar, Report, Samples, ratio, say

WITHOUT = "start to exit of true, no network"
WITH = "start to exit of true, with pasta"
LAYERED = f"start to exit of true, no network, an image of {peers.LAYERS} layers"
WOLFFIA, PODMAN, CRUN = "wolffia-runner", "podman run", "crun run"
ONE_LAYER = "wolffia-runner, one layer"


def entry(name, argv):
    return {"name": name, "argv": argv}


def without_network(bench):
    return bench.interleave([
        entry(WOLFFIA, peers.wolffia("bench", "--network=none")),
        entry(PODMAN, [*peers.PODMAN_RUN, "--network=none", peers.IMAGE, peers.PAYLOAD]),
        entry(CRUN, peers.crun("bench")),
        entry("bwrap --unshare-all (one id)", peers.bwrap()),
        entry("unshare --map-auto (no root)", peers.unshare()),
        entry("the program itself", [peers.ROOT + peers.PAYLOAD]),
    ])


def with_network(bench):
    entries = [entry(WOLFFIA, peers.wolffia("bench"))]
    lack = peers.podman_lacks_pasta(bench)
    if not lack:
        entries.append(entry(PODMAN, [*peers.PODMAN_RUN, "--network=pasta", peers.IMAGE, peers.PAYLOAD]))
    samples = bench.interleave(entries)
    if lack:
        samples[PODMAN] = Samples([], [], [], lack)
    return samples


def with_layers(bench):
    """Beside the image of one layer, so that the layers' own share shows."""
    return bench.interleave([
        entry(WOLFFIA, peers.wolffia("bench", "--network=none", image=peers.LAYERED)),
        entry(ONE_LAYER, peers.wolffia("bench", "--network=none")),
        entry(PODMAN, [*peers.PODMAN_RUN, "--network=none", peers.LAYERED, peers.PAYLOAD]),
    ])


def rows(group, samples):
    ours = samples.get(WOLFFIA)
    result = []
    for name, sample in samples.items():
        row = sample.row(group, name)
        row.values["ratio"] = ratio(sample.median, ours and ours.median)
        result.append(row)
    return result


def median(samples, name):
    return samples[name].median if name in samples else None


def measure(bench):
    say("start: preparing images")
    peers.make_root(bench)
    peers.make_podman_image(bench)
    peers.make_bundle(bench)
    if lack := peers.make_wolffia_image(bench):
        say(lack)  # its row says how the runner fails

    say("start: no network")
    plain = without_network(bench)
    say("start: with pasta")
    connected = with_network(bench)
    say(f"start: {peers.LAYERS} layers")
    lack = peers.make_layers(bench)
    layered = {WOLFFIA: Samples([], [], [], lack)} if lack else with_layers(bench)
    ours = median(plain, WOLFFIA)
    return Report(rows(WITHOUT, plain) + rows(WITH, connected) + rows(LAYERED, layered), [
        Bar("start to exit of true, without network: time of crun run", ratio(ours, median(plain, CRUN)), 1.0),
        Bar("start to exit of true, without network: times faster than podman run", ratio(median(plain, PODMAN), ours), 8.0,
            at_least=True),
        Bar(f"start to exit of true, {peers.LAYERS} layers: times faster than podman run",
            ratio(median(layered, PODMAN), median(layered, WOLFFIA)), 8.0, at_least=True),
        Bar(f"start to exit of true, {peers.LAYERS} layers: time of one layer",
            ratio(median(layered, WOLFFIA), median(layered, ONE_LAYER)), 1.3),
    ])
