# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a unit gives to its payload besides the container: sockets, variables, a mask."""

import box
import web

from machine.case import row


def run(machine, command, *options):
    return box.run(machine, command, *options).out


@row("N1")
def test_a_socket_that_systemd_passes_reaches_the_payload(machine):
    box.make_plain_root(machine)
    machine.write("~/serve.py", "import os, socket\n"
                                "assert (os.environ['LISTEN_FDS'], os.environ['LISTEN_PID'], os.getpid()) == ('1', '1', 1)\n"
                                "client, _ = socket.socket(fileno=3).accept()\n"
                                "client.sendall(b'from inside\\n')\n")
    machine.write("~/.config/systemd/user/serve.socket", "[Socket]\nListenStream=127.0.0.1:8099\n")
    web.write(machine, "[Container]\nRootfs=%h/plain\nVolume=/usr:/usr:ro\nVolume=%h/serve.py:/tmp/serve.py:ro\nNetwork=none\n"
                       "Exec=/usr/bin/python3 /tmp/serve.py\n", "serve")
    machine.alice("systemctl --user start serve.socket")
    try:
        assert machine.alice("busybox nc 127.0.0.1 8099 </dev/null", timeout=20).out == "from inside\n"
    finally:
        machine.alice("systemctl --user stop serve.socket serve; rm ~/.config/systemd/user/serve.socket; "
                      "systemctl --user daemon-reload", check=False)


def test_a_mask_and_the_variables_of_the_service_reach_the_payload_when_asked_for(machine):
    assert run(machine, "umask", "--umask=0027") == "0027\n"
    assert machine.alice("HELLO=there /usr/libexec/wolffia/wolffia-runner --name=box --network=none --env-host localhost/box "
                         "/bin/sh -c 'echo $HELLO $XDG_RUNTIME_DIR'").out.split()[0] == "there"
    assert machine.alice("HELLO=there /usr/libexec/wolffia/wolffia-runner --name=box --network=none localhost/box "
                         "/bin/sh -c 'echo x$HELLO'").out == "x\n"
