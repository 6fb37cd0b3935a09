# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a case must not leave behind, and getting a machine clean again.

Between two cases all units that the case brought are stopped in order and its files are removed. What is still there
then (processes, mounts, cgroups, files in the runtime folder, writable layers, interfaces) was left by a service that
has been stopped: the case fails, whatever it had asserted."""

import json
import time

SNAPSHOT = "python3 /usr/lib/wolffia-tests/snapshot.py"

# Stops what the manager has beyond the units of Debian, then removes all that cases write.
CLEAN = r"""
mask='\.(service|socket|timer|path|target|scope|slice)$'
units=$(systemctl --user show --property=Id,FragmentPath '*' | awk -F= '
        $1 == "Id" {id = $2}
        $1 == "FragmentPath" && $2 != "" && $2 !~ "^(/usr)?/lib/" {path[id] = 1}
        END {for (id in path) print id}' | grep -E "$mask" || true)
[ -z "$units" ] || systemctl --user stop $units
systemctl --user stop 'wolffia-network@*'
rm -rf ~/.config/wolffia ~/.config/systemd "$XDG_RUNTIME_DIR/wolffia/units"
systemctl --user daemon-reload
systemctl --user reset-failed
find "$HOME" -mindepth 1 -maxdepth 1 ! -name '.*' -exec rm -rf {} +
rm -rf ~/.local/share/wolffia/secrets
[ -z "$(ls -A ~/.local/share/wolffia/volumes 2>/dev/null)" ] || wolffia unshare rm -rf ~/.local/share/wolffia/volumes
"""

# With force: no service of hers survives this, and the next case has a new user manager.
FORCE = r"""
loginctl disable-linger alice || true
systemctl kill --signal=KILL user@1000.service || true
systemctl stop user@1000.service user-1000.slice || true
pkill -KILL -U alice || true
for status in /proc/[0-9]*/status; do
        uid=$(awk '/^Uid:/ {print $2}' "$status" 2>/dev/null) || continue
        pid=${status#/proc/}
        [ "${uid:-0}" -lt 100000 ] || kill -KILL "${pid%/status}"
done
rm -rf /home/alice/.config/wolffia /home/alice/.config/systemd /home/alice/.local/share/wolffia
loginctl enable-linger alice
systemctl start user@1000.service
"""


def snapshot(machine):
    return {kind: sorted(things) for kind, things in json.loads(machine.root(SNAPSHOT).out).items()}


def difference(before, now):
    """What is there now and was not before, as lines."""
    found = []
    for kind, things in now.items():
        known = list(before[kind])
        for thing in things:
            if thing in known:
                known.remove(thing)
            else:
                found.append(f"{kind}: {thing}")
    return found


def of_services(machine, before, seconds=5):
    """What is left although nothing runs any more. The kernel and systemd are given a moment to finish."""
    deadline = time.monotonic() + seconds * machine.backend.slowness
    while True:
        found = difference(before, snapshot(machine))
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def clean(machine, before):
    """Orderly; returns what is left all the same."""
    machine.alice(CLEAN, timeout=180)
    return of_services(machine, before)


def force_clean(machine, before):
    """After something went wrong, the image store included; reboots when nothing else helps. Returns a new snapshot."""
    machine.root(FORCE, check=False, timeout=120)
    machine.eventually(lambda: machine.alice("systemctl --user is-system-running --wait", check=False).out, 30)
    if difference(before, snapshot(machine)):
        machine.reboot()
    return snapshot(machine)
