# SPDX-License-Identifier: LGPL-2.1-or-later
"""Published ports in all their forms, and the address that the payload sees."""

import re

import box
import nets
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


@row("N1")
def test_port_80_is_forwarded_to_the_user_once_the_administrator_says_so(machine):
    web.start(machine)
    web.answers(machine)
    machine.root("systemctl enable --now --quiet wolffia-port@80.socket")
    try:
        assert "Hello" in web.answers(machine, "http://192.0.2.10/")
    finally:
        machine.root("systemctl disable --now --quiet wolffia-port@80.socket && systemctl stop wolffia-port@80.service")


@row("N1")
def test_the_target_of_port_80_may_be_another(machine):
    web.start(machine, web.container("PublishPort=127.0.0.1:9000:80"))
    machine.root("mkdir -p /etc/wolffia && echo TARGET=127.0.0.1:9000 >/etc/wolffia/port-80.conf && systemctl start wolffia-port@80.socket")
    try:
        assert "Hello" in web.answers(machine, "http://192.0.2.10/")
    finally:
        machine.root("systemctl stop wolffia-port@80.socket wolffia-port@80.service; rm /etc/wolffia/port-80.conf")


@row("N1")
def test_port_80_is_refused_with_the_socket_that_would_forward_it(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=80:80"))
    text = web.fails_to_start(machine)
    assert "wolffia-port@80.socket" in text and "PublishPort=8080:" in text, text
    # Whose proxy passes no datagrams on.
    web.write(machine, web.container("PublishPort=53:53/udp"))
    text = web.fails_to_start(machine)
    assert "wolffia-port@" not in text and "PublishPort=8053:" in text and "unprivileged_port_start=53" in text, text


def test_a_port_may_be_named_twice_for_the_same_and_is_refused_for_another(machine):
    nets.network(machine, "app")
    for network in (), ("Network=app.network",):
        web.start(machine, web.container("PublishPort=8080:80", "PublishPort=8080:80/tcp", "PublishPort=8079-8081:79-81", *network))
        assert "Hello" in web.answers(machine)
        assert machine.alice("wolffia port web").out == "79/tcp -> 0.0.0.0:8079\n80/tcp -> 0.0.0.0:8080\n81/tcp -> 0.0.0.0:8081\n"
        machine.alice("systemctl --user stop web", timeout=60)
        web.write(machine, web.container("PublishPort=8080:80", "PublishPort=8080:81", *network))
        text = web.fails_to_start(machine)
        assert "published twice, by 8080:80/tcp and by 8080:81/tcp" in text, text
        machine.alice("systemctl --user reset-failed web")
        web.write(machine, web.container("PublishPort=0.0.0.0:8080:80", "PublishPort=127.0.0.1:8080:81", *network))
        text = web.fails_to_start(machine)
        told = machine.alice("wolffia check ~/.config/wolffia/web.container", check=False).err
        for one in text, told:
            assert "published twice, by 0.0.0.0:8080:80/tcp and by 127.0.0.1:8080:81/tcp" in one, one


def test_a_port_on_one_address_is_part_of_the_same_on_all(machine):
    nets.network(machine, "app")
    for network in (), ("Network=app.network",):
        web.start(machine, web.container("PublishPort=127.0.0.1:8080:80", "PublishPort=8080:80", *network))
        assert "Hello" in web.answers(machine) and "Hello" in web.answers(machine, "http://192.0.2.10:8080/")
        assert machine.alice("wolffia check ~/.config/wolffia/web.container").err == ""
        machine.alice("systemctl --user stop web", timeout=60)


def test_one_port_on_two_addresses_is_for_networks(machine):
    """pasta tells ports apart by their numbers alone."""
    ports = ("PublishPort=127.0.0.1:8080:80", "PublishPort=[::1]:8080:80")
    nets.network(machine, "app")
    web.start(machine, web.container(*ports, "Network=app.network"))
    for address in "127.0.0.1", "[::1]":
        assert "Hello" in machine.alice(f"curl -sS --max-time 5 'http://{address}:8080/'").out, address
    machine.alice("systemctl --user stop web", timeout=60)
    machine.alice("systemctl --user reset-failed web", check=False)
    web.write(machine, web.container(*ports))
    text = web.fails_to_start(machine)
    told = machine.alice("wolffia check ~/.config/wolffia/web.container", check=False).err
    for one in text, told:
        assert "port 8080 of the host is published on two addresses, by 127.0.0.1:8080:80/tcp and by [::1]:8080:80/tcp" in one, one


@row("N2")
def test_port_80_with_the_network_of_the_host_is_told_before_the_payload_starts(machine):
    web.import_image(machine)
    web.write(machine, web.container("Network=host", "PublishPort=80:80"))
    text = web.fails_to_start(machine)
    assert "Network=host" in text and "ip_unprivileged_port_start" in text and "wolffia-port@80.socket" in text, text


@row("N3")
def test_port_80_inside_is_not_port_80_of_the_host(machine):
    """As the manual says: the container's own, whatever the host has."""
    web.start(machine, web.container("PublishPort=8080:80"))
    web.answers(machine)
    assert machine.client("curl -sS --max-time 5 http://192.0.2.10/", check=False).status != 0


# A published example, as it is.
SOCKET = """
[Unit]
Description=Example 1

[Socket]
ListenStream=0.0.0.0:8080

[Install]
WantedBy=sockets.target
"""

CONTAINER = """
[Unit]
Requires=example1.socket
After=example1.socket

[Container]
Image=docker.io/library/nginx
Environment=NGINX=3;
Volume=%h/nginx_conf_d:/etc/nginx/conf.d:Z
[Install]
WantedBy=default.target
"""

SERVER = "server { listen 8080; location / { return 200 'by a passed socket\\n'; } }\n"


@row("N1", "N6")
def test_a_service_is_started_by_its_socket_and_sees_its_clients(machine):
    machine.alice("wolffia import docker.io/library/nginx /srv/images/nginx.oci.tar", timeout=300)
    machine.write("~/nginx_conf_d/default.conf", SERVER)
    machine.write("~/.config/systemd/user/example1.socket", SOCKET)
    machine.write("~/.config/wolffia/example1.container", CONTAINER)
    machine.alice("systemctl --user daemon-reload && systemctl --user start example1.socket")
    assert machine.show("example1.service", "ActiveState") == "inactive"
    assert web.answers(machine, "http://192.0.2.10:8080/?activated") == "by a passed socket\n"
    line = machine.eventually(lambda: re.search(r".*activated.*", machine.journal("example1.service")))
    assert line[0].startswith(machine.client_address + " "), line[0]


PASSED = """
import os, socket, threading
def streams(fd):
    listening = socket.socket(fileno=fd)
    while True:
        connection, client = listening.accept()
        connection.sendall(f"stream {fd} {client[0]}\\n".encode())
        connection.close()
for fd in (3, 4):
    threading.Thread(target=streams, args=[fd], daemon=True).start()
datagrams = socket.socket(fileno=5)
print("passed", os.environ["LISTEN_FDS"], os.environ["LISTEN_FDNAMES"], flush=True)
while True:
    data, client = datagrams.recvfrom(100)
    datagrams.sendto(f"datagram 5 {client[0]}".encode(), client)
"""


@row("N1", "N6")
def test_sockets_of_both_kinds_and_families_are_passed_to_a_member_of_a_network_without_a_way_out(machine):
    """As a web server with HTTP/3 has them: two for connections and one for datagrams, on all addresses of both families."""
    nets.network(machine, "mynet", "NetworkName=mynet", "Options=isolate=true", "Internal=true")
    nets.member(machine, "caddy", "Network=mynet.network", "Volume=%h/passed.py:/passed.py:ro", "NoNewPrivileges=true", "ReadOnly=true")
    machine.write("~/passed.py", PASSED)
    machine.write("~/.config/wolffia/caddy.container.d/exec.conf", "[Container]\nExec=/usr/bin/python3 /passed.py\n")
    machine.write("~/.config/systemd/user/caddy.socket", "[Socket]\nBindIPv6Only=both\nListenStream=[::]:8080\nListenStream=[::]:8443\n"
                                                         "ListenDatagram=[::]:8443\n"
                                                         "FileDescriptorName=web\n[Install]\nWantedBy=sockets.target\n")
    machine.alice("systemctl --user daemon-reload && systemctl --user start caddy.socket")
    assert machine.client("busybox nc 192.0.2.10 8080 </dev/null").out == "stream 3 ::ffff:192.0.2.77\n"
    assert machine.client("busybox nc 2001:db8::10 8443 </dev/null").out == "stream 4 2001:db8::77\n"
    assert ask_udp(machine, "192.0.2.10", 8443) == "datagram 5 ::ffff:192.0.2.77\n"
    assert "passed 3 web:web:web" in machine.journal("caddy.service")


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
