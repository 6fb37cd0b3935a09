# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host without pasta: slirp4netns connects containers, pods and networks, and where that is missing too, it is said."""

import contextlib
import re

import box
import nets
from machine.case import row
from test_pasta import ask, greeter

HOST, CLIENT = "192.0.2.10", "192.0.2.77"


@contextlib.contextmanager
def without(machine, *programs):
    """The host as if these were not installed."""
    paths = [machine.root(f"command -v {program}").out.strip() for program in programs]
    for path in paths:
        machine.root(f"mv {path} {path}.away")
    try:
        yield
    finally:
        machine.alice("systemctl --user stop $(systemctl --user list-units --plain --no-legend --type=service | "
                      "awk '$1 ~ /^(a|b|m|box|app-network|p-pod)[.]service/ {print $1}') 2>/dev/null", check=False, timeout=60)
        for path in paths:
            machine.root(f"mv {path}.away {path}")


UDP = ("import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(1); "
       f"s.sendto(b'x', ('{HOST}', 8082)); print(s.recv(100).decode())")


def assert_published(machine, name):
    out = machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/", check=False).out)
    assert out == f"{name} ::ffff:{CLIENT}\n", out
    out = machine.eventually(lambda: machine.client(f'python3 -c "{UDP}"', check=False).out)
    assert out.startswith(f"{name} {CLIENT} "), out


@row("N4", "N6")
def test_a_container_has_its_network_by_slirp4netns(machine):
    with without(machine, "pasta"):
        nets.member(machine, "a", "PublishPort=8081:80", "PublishPort=8082:80/udp", "PublishPort=80")
        nets.start(machine, "a")
        assert_published(machine, "a")
        log = machine.journal("a")
        assert "pasta is not installed ('sudo apt install passt'), so slirp4netns connects the container" in log, log
        port = re.findall(r"Port 80/tcp of the container is port (\d+) of the host", log)[-1]
        assert machine.client(f"curl -sS --max-time 5 http://{HOST}:{port}/").out.startswith("a ")
        assert nets.address(machine, "a") == "10.0.2.100"
        assert nets.fetch(machine, "a", "http://host.containers.internal:8081/").startswith("a "), "the way out"
        pid = machine.root("pgrep slirp4netns").out.strip()
        machine.alice(f"kill -KILL {pid}")
        machine.eventually(lambda: machine.show("a", "ActiveState") == "failed")
        assert "what connects the container" in machine.journal("a")


def test_what_slirp4netns_is_told_and_what_it_cannot_do(machine):
    with without(machine, "pasta"), greeter(machine, "127.0.0.1"):
        out = box.run(machine, "ip address show dev eth0; " + ask("10.0.9.2"),
                      "--network=slirp4netns:cidr=10.0.9.0/24,mtu=1500,allow_host_loopback=true").out
        assert "10.0.9.100/24" in out and "mtu 1500" in out and "greetings" in out, out
        assert "greetings" not in box.run(machine, ask("10.0.2.2", seconds=2), "--network=slirp4netns").out
        for options, text in ((["--network=pasta:-4"], "options of pasta, which is not installed ('sudo apt install passt')"),
                              (["--network=pasta", "--publish=[::1]:8080:80"], "publishes over IPv4 only, and pasta is not installed")):
            result = box.run(machine, "true", *options, check=False)
            assert result.status != 0 and text in result.err, result


def test_a_pod_and_a_network_have_their_way_out_by_slirp4netns(machine):
    with without(machine, "pasta"):
        machine.write("~/.config/wolffia/p.pod", "[Pod]\nPublishPort=8081:80\nPublishPort=8082:80/udp\nHostName=m\n")
        nets.member(machine, "m", "Pod=p.pod")
        nets.start(machine, "m")
        assert_published(machine, "m")
        machine.alice("systemctl --user stop p-pod", timeout=30)
        nets.network(machine, "app")
        nets.member(machine, "a", "Network=app.network", "PublishPort=8081:80", "PublishPort=8082:80/udp")
        nets.member(machine, "b", "Network=app.network")
        nets.start(machine, "a", "b")
        assert_published(machine, "a")
        assert nets.fetch(machine, "b", "http://a/").startswith("a ")
        assert nets.fetch(machine, "b", f"http://{HOST}:8081/").startswith("a "), "the way out"


def test_a_host_with_neither_is_told_what_to_install(machine):
    with without(machine, "pasta", "slirp4netns"):
        nets.network(machine, "app")
        nets.member(machine, "a")
        machine.alice("systemctl --user daemon-reload")
        for unit in ("a", "app-network"):
            assert machine.alice(f"systemctl --user start {unit}", check=False).status != 0
            assert "needs pasta ('sudo apt install passt'), or slirp4netns" in machine.journal(unit)
