# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia.conf(5): what is settled for all containers of a user, or of the host."""

import json

import box
import web

from machine.case import row


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


def test_a_default_network_starts_with_the_first_container_that_names_none(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/wolffia.conf", "[Runner]\nNetwork=everybody.network\n")
    machine.write("~/.config/wolffia/everybody.network", "[Network]\nNetworkName=all\n")
    web.write(machine, box.container("Exec=sleep 600"), "one")
    machine.alice("systemctl --user start one")
    assert machine.show("everybody-network", "ActiveState") == "active"
    # One by hand finds it there, and brings the network up again where it is not.
    assert "Address" in machine.alice("wolffia run box nslookup one").out.split("Name:")[1]
    machine.alice("systemctl --user stop one everybody-network")
    assert machine.alice("wolffia run box true").status == 0 and machine.show("everybody-network", "ActiveState") == "active"
    # A bare name is a network with the defaults.
    machine.alice("systemctl --user stop everybody-network && echo '[Runner]\nNetwork=plain' >~/.config/wolffia/wolffia.conf "
                  "&& systemctl --user daemon-reload && systemctl --user start one")
    assert machine.show("wolffia-network@plain", "ActiveState") == "active"
    machine.alice("systemctl --user stop one wolffia-network@plain && echo '[Runner]\nNetwork=nobody.network' >~/.config/wolffia/wolffia.conf "
                  "&& systemctl --user daemon-reload")
    for command, status in (("wolffia check", 1), ("wolffia run box true", 2)):
        result = machine.alice(command, check=False)
        assert result.status == status and "wolffia.conf: Network=: nobody.network: there is no such file" in result.err + result.out, result
    machine.alice("echo '[Runner]\nNetwork=container:one' >~/.config/wolffia/wolffia.conf")
    assert "cannot be that of all" in machine.alice("wolffia check ~/.config/wolffia/one.container", check=False).err
    machine.alice("rm ~/.config/wolffia/wolffia.conf ~/.config/wolffia/everybody.network")


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


RUNNER = "/usr/libexec/wolffia/wolffia-runner"
CONF = "/etc/wolffia/wolffia.conf.d/50-case.conf"


def settle(machine, *lines):
    machine.write(CONF, "\n".join(lines) + "\n", user="root")


def forget(machine):
    machine.root(f"rm -f {CONF}")


def test_the_store_lies_in_another_folder(machine):
    settle(machine, "[Store]", "Folder=/home/stores/%u")
    machine.root("install -d -o alice /home/stores /home/stores/alice")
    try:
        assert machine.alice("wolffia images").out.count("\n") == 1
        box.import_image(machine)
        web.write(machine, box.container("Network=none", "Volume=data:/data", 'Exec=sh -c "echo kept >/data/x; exec sleep 600"'), "box")
        machine.alice("systemctl --user start box")
        machine.eventually(lambda: machine.alice("cat /home/stores/alice/volumes/data/data/x", check=False).out == "kept\n")
        assert "/home/stores/alice/volumes/data" in machine.alice("wolffia volume inspect data").out
        assert machine.alice("ls /home/stores/alice/containers").out == "box\n"
        assert "in use by container 'box'" in machine.alice("wolffia rmi box", check=False).err
        machine.alice("systemctl --user stop box; wolffia volume remove --force data && wolffia rmi box")
        settle(machine, "[Store]", "Folder=/home/stores/bob")
        machine.root("install -d -o bob /home/stores/bob")
        assert "belongs to user" in machine.alice("wolffia images", check=False).err
    finally:
        forget(machine)
        machine.root("rm -rf /home/stores")


def make_shared(machine):
    """An image that only root has brought, as an administrator would."""
    machine.root("mkdir -p /srv/shared/bin /srv/shared/tmp && cp /bin/busybox /srv/shared/bin && "
                 "for name in sh sleep echo id; do ln -sf busybox /srv/shared/bin/$name; done && "
                 "tar -C /srv/shared -c . | wolffia import --store=/var/lib/wolffia/images localhost/shared - && rm -r /srv/shared")


@row("F4")
def test_two_users_share_a_read_only_store(machine):
    make_shared(machine)
    run = f"{RUNNER} --name=share --network=none localhost/shared sh -c 'echo in; exec id -u'"
    machine.root("touch /srv/before && sleep 0.1")
    blobs = "mkdir -p ~/.local/share/wolffia/blobs/sha256; ls ~/.local/share/wolffia/blobs/sha256 | wc -l"
    try:
        before = machine.alice(blobs).out
        assert machine.alice(run).out == "in\n0\n" and machine.alice(blobs).out == before
        settle(machine, "[General]", "RuntimeFolder=/srv/run-of-%u")
        machine.root("install -d -o bob -m 700 /srv/run-of-bob")
        assert machine.run("bob", "unset XDG_RUNTIME_DIR; " + run).out == "in\n0\n"
        forget(machine)
        # Nothing is written or locked in it, and nobody but its keeper can remove anything.
        assert machine.root("find /var/lib/wolffia/images -newer /srv/before").out == ""
        assert "read-only store /var/lib/wolffia/images" in machine.alice("wolffia rmi shared", check=False).err
        listed = {(entry["name"], entry["store"]) for entry in json.loads(machine.alice("wolffia images --json").out)}
        assert ("localhost/shared:latest", "/var/lib/wolffia/images") in listed, listed
        assert "In /var/lib/wolffia/images, which is read only:" in machine.alice("wolffia images").out
        assert "<none>" not in machine.alice("wolffia images").out
        # What was unpacked from it is not swept away below a container that runs.
        machine.alice("wolffia run -d --name share --network=none localhost/shared sleep 600 && wolffia rmi --unnamed")
        assert machine.alice("wolffia exec share id -u").out == "0\n"
        machine.alice("wolffia stop share && wolffia rmi --unnamed")
        assert machine.alice(run).out == "in\n0\n"
    finally:
        forget(machine)
        machine.root("rm -rf /var/lib/wolffia/images /srv/before /srv/run-of-bob")
        machine.alice("wolffia rmi --unnamed")


@row("N11")
def test_proxies_are_seen_inside_and_by_pulls(machine):
    box.import_image(machine)
    settle(machine, "[Runner]", "HttpProxy=http://127.0.0.1:9", "HttpsProxy=http://127.0.0.1:9", "NoProxy=localhost")
    try:
        run = f"{RUNNER} --name=box --network=none {{}} localhost/box sh -c 'echo $http_proxy $HTTPS_PROXY $no_proxy'"
        assert machine.alice(run.format("")).out == "http://127.0.0.1:9 http://127.0.0.1:9 localhost\n"
        assert machine.alice(run.format("--http-proxy=false")).out == "\n"
        assert machine.alice("export http_proxy=http://own:1; " + run.format("")).out.startswith("http://own:1 http://127.0.0.1:9")
        result = machine.alice("wolffia pull registry.example/nothing", check=False)
        assert result.status == 1 and "127.0.0.1:9" in result.err, result
    finally:
        forget(machine)


def test_the_log_level_says_what_is_told(machine):
    box.import_image(machine)
    run = f"{RUNNER} --name=box --network=none localhost/box true"
    try:
        settle(machine, "[Runner]", "Netwrok=none")
        assert f"{CONF}:2: Netwrok=: there is no such key; did you mean Network=?" in machine.alice(run).err
        settle(machine, "[General]", "LogLevel=err", "[Runner]", "Netwrok=none")
        assert machine.alice(run).err == ""
        assert f"{CONF}:4" in machine.alice("WOLFFIA_LOG_LEVEL=warning " + run).err
    finally:
        forget(machine)
