# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sets of files of the shapes that people publish (their names, networks, ports, pods and dependencies), with a program of ours
in the place of each image. It answers on PORTS= with NAME= and the address of the one who asks."""

import re

import nets
from machine.case import row

HOST, CLIENT = "192.0.2.10", "192.0.2.77"


def write(machine, name, text):
    machine.write(f"~/.config/wolffia/{name}", text)


def start(machine, *units):
    machine.alice("systemctl --user daemon-reload && systemctl --user start " + " ".join(units), timeout=120)


def is_active(machine, *units):
    return [unit for unit in units if machine.show(unit, "ActiveState") != "active"] == []


def answer(machine, port):
    return machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 http://{HOST}:{port}/", check=False).out)


def reaches(machine, name, host, port=80):
    """Whether a container gets a connection; by its own tries, and no name is none."""
    code = ("import socket\ntry:\n    socket.create_connection(('HOST', PORT), 2)\n    print('yes')\nexcept OSError:\n    print('no')\n"
            .replace("HOST", host).replace("PORT", str(port)))
    return nets.python(machine, name, code).strip() == "yes"


MEDIA = {"jellyfin": 8096, "jellyseerr": 5055, "sonarr": 8989, "radarr": 7878, "prowlarr": 9696, "bazarr": 6767, "deluge": 8112}


@row("N5", "N6")
def test_a_media_set_in_one_pod(machine):
    """Seven programs on seven ports of a pod, which is on a network; shared volumes; Restart=unless-stopped."""
    write(machine, "arr.network", "[Network]\n")
    ports = "".join(f"# {name}\nPublishPort={port}:{port}\n" for name, port in MEDIA.items())
    write(machine, "arr.pod", "[Pod]\nNetwork=arr.network\n" + ports)
    for volume in ("arr-downloads", "arr-movies", *(f"{name}-config" for name in MEDIA)):
        write(machine, f"{volume}.volume", "[Volume]\n")
    for name, port in MEDIA.items():
        nets.member(machine, name, f"Environment=PUID=1000 NAME={name} PORTS={port}", f"Volume={name}-config.volume:/config",
                    "Volume=arr-downloads.volume:/downloads", "Volume=arr-movies.volume:/movies", "Pod=arr.pod")
        write(machine, f"{name}.container.d/restart.conf", "[Service]\nRestart=unless-stopped\n")
    start(machine, "arr-pod")
    for name, port in MEDIA.items():
        assert answer(machine, port) == f"{name} ::ffff:{CLIENT}\n", name
    # As they are told to find each other: on localhost.
    assert nets.fetch(machine, "radarr", "http://localhost:8112/").startswith("deluge ")
    nets.inside(machine, "deluge", "/usr/bin/touch /downloads/film")
    assert "film" in nets.inside(machine, "radarr", "/usr/bin/ls /downloads")
    machine.alice("systemctl --user stop arr-pod", timeout=60)
    assert not any(machine.show(name, "ActiveState") == "active" for name in MEDIA)


@row("N5", "N6")
def test_a_media_set_behind_a_vpn_container(machine):
    """The VPN's container publishes the ports of those who have its network; the others reach them by its name."""
    write(machine, "media-net.network", "[Network]\nNetworkName=media-net\n")
    nets.member(machine, "media-stack-gluetun", "ContainerName=gluetun", "PidsLimit=256", "Network=media-net.network",
                "AddDevice=/dev/net/tun:/dev/net/tun", "PodmanArgs=--privileged", "PublishPort=8112:8112", "PublishPort=6881:6881",
                "PublishPort=6881:6881/udp", "Environment=NAME=gluetun PORTS=8000")
    for name, network, ports in (("deluge", "media-stack-gluetun.container", "8112 6881"), ("prowlarr", "container:gluetun", "9696")):
        nets.member(machine, f"media-stack-{name}", f"ContainerName={name}", f"Network={network}", f"Environment=NAME={name} PORTS='{ports}'",
                    "DropCapability=ALL", "AddCapability=CHOWN", "AddCapability=SETUID", "AddCapability=SETGID",
                    "AddCapability=NET_BIND_SERVICE")
    for name, port in (("radarr", 7878), ("jellyfin", 8096)):
        lines = ["UserNS=keep-id"] if name == "jellyfin" else []
        nets.member(machine, f"media-stack-{name}", f"ContainerName={name}", "Network=media-net.network", f"PublishPort={port}:{port}",
                    f"Environment=NAME={name} PORTS={port}", *lines)
    names = [f"media-stack-{name}" for name in ("gluetun", "deluge", "prowlarr", "radarr", "jellyfin")]
    for name in names:
        write(machine, f"{name}.container.d/restart.conf", "[Service]\nRestart=always\nRestartSec=100ms\n")
    start(machine, *names)
    for name, port in (("deluge", 8112), ("deluge", 6881), ("radarr", 7878), ("jellyfin", 8096)):
        assert answer(machine, port) == f"{name} ::ffff:{CLIENT}\n", name
    # By the VPN's name from outside of it, on localhost from within, and from there the others by theirs.
    assert nets.fetch(machine, "media-stack-radarr", "http://gluetun:9696/").startswith("prowlarr ")
    assert nets.fetch(machine, "media-stack-prowlarr", "http://localhost:8112/").startswith("deluge ")
    assert nets.fetch(machine, "media-stack-deluge", "http://radarr:7878/").startswith("radarr ")
    before = machine.show("media-stack-deluge", "InvocationID")
    machine.alice("systemctl --user restart media-stack-gluetun", timeout=60)
    assert answer(machine, 8112) == f"deluge ::ffff:{CLIENT}\n"
    assert machine.show("media-stack-deluge", "InvocationID") != before
    # And when the VPN crashes.
    before = machine.show("media-stack-deluge", "InvocationID")
    machine.alice("systemctl --user kill --signal=KILL media-stack-gluetun")
    machine.eventually(lambda: machine.show("media-stack-deluge", "InvocationID") not in (before, ""), seconds=30)
    assert answer(machine, 8112) == f"deluge ::ffff:{CLIENT}\n"


@row("N1", "N5", "N6")
def test_a_web_server_in_front_of_three_services_with_a_socket_of_the_users(machine):
    """The web server is started by its socket, and sees its clients; the services are on a network without a way out."""
    machine.alice("wolffia import docker.io/library/nginx /srv/images/nginx.oci.tar", timeout=300)
    write(machine, "example.network", "[Network]\nOptions=isolate=true\n# To give the containers access to the internet, remove this:\nInternal=true\n")
    machine.write("~/.config/systemd/user/nginx.socket", "[Unit]\nDescription=nginx sockets\n[Socket]\nListenStream=0.0.0.0:8080\nListenStream=0.0.0.0:8443\n"
                                                         "[Install]\nWantedBy=sockets.target\n")
    write(machine, "nginx.container", "[Unit]\nAfter=nginx.socket whoami1.service whoami2.service whoami3.service\nRequires=nginx.socket\n"
                                      "Wants=whoami1.service whoami2.service whoami3.service\n"
                                      "[Container]\nContainerName=nginx\nEnvironment=NGINX=3:4;\nImage=docker.io/library/nginx\n"
                                      "Network=example.network\nVolume=%h/conf:/etc/nginx/conf.d:Z\n")
    conf = "server { listen 8080 default_server; listen 8443; return 404 'nobody\\n'; }\n"
    for i in (1, 2, 3):
        nets.member(machine, f"whoami{i}", f"ContainerName=whoami{i}", "Network=example.network")
        conf += (f"server {{ listen 8080; listen 8443; server_name whoami{i}.example.com; "
                 f"location / {{ proxy_pass http://whoami{i}:80; }} }}\n")
    machine.write("~/conf/default.conf", conf)
    start(machine, "nginx.socket")
    assert machine.show("nginx.service", "ActiveState") == "inactive"
    for i, port in ((1, 8080), (2, 8443), (3, 8080)):
        out = machine.eventually(lambda i=i, port=port: machine.client(
            f"curl -sSf --max-time 5 -H 'Host: whoami{i}.example.com' http://{HOST}:{port}/asked-{i}", check=False).out)
        assert out.startswith(f"whoami{i} "), out
        assert machine.eventually(lambda i=i: re.search(rf"^{CLIENT} .*asked-{i} ", machine.journal("nginx.service"), re.MULTILINE))
    assert "default" not in nets.inside(machine, "whoami1", "/usr/bin/ip route"), "no way out"


@row("N5", "N6")
def test_three_networks_two_of_them_internal(machine):
    """One container in front is on all; a database is on two; one names its network without .network; all are part of a target."""
    for name, internal in (("external", "false"), ("internal", "True"), ("jwt-internal", "True"), ("cert-internal", "True")):
        write(machine, f"chami-{name}.network", f"[Unit]\nDescription=Network\n[Network]\nNetworkName=chami-{name}\nInternal={internal}\n")
    parts = {
        "haproxy": (["external.network", "internal.network", "jwt-internal.network"], ["PublishPort=8081:80", "PublishPort=8443:443"]),
        "postgres": (["internal.network", "jwt-internal.network"], []),
        "smd": (["internal.network"], []),
        "opaal": (["internal.network", "jwt-internal.network"], []),
        "opaal-idp": (["jwt-internal"], []),
        "step-ca": (["cert-internal.network"], []),
    }
    for name, (networks, lines) in parts.items():
        nets.member(machine, name, f"ContainerName={name}", f"HostName={name}", "Environment=PORTS='80 443'",
                    *(f"Network=chami-{network}" for network in networks), *lines)
        wants = "Requires=chami-external-network.service\nAfter=chami-external-network.service smd.service\nWants=smd.service\n"
        write(machine, f"{name}.container.d/target.conf", "[Unit]\nPartOf=chami.target\n" + (wants if name == "haproxy" else ""))
    machine.write("~/.config/systemd/user/chami.target", "[Unit]\nDescription=All\nRequires=" +
                  " ".join(f"{name}.service" for name in parts) + "\n")
    start(machine, "chami.target")
    machine.eventually(lambda: is_active(machine, *parts))
    assert answer(machine, 8081) == f"haproxy ::ffff:{CLIENT}\n"
    assert answer(machine, 8443) == f"haproxy ::ffff:{CLIENT}\n"
    for name, host in (("haproxy", "postgres"), ("haproxy", "smd"), ("haproxy", "opaal-idp"), ("opaal", "opaal-idp"), ("smd", "postgres"),
                       ("opaal-idp", "postgres")):
        assert reaches(machine, name, host), (name, host)
    inner = nets.address(machine, "smd")
    for name, host in (("smd", "opaal-idp"), ("opaal-idp", "smd"), ("opaal-idp", inner), ("step-ca", "postgres"), ("step-ca", "haproxy"),
                       ("haproxy", "step-ca"), ("smd", HOST), ("postgres", HOST)):
        assert not reaches(machine, name, host, 8081 if host == HOST else 80), (name, host)
    assert reaches(machine, "haproxy", HOST, 8081), "the only one with a way out"
    machine.alice("systemctl --user stop chami.target", timeout=60)
    machine.eventually(lambda: not any(machine.show(name, "ActiveState") == "active" for name in parts))
