# SPDX-License-Identifier: LGPL-2.1-or-later
"""A run of the generator over 1, 1000 and 5000 files, its output in memory as in a user manager's; and what that is of a
reload of the manager, which reads all the units then."""

import io
import tarfile

from . import peers, sources
from .bench import FOLDER, Bar, Report, Row, ratio, say

OUTPUT = "/run/user/1000/wolffia-bench"
WOLFFIA, PODMAN, FLOOR = "wolffia-generator", "podman-user-generator", "read and write only"

# How many files, how often (a round of 5000 files takes long), and the bar: times the floor. Podman's generator takes this
# many times as long as ours at the least, where there is more than the start of a program to be compared.
FASTER_THAN_PODMAN = 5.0
SIZES = ((1, 100, 1.5), (1000, 20, 2.0), (5000, 10, 2.0))
SMOKE_SIZES = ((1, 1, 1.5), (20, 1, 2.0))


def folder(count):
    return f"{FOLDER}/units-{count}"


def write_sources(bench, count):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number in range(count):
            text = sources.container(number).encode()
            entry = tarfile.TarInfo(f"unit-{number}.container")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    path = folder(count)
    bench.machine.alice(f"rm -rf {path} && mkdir -p {path} && tar -C {path} -xf -", stdin=packed.getvalue(), timeout=120)


def generator_entry(name, program, variable, count):
    """As systemd calls it: three folders, of which the first is the one that is used."""
    output = f"{OUTPUT}/{name}"
    folders = [f"{output}/generator", f"{output}/generator.early", f"{output}/generator.late"]
    return {"name": name, "argv": [program, *folders], "env": {variable: folder(count)}, "fresh": [output, *folders]}


def entries(bench, count):
    found = []
    if bench.has(peers.GENERATOR):
        found.append(generator_entry(WOLFFIA, peers.GENERATOR, "WOLFFIA_UNIT_DIRS", count))
    if bench.has(peers.PODMAN_GENERATOR):
        found.append(generator_entry(PODMAN, peers.PODMAN_GENERATOR, "QUADLET_UNIT_DIRS", count))
    output = f"{OUTPUT}/floor"
    found.append({"name": FLOOR, "argv": [bench.tool("floor"), folder(count), output], "fresh": [output]})
    return found


def find_fault(bench, entry, count):
    """All sources are good: what did not become a unit that runs something would be measured too fast."""
    output = entry["fresh"][-1] if len(entry["fresh"]) == 1 else entry["fresh"][1]
    shown = bench.machine.alice(
        f"ls {output} | grep -c '[.]service$'; ls {output}/default.target.wants | wc -l; "
        f"cat {output}/*.service | grep -c -e '--broken'; cat {output}/*.service | wc -c", check=False).out.split()
    units, links, broken, size = map(int, shown) if len(shown) == 4 else (0, 0, 0, 0)
    if units != count or links != count or broken:
        return f"{count} sources became {units} units and {links} links, {broken} of them broken", size
    return "", size


def measure_size(bench, count, rounds, limit):
    say(f"generator: {count} files")
    write_sources(bench, count)
    plan = entries(bench, count)
    samples = bench.interleave(plan, rounds=rounds)

    group = f"generator, {count} file{'s' if count > 1 else ''}"
    rows = []
    for entry in plan:
        row = samples[entry["name"]].row(group, entry["name"])
        fault, size = find_fault(bench, entry, count)
        row.remark = row.remark or fault
        row.values.update(ratio=ratio(samples[entry["name"]].median, samples[FLOOR].median), bytes_written=size)
        rows.append(row)
    for name, program in ((WOLFFIA, peers.GENERATOR), (PODMAN, peers.PODMAN_GENERATOR)):
        if name not in samples:
            rows.append(Row(group, name, remark=f"there is no {program}"))
    bars = []
    if limit:
        ours = samples[WOLFFIA].median if WOLFFIA in samples else None
        bars = [Bar(f"{group}: times the minimal loop", ratio(ours, samples[FLOOR].median), limit)]
        if PODMAN in samples and count > 1:
            share = ratio(ours, samples[PODMAN].median)
            bars.append(Bar(f"{group}: times Podman's generator", share, 1 / FASTER_THAN_PODMAN))
    return Report(rows, bars)


OWN_FOLDER, MANAGER_FOLDER = "~/.config/wolffia", "$XDG_RUNTIME_DIR/systemd/user"


def measure_reload(bench, count):
    """With our files, with the same units and no file of ours, and with neither. Podman's generator runs each time."""
    say(f"reload: {count} files")
    write_sources(bench, count)
    states = (
        ("wolffia, files", f"mkdir -p {OWN_FOLDER} && ln -s {folder(count)} {OWN_FOLDER}/bench"),
        ("the same units, no files", f"WOLFFIA_UNIT_DIRS={folder(count)} {peers.GENERATOR} {MANAGER_FOLDER}"),
        ("neither", "true"),
    )
    clear = f"rm -rf {OWN_FOLDER}/bench {MANAGER_FOLDER}"
    rows = []
    for name, prepare in states:
        bench.machine.alice(f"{clear}; {prepare}")
        samples = bench.interleave([{"name": name, "argv": ["systemctl", "--user", "daemon-reload"]}], rounds=10)
        rows.append(samples[name].row(f"daemon-reload, {count} units", name))
    bench.machine.alice(f"{clear}; systemctl --user daemon-reload")
    return Report(rows)


def measure(bench):
    report = Report()
    for count, rounds, limit in SMOKE_SIZES if bench.smoke else SIZES:
        report.add(measure_size(bench, count, rounds, limit))
    report.add(measure_reload(bench, 20 if bench.smoke else 1000))
    bench.machine.alice(f"rm -rf {OUTPUT}")
    return report
