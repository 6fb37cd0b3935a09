# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of each kind of process that a container has, at random moments of its start and its life: what systemd says of the
unit is right, nothing is left, and the next start works."""

import json
import os
import random

import box
import nets
import web

from machine import leftovers
from machine.case import row

KILLER = "python3 /usr/src/wolffia/tests/machine/cases/killer.py"
SEED = int(os.environ.get("WOLFFIA_TESTS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)

# How long after the first sight of it a victim lives, in msec; how the unit ends then. A helper lives for a millisecond, so
# that some are gone before; a child of the runner that only sweeps may die without anybody's harm.
KINDS = {
    "runner": (25, {"signal"}),
    "child": (15, {"exit-code", "signal", "success"}),
    "helper": (0, {"exit-code", "success"}),
    "pasta": (60, {"exit-code"}),
    "relay": (60, {"exit-code"}),
    "supervisor": (200, {"signal"}),
    "payload": (200, {"signal"}),
    "health": (10, {"success"}),
}
SCRIPT = "trap 'exit 0' TERM; mkdir -p /deep; touch /deep/file; chown -R app /deep; while :; do sleep 0.1; done\n"


def state(machine, unit):
    """(ActiveState, Result)"""
    shown = machine.alice(f"systemctl --user show --property=ActiveState,Result {unit}").out
    found = dict(line.split("=", 1) for line in shown.splitlines())
    return found["ActiveState"], found["Result"]


def kill_one(machine, unit, victim, dice, before, turn):
    moment, results = KINDS[victim]
    delay = dice.random() * moment
    killed = json.loads(machine.root(f"{KILLER} {unit} {victim} {delay:.1f}", timeout=30).out)
    where = f"seed {SEED}, turn {turn}: {victim} of {unit}, {killed}"
    if killed["comm"] is None:
        results = {"success"}
    elif victim == "child":
        # It may have become the payload meanwhile, pasta or the relay, or a helper that had done its work.
        results = {"sh": {"signal"}, "wolffia-relay": {"exit-code"}}.get(killed["comm"], results)
        machine.root("sleep 0.2")

    right = {(("active" if result == "success" else "failed"), result) for result in results}
    look = f"wolffia exec {unit} cat /deep/file"

    # One that is said to be active is: systemd may not have heard yet of what was killed just now.
    def is_right():
        seen = state(machine, unit)
        return seen in right and (seen[0] == "failed" or machine.alice(look, check=False).status == 0)
    machine.eventually(is_right, seconds=15, what=f"{where}: one of {right}")
    next_life = machine.alice(f"systemctl --user reset-failed {unit}; systemctl --user start {unit} && "
                              f"for i in 1 2 3 4 5; do {look} && break; sleep 0.1; done && systemctl --user stop {unit} && "
                              f"systemctl --user show -P Result {unit}", check=False, timeout=60)
    assert next_life.out == "success\n", f"{where}: {next_life}"
    left = leftovers.of_services(machine, before)
    assert not left, f"{where}: {left}"
    return victim if killed["comm"] else None


def kill_all(machine, unit, turns):
    """TURNS: how often each kind is the victim."""
    machine.alice(f"systemctl --user start {unit} && sleep 0.3 && systemctl --user stop {unit}")
    before = leftovers.snapshot(machine)
    dice = random.Random(f"{SEED} {unit}")
    order = [victim for victim, count in turns.items() for _ in range(count)]
    dice.shuffle(order)
    hits = [kill_one(machine, unit, victim, dice, before, turn) for turn, victim in enumerate(order)]
    # Some live for a millisecond: with few tries, all may have been gone.
    missed = {victim for victim, count in turns.items() if count > 2 and victim not in hits}
    assert not missed, f"seed {SEED}: never met: {missed}"


@row("B9")
def test_whatever_of_a_container_is_killed_whenever_the_next_start_works_and_nothing_is_left(machine):
    box.start(machine, SCRIPT, "HealthCmd=sleep 0.1", "HealthInterval=100ms", service=("Restart=no",))
    machine.alice("systemctl --user stop box")
    kill_all(machine, "box", {"runner": 8, "child": 5, "helper": 5, "pasta": 6, "supervisor": 6, "payload": 5, "health": 3})


@row("B9")
def test_whatever_of_a_member_of_a_network_is_killed_whenever_its_address_is_free_again(machine):
    nets.network(machine, "kill", "Subnet=10.97.0.0/24")
    box.import_image(machine)
    machine.write("~/box.sh", SCRIPT)
    web.write(machine, box.container("Volume=%h/box.sh:/script:ro", "Exec=/bin/sh /script", "Network=kill.network", "IP=10.97.0.9",
                                     "PublishPort=8099:80", service=("Restart=no",)), "member")
    kill_all(machine, "member", {"runner": 3, "child": 2, "relay": 3, "supervisor": 2, "payload": 2})
