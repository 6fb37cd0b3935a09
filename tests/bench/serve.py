# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers that serve or call, the same for each program: on their own with pasta, or as members of a network.

A network of podman's is a bridge as root has it, inside of a network namespace of the user's (netavark), with names by
aardvark-dns and ports by rootlessport."""

import contextlib
import shlex

from . import peers
from .bench import FOLDER

WOLFFIA, PODMAN = "wolffia", "podman"
NETWORK_PROGRAM = "/usr/libexec/wolffia/wolffia-network"
NETWORK = "bench"
SUBNETS = {WOLFFIA: "10.89.77", PODMAN: "10.89.78"}
# Programs of the machine's own: the root is the machine's, read-only.
VOLUMES = [f"--volume=/{name}:/{name}:ro" for name in ("usr", "lib", "lib64")] + [f"--volume={FOLDER}/tools:/tools:ro"]
IPERF3 = ["/usr/bin/iperf3", "--server", "--port=80"]
ANSWER = ["/tools/answer", "80"]
CALL = f"{FOLDER}/tools/call"


def words(program, name, payload, network="pasta", ports=(), address=None):
    """The command line of a container. network: "pasta", or that of open_network(); ports: as --publish has them."""
    # As process 1 a payload has no handler for SIGTERM, and the kernel does not even deliver it.
    options = [f"--name={name}", "--stop-signal=KILL", *[f"--publish={port}" for port in ports]]
    if network != "pasta":
        options += [f"--network={network}", *([f"--ip={address}"] if address else [])]
    if program == WOLFFIA:
        return [peers.RUNNER, *options, *VOLUMES, peers.IMAGE, *payload]
    if network == "pasta":
        options.append("--network=pasta")
    return [*peers.PODMAN_RUN, "--replace", *options, *VOLUMES, peers.IMAGE, *payload]


def start(bench, program, name, payload, **options):
    """A service of alice's that runs until stop()."""
    command = words(program, name, payload, **options)
    bench.machine.alice(f"systemd-run --user --quiet --collect --unit={name} --property=Delegate=yes "
                        f"--property=KillMode=mixed -- {' '.join(map(shlex.quote, command))}")


def stop(bench, program, *names):
    for name in names:
        if program == PODMAN:
            bench.machine.alice(f"podman rm --force --time=0 {name}", check=False)
        bench.machine.alice(f"systemctl --user stop {name}; systemctl --user reset-failed {name}", check=False)


@contextlib.contextmanager
def service(bench, program, name, payload, **options):
    start(bench, program, name, payload, **options)
    try:
        yield
    finally:
        stop(bench, program, name)


def run(bench, program, name, payload, **options):
    """What the payload says, once it has ended well."""
    command = words(program, name, payload, **options)
    return bench.machine.alice("systemd-run --user --quiet --pipe --wait --collect --property=Delegate=yes -- "
                               + " ".join(map(shlex.quote, command)), timeout=120).out


def until_answer(bench, program, name, port, **options):
    """Milliseconds from the start of a container to its answer on a port of the host."""
    command = [CALL, "until-answer", str(port), *words(program, name, ANSWER, ports=[f"{port}:80"], **options)]
    try:
        return float(bench.machine.alice(f"systemd-run --user --quiet --pipe --wait --collect --unit={name} --property=Delegate=yes "
                                         "--property=KillSignal=SIGKILL -- " + " ".join(map(shlex.quote, command)), timeout=60).out)
    finally:
        stop(bench, program, name)


def open_network(bench, program):
    subnet = f"{SUBNETS[program]}.0/24"
    if program == WOLFFIA:
        bench.machine.alice("systemd-run --user --quiet --collect --unit=bench-network --service-type=notify --property=NotifyAccess=all "
                            f"--property=Delegate=yes -- {NETWORK_PROGRAM} --name={NETWORK} --subnet={subnet}")
    else:
        bench.machine.alice(f"podman network rm --force {NETWORK}", check=False)
        bench.machine.alice(f"podman network create --subnet={subnet} {NETWORK}")


def close_network(bench, program):
    if program == WOLFFIA:
        bench.machine.alice("systemctl --user stop bench-network", check=False)
    else:
        bench.machine.alice(f"podman network rm --force {NETWORK}", check=False)


@contextlib.contextmanager
def network(bench, program):
    open_network(bench, program)
    try:
        yield
    finally:
        close_network(bench, program)


def address(program, number):
    return f"{SUBNETS[program]}.{number}"


def podman_lacks_network(bench):
    """Why podman cannot be measured with a network of several containers, or ""."""
    missing = bench.machine.alice("ls /usr/lib/podman/netavark /usr/lib/podman/aardvark-dns", check=False).status != 0
    return "podman's netavark and aardvark-dns are not installed" if missing else peers.podman_lacks_pasta(bench)
