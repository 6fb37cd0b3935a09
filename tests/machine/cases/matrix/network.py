# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks, names and ports. How fast, how many and how they recover is for test_networks.py and its like."""

from .row import Both, Elsewhere, Has, Is, Lacks, Row

NETWORK = {"m-net.network": "[Network]\nSubnet=10.89.77.0/24\nSubnet=fd00:77::/64\n"}


def address(text):
    return Is(f"an interface with {text}", lambda names: any(text in name for name in names))


def no_address(text):
    return Is(f"none with {text}", lambda names: not any(text in name for name in names))


def serving(line, port, **options):
    """One that answers a client of the host's. The twin would want the same port."""
    return Row(line, "Network=pasta", twin=False, outside=(f"timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} && head -n 1 <&3'", "hello\n"),
               **options)


ROWS = [
    Row(network=True, sees={"interfaces": address("10.0.2.15"), "hosts": Has("10.0.2.15", "host.containers.internal", "host.docker.internal"),
                            "resolv": Has("nameserver")}),
    Row("Network=none", sees={"interfaces": Is("the loopback only", lambda names: {name.split()[0] for name in names} == {"lo"}),
                              "resolv": ""}),
    Row("Network=host", sees={"interfaces": address("192.0.2.10"), "hosts": Lacks("10.0.2.15")}),
    Row("Network=pasta", sees={"interfaces": Both(address("10.0.2.15"), no_address("192.0.2.10"))}),
    Row("Network=private", sees={"interfaces": address("10.0.2.15")}),
    Row("Network=pasta:-m,1400,--map-gw", probe="read:/sys/class/net/eth0/mtu list:/sys/class/net", sees={"interfaces": address("10.0.2.15")}),
    Row("Network=pasta:-a,10.5.0.9,-n,24,-g,10.5.0.1", sees={"interfaces": address("10.5.0.9")}),
    Row("Network=pasta:--config-net", sees={"interfaces": address("192.0.2.10")}),
    Row("Network=pasta:-i,v0", sees={"interfaces": address("192.0.2.10")}),
    Row("Network=slirp4netns:allow_host_loopback=true", sees={"interfaces": address("10.0.2.15")}),
    Row("Network=slirp4netns:mtu=1400", sees={"interfaces": address("10.0.2.15")}),
    Row("Network=m-net.network", "IP=10.89.77.9", "IP6=fd00:77::9", files=NETWORK, sees={
        "interfaces": Both(address("10.89.77.9"), address("fd00:77::9")), "hosts": Has("10.89.77.9")}, twin=False),
    Row("Network=m-net.network:ip=10.89.77.10,ip6=fd00:77::10,mac=02:42:0a:59:07:05,alias=db,interface_name=lan",
        probe="read:/sys/class/net/lan/address", files=NETWORK, twin=False,
        sees={"interfaces": Both(address("lan 10.89.77.10"), address("lan fd00:77::10")),
              "read:/sys/class/net/lan/address": "02:42:0a:59:07:05\n"}),
    Row("Network=m-net.network", "NetworkAlias=m-alias", files=NETWORK, probe="wait", sees={"interfaces": address("10.89.77.")}, twin=False),
    Row("Network=container:nonesuch", fails=True, says="nonesuch"),
    Row("Network=nonesuch.network", fails=True, says="nonesuch.network"),

    Row("AddHost=db:10.0.0.1", "AddHost=gate:host-gateway", "Network=pasta", sees={
        "hosts": Both(Has("10.0.0.1\tdb"), Is("gate", lambda text: "gate" in text))}),
    Row("AddHost=six:[fd00::1]", sees={"hosts": Has("fd00::1\tsix")}),
    Row("DNS=9.9.9.9", "DNS=149.112.112.112", "Network=pasta", sees={"resolv": Both(Has("9.9.9.9", "149.112.112.112"))}),
    Row("DNSOption=ndots:2", "DNSOption=edns0", "Network=pasta", sees={"resolv": Has("options ndots:2 edns0")}),
    Row("DNSSearch=example.org", "DNSSearch=example.net", "Network=pasta", sees={"resolv": Has("search example.org example.net")}),

    serving("PublishPort=17001:80", 17001, probe="listen:80", sees={"client": Is("an address", bool)}),
    serving("PublishPort=127.0.0.1:17002:8000/tcp", 17002, probe="listen:8000"),
    serving("PublishPort=17003-17005:8003-8005", 17004, probe="listen:8004"),
    serving("PodmanArgs=-p 17006:80", 17006, probe="listen:80"),
    # Not by 127.0.0.1, whose clients pasta of 2023 leaves without an answer.
    Row("PublishPort=17007:53/udp", "Network=pasta", twin=False, probe="udp:53",
        outside=("timeout 3 python3 -c \"import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1); "
                 "s.sendto(b'x', ('192.0.2.10', 17007)); print(s.recv(9).decode(), end='')\"", "hello\n"), sees={"client": Is("an address", bool)}),
    Row("PublishPort=8000", "Network=pasta", says="8000", sees={"uid": 0}),
    Row("PublishPort=80:80", fails=True, says="wolffia-port@80.socket", network=True),
]

ELSEWHERE = [
    Elsewhere("NetworkAlias=", case="test_networks.py", sentence="test_", reason="what others resolve it to is seen from a second container"),
    Elsewhere("Network=NAME.container", case="test_pods.py", sentence="test_a_container_has_the_network_of_another"),
    Elsewhere("Pod=", "StartWithPod=", case="test_pods.py", sentence="test_a_pod_starts_its_members"),
    Elsewhere("PublishPort=[ADDRESS]", case="test_ports.py", sentence="test_a_client_over_ipv6_keeps_its_address"),
]
