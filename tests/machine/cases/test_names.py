# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names on networks, as the resolvers of two C libraries ask for them, over UDP and TCP, and the names of addresses."""

import contextlib

import nets

MUSL = """
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
        char text[256];

        for (int i = 1; i < argc; i++) {
                struct sockaddr_in address = {.sin_family = AF_INET};
                int error = inet_pton(AF_INET, argv[i], &address.sin_addr) == 1
                        ? getnameinfo((void *) &address, sizeof address, text, sizeof text, NULL, 0, NI_NAMEREQD)
                        : getaddrinfo(argv[i], "80", &hints, &list);
                if (error)
                        strcpy(text, gai_strerror(error));
                else if (!address.sin_addr.s_addr)
                        getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
                printf("%s=%s\\n", argv[i], text);
        }
        return 0;
}
"""


@contextlib.contextmanager
def outside(machine):
    """A name server on the LAN, which knows a name, and one with more addresses than a datagram takes."""
    many = "".join(f"192.0.2.{i} many.example.org\n" for i in range(100, 160))
    machine.write("/run/hosts", "192.0.2.77 far.example.org\n" + many, user="root")
    machine.client("dnsmasq --no-hosts --addn-hosts=/run/hosts --no-resolv --local=/example.org/ --pid-file=/run/names.pid "
                   f"--listen-address={machine.client_address} --bind-interfaces")
    try:
        yield
    finally:
        machine.root("kill $(cat /run/names.pid); rm -f /run/hosts")


def start(machine, *lines):
    nets.network(machine, "app", f"DNS={machine.client_address}", "Subnet=10.96.0.0/24", *lines)
    nets.member(machine, "a", "Network=app.network")
    nets.member(machine, "b", "Network=app.network", "NetworkAlias=db", "IP=10.96.0.9")
    nets.start(machine, "a", "b")


def test_the_resolver_of_musl_finds_members_aliases_and_the_world(machine):
    """It asks for both families at once, and believes the first server that denies a name."""
    with outside(machine):
        start(machine)
        machine.write("~/names.c", MUSL)
        machine.alice("musl-gcc -static -o ~/roots/a/names ~/names.c")
        out = nets.inside(machine, "a", "/names b B db systemd-b far.example.org nobody.example.org 10.96.0.9")
    lines = out.splitlines()
    assert lines[:5] == ["b=10.96.0.9", "B=10.96.0.9", "db=10.96.0.9", "systemd-b=10.96.0.9", "far.example.org=192.0.2.77"], out
    assert "10.96.0.9=b" in lines and not lines[5].endswith("192.0.2.77"), out


TCP = """
import socket, struct

def ask(name, kind=1, connection=None):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    message = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + labels + bytes(1) + struct.pack(">HH", kind, 1)
    connection = connection or socket.create_connection((GATEWAY, 53), 5)
    data = struct.pack(">H", len(message)) + message
    connection.sendall(data[:5])
    connection.sendall(data[5:])
    size = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))[0]
    answer = connection.recv(size, socket.MSG_WAITALL)
    return answer[3] & 15, struct.unpack(">H", answer[6:8])[0], answer, connection

"""


def test_names_are_answered_over_tcp_too(machine):
    with outside(machine):
        start(machine)
        code = TCP.replace("GATEWAY", "'10.96.0.1'") + """
code, count, answer, connection = ask("db")
print(code, count, socket.inet_ntoa(answer[-4:]))
# More on the same connection: the world, and a name of an address.
print(*ask("many.example.org", 1, connection)[:2])
print(*ask("9.0.96.10.in-addr.arpa", 12, connection)[:2], ask("9.0.96.10.in-addr.arpa", 12)[2][-3:])
print(*ask("8.0.96.10.in-addr.arpa", 12)[:2])
# As a program asks: what does not fit into a datagram comes over TCP.
print(len({item[4][0] for item in socket.getaddrinfo("many.example.org", 80, socket.AF_INET)}))
print(socket.gethostbyaddr("10.96.0.9")[0])
# One that opens many connections has all closed but eight, the one above among them, and others are still answered.
held = [socket.create_connection(("10.96.0.1", 53), 5) for i in range(20)]
closed = 0
for one in held:
    one.settimeout(0.5)
    try:
        closed += one.recv(1) == b""
    except TimeoutError:
        pass
print(closed)
"""
        out = nets.python(machine, "a", code).splitlines()
    assert out == ["0 1 10.96.0.9", "0 60", "0 1 b'\\x01b\\x00'", "3 0", "60", "b", "13"], out
    assert nets.fetch(machine, "b", "http://a/").startswith("a ")


def test_a_network_without_a_way_out_denies_other_names_over_tcp(machine):
    nets.network(machine, "app", "Internal=yes", "Subnet=10.96.0.0/24")
    nets.member(machine, "a", "Network=app.network")
    nets.start(machine, "a")
    code = TCP.replace("GATEWAY", "'10.96.0.1'") + "print(*ask('a')[:2])\nprint(*ask('far.example.org')[:2])\n"
    assert nets.python(machine, "a", code).splitlines() == ["0 1", "3 0"]
