# SPDX-License-Identifier: LGPL-2.1-or-later
""".network files: containers find and reach each other, and the world reaches them."""

import json
import re

import nets
from machine.build import INSIDE_BUILD
from machine.case import needs, row

HOST = "192.0.2.10"


def two(machine, *lines):
    nets.network(machine, "app")
    nets.member(machine, "a", "Network=app.network", "PublishPort=8081:80", "PublishPort=8081:80/udp", *lines)
    nets.member(machine, "b", "Network=app.network", "PublishPort=8082:80", *lines)
    nets.start(machine, "a", "b")


@row("N5")
def test_two_containers_reach_each_other_by_name(machine):
    two(machine)
    a, b = nets.address(machine, "a"), nets.address(machine, "b")
    assert nets.fetch(machine, "a", "http://b/") == f"b ::ffff:{a}"
    assert nets.fetch(machine, "b", "http://systemd-a/") == f"a ::ffff:{b}"
    assert nets.fetch(machine, "a", f"http://{b}/") == f"b ::ffff:{a}"


@row("N5")
def test_a_member_reaches_a_published_port_over_the_address_of_the_host(machine):
    two(machine)
    assert nets.fetch(machine, "b", f"http://{HOST}:8081/").startswith("a ")
    assert nets.fetch(machine, "a", "http://host.containers.internal:8082/").startswith("b ")
    assert nets.fetch(machine, "a", f"http://{HOST}:8081/").startswith("a "), "its own"


@row("N6")
def test_published_ports_show_the_address_of_the_client(machine):
    two(machine)
    for port, name in ((8081, "a"), (8082, "b")):
        out = machine.eventually(lambda port=port: machine.client(f"curl -sS --max-time 5 http://{HOST}:{port}/").out)
        assert out == f"{name} ::ffff:{machine.client_address}\n", out
        assert machine.eventually(lambda name=name: machine.client_address in machine.journal(name))


@row("N6")
def test_published_datagrams_show_the_address_of_the_client(machine):
    two(machine)
    code = ("import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(1); "
            f"s.sendto(b'x' * 1200, ('{HOST}', 8081)); print(s.recv(2000).decode(), s.getsockname()[1])")
    out = machine.eventually(lambda: machine.client(f"python3 -c {json.dumps(code)}", check=False).out)
    assert out.startswith(f"a {machine.client_address} xxx"), out


@row("N7")
def test_members_ping_each_other(machine):
    two(machine)
    code = ("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)\ns.settimeout(5)\n"
            "s.connect(('b', 0))\ns.send(bytes([8, 0, 0, 0, 0, 0, 0, 1]))\nprint(s.recv(100)[0])\n")
    assert nets.python(machine, "a", code).strip() == "0"


LISTEN = """
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5353))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.1.2.3") + socket.inet_aton("0.0.0.0"))
s.settimeout(15)
open("/tmp/listening", "w").close()
print(s.recvfrom(100)[0].decode())
"""
SEND = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"hello group", ("239.1.2.3", 5353))
"""


@row("N8")
def test_multicast_works_between_members(machine):
    two(machine)
    machine.write("~/roots/b/listen.py", LISTEN)
    pid = machine.alice("sed -n 's/^Payload=//p' $XDG_RUNTIME_DIR/wolffia/b/state").out.strip()
    machine.alice("rm -f ~/heard ~/roots/b/tmp/listening; "
                  f"(nsenter --target {pid} --user --net --mount --preserve-credentials /usr/bin/python3 /listen.py "
                  ">~/heard 2>&1 &) </dev/null >/dev/null 2>&1")
    machine.eventually(lambda: machine.alice("ls ~/roots/b/tmp/listening", check=False).status == 0)
    nets.python(machine, "a", SEND)
    assert machine.eventually(lambda: machine.alice("cat ~/heard").out) == "hello group\n"


def test_names_follow_containers_that_come_and_go(machine):
    two(machine)
    assert nets.fetch(machine, "a", "http://b/").startswith("b ")
    machine.alice("systemctl --user stop b")
    code = "import socket\ntry:\n    print(socket.gethostbyname('b'))\nexcept OSError as error:\n    print('none')\n"
    assert nets.python(machine, "a", code).strip() == "none"
    nets.member(machine, "c", "Network=app.network", "NetworkAlias=b")
    nets.start(machine, "c")
    assert nets.fetch(machine, "a", "http://b/").startswith("c ")
    machine.alice("systemctl --user start b")
    both = "import socket\nprint(len({item[4][0] for item in socket.getaddrinfo('b', 80, socket.AF_INET)}))\n"
    assert nets.python(machine, "a", both).strip() == "2", "an alias may be shared"


def test_other_names_are_asked_of_the_host_s_name_server(machine):
    nets.network(machine, "app", f"DNS={machine.client_address}")
    nets.member(machine, "a", "Network=app.network")
    machine.write("/run/hosts", "192.0.2.77 far.example.org\n", user="root")
    machine.client("dnsmasq --no-hosts --addn-hosts=/run/hosts --no-resolv --pid-file=/run/names.pid "
                   f"--listen-address={machine.client_address} --bind-interfaces")
    try:
        nets.start(machine, "a")
        code = "import socket\nprint(socket.gethostbyname('far.example.org'))\n"
        assert nets.python(machine, "a", code).strip() == "192.0.2.77"
    finally:
        machine.root("kill $(cat /run/names.pid); rm -f /run/hosts")


NAME_SERVER = """
import socket, sys, threading
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
while True:
    question, client = s.recvfrom(512)
    with open("/run/questions", "a") as log:
        print(question[0] << 8 | question[1], client[1], file=log)
    s.sendto(question[:2] + b"\\x81\\x83" + question[4:], client)
"""


def test_questions_that_are_passed_on_cannot_be_foreseen(machine):
    """Who answers in the name server's place has to guess the number of a question and the port that it came from."""
    nets.network(machine, "app", f"DNS={machine.client_address}")
    nets.member(machine, "a", "Network=app.network")
    machine.write("/run/names.py", NAME_SERVER, user="root")
    machine.client(f"(python3 /run/names.py {machine.client_address} >/dev/null 2>&1 & echo $! >/run/names.pid) </dev/null")
    try:
        nets.start(machine, "a")
        asking = ("import socket, time\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(5)\ns.connect(('10.89.0.1', 53))\n"
                  "for i in range(42):\n"
                  "    s.send(bytes([1, i, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1]))\n    assert s.recv(512)[:2] == bytes([1, i])\n"
                  "    if i >= 40: time.sleep(1.1)\n")
        nets.python(machine, "a", asking)
        seen = [tuple(map(int, line.split())) for line in machine.root("cat /run/questions").out.splitlines()]
        assert len(seen) >= 42 and len({number & 255 for number, _ in seen}) > 20 and len({number >> 8 for number, _ in seen}) > 20, seen
        assert len({port for _, port in seen}) > 1, seen
    finally:
        machine.root("kill $(cat /run/names.pid); rm -f /run/names.py /run/names.pid /run/questions")


def test_a_member_that_asks_without_end_leaves_names_to_the_others(machine):
    nets.network(machine, "app", f"DNS={machine.client_address}")
    nets.member(machine, "a", "Network=app.network", "DNS=192.0.2.99")  # nobody answers there
    nets.member(machine, "b", "Network=app.network")
    machine.write("/run/hosts", "192.0.2.77 far.example.org\n", user="root")
    machine.client("dnsmasq --no-hosts --addn-hosts=/run/hosts --no-resolv --pid-file=/run/names.pid "
                   f"--listen-address={machine.client_address} --bind-interfaces")
    try:
        nets.start(machine, "a", "b")
        # Questions for 20 s, so that all places are asked for all the time.
        flood = ("import socket, time\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.connect(('10.89.0.1', 53))\n"
                 "open('/tmp/flooding', 'w').close()\n"
                 "for i in range(20000):\n"
                 "    s.send(bytes([i >> 8 & 255, i & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1]))\n    time.sleep(0.001)\n")
        machine.write("~/roots/a/flood.py", flood)
        pid = machine.alice("sed -n 's/^Payload=//p' $XDG_RUNTIME_DIR/wolffia/a/state").out.strip()
        machine.alice("rm -f ~/roots/a/tmp/flooding; "
                      f"(nsenter --target {pid} --user --net --mount --preserve-credentials /usr/bin/python3 /flood.py "
                      ">/dev/null 2>&1 &) </dev/null >/dev/null 2>&1")
        machine.eventually(lambda: machine.alice("ls ~/roots/a/tmp/flooding", check=False).status == 0)
        code = "import socket, time\ntime.sleep(0.5)\nprint(socket.gethostbyname('far.example.org'))\n"
        assert nets.python(machine, "b", code).strip() == "192.0.2.77"
    finally:
        machine.root("kill $(cat /run/names.pid); rm -f /run/hosts; pkill -f '[f]lood.py'; true")


def test_networks_are_apart_and_a_container_may_be_on_two(machine):
    nets.network(machine, "front")
    nets.network(machine, "back", "Internal=yes", "Subnet=10.99.0.0/24")
    nets.member(machine, "web", "Network=front.network", "Network=back.network:ip=10.99.0.50", "PublishPort=8081:80")
    nets.member(machine, "db", "Network=back.network:alias=sql", "PublishPort=8083:80")
    nets.member(machine, "other", "Network=front.network")
    nets.start(machine, "web", "db", "other")
    assert nets.fetch(machine, "web", "http://sql/") == "db ::ffff:10.99.0.50"
    assert nets.fetch(machine, "other", "http://web/").startswith("web ")
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out == f"web ::ffff:{machine.client_address}\n"
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8083/").out == "db ::ffff:10.99.0.1\n"
    # Trying to cross: by name, by address, and with a route of one's own.
    names = "import socket\ntry:\n    print(socket.gethostbyname('sql'))\nexcept OSError:\n    print('none')\n"
    assert nets.python(machine, "other", names).strip() == "none"
    cross = ("import socket\nfor address in ('10.99.0.50', '10.99.0.1', '{db}'):\n    s = socket.socket()\n    s.settimeout(1)\n"
             "    print(s.connect_ex((address, 80)) == 0)\n").replace("{db}", nets.address(machine, "db"))
    assert nets.python(machine, "other", cross).split() == ["False"] * 3
    nets.inside(machine, "other", "/usr/bin/ip route add 10.99.0.0/24 via " + nets.address(machine, "web"))
    # The first is the neighbour itself, which Linux has answer for all of its addresses.
    assert nets.python(machine, "other", cross).split() == ["True", "False", "False"]
    # And nothing leaves the internal one.
    assert "default" not in nets.inside(machine, "db", "/usr/bin/ip route")


def test_addresses_are_as_asked_for_and_free_when_a_member_is_killed(machine):
    nets.network(machine, "app", "Subnet=10.98.0.0/24", "Gateway=10.98.0.254", "IPRange=10.98.0.100-10.98.0.110", "IPv6=yes",
                 "Subnet=fd00:98::/64", "Options=mtu=1400")
    nets.member(machine, "a", "Network=app.network", "IP=10.98.0.7", "IP6=fd00:98::7", "UserNS=keep-id")
    nets.member(machine, "b", "Network=app.network")
    nets.member(machine, "c", "Network=app.network", "IP=10.98.0.7")
    nets.start(machine, "a", "b")
    assert nets.address(machine, "a") == "10.98.0.7"
    assert nets.address(machine, "a", family="-6") == "fd00:98::7"
    assert nets.address(machine, "b") == "10.98.0.100"
    assert "mtu 1400" in nets.inside(machine, "b", "/usr/bin/ip link show eth0")
    assert "via 10.98.0.254" in nets.inside(machine, "b", "/usr/bin/ip route")
    assert nets.fetch(machine, "b", "http://[fd00:98::7]/") == "a " + nets.address(machine, "b", family="-6")
    result = machine.alice("systemctl --user start c", check=False)
    assert result.status != 0 and "10.98.0.7 is taken" in machine.journal("c")
    machine.alice("systemctl --user kill --signal=KILL a")
    machine.eventually(lambda: machine.show("a", "ActiveState") == "failed")
    machine.alice("systemctl --user start c")
    assert nets.address(machine, "c") == "10.98.0.7"
    machine.alice("systemctl --user stop c && systemctl --user start a")
    assert nets.address(machine, "a") == "10.98.0.7"


def test_a_killed_network_comes_back_with_its_members(machine):
    """systemd hands its restart on to the units that require it."""
    two(machine)
    address = nets.address(machine, "a")
    machine.alice("systemctl --user kill --signal=KILL app-network")
    machine.eventually(lambda: machine.show("app-network", "NRestarts") == "1")
    machine.eventually(lambda: machine.show("app-network", "ActiveState") == "active")
    for name in ("a", "b"):
        machine.eventually(lambda: machine.show(name, "ActiveState") == "active")
    assert nets.fetch(machine, "b", "http://a/").startswith("a ")
    assert nets.fetch(machine, "a", f"http://{HOST}:8082/").startswith("b "), "the way out"
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out == f"a ::ffff:{machine.client_address}\n"
    nets.member(machine, "c", "Network=app.network")
    nets.start(machine, "c")
    assert nets.address(machine, "c") != address
    assert nets.fetch(machine, "c", "http://a/").startswith("a ")


@needs("trixie")
def test_members_of_a_killed_network_go_on_where_systemd_restarts_it_alone(machine):
    machine.write("~/.config/wolffia/app.network.d/direct.conf", "[Service]\nRestartMode=direct\n")
    two(machine)
    since = machine.show("a", "ActiveEnterTimestampMonotonic")
    machine.alice("systemctl --user kill --signal=KILL app-network")
    machine.eventually(lambda: machine.show("app-network", "NRestarts") == "1")
    machine.eventually(lambda: machine.show("app-network", "ActiveState") == "active")
    assert nets.fetch(machine, "b", "http://a/").startswith("a ")
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out == f"a ::ffff:{machine.client_address}\n"
    assert machine.show("a", "ActiveEnterTimestampMonotonic") == since


def test_a_stopped_network_stops_its_members_and_leaves_nothing(machine):
    two(machine)
    machine.alice("systemctl --user stop app-network")
    assert machine.show("a", "ActiveState") == "inactive"
    assert machine.alice("ls $XDG_RUNTIME_DIR/wolffia/.networks", check=False).status != 0
    assert machine.root("pgrep -f 'wolffia-(network|relay)'", check=False).out == ""


def test_a_port_that_is_taken_and_a_network_that_is_not_there_are_told(machine):
    two(machine)
    nets.member(machine, "c", "Network=app.network", "PublishPort=8081:80")
    # What systemd fills in is known to the runner only.
    nets.member(machine, "d", "Network=no${EMPTY}where")
    machine.alice("systemctl --user daemon-reload")
    for name, words in (("c", "Port 8081/tcp of the host is taken"), ("d", "There is no network 'nowhere' that runs")):
        assert machine.alice(f"systemctl --user start {name}", check=False).status != 0
        assert words in machine.alice(f"systemctl --user status --no-pager --full {name}", check=False).out


def test_five_containers_on_one_network(machine):
    nets.network(machine, "app")
    names = ["a", "b", "c", "d", "e"]
    for i, name in enumerate(names):
        nets.member(machine, name, "Network=app.network", f"PublishPort={8081 + i}:80")
    nets.start(machine, *names)
    addresses = {nets.address(machine, name) for name in names}
    assert len(addresses) == 5, addresses
    for i, name in enumerate(names):
        assert nets.fetch(machine, names[i - 1], f"http://{name}/").startswith(name + " ")
        out = machine.client(f"curl -sS --max-time 5 http://{HOST}:{8081 + i}/").out
        assert out == f"{name} ::ffff:{machine.client_address}\n", out
        assert re.search(machine.client_address.replace(".", r"\."), machine.journal(name))


def test_a_relay_that_ends_is_noticed(machine):
    two(machine)
    group = machine.show("a", "ControlGroup")
    machine.alice(f"for pid in $(cat /sys/fs/cgroup{group}/cgroup.procs); do "
                  "grep -q wolffia-relay /proc/$pid/cmdline && kill -KILL $pid; done; true")
    machine.eventually(lambda: machine.show("a", "ActiveState") == "failed")
    assert "its relay) has ended" in machine.journal("a")
    assert machine.show("b", "ActiveState") == "active"


def relay_of(machine, unit):
    group = machine.show(unit, "ControlGroup")
    return machine.root(f"for pid in $(cat /sys/fs/cgroup{group}/cgroup.procs); do "
                        "grep -q wolffia-relay /proc/$pid/cmdline && echo $pid; done; true").out.strip()


def test_a_relay_without_descriptors_turns_clients_away_and_goes_on(machine):
    two(machine)
    url = f"http://{HOST}:8081/"
    machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 {url}", check=False).out.startswith("a "))
    relay = relay_of(machine, "a")
    # A connection takes two, and pipes while bytes are on their way: after eight of them there is none left for a ninth.
    count = int(machine.root(f"ls /proc/{relay}/fd | wc -l").out)
    machine.alice(f"prlimit --pid {relay} --nofile={count + 16}:{count + 16}")
    code = ("import socket\nones = [socket.create_connection(('HOST', 8081), 5) for i in range(20)]\nended = 0\n"
            "for one in ones[10:]:\n    one.settimeout(5)\n    try:\n        ended += one.recv(1) == b''\n"
            "    except ConnectionResetError:\n        ended += 1\nprint(ended)\n").replace("HOST", HOST)
    machine.write("~/many.py", code)
    assert machine.client("python3 /home/alice/many.py").out == "10\n", "left waiting"
    assert machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 {url}", check=False).out.startswith("a "))
    assert relay_of(machine, "a") == relay


def privileges(machine, pid):
    """What the kernel says of a process: sets of capabilities, no_new_privs, and whether there is a filter of calls."""
    lines = [line.split() for line in machine.root(f"cat /proc/{pid}/status").out.splitlines()]
    return {words[0].rstrip(":"): words[1] for words in lines
            if words[0].rstrip(":") in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")}


def test_what_reads_the_bytes_of_payloads_has_no_privileges(machine):
    """Names are answered with none; a relay keeps what binds sockets to the addresses of clients."""
    two(machine)
    keeper = machine.alice("sed -n 's/^Pid=//p' $XDG_RUNTIME_DIR/wolffia/.networks/app/state").out.strip()
    relay = relay_of(machine, "a")
    none = {"CapInh": "0" * 16, "CapPrm": "0" * 16, "CapEff": "0" * 16, "CapBnd": "0" * 16, "CapAmb": "0" * 16,
            "NoNewPrivs": "1", "Seccomp": "2"}
    assert privileges(machine, keeper) == none
    seen = machine.root(f"cd /proc/{keeper}/root && find . -xdev; ls run/user/1000/wolffia/.networks").out.split()
    assert seen == [".", "./run", "./run/user", "./run/user/1000", "./run/user/1000/wolffia", "app"], seen
    bind = "%016x" % (1 << 10 | 1 << 13)  # CAP_NET_BIND_SERVICE, CAP_NET_RAW
    assert privileges(machine, relay) == none | {"CapPrm": bind, "CapEff": bind}
    # And it is enough.
    assert nets.fetch(machine, "b", "http://a/").startswith("a ")
    assert machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out == f"a ::ffff:{machine.client_address}\n"


def test_a_network_waits_for_the_start_of_another_and_says_so(machine):
    nets.network(machine, "app", "Internal=yes")
    machine.alice("mkdir -p $XDG_RUNTIME_DIR/wolffia/.networks && systemctl --user daemon-reload && "
                  "systemd-run --user --unit=other flock $XDG_RUNTIME_DIR/wolffia/.networks sleep 1000")
    machine.eventually(lambda: machine.alice("flock --nonblock $XDG_RUNTIME_DIR/wolffia/.networks true", check=False).status != 0)
    machine.alice("systemctl --user start --no-block app-network")
    machine.eventually(lambda: "Waiting for another start" in machine.show("app-network", "StatusText"))
    machine.alice("systemctl --user stop other")
    machine.eventually(lambda: machine.show("app-network", "ActiveState") == "active")
    assert "Waiting" not in machine.show("app-network", "StatusText")


@needs("controllers")
@row("N5")
def test_a_members_link_takes_the_first_packet_with_debians_own_kernel(machine):
    """It would be dropped, and sent again a second later, until the kernel has looked at the link; before Linux 6.8 it can only be waited for."""
    for _ in range(3):
        out = machine.alice(f"{INSIDE_BUILD}/normal/tests/unit/test-link --tap").out
        assert "ok 1 /link/settle/lets-the-first-packet-arrive" in out and "SKIP" not in out, out


@needs("controllers")
@row("N5")
def test_networks_work_under_the_profile_of_apparmor_that_comes_with_pasta(machine):
    """Debian's own hosts have it in force, and pasta reads and writes there what its authors thought of."""
    profiles = machine.root("ls /etc/apparmor.d/usr.bin.passt /etc/apparmor.d/usr.bin.pasta 2>/dev/null || true").out.split()
    machine.root("apparmor_parser --replace --skip-cache " + " ".join(profiles), timeout=240)
    try:
        nets.member(machine, "alone", "PublishPort=8083:80")
        two(machine)
        nets.start(machine, "alone")
        labels = machine.root("for pid in $(pgrep pasta; pgrep passt); do cat /proc/$pid/attr/current; done").out.splitlines()
        assert len(labels) >= 2 and all("(enforce)" in label for label in labels), labels
        assert machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 http://{HOST}:8083/").out).startswith("alone ")
        assert machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 http://{HOST}:8081/").out).startswith("a ")
        assert nets.fetch(machine, "a", f"http://{HOST}:8082/").startswith("b "), "the way out"
        denied = machine.root("journalctl --boot --output=cat _TRANSPORT=kernel _TRANSPORT=audit | grep 'apparmor=\"DENIED\"' || true").out
        assert not denied, denied
    finally:
        machine.root("apparmor_parser --remove " + " ".join(profiles), timeout=240)
