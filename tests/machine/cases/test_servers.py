# SPDX-License-Identifier: LGPL-2.1-or-later
"""More servers that nobody here wrote, by the files in examples/: as users of their own, with nothing to spare."""

from test_databases import end, inside, start


def test_mosquitto_keeps_a_retained_message_over_a_restart(machine):
    start(machine, "mosquitto", "broker")
    try:
        assert "healthy: mosquitto version" in machine.show("broker", "StatusText")
        inside(machine, "broker", "mosquitto_pub -t lamp -r -m on")
        machine.alice("systemctl --user restart broker", timeout=60)
        assert inside(machine, "broker", "mosquitto_sub -t lamp -C 1 -W 5") == "on\n"
        assert machine.alice("bash -c 'exec 3<>/dev/tcp/127.0.0.1/1883 && echo reached'").out == "reached\n"
        assert "terminating" in machine.journal("broker") and machine.show("broker", "Result") == "success"
    finally:
        end(machine, "broker")


def test_a_node_server_that_knows_no_signals_stops_at_once(machine):
    start(machine, "node", "node")
    try:
        answer = machine.eventually(lambda: machine.alice("curl -s http://127.0.0.1:3000/hello", check=False).out)
        assert answer.startswith("Hello from node v"), answer
        machine.eventually(lambda: "GET /hello" in machine.journal("node"))
        machine.alice("systemctl --user stop node", timeout=8)
        assert machine.show("node", "Result") == "success" and "does not handle the stop signal" not in machine.journal("node")
    finally:
        end(machine, "node")
