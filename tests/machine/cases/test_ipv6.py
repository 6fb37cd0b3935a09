# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks with addresses of IPv6: members, names, ways in and out."""

import nets
from machine.case import row
from test_pasta import greeter

HOST, HOST6, CLIENT6 = "192.0.2.10", "2001:db8::10", "2001:db8::77"

GREET = """
import socket
s = socket.create_connection(("2001:db8::77", 7777), 5)
print(s.recv(100).decode().strip(), s.getsockname()[0])
"""
PING = """
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6)
s.settimeout(5)
s.connect(("a", 0))
s.send(bytes([128, 0, 0, 0, 0, 0, 0, 1]))
print(s.recv(100)[0])
"""
NAMES = """
import socket
print(socket.getaddrinfo("a", 80, socket.AF_INET6)[0][4][0])
print(socket.getnameinfo((ADDRESS, 80), socket.NI_NAMEREQD)[0])
"""


def start(machine, *lines):
    nets.network(machine, "app", *lines)
    nets.member(machine, "a", "Network=app.network", "PublishPort=8081:80", "PublishPort=8081:80/udp")
    nets.member(machine, "b", "Network=app.network")
    nets.start(machine, "a", "b")
    return nets.address(machine, "a", family="-6"), nets.address(machine, "b", family="-6")


def assert_ipv6(machine, a, b):
    assert nets.fetch(machine, "b", f"http://[{a}]/") == f"a {b}"
    assert nets.python(machine, "b", PING).strip() == "129"
    assert nets.python(machine, "b", NAMES.replace("ADDRESS", f"'{a}'")).split() == [a, "a"]
    # In: the client's own address, also for who is a member; out: to the LAN, and to the host's own address.
    assert machine.client(f"curl -sS --max-time 5 http://[{HOST6}]:8081/").out == f"a {CLIENT6}\n"
    assert nets.fetch(machine, "b", f"http://[{HOST6}]:8081/").startswith("a ")
    with greeter(machine, where="lan"):
        assert nets.python(machine, "b", GREET).split() == ["greetings", b]


@row("N4", "N5", "N6")
def test_members_with_both_families_are_reached_and_reach_out_over_ipv6(machine):
    a, b = start(machine, "IPv6=true")
    assert a.startswith("fd") and a.split("::")[0] == b.split("::")[0], (a, b)
    assert_ipv6(machine, a, b)


@row("N4", "N5", "N6")
def test_members_with_ipv6_alone_are_reached_over_both(machine):
    a, b = start(machine, "Subnet=fd00:97::/64", "Gateway=fd00:97::1")
    assert_ipv6(machine, a, b)
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out == "a fd00:97::1\n", "the gateway in the client's place"
