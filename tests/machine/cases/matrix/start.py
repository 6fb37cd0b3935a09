# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts all rows of a theme at once, and compares what comes back."""

import json
import shlex

from .twins import twin_of
from .view import View

IMAGE = "localhost/matrix"
# Compiled where it runs, so that it is of that machine's architecture; the archive's bytes come from examples/images.
MAKE_IMAGE = """
set -eu
cd; mkdir -p matrix-image
gcc -std=gnu17 -O1 -static -o matrix-image/probe /usr/lib/wolffia-tests/probe.c
mkdir -p .cache; cp matrix-image/probe .cache/probe
python3 /usr/lib/wolffia-tests/probe-image.py matrix-image/probe matrix-image/root.tar
/usr/src/wolffia/examples/images/oci-archive matrix-image/root.tar matrix-image/image.tar --entrypoint /probe --workdir /work \\
        --env FROM_IMAGE=yes --env BOTH=image --stop-signal SIGUSR1 --volume /declared --label from=image
wolffia import localhost/matrix matrix-image/image.tar
# One with a user of its own, and with folders that it names and does not hold.
/usr/src/wolffia/examples/images/oci-archive matrix-image/root.tar matrix-image/image.tar --entrypoint /probe --workdir /nowhere \\
        --user other --volume /declared
wolffia import localhost/matrix-user matrix-image/image.tar
rm -r matrix-image
"""
PROPERTIES = ("Id", "ActiveState", "Result", "ExecMainStatus")
SETTLED = ("inactive", "failed")


class Started:
    """A row as a unit."""

    def __init__(self, row, name):
        self.row, self.name, self.unit = row, name, row.unit(name)
        self.view, self.log, self.properties, self.faults = None, "", {}, []

    def expect(self, what, wanted, seen):
        if not wanted == seen:
            self.faults.append(f"{what}: wanted {wanted!r}, is {seen!r}")

    def compare(self):
        row = self.row
        if row.fails != (self.properties["Result"] != "success"):
            self.faults.append(f"the unit {'did not fail' if row.fails else 'failed'}: {self.properties}")
        for text in row.says:
            if text not in self.log:
                self.faults.append(f"the journal does not say {text!r}")
        for text in row.hushes:
            if text in self.log:
                self.faults.append(f"the journal says {text!r}")
        for name, wanted in row.properties.items():
            self.expect(f"property {name}", wanted, self.properties.get(name))
        if self.view is None and row.sees:
            self.faults.append("the probe has printed nothing")
        elif self.view:
            for path, wanted in row.sees.items():
                self.expect(path, wanted, self.view[path])

    def report(self):
        lines = "; ".join(self.row.lines) or "(nothing but the image)"
        log = [line for line in self.log.splitlines() if not line.startswith("{")]
        return "\n".join([f"{self.unit}: {lines}", *(f"    {fault}" for fault in self.faults),
                          *(f"        log: {line}" for line in log[-6:])])


def table(machine):
    """Lines of the key table: (section, key, option, how it is read, …)."""
    return [line.split("\t") for line in machine.alice("/var/build/normal/tests/docs/print-keys").out.splitlines()]


def import_image(machine):
    if IMAGE not in machine.alice("wolffia images", check=False).out:
        machine.alice(MAKE_IMAGE, timeout=180)


def write(machine, started):
    """All files in one go."""
    script = ["mkdir -p ~/.config/wolffia ~/matrix && cd ~/.config/wolffia"]
    for one in started:
        for name, text in {f"{one.name}.container": one.row.text(), **one.row.files}.items():
            script.append(f"printf %s {shlex.quote(text.replace('{unit}', one.unit))} >{shlex.quote(name)}")
        if one.row.before:
            script.append(f"({one.row.before}\n) || echo 'before {one.unit} failed' >&2")
    machine.alice("bash -s", stdin="\n".join(script).encode(), timeout=60)
    for one in started:
        if one.row.root:
            machine.root(one.row.root)


def show(machine, started, names):
    """Sets the properties of all units by one call."""
    units = " ".join(f"{one.unit}.service" for one in started)
    text = machine.alice(f"systemctl --user show --property={','.join(names)} {units}").out
    by_id = {}
    for block in text.split("\n\n"):
        properties = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        by_id[properties.get("Id", "")] = properties
    for one in started:
        one.properties = by_id[f"{one.unit}.service"]
    return by_id


def poll(machine, one, what, ask, wanted):
    try:
        machine.eventually(lambda: wanted == ask(), seconds=15)
    except AssertionError:
        one.expect(what, wanted, ask())


def look_from_outside(machine, started):
    for one in started:
        for name, wanted in one.row.running.items():
            poll(machine, one, f"property {name}", lambda one=one, name=name: machine.show(one.unit, name), wanted)
        if one.row.outside:
            command, wanted = one.row.outside
            command = command.replace("{unit}", one.unit)
            poll(machine, one, command, lambda command=command: machine.alice(command, check=False).out, wanted)


def read_journal(machine, started, since):
    """Distributes the messages. Those of the generator have USER_UNIT= of the unit they are about."""
    machine.root("journalctl --sync")
    fields = "MESSAGE,USER_UNIT,_SYSTEMD_USER_UNIT"
    text = machine.alice(f"journalctl --user --all --output=json --output-fields={fields} --since=@{since}", timeout=60).out
    logs = {f"{one.unit}.service": [] for one in started}
    for line in text.splitlines():
        entry = json.loads(line)
        message = entry.get("MESSAGE") or ""
        if isinstance(message, list):
            message = bytes(message).decode(errors="replace")
        for unit in {unit for name in ("USER_UNIT", "_SYSTEMD_USER_UNIT")
                     for unit in ([entry.get(name)] if isinstance(entry.get(name), str) else entry.get(name) or [])}:
            if unit in logs:
                logs[unit].append(message)
    for one in started:
        messages = logs[f"{one.unit}.service"]
        one.log = "\n".join(messages)
        one.view = View.of(messages)


def run(machine, theme, rows, twins=True):
    """Starts them, compares, and fails with all that was found."""
    import_image(machine)
    keys = table(machine) if twins else []
    copies = [twin for row in rows if twins and row.twin and (twin := twin_of(row, keys))]
    started = [Started(row, f"m-{theme}-{number}") for number, row in enumerate([*rows, *copies], 1)]
    since = machine.root("date +%s.%6N").out.strip()
    write(machine, started)
    machine.alice("systemctl --user daemon-reload", timeout=60)
    units = " ".join(one.unit for one in started)
    machine.alice(f"systemctl --user start {units}", check=False, timeout=120)
    passing = [one for one in started if not one.row.waits]
    if passing:
        machine.eventually(lambda: all(properties["ActiveState"] in SETTLED for properties in
                                       show(machine, passing, PROPERTIES).values()), seconds=30, what="the end of the units")
    look_from_outside(machine, started)
    machine.alice(f"systemctl --user stop {units}", check=False, timeout=120)
    wanted = {name for one in started for name in one.row.properties}
    show(machine, started, [*PROPERTIES, *sorted(wanted)])
    read_journal(machine, started, since)
    for one in started:
        one.compare()
        if one.row.after:
            command, answer = one.row.after
            one.expect(command, answer, machine.alice(command.replace("{unit}", one.unit), check=False).out)
    faulty = [one.report() for one in started if one.faults]
    assert not faulty, f"{len(faulty)} of {len(started)} rows:\n" + "\n".join(faulty)
