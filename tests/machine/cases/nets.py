# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers on networks, for the cases about them: each serves its name over TCP, and answers datagrams."""

import re

# python3 of the machine is used inside: it resolves names by the C library, and can do what busybox cannot.
SERVER = """
import http.server, os, socket, threading
NAME = os.environ.get("NAME") or socket.gethostname()
PORTS = [int(port) for port in os.environ.get("PORTS", "80").split()]

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = f"{NAME} {self.client_address[0]}\\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, form, *arguments):
        print(self.client_address[0], form % arguments, flush=True)

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

def echo(port):
    datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    datagrams.bind(("::", port))
    while True:
        data, client = datagrams.recvfrom(65536)
        address = client[0].removeprefix("::ffff:")
        datagrams.sendto(f"{NAME} {address} ".encode() + data, client)

for port in PORTS:
    threading.Thread(target=echo, args=[port], daemon=True).start()
    threading.Thread(target=Server(("::", port), Answer).serve_forever, daemon=True).start()
threading.Event().wait()
"""


def network(machine, name, *lines):
    machine.write(f"~/.config/wolffia/{name}.network", "\n".join(["[Network]", *lines, ""]))


def make_root(machine, name):
    """A root folder of its own for each, which borrows /usr of the machine."""
    machine.alice(f"mkdir -p ~/roots/{name}/tmp ~/roots/{name}/usr ~/roots/{name}/etc && for name in bin lib lib64; do "
                  f"ln -sfn usr/$name ~/roots/{name}/$name; done")


def member(machine, name, *lines):
    """Writes NAME.container; start() starts it."""
    make_root(machine, name)
    # In place at once: the python3 of a member that has just started may be about to read the one that is there, and half of it
    # or nothing is a script that ends well.
    machine.write("~/server.py.new", SERVER)
    machine.alice("mv ~/server.py.new ~/server.py")
    text = "\n".join(["[Container]", f"Rootfs=%h/roots/{name}", "Volume=/usr:/usr:ro", "Volume=/etc/nsswitch.conf:/etc/nsswitch.conf:ro",
                      "Volume=%h/server.py:/server.py:ro", *lines, "Exec=/usr/bin/python3 /server.py",
                      "[Service]", "TimeoutStartSec=30", ""])
    machine.write(f"~/.config/wolffia/{name}.container", text)


def start(machine, *names):
    machine.alice("systemctl --user daemon-reload && systemctl --user start " + " ".join(names), timeout=120)


def inside(machine, name, command, check=True):
    """What COMMAND prints in the namespaces of a running container, as its root. Network namespaces that are another's, as a
    pod's are, cannot be entered by way of the container's own user namespace."""
    if machine.alice(f"grep -q '^Network=container' $XDG_RUNTIME_DIR/wolffia/{name}/state", check=False).status == 0:
        return machine.alice(f"/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/{name} -- {command}", check=check).out
    pid = machine.alice(f"sed -n 's/^Payload=//p' $XDG_RUNTIME_DIR/wolffia/{name}/state").out.strip()
    return machine.alice(f"nsenter --target {pid} --user --net --mount --preserve-credentials {command}", check=check).out


def python(machine, name, code, check=True):
    root = re.sub("@.*", "@", name)  # instances share that of their template
    machine.write(f"~/roots/{root}/probe.py", code)
    return inside(machine, name, "/usr/bin/python3 /probe.py", check=check)


def fetch(machine, name, url, check=True):
    """The answer to a request out of a container."""
    code = ("import time, urllib.request\n"
            "for attempt in range(50):\n"
            "    try:\n"
            f"        print(urllib.request.urlopen('{url}', timeout=4).read().decode().strip())\n"
            "        break\n"
            "    except OSError as error:\n"
            # A relay resets what it cannot pass on: the server does not listen yet.
            "        if not ('refused' in str(error) or 'reset' in str(error)) or attempt == 49: raise\n"
            "        time.sleep(0.1)\n")
    return python(machine, name, code, check=check).strip()


def address(machine, name, interface="eth0", family=""):
    out = inside(machine, name, f"/usr/bin/ip -o {family} address show {interface}")
    return re.search(r"inet6? (\S+)/", out)[1]
