# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs several commands in turn, many times, and prints the time of each run: JSON in, JSON out.

{"timer": PATH, "rounds": 40, "warmup": 2, "entries": [{"name", "argv", "env", "fresh"}]}

Each round runs every command once, in an order that is shuffled anew, so that what disturbs the machine disturbs all
alike and no command always follows the same other one. "fresh" names folders that are made empty before each run,
outside of the time that is taken."""

import json
import os
import random
import shutil
import subprocess
import sys

# What a command leaves behind for others to do (the user manager removes a scope) is not the next one's to pay.
PAUSE_SECONDS = 0.01


def run(timer, entry):
    for folder in entry.get("fresh", ()):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    done = subprocess.run([timer, *entry["argv"]], env={**os.environ, **entry.get("env", {})},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) != 4:
        return None, done.stderr
    return dict(zip(("status", "exit", "settled", "cpu"), map(int, words))), done.stderr


def main():
    plan = json.load(sys.stdin)
    names = [entry["name"] for entry in plan["entries"]]
    samples = {name: {"exit": [], "settled": [], "cpu": []} for name in names}
    shuffled = random.Random(1)

    for round_number in range(-plan["warmup"], plan["rounds"]):
        order = [entry for entry in plan["entries"] if "error" not in samples[entry["name"]]]
        shuffled.shuffle(order)
        for entry in order:
            subprocess.run(["sleep", str(PAUSE_SECONDS)], check=True)
            sample, errors = run(plan["timer"], entry)
            own = samples[entry["name"]]
            if not sample or sample["status"] != 0:
                own["error"] = f"status {sample and sample['status']}: " + errors.decode(errors="replace").strip()[-2000:]
            elif round_number >= 0:
                for key in ("exit", "settled", "cpu"):
                    own[key].append(sample[key])
    json.dump(samples, sys.stdout)


if __name__ == "__main__":
    main()
