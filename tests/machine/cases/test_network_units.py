# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks and their members as units: instances of templates, restarts, other names, and a host that lacks something."""

import shlex
from pathlib import Path

import nets

from machine.case import row

HOST = "192.0.2.10"


def test_instances_of_a_template_are_members_with_names_of_their_own(machine):
    nets.network(machine, "app")
    nets.member(machine, "web@", "Network=app.network", "NetworkAlias=web", "HostName=web-%i")
    nets.start(machine, "web@1", "web@2")
    first, second = (nets.address(machine, f"web@{i}") for i in (1, 2))
    assert first != second
    assert nets.fetch(machine, "web@1", "http://web-2/") == f"web-2 ::ffff:{first}"
    assert nets.fetch(machine, "web@2", "http://systemd-web_1/") == f"web-1 ::ffff:{second}", "as Podman calls it"
    both = "import socket\nprint(*sorted({item[4][0] for item in socket.getaddrinfo('web', 80, socket.AF_INET)}))\n"
    assert nets.python(machine, "web@1", both).split() == sorted([first, second])
    machine.alice("systemctl --user stop web@1 web@2 app-web.slice", timeout=30)  # systemd keeps the slice of a template


def test_a_network_that_is_restarted_restarts_its_members(machine):
    nets.network(machine, "app")
    nets.member(machine, "a", "Network=app.network", "PublishPort=8081:80")
    nets.member(machine, "b", "Network=app.network")
    nets.start(machine, "a", "b")
    before = [machine.show(name, "MainPID") for name in ("app-network", "a", "b")]
    machine.alice("systemctl --user restart app-network", timeout=60)
    machine.eventually(lambda: [machine.show(name, "ActiveState") for name in ("app-network", "a", "b")] == ["active"] * 3,
                       seconds=30)
    after = [machine.show(name, "MainPID") for name in ("app-network", "a", "b")]
    assert all(x != y for x, y in zip(before, after)), (before, after)
    assert nets.fetch(machine, "b", "http://a/").startswith("a ")
    assert machine.client(f"curl -sS --retry 5 --retry-all-errors --max-time 5 http://{HOST}:8081/").out.startswith("a ")


def test_a_network_is_joined_by_its_bare_name(machine):
    """As it stands in sets that were written for `podman network create shop`; the file that makes it is found by its NetworkName=."""
    nets.network(machine, "app", "NetworkName=shop")
    nets.member(machine, "a", "Network=shop", "NetworkAlias=db")
    nets.member(machine, "b", "Network=app.network")
    nets.start(machine, "a", "b")
    assert machine.show("app-network", "ActiveState") == "active"
    assert nets.fetch(machine, "b", "http://db/").startswith("a ")


@row("N5")
def test_a_bare_name_that_no_file_gives_is_a_network_for_all_who_name_it(machine):
    nets.member(machine, "a", "Network=app", "PublishPort=8081:80")
    nets.member(machine, "b", "Network=app:alias=db")
    machine.write("~/.config/wolffia/c.pod", "[Pod]\nNetwork=app\nNetworkAlias=pod\n")
    nets.member(machine, "d", "Pod=c.pod")
    machine.alice("systemctl --user daemon-reload && systemctl --user start a b c-pod", timeout=60)
    machine.eventually(lambda: machine.show("d", "ActiveState") == "active")
    assert nets.fetch(machine, "a", "http://db/").startswith("b ")
    assert nets.fetch(machine, "b", "http://a/").startswith("a ")
    assert nets.fetch(machine, "b", "http://pod/").startswith("c ")
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out == f"a ::ffff:{machine.client_address}\n"
    checked = machine.alice("wolffia check ~/.config/wolffia/a.container")
    assert "makes a network with the defaults" in checked.out + checked.err, checked
    # A file of that name takes the place of it, once it is stopped.
    nets.network(machine, "app", "Subnet=10.97.0.0/24")
    machine.alice("systemctl --user daemon-reload && systemctl --user stop a b c-pod")
    machine.alice("systemctl --user start a", check=False)
    assert "that of wolffia-network@app.service; stop it" in machine.journal("app-network")
    machine.alice("systemctl --user stop app-network wolffia-network@app && systemctl --user start a b")
    assert nets.address(machine, "b").startswith("10.97.0.")


@row("N5")
def test_a_host_whose_routes_have_all_private_addresses_of_a_kind_has_networks(machine):
    """A company's VPN leads to all of 10.0.0.0/8, or by two halves to everything."""
    routes = ["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"]
    nets.network(machine, "app")
    nets.member(machine, "a", "Network=app.network", "PublishPort=8080:80")
    nets.member(machine, "b", "Network=app.network")
    try:
        for route in routes:
            machine.root(f"ip route add {route} via 192.0.2.254")
        nets.start(machine, "a", "b")
        assert nets.address(machine, "a", family="-4").startswith("172."), nets.address(machine, "a")
        assert nets.fetch(machine, "b", "http://a/").startswith("a ")
        assert nets.fetch(machine, "b", "http://192.0.2.10:8080/").startswith("a ")
    finally:
        for route in routes:
            machine.root(f"ip route del {route} via 192.0.2.254", check=False)


def test_addresses_that_cannot_be_had_are_told_in_a_sentence(machine):
    nets.network(machine, "app", "Subnet=10.99.0.0/24")
    nets.member(machine, "a", "Network=app.network:ip=10.99.0.5")
    nets.start(machine, "a")
    for option, words in {"ip=10.99.0.5": "by the container 'a'", "ip=10.99.0.1": "by the gateway", "ip=10.99.0.255": "the first or the last of",
                          "ip6=fd00::5": "it has no IPv6 (IPv6=yes", "ip=10.98.0.5": "not in 10.99.0.0/24"}.items():
        nets.member(machine, "b", f"Network=app.network:{option}")
        machine.alice("systemctl --user daemon-reload; systemctl --user start b", check=False)
        assert words in machine.show("b", "StatusText"), machine.show("b", "StatusText")


def test_check_knows_addresses_that_do_not_go_together(machine):
    for lines, words in {("Subnet=10.99.0.0/24", "IPRange=10.98.0.0/25"): "IPRange=10.98.0.0/25: it is not within Subnet=10.99.0.0/24",
                         ("Subnet=10.99.0.0/24", "Gateway=10.98.0.1"): "Gateway=10.98.0.1: it is not in",
                         ("Options=mtu=9",): "1280 to 65535", ("NetworkName=host",): "Network=host means something else",
                         ("Subnet=192.0.2.0/25",): "(192.0.2.0/24)"}.items():
        nets.network(machine, "app", *lines)
        result = machine.alice("wolffia check app.network", check=False)
        assert words in result.err, result
    # A laptop may have come into such a network, so that one is no refusal.
    nets.start(machine, "app-network")
    assert "(192.0.2.0/24)" in machine.journal("app-network")


def test_a_host_without_nft_is_told_of_and_internal_networks_work(machine):
    nft = machine.root("command -v nft").out.strip()
    nets.network(machine, "app", "Internal=no")
    nets.network(machine, "back", "Internal=yes")
    nets.member(machine, "a", "Network=back.network", "PublishPort=8081:80")
    nets.member(machine, "b", "Network=back.network")
    machine.root(f"mv {nft} {nft}.away")
    try:
        machine.alice("systemctl --user daemon-reload")
        assert machine.alice("systemctl --user start app-network", check=False).status != 0
        said = [line for line in machine.journal("app-network").splitlines() if "nf_tables" in line]
        # systemd starts it anew soon, and each start says it once.
        starts = 1 + int(machine.show("app-network", "NRestarts"))
        assert 1 <= len(said) <= starts and "apt install nftables" in said[0] and "Internal=yes does without" in said[0], said
        nets.start(machine, "a", "b")
        assert nets.fetch(machine, "b", "http://a/").startswith("a ")
        # The gateway is whom the member sees: only rules know a relay's sockets that have the client's address.
        assert machine.client(f"curl -sS --retry 5 --retry-all-errors --max-time 5 http://{HOST}:8081/").out.startswith("a ::ffff:10.")
        group = machine.show("a", "ControlGroup")
        relay = machine.root(f"for pid in $(cat /sys/fs/cgroup{group}/cgroup.procs); do "
                             "grep -q wolffia-relay /proc/$pid/cmdline && grep CapEff /proc/$pid/status; done; true").out
        assert relay.split() == ["CapEff:", "0" * 16], relay
    finally:
        machine.root(f"mv {nft}.away {nft}")


def test_a_network_that_is_stopped_while_it_starts_leaves_nothing(machine):
    """What is left behind is looked for after each case; systemd kills all processes of a unit whose first one has ended."""
    pasta = machine.root("command -v pasta").out.strip()
    nets.network(machine, "app")
    machine.root(f"mv {pasta} {pasta}.away")
    machine.write(pasta, f"#!/bin/sh\nsleep 1\nexec {pasta}.away \"$@\"\n", user="root", mode="755")
    try:
        machine.alice("systemctl --user daemon-reload && systemctl --user start --no-block app-network")
        machine.eventually(lambda: machine.alice("pgrep --exact pasta", check=False).status == 0)
        machine.alice("systemctl --user stop app-network", timeout=30)
        assert machine.show("app-network", "Result") == "success"
        assert machine.alice("ls $XDG_RUNTIME_DIR/wolffia/.networks", check=False).status != 0
    finally:
        machine.root(f"mv {pasta}.away {pasta}")


EXAMPLES = Path(__file__).resolve().parents[3] / "examples"

# What each server says of itself, asked from the web server's own container.
ASK = {
    "cache": (6379, "printf 'PING\\r\\nQUIT\\r\\n'", "+PONG"),
    # A request for TLS (PostgreSQL's message formats, SSLRequest), which is answered with one letter.
    "database": (5432, "printf '\\000\\000\\000\\010\\004\\322\\026\\057'", "N"),
}


def try_shop(machine, folder, name, host, start):
    """Starts the example, as its comment says; the other two are at host, or at localhost."""
    known = machine.alice("wolffia images").out
    for image in ("nginx", "postgresql", "redis"):
        if f"localhost/{image}" not in known:
            machine.alice(f"wolffia import localhost/{image} /srv/images/{image}.oci.tar", timeout=300)
    machine.alice(f"printf tops3cret >~/password.txt && wolffia secret create {name}-password ~/password.txt")
    for path in (EXAMPLES / folder).iterdir():
        machine.write(f"~/.config/wolffia/{folder}/{path.name}", path.read_text())
    try:
        machine.alice(f"systemctl --user daemon-reload && systemctl --user start {start}", timeout=120)
        machine.eventually(lambda: machine.show(f"{name}-web", "ActiveState") == "active", seconds=60)
        assert "Hello" in machine.client(f"curl -sS --retry 5 --retry-all-errors http://{HOST}:8080/").out
        assert machine.client_address in machine.eventually(lambda: machine.journal(f"{name}-web"))
        assert machine.show(f"{name}-cache", "StatusText") == "healthy: PONG"
        for part, (port, question, answer) in ASK.items():
            place = f"{host.replace('*', part)} {port}"
            command = shlex.quote(f"{question} | busybox timeout 5 busybox nc {place}")
            out = machine.alice(f"wolffia exec {name}-web sh -c {command}", check=False, timeout=30).out
            assert out.startswith(answer), (place, out)
    finally:
        machine.alice(f"systemctl --user stop {start} {name}-web {name}-database {name}-cache; wolffia secret remove {name}-password; "
                      f"wolffia volume remove --force {name}-database {name}-cache; rm -r ~/.config/wolffia/{folder}", check=False, timeout=120)


def test_the_web_server_of_the_examples_reaches_database_and_cache_by_name(machine):
    try_shop(machine, "network", "shop", "shop-*", "shop-web")


def test_the_web_server_of_the_examples_reaches_database_and_cache_in_its_pod(machine):
    try_shop(machine, "pod-shop", "stall", "127.0.0.1", "stall-pod")
