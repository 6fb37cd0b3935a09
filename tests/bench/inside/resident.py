# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints, as JSON, each process of a user and of the user's subordinate ids: {PID: [NAME, PSS, RSS]} in KiB. Runs as
root: pasta's memory is closed to its own user."""

import json
import os
import pwd
import sys

FIRST_SUBORDINATE_ID = 100000


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return dict(line.split(":", 1) for line in file if ":" in line)


def main():
    user = pwd.getpwnam(sys.argv[1]).pw_uid
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            status = read(f"/proc/{pid}/status")
            uid = int(status["Uid"].split()[0])
            if uid != user and uid < FIRST_SUBORDINATE_ID:
                continue
            memory = read(f"/proc/{pid}/smaps_rollup")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "Pss" in memory:
            found[pid] = [status["Name"].strip(), int(memory["Pss"].split()[0]), int(memory["Rss"].split()[0])]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
