# SPDX-License-Identifier: LGPL-2.1-or-later
"""The way from a container to the world and back through pasta: addresses, names, and hosts that change or have no network."""

import contextlib

import box
import nets
import web

from machine.case import needs, row

RESTORE_LINK = ("ip link set v0 up && ip address replace 192.0.2.10/24 dev v0 && ip address replace 2001:db8::10/64 dev v0 nodad && "
                "ip route replace default via 192.0.2.254 && ip -6 route replace default via 2001:db8::fe")


@contextlib.contextmanager
def changed(machine, change, restore):
    """The host's network as the case wants it."""
    machine.root(change)
    try:
        yield
    finally:
        machine.root(restore)


GREETER = """
import socket, sys
server = socket.create_server((sys.argv[1], 7777), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET,
                              dualstack_ipv6=sys.argv[1] == "::")
while True:
    server.accept()[0].sendall(b"greetings\\n")
"""


@contextlib.contextmanager
def greeter(machine, address="::", where=""):
    """A server that greets everybody, on the host or with where="lan" on another host."""
    machine.write("/run/greeter.py", GREETER, user="root")
    inside = f"ip netns exec {where} " if where else ""
    machine.root(f"systemd-run --unit=greeter --quiet {inside}python3 /run/greeter.py {address} && "
                 f"until {inside}busybox nc {address.replace('::', '::1')} 7777 </dev/null; do sleep 0.05; done")
    try:
        yield
    finally:
        machine.root("systemctl stop greeter; systemctl reset-failed greeter 2>/dev/null || true")


def ask(address, seconds=5):
    """Words for a shell inside of a container: what the server there says. Its input never ends, since pasta of 2023
    repeats what comes on a connection that is half closed."""
    return f"[ -p /tmp/input ] || mkfifo /tmp/input; timeout {seconds} nc {address} 7777 <>/tmp/input 2>&1; true"


@row("N4")
def test_the_hosts_own_address_is_reachable_and_has_a_name(machine):
    with greeter(machine):
        out = box.run(machine, "; ".join(map(ask, ("192.0.2.10", "host.containers.internal", "host.docker.internal"))),
                      "--network=pasta").out
    assert out.split() == ["greetings"] * 3, out


@row("N4")
def test_a_change_of_the_hosts_address_does_not_matter(machine):
    box.start(machine, f"echo up; until [ -e /tmp/x ]; do out=$({ask('192.0.2.77', seconds=2)}); echo heard $out; sleep 0.2; done",
              "PublishPort=8080:80")
    with greeter(machine, where="lan"):
        machine.eventually(lambda: "heard greetings" in machine.journal("box"))
        with changed(machine, "ip address del 192.0.2.10/24 dev v0 && ip address add 192.0.2.99/24 dev v0 && "
                              "ip route replace default via 192.0.2.254", "ip address del 192.0.2.99/24 dev v0; " + RESTORE_LINK):
            since = machine.root("date +%s.%N").out.strip()
            machine.eventually(lambda: "heard greetings" in machine.journal("box", since=since))


@row("N4")
def test_the_hosts_name_follows_its_address(machine):
    """In a container, a member of a network, a pod's member, one that has another's network; also when the first address comes late."""
    lines = {"a": ["AddHost=gate:host-gateway"], "b": ["Network=app.network"], "m": ["Pod=p.pod", "AddHost=gate:host-gateway"], "v": ["Network=a.container", "Environment=PORTS=81"]}
    names = "grep containers.internal /etc/hosts"
    nets.network(machine, "app")
    machine.write("~/.config/wolffia/p.pod", "[Pod]\n")
    for name, more in lines.items():
        nets.member(machine, name, *more)

    def seen():
        return {nets.inside(machine, name, f"/usr/bin/{names}").split()[0] for name in lines}

    with changed(machine, "ip link set v0 down && ip -6 address flush dev v0", RESTORE_LINK):
        nets.start(machine, *lines)
        assert seen() == {"#"}
    machine.eventually(lambda: seen() == {"192.0.2.10"})
    with changed(machine, "ip address add 192.0.2.113/24 dev v0 && ip address del 192.0.2.10/24 dev v0 && "
                          "ip address replace 192.0.2.113/24 dev v0 && ip route replace default via 192.0.2.254",
                 "ip address del 192.0.2.113/24 dev v0; " + RESTORE_LINK), greeter(machine):
        machine.eventually(lambda: seen() == {"192.0.2.113"})
        code = ("import socket\nfor name in ('host.containers.internal', 'host.docker.internal'):\n"
                "    print(socket.create_connection((name, 7777), 5).recv(100).decode().strip())\n")
        for name in lines:
            assert nets.python(machine, name, code).split() == ["greetings"] * 2, name
        for name in "am":
            assert nets.python(machine, name, "import socket\nprint(socket.gethostbyname('gate'))\n") == "192.0.2.113\n", name
        # A file that the payload has written anew is its own.
        nets.python(machine, "b", "open('/etc/hosts', 'w').write('x' * 1000)\n")
        del lines["b"]
    machine.eventually(lambda: seen() == {"192.0.2.10"})
    assert nets.python(machine, "b", "print(open('/etc/hosts').read() == 'x' * 1000)\n") == "True\n"


def test_the_host_is_out_of_reach_by_its_loopback(machine):
    """Neither the gateway's address nor any other leads to what listens on 127.0.0.1."""
    with greeter(machine, "127.0.0.1"):
        out = box.run(machine, "; ".join(ask(a, seconds=1) for a in ("10.0.2.2", "192.0.2.10", "10.0.2.3", "127.0.0.1")) + "; true",
                      "--network=pasta").out
    assert "greetings" not in out, out


def test_the_host_is_reached_by_its_loopback_where_that_is_asked_for(machine):
    with greeter(machine, "127.0.0.1"):
        for option in ("pasta:--map-gw", "slirp4netns:allow_host_loopback=true"):
            assert box.run(machine, ask("10.0.2.2"), f"--network={option}").out == "greetings\n", option


@row("N12")
def test_the_link_takes_large_packets(machine):
    assert box.run(machine, "cat /sys/class/net/eth0/mtu", "--network=pasta").out == "65520\n"


def test_the_settings_of_interfaces_are_there_before_the_interface(machine):
    """The container's link takes them when it is made, by a pasta that otherwise is started before they are set."""
    for _ in range(5):
        out = box.run(machine, "cat /proc/sys/net/ipv4/conf/eth0/rp_filter", "--network=pasta",
                      "--sysctl=net.ipv4.conf.default.rp_filter=2").out
        assert out == "2\n", out


def test_ipv6_leads_out_from_an_address_of_ones_own(machine):
    with greeter(machine, where="lan"):
        out = box.run(machine, "ip -6 address show dev eth0; " + ask("2001:db8::77"), "--network=pasta").out
    assert "fd77:6f6c:6666:2::15/64" in out and "greetings" in out, out


def test_a_host_without_ipv6_is_fine(machine):
    sysctl = "sysctl -q net.ipv6.conf.all.disable_ipv6=%d"
    with changed(machine, sysctl % 1, sysctl % 0 + " && " + RESTORE_LINK), greeter(machine, "0.0.0.0", where="lan"):
        out = box.run(machine, "ip -6 address show dev eth0 scope global; " + ask("192.0.2.77"), "--network=pasta").out
    assert out == "greetings\n", out


def test_a_range_that_the_host_uses_is_left_alone(machine):
    """The host of a virtual machine, typically."""
    with changed(machine, "ip route add 10.0.2.0/24 dev v0", "ip route del 10.0.2.0/24 dev v0"):
        out = box.run(machine, "ip route; grep box /etc/hosts", "--network=pasta").out
    assert "default via 10.213.2.2" in out and "10.213.2.15\tbox" in out, out


def test_addresses_are_the_users_choice(machine):
    with greeter(machine, where="lan"):
        out = box.run(machine, "ip route; grep 10.0.9.15 /etc/hosts; " + ask("192.0.2.77"),
                      "--network=pasta:-a,10.0.9.15,-n,24,-g,10.0.9.2,-I,tap0,-m,1500").out
    assert "default via 10.0.9.2 dev tap0" in out and "10.0.9.15\tbox" in out and "greetings" in out, out


def test_the_hosts_addresses_are_copied_on_request(machine):
    with greeter(machine, where="lan"):
        out = box.run(machine, "ip address; grep box /etc/hosts; " + ask("192.0.2.77"), "--network=pasta:--config-net").out
    assert "192.0.2.10/24" in out and "192.0.2.10\tbox" in out and "greetings" in out, out


@row("N4")
@needs("trixie")
def test_the_host_has_a_name_even_where_its_address_is_copied(machine):
    """By --map-guest-addr, which pasta of bookworm has not: there the name is left out of /etc/hosts."""
    with greeter(machine):
        out = box.run(machine, ask("host.containers.internal"), "--network=pasta:--config-net").out
    assert out == "greetings\n", out


RESOLVER = """
systemd-run --unit=resolver --quiet dnsmasq --keep-in-foreground --no-resolv --no-hosts --bind-interfaces \
    --listen-address=127.0.0.53 --address=/answer.test/203.0.113.7 --pid-file=
cp /etc/resolv.conf /run/resolv.conf.kept 2>/dev/null || :
echo nameserver 127.0.0.53 >/etc/resolv.conf
until [ -n "$(busybox nslookup answer.test 127.0.0.53 | grep 203)" ]; do sleep 0.05; done
"""


def test_a_resolver_on_the_hosts_loopback_answers_inside(machine):
    """systemd-resolved's stub: 127.0.0.53 of the container is not that of the host."""
    with changed(machine, RESOLVER, "systemctl stop resolver; rm -f /etc/resolv.conf; "
                                    "[ ! -e /run/resolv.conf.kept ] || mv /run/resolv.conf.kept /etc/resolv.conf"):
        out = box.run(machine, "cat /etc/resolv.conf; nslookup answer.test; true", "--network=pasta").out
    assert "nameserver 10.0.2.3" in out and "203.0.113.7" in out, out


# Answers on the host's own address; how the host's file comes to name it is the case's.
OTHER_RESOLVER = RESOLVER.split("cp ")[0].replace("127.0.0.53", "192.0.2.10") + """
cp /etc/resolv.conf /run/resolv.conf.kept
until [ -n "$(busybox nslookup answer.test 192.0.2.10 | grep 203)" ]; do sleep 0.05; done
"""
LATER_NAMES = "echo nameserver 192.0.2.10 >/etc/new.conf && echo search one.test two.test >>/etc/new.conf && mv /etc/new.conf /etc/resolv.conf"
LINKED_NAMES = "mkdir -p /run/names && echo nameserver 192.0.2.99 >/run/names/resolv.conf && ln -sfn ../run/names/resolv.conf /etc/new.conf && mv -T /etc/new.conf /etc/resolv.conf"


def test_names_follow_those_of_the_host(machine):
    """Of a container, a pod's member, one that has another's network, one with the host's, and what a network's gateway asks,
    whichever way the host's file changes; but not what the payload, or DNS=, says instead."""
    lines = {"a": [], "m": ["Pod=p.pod"], "v": ["Network=a.container", "Environment=PORTS=81"], "h": ["Network=host", "Environment=PORTS=8082"],
             "d": ["DNS=192.0.2.98"], "o": [], "b": ["Network=app.network"]}
    nets.network(machine, "app")
    machine.write("~/.config/wolffia/p.pod", "[Pod]\n")
    for name, more in lines.items():
        nets.member(machine, name, *more)
    nets.start(machine, *lines)

    def inside(name, command="/usr/bin/cat /etc/resolv.conf"):
        return machine.alice(f"/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/{name} -- {command}").out

    def seen():
        return {inside(name) for name in "amvh"}

    def answers():
        return {name: inside(name, "/usr/bin/sh -c 'getent ahostsv4 answer.test || true'").split(" ")[0] for name in "amvb"}

    before = seen()
    assert before == {"nameserver 192.0.2.254\noptions timeout:1 attempts:1\n"}, before
    inside("o", "/usr/bin/sh -c 'echo nameserver 192.0.2.97 >/etc/resolv.conf'")
    with changed(machine, OTHER_RESOLVER, "systemctl stop resolver; mv -T /run/resolv.conf.kept /etc/resolv.conf"):
        machine.root(LATER_NAMES)
        machine.eventually(lambda: seen() == {"nameserver 192.0.2.10\nsearch one.test two.test\n"})
        machine.eventually(lambda: answers() == dict.fromkeys("amvb", "203.0.113.7"))
        machine.eventually(lambda: inside("d") == "nameserver 192.0.2.98\nsearch one.test two.test\n")
        machine.root(LINKED_NAMES)
        machine.eventually(lambda: seen() == {"nameserver 192.0.2.99\n"})
        machine.root("echo nameserver 192.0.2.10 >/run/names/resolv.conf")  # where the link leads to
        machine.eventually(lambda: seen() == {"nameserver 192.0.2.10\n"})
    machine.eventually(lambda: seen() == before)
    assert inside("o") == "nameserver 192.0.2.97\n"


def seen_names(machine, *names):
    """What the name servers of containers are, and the address that each finds."""
    def inside(name, command):
        return machine.alice(f"/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/{name} -- /usr/bin/{command}").out
    return ({inside(name, "grep nameserver /etc/resolv.conf").strip() for name in names if name != "b"},
            [inside(name, "sh -c 'getent ahostsv4 answer.test || true'").split(" ")[0] for name in names])


def test_names_follow_a_host_whose_resolver_comes_to_its_loopback_or_leaves_it(machine):
    """Of a container, one that has another's network, and a network. Those that are started with the resolver there ask it through pasta; the
    others ask whom it asks, where systemd-resolved says that."""
    nets.network(machine, "app")
    restart = "systemctl --user daemon-reload; systemctl --user stop v b a app-network; systemctl --user reset-failed; systemctl --user start a v b"
    for name, lines in {"a": [], "v": ["Network=a.container", "Environment=PORTS=81"], "b": ["Network=app.network"]}.items():
        nets.member(machine, name, *lines)
    nets.start(machine, "a", "v", "b")
    answer = ["203.0.113.7"] * 3
    behind = "mkdir -p /run/systemd/resolve && echo nameserver 192.0.2.10 >/run/systemd/resolve/resolv.conf"
    moved = "echo nameserver 127.0.0.53 >/etc/new.conf && mv -T /etc/new.conf /etc/resolv.conf"
    with changed(machine, OTHER_RESOLVER + behind, "systemctl stop resolver; rm -r /run/systemd/resolve; mv -T /run/resolv.conf.kept /etc/resolv.conf"):
        machine.root(moved)
        machine.eventually(lambda: seen_names(machine, "a", "v", "b") == ({"nameserver 192.0.2.10"}, answer))
    with changed(machine, RESOLVER + "rm -rf /run/systemd/resolve", "systemctl stop resolver; mv -T /run/resolv.conf.kept /etc/resolv.conf"):
        machine.alice(restart, timeout=60)
        machine.eventually(lambda: seen_names(machine, "a", "v", "b") == ({"nameserver 10.0.2.3"}, answer))
        machine.root("systemctl stop resolver; " + OTHER_RESOLVER.split("cp ")[0] + LATER_NAMES)
        machine.eventually(lambda: seen_names(machine, "a", "v", "b") == ({"nameserver 192.0.2.10"}, answer))
        machine.root("systemctl stop resolver; " + RESOLVER.split("cp ")[0] + moved)
        machine.eventually(lambda: seen_names(machine, "a", "v", "b") == ({"nameserver 10.0.2.3"}, answer))


@row("N10")
def test_a_host_without_a_network_starts_containers_at_once_and_they_have_it_when_it_comes(machine):
    web.import_image(machine)
    with changed(machine, "ip link set v0 down && ip -6 address flush dev v0", RESTORE_LINK):
        web.start(machine)
        assert machine.show("web", "ActiveState") == "active"
        machine.eventually(lambda: "Hello" in machine.alice("curl -sS http://127.0.0.1:8080/").out)
    assert "Hello" in web.answers(machine)


@row("N10")
def test_a_container_that_is_to_have_the_hosts_address_waits_for_it_and_says_so(machine):
    with changed(machine, "ip link set v0 down && ip -6 address flush dev v0", RESTORE_LINK):
        box.start(machine, "ip address show dev eth0; sleep 60", "Network=pasta:--config-net", wait=False)
        machine.eventually(lambda: "Waiting for the host's network" in machine.show("box", "StatusText"))
        assert machine.show("box", "ActiveState") == "activating"
    machine.eventually(lambda: machine.show("box", "ActiveState") == "active")
    machine.eventually(lambda: "192.0.2.10/24" in machine.journal("box"))
    assert machine.show("box", "NRestarts") == "0"


@row("N10")
def test_a_host_that_never_has_a_network_runs_containers_pods_and_networks(machine):
    """At once; but what is to have the host's address waits for half a minute, and is started, or told why not, then."""
    with changed(machine, "ip link set v0 down && ip -6 address flush dev v0", RESTORE_LINK):
        box.start(machine, "ip address show dev eth0; sleep 60", "Network=pasta:--config-net", wait=False)
        nets.network(machine, "app", "IPv6=yes")
        nets.member(machine, "a", "Network=app.network", "PublishPort=8081:80")
        nets.member(machine, "b", "Network=app.network")
        nets.member(machine, "c")
        machine.write("~/.config/wolffia/p.pod", "[Pod]\nNetwork=app.network\nPublishPort=8082:80\nHostName=m\n")
        nets.member(machine, "m", "Pod=p.pod")
        nets.start(machine, "a", "b", "c", "m")
        assert nets.fetch(machine, "b", "http://a/").startswith("a ")
        for port, name in ((8081, "a"), (8082, "m")):
            out = machine.eventually(lambda port=port: machine.alice(f"curl -sS --max-time 5 http://127.0.0.1:{port}/", check=False).out)
            assert out.startswith(name + " "), out
        assert machine.show("box", "ActiveState") == "activating"
        machine.eventually(lambda: machine.show("box", "ActiveState") != "activating", seconds=40)
        if machine.show("box", "ActiveState") != "active":
            assert "no network whose addresses the container could have" in machine.journal("box")
    with greeter(machine, where="lan"):
        code = "import socket\nprint(socket.create_connection(('192.0.2.77', 7777), 5).recv(100).decode())\n"
        for name in ("b", "c", "m"):
            assert "greetings" in nets.python(machine, name, code), name


@row("N10")
def test_a_network_that_comes_long_after_boot_is_reached_without_a_restart(machine):
    """The host boots without the link; containers start by linger, and the link and its addresses come later. pasta of bookworm does without
    IPv6 then, until it is started anew."""
    nets.network(machine, "app", "IPv6=yes")
    nets.member(machine, "b", "Network=app.network")
    nets.member(machine, "c")
    for name in "bc":
        machine.write(f"~/.config/wolffia/{name}.container.d/boot.conf", "[Install]\nWantedBy=default.target\n")
    late = "/etc/systemd/system/wolffia-tests-prepare.service.d"
    code = "import socket\nprint(socket.create_connection(('%s', 7777), 5).recv(100).decode())\n"
    with changed(machine, f"mkdir {late} && printf '[Service]\nExecStartPost=ip link set v0 netns lan\n' >{late}/late.conf",
                 f"rm -r {late}; ip -n lan link set v0 netns 1; {RESTORE_LINK}"):
        machine.alice("systemctl --user daemon-reload")
        machine.reboot()
        for name in ("b", "c"):
            machine.eventually(lambda name=name: machine.show(name, "ActiveState") == "active")
        assert "v0" not in machine.root("ip address").out
        started = [machine.show(name, "InvocationID") for name in ("b", "c", "app-network")]
    with greeter(machine, where="lan"):
        for name in ("b", "c"):
            assert "greetings" in nets.python(machine, name, code % "192.0.2.77"), name
            out = nets.python(machine, name, code % "2001:db8::77", check=machine.suite != "bookworm")
            assert ("greetings" in out) == (machine.suite != "bookworm"), (name, out)
        assert started == [machine.show(name, "InvocationID") for name in ("b", "c", "app-network")]
        machine.alice("systemctl --user restart app-network b c", timeout=60)
        for name in ("b", "c"):
            assert "greetings" in nets.python(machine, name, code % "2001:db8::77"), name


def test_an_option_that_pasta_does_not_know_is_told_in_a_sentence(machine):
    text = box.run(machine, "true", "--network=pasta:--no-such-option", check=False).err
    assert "--no-such-option" in text and "its manual lists the options" in text and "Usage" not in text, text
