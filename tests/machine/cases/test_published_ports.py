# SPDX-License-Identifier: LGPL-2.1-or-later
"""All forms of PublishPort=, on each kind of network that publishes: one's own, that of a pod, a .network, a pod on a .network."""

import re

import nets
from machine.case import row

HOST, HOST6 = "192.0.2.10", "2001:db8::10"
CLIENT, CLIENT6 = "192.0.2.77", "2001:db8::77"

# Form of PublishPort= → what asks for it, and as whom the payload sees who asks.
FORMS = {
    "8081:80": [(f"http://{HOST}:8081/", CLIENT), (f"http://[{HOST6}]:8081/", CLIENT6)],
    f"{HOST}:8082:80": [(f"http://{HOST}:8082/", CLIENT)],
    f"[{HOST6}]:8083:80": [(f"http://[{HOST6}]:8083/", CLIENT6)],
    "8084-8086:78-80": [(f"http://{HOST}:8086/", CLIENT), (f"http://[{HOST6}]:8086/", CLIENT6)],
    "8087:80/udp": [(f"{HOST} 8087", CLIENT), (f"{HOST6} 8087", CLIENT6)],
    f"[{HOST6}]:8088:80/udp": [(f"{HOST6} 8088", CLIENT6)],
    "${ADDRESS}:${PORT}:80": [(f"http://{HOST}:8089/", CLIENT)],
    "80": [(f"http://{HOST}:%s/", CLIENT), (f"http://[{HOST6}]:%s/", CLIENT6)],
    f"{HOST}::80/udp": [(f"{HOST} %s", CLIENT)],
}
CLOSED = [f"http://[{HOST6}]:8082/", f"http://{HOST}:8083/", f"http://{HOST}:8088/"]

ASK = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(b"x", (sys.argv[1], int(sys.argv[2])))
print(s.recv(100).decode())
"""


def start(machine, *lines, pod=()):
    """A container that publishes in all forms; with lines for a pod it is that, and the container its member."""
    ports = [f"PublishPort={form}" for form in FORMS]
    variables = "[Service]\nEnvironment=ADDRESS=192.0.2.10 PORT=8089\n"
    if pod:
        machine.write("~/.config/wolffia/a.pod", "\n".join(["[Pod]", "PodName=a", *pod, *ports, variables]))
        nets.member(machine, "m", "Pod=a.pod", *lines)
        nets.start(machine, "m")
        return "a-pod"
    nets.member(machine, "a", *lines, *ports)
    machine.write("~/.config/wolffia/a.container.d/variables.conf", variables)
    nets.start(machine, "a")
    return "a"


def ask(machine, where):
    if where.startswith("http"):
        return machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 '{where}'", check=False).out)
    return machine.eventually(lambda: machine.client(f"python3 /run/ask.py {where}", check=False).out)


def assert_all_forms(machine, unit):
    told = {}
    for protocol, port in machine.eventually(lambda: re.findall(r"Port 80/(tcp|udp) of the container is port (\d+) of the host",
                                                                machine.journal(unit))):
        told[protocol] = port
    assert set(told) == {"tcp", "udp"}, told
    machine.write("/run/ask.py", ASK, user="root")
    for form, questions in FORMS.items():
        for where, client in questions:
            if "%s" in where:
                where = where % told["udp" if form.endswith("udp") else "tcp"]
            out = ask(machine, where).removeprefix("a ").removeprefix("::ffff:")
            assert out.split()[0] == client, (form, where, out)
    for where in CLOSED:
        assert machine.client(f"curl -sS --max-time 2 '{where}'", check=False).status != 0, where


@row("N6")
def test_a_container_publishes_in_all_forms(machine):
    assert_all_forms(machine, start(machine))


@row("N6")
def test_a_pod_publishes_in_all_forms(machine):
    assert_all_forms(machine, start(machine, pod=["HostName=a"]))


@row("N6")
def test_a_member_of_a_network_publishes_in_all_forms(machine):
    nets.network(machine, "app", "IPv6=yes")
    assert_all_forms(machine, start(machine, "Network=app.network"))


@row("N6")
def test_a_pod_on_a_network_publishes_in_all_forms(machine):
    nets.network(machine, "app", "IPv6=yes")
    assert_all_forms(machine, start(machine, pod=["HostName=a", "Network=app.network"]))


def assert_many(machine, *lines):
    nets.member(machine, "a", *lines, "PublishPort=20000-20599:1000-1599", "PublishPort=21000-21099:2000-2099/udp", "PublishPort=8081:80")
    nets.start(machine, "a")
    assert ask(machine, f"http://{HOST}:8081/").startswith("a ")
    listening = machine.root("ss -lnH").out
    for kind, first, count in (("tcp", 20000, 600), ("udp", 21000, 100)):
        seen = {int(port) for port in re.findall(rf"^{kind}.*:(\d+) +\S+ *$", listening, re.MULTILINE)}
        assert set(range(first, first + count)) <= seen, (kind, sorted(seen))


def test_seven_hundred_ports_of_a_container_are_published(machine):
    assert_many(machine)


def test_seven_hundred_ports_of_a_member_are_published_and_its_limits_stay_as_they_are(machine):
    nets.network(machine, "app")
    assert_many(machine, "Network=app.network")
    pid = machine.alice("sed -n 's/^Payload=//p' $XDG_RUNTIME_DIR/wolffia/a/state").out.strip()
    assert machine.root(f"grep 'Max open files' /proc/{pid}/limits").out.split()[3] == "1024"
    nets.member(machine, "b", "Network=app.network", "PublishPort=22000-31999:22000-31999")
    machine.alice("systemctl --user daemon-reload")
    assert machine.alice("systemctl --user start b", check=False).status != 0
    assert "10000 ports are published, and 8192 are possible" in machine.show("b", "StatusText")
