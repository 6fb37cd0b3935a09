# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network of a container beside rootless podman's: throughput by iperf3, the time of a connection, and the time from the
start to an answer on a published port.

The other end is on the same machine, so that no wire limits anything. Each figure is the median of a few runs, taken in turn."""

import json
import shlex
import statistics

from . import peers
from .bench import Bar, Report, Row, ratio, say

THROUGHPUT = "throughput of one TCP connection"
CONNECTION = "connections one after the other, into a container"
START = "start to answer on a published port"
WOLFFIA, PODMAN = "wolffia", "podman"
SECONDS, SMOKE_SECONDS = 3, 1
PORTS = {WOLFFIA: 18500, PODMAN: 18501}
# Programs of the machine's own: the root is the machine's, read-only.
VOLUMES = [f"--volume=/{name}:/{name}:ro" for name in ("usr", "lib", "lib64")]
SERVER = ["/usr/bin/iperf3", "--server", "--port=80"]

ANSWER = """
import socket
server = socket.create_server(("0.0.0.0", 80), backlog=128)
while True:
    connection = server.accept()[0]
    connection.sendall(b"x")
    connection.close()
"""

CONNECT = """
import socket, sys, time
times = []
for _ in range(int(sys.argv[2])):
    start = time.monotonic()
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    connection.recv(1)
    connection.close()
    times.append(time.monotonic() - start)
times.sort()
print(times[len(times) // 2] * 1000)
"""

UNTIL_ANSWER = """
import socket, subprocess, sys, time
start = time.monotonic()
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
while True:
    try:
        connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
        if connection.recv(1):
            break
    except OSError:
        pass
    if process.poll() is not None:
        sys.exit("it has ended")
    time.sleep(0.0005)
print((time.monotonic() - start) * 1000)
"""


def words_of(program, name, payload):
    port = f"--publish={PORTS[program]}:80"
    if program == WOLFFIA:
        return [peers.RUNNER, f"--name={name}", "--stop-signal=KILL", port, *VOLUMES, peers.IMAGE, *payload]
    return ["podman", "run", "--rm", "--replace", f"--name={name}", "--pids-limit=0", "--network=pasta", "--stop-signal=KILL", port,
            *VOLUMES, peers.IMAGE, *payload]


def start(bench, program, payload):
    """A service of alice's that serves until stop()."""
    words = words_of(program, f"net-{program}", payload)
    bench.machine.alice(f"systemd-run --user --quiet --collect --unit=net-{program} --property=Delegate=yes "
                        f"--property=KillMode=mixed -- {' '.join(map(shlex.quote, words))}")


def stop(bench, program):
    if program == PODMAN:
        bench.machine.alice(f"podman rm --force --time=0 net-{program}", check=False)
    bench.machine.alice(f"systemctl --user stop net-{program}; systemctl --user reset-failed net-{program}", check=False)


def transfer(bench, command):
    """Mbit/s that arrive; iperf3 is asked again until its server is up."""
    result = bench.machine.eventually(lambda: bench.machine.alice(command, timeout=60), seconds=20)
    return json.loads(result.out)["end"]["sum_received"]["bits_per_second"] / 1e6


def throughput_in(bench, program, seconds):
    start(bench, program, SERVER)
    try:
        return transfer(bench, f"iperf3 --client 127.0.0.1 --port {PORTS[program]} --time {seconds} --json")
    finally:
        stop(bench, program)


def throughput_out(bench, program, seconds):
    """To the other end of the LAN: podman copies the host's own address, which its containers then cannot reach."""
    client = ["/usr/bin/iperf3", "--client", bench.machine.client_address, "--time", str(seconds), "--json"]
    bench.machine.root("systemd-run --quiet --collect --unit=bench-iperf3 ip netns exec lan iperf3 --server")
    try:
        words = words_of(program, f"net-{program}", client)
        return transfer(bench, " ".join(map(shlex.quote, words)))
    finally:
        bench.machine.root("systemctl stop bench-iperf3", check=False)


def connection(bench, program, count):
    start(bench, program, ["/usr/bin/python3", "-c", ANSWER])
    command = f"python3 -c {shlex.quote(CONNECT)} {PORTS[program]} {count}"
    try:
        return float(bench.machine.eventually(lambda: bench.machine.alice(command, timeout=60), seconds=20).out)
    finally:
        stop(bench, program)


def until_answer(bench, program):
    words = words_of(program, f"net-{program}", ["/usr/bin/python3", "-S", "-c", ANSWER])
    command = " ".join(["python3", "-c", shlex.quote(UNTIL_ANSWER), str(PORTS[program]), *map(shlex.quote, words)])
    unit = f"net-{program}"
    try:
        return float(bench.machine.alice(f"systemd-run --user --quiet --pipe --wait --collect --unit={unit} "
                                         f"--property=Delegate=yes --property=KillSignal=SIGKILL {command}", timeout=60).out)
    finally:
        stop(bench, program)


def median_of(bench, rounds, programs, measure_one):
    """program → median, each round with all programs."""
    values = {program: [] for program in programs}
    for _ in range(rounds):
        for program in programs:
            values[program].append(measure_one(program))
    return {program: statistics.median(found) for program, found in values.items()}


def rows(group, values, lack, unit):
    result = [Row(group, program, {"median": value, "ratio": ratio(value, values.get(WOLFFIA))}, unit)
              for program, value in values.items()]
    if lack:
        result.append(Row(group, PODMAN, remark=lack, unit=unit))
    return result


def measure(bench):
    peers.make_root(bench)
    peers.make_podman_image(bench)
    lack = peers.podman_lacks_pasta(bench)
    programs = [WOLFFIA] if lack else [WOLFFIA, PODMAN]
    report = Report()
    if problem := peers.make_wolffia_image(bench):
        report.faults.append(problem)
        return report
    rounds, seconds = (1, SMOKE_SECONDS) if bench.smoke else (3, SECONDS)
    found = {}
    for group, unit, measure_one in (
            (f"{THROUGHPUT}, into a container", "Mbit/s", lambda program: throughput_in(bench, program, seconds)),
            (f"{THROUGHPUT}, out of a container", "Mbit/s", lambda program: throughput_out(bench, program, seconds)),
            (CONNECTION, "ms", lambda program: connection(bench, program, 20 if bench.smoke else 500)),
            (START, "ms", lambda program: until_answer(bench, program))):
        say(f"network: {group}")
        found[group] = median_of(bench, rounds, programs, measure_one)
        report.rows += rows(group, found[group], lack, unit)

    def beside(group, invert=False):
        ours, theirs = found[group].get(WOLFFIA), found[group].get(PODMAN)
        return ratio(theirs, ours) if invert else ratio(ours, theirs)

    report.bars = [] if lack else [
        Bar("throughput into a container: times podman's", beside(f"{THROUGHPUT}, into a container"), 1.0, at_least=True),
        Bar("throughput out of a container: times podman's", beside(f"{THROUGHPUT}, out of a container"), 1.0, at_least=True),
        Bar("start to answer on a published port: times faster than podman", beside(START, invert=True), 5.0, at_least=True),
    ]
    return report
