# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia.conf(5): what is settled for all containers of a user, or of the host."""

import box
import web


def test_a_default_network_and_faults_with_their_place(machine):
    machine.write("~/.config/wolffia/wolffia.conf", "[Runner]\nNetwork=none\nNetwrok=host\n")
    box.import_image(machine)
    web.write(machine, box.container("Exec=sleep 600"), "box")
    machine.alice("systemctl --user start box")
    assert machine.alice("wolffia inspect --format '{{.network}}' box").out == "none\n"
    machine.eventually(lambda: "wolffia.conf:3: Netwrok=: there is no such key" in machine.journal("box"))
    machine.alice("systemctl --user stop box")
    assert "wolffia.conf:3" in machine.alice("wolffia check ~/.config/wolffia/box.container", check=False).err
    machine.alice("rm ~/.config/wolffia/wolffia.conf")


def test_the_administrator_forbids_a_single_id(machine):
    box.import_image(machine)
    machine.write("/etc/wolffia/wolffia.conf.d/10-ids.conf", "[Runner]\nSingleId=forbid\n", user="root")
    run = "/usr/libexec/wolffia/wolffia-runner --name=box --network=none {} localhost/box true"
    assert machine.alice(run.format("")).status == 0
    machine.root("mv /etc/subuid /etc/subuid.away && touch /etc/subuid")
    try:
        result = machine.alice(run.format(""), check=False)
        assert result.status == 125 and "SingleId=forbid" in result.err and "usermod" in result.err, result
        assert machine.alice(run.format("--userns=single")).status == 0
    finally:
        machine.root("mv /etc/subuid.away /etc/subuid && rm -r /etc/wolffia/wolffia.conf.d")


def test_quadlets_own_folders_are_read_when_that_is_asked_for(machine):
    machine.write("~/.config/containers/systemd/old.container", box.container("Exec=sleep 600"))
    machine.alice("systemctl --user daemon-reload")
    assert machine.show("old", "LoadState") == "not-found"
    machine.write("~/.config/wolffia/wolffia.conf", "[Generator]\nQuadletFolders=yes\n")
    machine.alice("systemctl --user daemon-reload")
    assert machine.show("old", "SourcePath") == "/home/alice/.config/containers/systemd/old.container"
    machine.alice("rm -r ~/.config/containers ~/.config/wolffia/wolffia.conf && systemctl --user daemon-reload")
