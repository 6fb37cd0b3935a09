# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia network: which networks there are, what they are, and who is on them."""

import json

import box
import nets
import web


def member(machine, name, *lines):
    box.import_image(machine)
    web.write(machine, box.container("Network=app.network", "Exec=sleep 600", *lines), name)


def test_networks_are_told_with_their_members_whether_they_run_or_not(machine):
    nets.network(machine, "app", "Subnet=10.77.0.0/24", "Gateway=10.77.0.1", "Label=team=shop")
    nets.network(machine, "back", "NetworkName=behind", "Internal=yes", "Subnet=10.78.0.0/24")
    member(machine, "a", "PublishPort=127.0.0.1:8081:80", "NetworkAlias=front")
    member(machine, "b", "IP=10.77.0.9")
    assert json.loads(machine.alice("wolffia network list --json").out)[0]["state"] == "stopped"
    nets.start(machine, "a", "b")

    rows = [line.split() for line in machine.alice("wolffia network list").out.splitlines()]
    assert rows[0] == ["NAME", "UNIT", "STATE", "SUBNET", "GATEWAY", "INTERNAL", "MEMBERS"], rows
    assert rows[1:] == [["app", "app-network.service", "running", "10.77.0.0/24", "10.77.0.1", "no", "a,", "b"],
                        ["behind", "back-network.service", "stopped", "10.78.0.0/24", "-", "yes", "-"]], rows
    assert machine.alice("wolffia network list -q").out.split() == ["app", "behind"]
    assert machine.alice("wolffia network ls --format '{{.name}} {{.state}}'").out.splitlines() == ["app running", "behind stopped"]

    for name in ("systemd-app", "app.network", "app-network", "app-network.service", "app"):
        answer, = json.loads(machine.alice(f"wolffia network inspect {name}").out)
        assert answer["unit"] == "app-network.service", (name, answer)
    assert answer["source"] == "/home/alice/.config/wolffia/app.network" and answer["state"] == "running", answer
    assert answer["subnets"] == ["10.77.0.0/24"] and answer["gateways"] == ["10.77.0.1"] and answer["internal"] is False, answer
    assert answer["dns"] is True and answer["labels"] == ["team=shop"], answer
    first, second = answer["members"]
    assert first["name"] == "a" and first["unit"] == "a.service" and first["ports"] == ["127.0.0.1:8081:80/tcp"] and "front" in first["names"], first
    address = machine.alice("wolffia exec a ip -o -4 address show eth0").out.split()[3].split("/")[0]
    assert first["addresses"] == [address] and second["addresses"] == ["10.77.0.9"], (first, second)

    # Who leaves is off the list, and so is a network with its unit.
    machine.alice("wolffia stop b")
    assert [one["name"] for one in json.loads(machine.alice("wolffia network inspect app").out)[0]["members"]] == ["a"]
    machine.alice("wolffia stop a; systemctl --user stop app-network")
    answer, = json.loads(machine.alice("wolffia network inspect app").out)
    assert answer["state"] == "stopped" and answer["members"] == [] and answer["subnets"] == ["10.77.0.0/24"], answer


def test_a_network_that_is_not_there_is_told_with_the_nearest_name(machine):
    nets.network(machine, "app", "NetworkName=front")
    machine.alice("systemctl --user daemon-reload")
    result = machine.alice("wolffia network inspect frnot", check=False)
    assert result.status == 1 and "did you mean 'front'?" in result.err, result
    result = machine.alice("wolffia network inspect", check=False)
    assert result.status == 2 and "the name of a network is needed" in result.err, result
    assert "front\tnetwork, stopped" in machine.alice("wolffia complete network inspect ''").out
    assert "inspect\t" in machine.alice("wolffia complete network ''").out
