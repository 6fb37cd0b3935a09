# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stays in memory for a container that does nothing, beside its payload.

A page that several processes share counts in each one's RSS, and in parts in their PSS. The payload is `sleep`; it is
left out for all alike. So are the user manager and its bus, which are there anyway."""

from . import peers, serve
from .bench import Bar, Report, Row, ratio, say

PAYLOAD = "sleep"
SLEEP = [PAYLOAD, "1000000"]
WOLFFIA, PODMAN = "wolffia", "podman"
GROUPS = {"none": "no network", "pasta": "with pasta and a port", serve.NETWORK: "on one network, each with a port"}
MEMBERS = 5


def start_wolffia(bench, number, network):
    options = {"none": ["--network=none"], "pasta": []}.get(network, [f"--network={network}"])
    if network != "none":
        options.append(f"--publish={18000 + number}:80")
    # As process 1 it has no handler for SIGTERM, and the kernel does not even deliver it.
    words = [peers.RUNNER, f"--name=bench-{number}", "--stop-signal=KILL", *options, peers.IMAGE, *SLEEP]
    bench.machine.alice(f"systemd-run --user --quiet --collect --unit=bench-{number} --service-type=notify "
                        f"--property=NotifyAccess=all --property=Delegate=yes -- {' '.join(words)}")


def stop_wolffia(bench, count):
    bench.machine.alice("systemctl --user stop " + " ".join(f"bench-{i}" for i in range(count)), check=False)


def start_podman(bench, number, network):
    options = [f"--network={network}", *([] if network == "none" else [f"--publish={19000 + number}:80"])]
    bench.machine.alice(" ".join(["podman", "run", "--detach", f"--name=bench-{number}", "--pids-limit=0", *options,
                                  peers.IMAGE, *SLEEP]))


def stop_podman(bench, count):
    names = " ".join(f"bench-{i}" for i in range(count))
    # With its pause process, so that this too is counted as podman's own when it starts anew.
    bench.machine.alice(f"podman rm --force --time=0 {names}; podman system migrate", check=False)


WAYS = {WOLFFIA: (start_wolffia, stop_wolffia), PODMAN: (start_podman, stop_podman)}


def resident_of(bench, program, network, count):
    """name → [how many, PSS, RSS] of what is there because of these containers; "" and the payload left out."""
    start, stop = WAYS[program]
    stop(bench, count)
    before = bench.resident()
    try:
        if network == serve.NETWORK:
            serve.open_network(bench, program)
        for number in range(count):
            start(bench, number, network)
        # `podman run` ends before its conmon has settled.
        bench.machine.alice("sleep 1")
        after = bench.resident()
    finally:
        stop(bench, count)
        if network == serve.NETWORK:
            serve.close_network(bench, program)
    found = {}
    payloads = 0
    for pid, (name, pss, rss) in after.items():
        if pid in before:
            continue
        if name == PAYLOAD:
            payloads += 1
            continue
        entry = found.setdefault(name, [0, 0, 0])
        for i, value in enumerate((1, pss, rss)):
            entry[i] += value
    if payloads != count:
        raise AssertionError(f"{payloads} of {count} containers run: {after}")
    return found


def group_name(network, count):
    return f"resident, {count} idle container{'s' if count > 1 else ''}, {GROUPS[network]}"


def measure_one(bench, program, network, count):
    group = group_name(network, count)
    try:
        found = resident_of(bench, program, network, count)
    except AssertionError as error:
        return [Row(group, program, remark=str(error), unit="KiB")], None
    pss = sum(entry[1] for entry in found.values())
    rows = [Row(group, program, unit="KiB", values={"PSS": pss / count, "RSS": sum(e[2] for e in found.values()) / count})]
    for name, (processes, process_pss, process_rss) in sorted(found.items()):
        rows.append(Row(group, f"  {processes} × {name}", unit="KiB",
                        values={"PSS": process_pss / count, "RSS": process_rss / count}))
    return rows, pss / count


def measure(bench):
    peers.make_root(bench)
    peers.make_podman_image(bench)
    lacks = {(PODMAN, "none"): "", (PODMAN, "pasta"): peers.podman_lacks_pasta(bench),
             (PODMAN, serve.NETWORK): serve.podman_lacks_network(bench)}
    lack = peers.make_wolffia_image(bench)
    counts = (1, 2) if bench.smoke else (1, 10)

    rows, found = [], {}
    for network, count in [("none", count) for count in counts] + [("pasta", count) for count in counts] + [(serve.NETWORK, MEMBERS)]:
        for program in (WOLFFIA, PODMAN):
            if reason := lacks.get((program, network), lack):
                rows.append(Row(group_name(network, count), program, unit="KiB", remark=reason))
                continue
            say(f"memory: {count} × {program}, network {network}")
            more, found[program, network, count] = measure_one(bench, program, network, count)
            rows += more
    return Report(rows, [
        Bar("resident for an idle container without network (PSS)", found.get((WOLFFIA, "none", 1)), 250, unit="KiB"),
        Bar("resident for a network with five members (PSS): part of podman's",
            ratio(found.get((WOLFFIA, serve.NETWORK, MEMBERS)), found.get((PODMAN, serve.NETWORK, MEMBERS))), 0.5)])
