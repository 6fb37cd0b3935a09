# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network of a container, and of members of a network, beside rootless podman's: throughput by iperf3, the time of a
connection, processor time, and the time from the start to an answer on a published port.

The other end is on the same machine, so that no wire limits anything, but for the way out: that one ends at the far end of
a wire with a delay (inside/wire.c), since pasta behaves differently towards its own host. With the kernel's own settings, pasta
offers a window that is larger than what the socket takes that it sends by, drops what does not fit, and the sender inside
notices after 200 ms: 1 to 30 Mbit/s, as chance has it, of podman's pasta and ours alike. With the setting that `wolffia doctor`
recommends nothing is dropped, and it is these figures that the bar compares. All other settings are Debian's, whatever the
host has: no larger socket buffers on request, and cubic."""

import json
import shlex
import statistics

from . import peers, serve
from .bench import Bar, Report, Row, kernel_settings, ratio, say
from .serve import PODMAN, WOLFFIA

SECONDS, SMOKE_SECONDS = 2, 1
PORTS = {WOLFFIA: 18500, PODMAN: 18501}
FAR, NEAR = "198.51.100.2", "198.51.100.1"

# net.ipv4.tcp_wmem, of each network namespace on its own.
KERNELS_WMEM, RECOMMENDED_WMEM = "4096 16384 4194304", "4096 1048576 4194304"
# How Debian leaves them: of the whole kernel, and of namespaces that are made from then on. Both ends of the wire were there before.
DEBIANS = {"net/core/wmem_max": "212992", "net/core/rmem_max": "212992", "net/ipv4/tcp_congestion_control": "cubic"}

INTO = "throughput of one TCP connection, into a container"
INTO_MEMBER = "throughput of one TCP connection, into a member of a network"
OUT = "throughput of one TCP connection, out of a container"
OUT_EIGHT = "throughput of eight TCP connections, out of a container"
OUT_UNTUNED = "throughput of one TCP connection, out of a container, kernel's own tcp_wmem"
BETWEEN = "throughput of one TCP connection, between members"
CPU = "processor time for one GB into a container"
CPU_MEMBER = "processor time for one GB into a member of a network"
CONNECTION = "connect, one byte each way, close: into a container"
CONNECTION_MEMBER = "connect, one byte each way, close: into a member of a network"
CONNECTION_BETWEEN = "connect, one byte each way, close: between members"
BYTES_MEMBER = "one byte each way, into a member of a network"
DATAGRAMS_MEMBER = "one datagram each way, into a member of a network"
START = "start to answer on a published port"
START_MEMBER = "start to answer on a published port, member of a network"

# What carries bytes between the host and a container; processor time of anything else is the same for all.
CARRIERS = ("pasta", "passt", "wolffia-relay", "rootlessport", "exe")
CARRIED = f"""
import os, pwd
user, used = pwd.getpwnam("alice").pw_uid, 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        text = open(f"/proc/{{pid}}/stat").read()
    except OSError:
        continue
    name = text[text.index("(") + 1:text.rindex(")")]
    if name.startswith({CARRIERS!r}):
        words = text[text.rindex(")") + 2:].split()
        used += int(words[11]) + int(words[12])
print(used / os.sysconf("SC_CLK_TCK"))
"""


class Measurement:
    """What is measured of one program. Each method gives one figure, and leaves nothing behind."""

    def __init__(self, bench, program):
        self.bench, self.program = bench, program
        self.name, self.port = f"net-{program}", PORTS[program]
        self.seconds = SMOKE_SECONDS if bench.smoke else SECONDS
        self.count = 20 if bench.smoke else 2000

    def eventually(self, command):
        return self.bench.machine.eventually(lambda: self.bench.machine.alice(command, timeout=60), seconds=20).out

    def member(self, number):
        return {"network": serve.NETWORK, "address": serve.address(self.program, number)}

    def transfer(self):
        text = self.eventually(f"iperf3 --client 127.0.0.1 --port {self.port} --time {self.seconds} --json")
        return json.loads(text)["end"]["sum_received"]["bytes"], received(text)

    def into(self, **options):
        with serve.service(self.bench, self.program, self.name, serve.IPERF3, ports=[f"{self.port}:80"], **options):
            return self.transfer()[1]

    def processor_time(self, **options):
        """Milliseconds for each GB."""
        with serve.service(self.bench, self.program, self.name, serve.IPERF3, ports=[f"{self.port}:80"], **options):
            self.transfer()  # what starts at the first connection is there then
            before = self.carried()
            size = self.transfer()[0]
            return (self.carried() - before) * 1000 / (size / 1e9)

    def carried(self):
        return float(self.bench.machine.root(f"python3 -c {shlex.quote(CARRIED)}").out)

    def out(self, connections=1, wmem=RECOMMENDED_WMEM):
        client = ["/usr/bin/iperf3", "--client", FAR, "--time", str(self.seconds), "--json", "--parallel", str(connections)]
        self.bench.machine.root(f"sysctl --quiet --write net.ipv4.tcp_wmem='{wmem}'")
        try:
            return received(serve.run(self.bench, self.program, self.name, client))
        finally:
            self.bench.machine.root(f"sysctl --quiet --write net.ipv4.tcp_wmem='{KERNELS_WMEM}'")

    def between(self):
        # By the name of the other one, which is a part of what a network is for.
        with serve.service(self.bench, self.program, self.name, serve.IPERF3, **self.member(50)):
            client = ["/usr/bin/iperf3", "--client", self.name, "--port", "80", "--time", str(self.seconds), "--json"]
            return received(self.bench.machine.eventually(
                lambda: serve.run(self.bench, self.program, f"{self.name}-client", client, network=serve.NETWORK), seconds=20))

    def calls(self, way, **options):
        """Microseconds, of N calls the median."""
        with serve.service(self.bench, self.program, self.name, serve.ANSWER, ports=[f"{self.port}:80"], **options):
            return float(self.eventually(f"{serve.CALL} {way} 127.0.0.1 {self.port} {self.count}"))

    def datagrams(self):
        with serve.service(self.bench, self.program, self.name, serve.ANSWER, ports=[f"{self.port}:80/udp"], **self.member(50)):
            return float(self.eventually(f"{serve.CALL} datagrams 127.0.0.1 {self.port} {self.count}"))

    def calls_between(self):
        with serve.service(self.bench, self.program, self.name, serve.ANSWER, **self.member(50)):
            client = ["/tools/call", "connections", serve.address(self.program, 50), "80", str(self.count)]
            return float(self.bench.machine.eventually(
                lambda: serve.run(self.bench, self.program, f"{self.name}-client", client, network=serve.NETWORK), seconds=20))

    def start(self, **options):
        return serve.until_answer(self.bench, self.program, self.name, self.port, **options)


def received(text):
    return json.loads(text)["end"]["sum_received"]["bits_per_second"] / 1e6


# group, unit, of a network or not, rounds, how
MEASUREMENTS = (
    (INTO, "Mbit/s", False, 3, lambda one: one.into()),
    (OUT, "Mbit/s", False, 5, lambda one: one.out()),
    (OUT_EIGHT, "Mbit/s", False, 5, lambda one: one.out(connections=8)),
    (OUT_UNTUNED, "Mbit/s", False, 5, lambda one: one.out(wmem=KERNELS_WMEM)),
    (CPU, "ms", False, 2, lambda one: one.processor_time()),
    (CONNECTION, "µs", False, 3, lambda one: one.calls("connections")),
    (START, "ms", False, 15, lambda one: one.start()),
    (INTO_MEMBER, "Mbit/s", True, 3, lambda one: one.into(**one.member(50))),
    (CPU_MEMBER, "ms", True, 2, lambda one: one.processor_time(**one.member(50))),
    (BETWEEN, "Mbit/s", True, 3, lambda one: one.between()),
    (CONNECTION_MEMBER, "µs", True, 3, lambda one: one.calls("connections", **one.member(50))),
    (BYTES_MEMBER, "µs", True, 3, lambda one: one.calls("bytes", **one.member(50))),
    (DATAGRAMS_MEMBER, "µs", True, 3, lambda one: one.datagrams()),
    (CONNECTION_BETWEEN, "µs", True, 3, lambda one: one.calls_between()),
    (START_MEMBER, "ms", True, 15, lambda one: one.start(**one.member(50))),
)


def measure_in_turn(rounds, programs, how):
    """program → its figures, each round with all programs."""
    values = {program: [] for program in programs}
    for _ in range(rounds):
        for program, one in programs.items():
            values[program].append(how(one))
    return values


def rows(group, values, unit, lack):
    medians = {program: statistics.median(found) for program, found in values.items()}
    result = [Row(group, program, {"median": medians[program], "best": max(found) if unit == "Mbit/s" else min(found),
                                   "ratio": ratio(medians[program], medians.get(WOLFFIA))}, unit)
              for program, found in values.items()]
    if lack:
        result.append(Row(group, PODMAN, remark=lack, unit=unit))
    return result


def lay_wire(bench):
    bench.machine.root(f"systemd-run --quiet --collect --unit=bench-wire {bench.tool('wire')} wire0 lan")
    bench.machine.eventually(lambda: bench.machine.root(f"ip address replace {NEAR}/24 dev wire0 && "
                                                        f"ip -n lan address replace {FAR}/24 dev wire0"))
    for prefix in ("", "ip netns exec lan "):
        bench.machine.root(f"{prefix}sysctl --quiet --write net.ipv4.tcp_congestion_control={DEBIANS['net/ipv4/tcp_congestion_control']}")
    bench.machine.root("systemd-run --quiet --collect --unit=bench-iperf3 ip netns exec lan iperf3 --server")


def take_wire(bench):
    bench.machine.root("systemctl stop bench-iperf3 bench-wire", check=False)


def measure_all(bench, lacks):
    found, report = {}, Report()
    for group, unit, of_network, rounds, how in MEASUREMENTS:
        say(f"network: {group}")
        lack = lacks[of_network]
        programs = {program: Measurement(bench, program) for program in ([WOLFFIA] if lack else [WOLFFIA, PODMAN])}
        found[group] = measure_in_turn(1 if bench.smoke else rounds, programs, how)
        report.rows += rows(group, found[group], unit, lack)
    return found, report


def bars(found):
    def beside(group, pick=statistics.median, invert=False):
        if PODMAN not in found[group]:
            return None
        ours, theirs = pick(found[group][WOLFFIA]), pick(found[group][PODMAN])
        return ratio(theirs, ours) if invert else ratio(ours, theirs)

    return [
        Bar("throughput into a container: times podman's", beside(INTO), 1.0, at_least=True),
        Bar("throughput out of a container: times podman's, of one program and thus to 2 %", beside(OUT), 0.98, at_least=True),
        Bar("the same of eight connections", beside(OUT_EIGHT), 0.98, at_least=True),
        Bar("throughput between members: times podman's", beside(BETWEEN), 1.0, at_least=True),
        Bar("throughput into a member: times podman's", beside(INTO_MEMBER), 1.0, at_least=True),
        Bar("a connection into a member: times podman's", beside(CONNECTION_MEMBER), 1.0),
        Bar("start to answer on a published port: times faster than podman", beside(START, invert=True), 5.0, at_least=True),
        Bar("start of a member to answer on a published port: times faster than podman", beside(START_MEMBER, invert=True), 5.0,
            at_least=True),
    ]


def measure(bench):
    peers.make_root(bench)
    peers.make_podman_image(bench)
    if problem := peers.make_wolffia_image(bench):
        return Report(faults=[problem])
    lacks = {False: peers.podman_lacks_pasta(bench), True: serve.podman_lacks_network(bench)}
    networks = [WOLFFIA] if lacks[True] else [WOLFFIA, PODMAN]
    lay_wire(bench)
    for program in networks:
        serve.open_network(bench, program)
    try:
        with kernel_settings(DEBIANS):
            found, report = measure_all(bench, lacks)
    finally:
        for program in networks:
            serve.close_network(bench, program)
        take_wire(bench)
    report.bars = bars(found)
    return report
