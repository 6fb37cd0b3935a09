# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints reports as text that fits a terminal."""

COLUMNS = {"ms": ("median", "best", "settled", "cpu", "ratio"), "KiB": ("PSS", "RSS"), "Mbit/s": ("median", "best", "ratio"),
           "µs": ("median", "best", "ratio")}
NAME_WIDTH = 32


def number(value, name, unit):
    if value is None:
        return "–"
    if name == "ratio":
        return f"{value:.2f} ×"
    return f"{value:.0f} {unit}" if unit != "ms" or value >= 100 else f"{value:.2f} {unit}"


def heading(group, columns):
    return f"{group}\n" + " " * (NAME_WIDTH + 2) + "".join(f"{name:>12}" for name in columns)


def facts_line(facts):
    return (f"{facts['suite']} ({facts['tier']}), {facts['peers']}, systemd {facts['systemd']}, Linux {facts['kernel']}, "
            f"{facts['processors']} × {facts['model']}, load {facts['load']:.1f}")


def print_report(facts, report):
    print(facts_line(facts))
    if facts["load"] > facts["processors"]:
        print("This host was busy with other things: trust best and cpu more than the medians.")
    last = None
    for row in report.rows:
        columns = COLUMNS[row.unit]
        if row.group != last:
            print("\n" + heading(row.group, columns))
            last = row.group
        cells = "".join(f"{number(row.values.get(name), name, row.unit):>12}" for name in columns)
        print(f"  {row.program:<{NAME_WIDTH}}{cells if row.values.get(columns[0]) is not None else ''}"
              + (f"  {row.remark.splitlines()[0][:120]}" if row.remark else ""))
    for fault in report.faults:
        print(f"\nfailed: {fault}")
    if report.bars:
        print("\nbars")
    for bar in report.bars:
        value = "–" if bar.value is None else f"{bar.value:.2f}" if bar.unit == "×" else f"{bar.value:.0f}"
        print(f"  {bar.outcome:<13}{value:>7} {bar.unit:<4}{'at least' if bar.at_least else 'at most'} {bar.limit:g}   {bar.text}")
    print("\nmedian, best: from start to exit; settled: until the last process was gone; cpu: used by all of them\n"
          "ratio: times wolffia-runner (start), times the minimal loop (generator); KiB: per container\n")
