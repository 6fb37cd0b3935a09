# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published ports in all their forms, and the address that the payload sees."""

import re

import box
import web

from machine.case import row

HELLO = """
import socket, sys
def udp(port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.bind(("::", port))
    while True:
        data, client = s.recvfrom(100)
        s.sendto(client[0].removeprefix("::ffff:").encode(), client)
udp(int(sys.argv[1]))
"""


def start_udp(machine, *lines):
    """A service that answers each datagram to port 53 with the address that it came from."""
    box.import_image(machine)
    box.make_plain_root(machine)
    machine.write("~/hello.py", HELLO)
    text = box.container("Volume=/usr:/usr:ro", "Volume=%h/hello.py:/hello.py:ro", "Exec=python3 /hello.py 53", *lines)
    web.write(machine, text.replace("Image=localhost/box", "Rootfs=%h/plain"), "udp")
    machine.alice("systemctl --user start udp", timeout=60)


UDP_CLIENT = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.sendto(b"x", (sys.argv[1], int(sys.argv[2])))
print(s.recv(100).decode())
"""


def ask_udp(machine, address, port):
    machine.write("/run/udp-client.py", UDP_CLIENT, user="root")
    return machine.eventually(lambda: machine.client(f"python3 /run/udp-client.py {address} {port}").out)


@row("N6")
def test_a_udp_service_sees_the_address_of_its_client(machine):
    start_udp(machine, "PublishPort=5353:53/udp")
    assert ask_udp(machine, "192.0.2.10", 5353) == "192.0.2.77\n"


@row("N6")
def test_a_client_over_ipv6_keeps_its_address_too(machine):
    web.start(machine)
    web.answers(machine, "http://[2001:db8::10]:8080/?over-ipv6")
    line = machine.eventually(lambda: re.search(r".*over-ipv6.*", machine.journal("web")))
    assert line[0].startswith("2001:db8::77 "), line[0]


def test_a_port_is_published_on_one_address_only(machine):
    web.start(machine, web.container("PublishPort=127.0.0.1:8080:80", "PublishPort=[2001:db8::10]:8081:80"))
    assert "Hello" in machine.eventually(lambda: machine.alice("curl -sS http://127.0.0.1:8080/").out)
    assert "Hello" in web.answers(machine, "http://[2001:db8::10]:8081/")
    assert machine.client("curl -sS --max-time 2 http://192.0.2.10:8080/", check=False).status != 0
    assert machine.client("curl -sS --max-time 2 http://192.0.2.10:8081/", check=False).status != 0


def test_a_range_is_published_port_by_port(machine):
    web.start(machine, web.container("PublishPort=8079-8081:79-81"))
    assert "Hello" in web.answers(machine)


def test_any_free_port_is_taken_and_told(machine):
    web.start(machine, web.container("PublishPort=80", "PublishPort=127.0.0.1::80"))
    told = machine.eventually(lambda: re.findall(r"Port 80/tcp of the container is port (\d+) of the host", machine.journal("web")))
    assert len(set(told)) == 2, told
    assert "Hello" in web.answers(machine, f"http://192.0.2.10:{told[0]}/")
    assert "Hello" in machine.alice(f"curl -sS http://127.0.0.1:{told[1]}/").out


def test_the_host_part_may_be_a_variable(machine):
    web.start(machine, web.container("PublishPort=${ADDRESS}:${PORT}:80", service=("Environment=PORT=8080 ADDRESS=192.0.2.10",)))
    assert "Hello" in web.answers(machine)


def test_a_taken_udp_port_is_told_before_the_payload_starts(machine):
    machine.root("systemd-run --unit=taker --quiet python3 -c 'import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
                 " s.bind((\"\", 8080)); time.sleep(100)'")
    try:
        machine.eventually(lambda: "8080" in machine.root("ss -uln").out)
        web.import_image(machine)
        web.write(machine, web.container("PublishPort=8080:80/udp"))
        text = web.fails_to_start(machine)
    finally:
        machine.root("systemctl stop taker")
    assert "Port 8080/udp of the host is taken" in text and "ss -ulnp" in text, text
