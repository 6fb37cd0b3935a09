# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the user sees when something is wrong: always a unit of the expected name, with cause and remedy."""

import contextlib

import box
import web
from machine.case import row


@contextlib.contextmanager
def changed(machine, change, restore):
    """The machine with something broken that is not alice's."""
    machine.root(change)
    try:
        yield
    finally:
        machine.root(restore)


@row("B5")
def test_an_unknown_key_is_shown_with_file_and_line(machine):
    web.import_image(machine)
    web.write(machine, "[Container]\nImage=localhost/nginx\nPublishPrt=8080:80\n")
    text = web.fails_to_start(machine)
    assert "web.container:3" in text and "PublishPrt" in text, text
    assert "PublishPort" in text, f"the key that was meant is not proposed:\n{text}"
    assert machine.show("web", "ExecMainStatus") == "78"


@row("B5")
def test_an_unknown_key_is_seen_before_any_start(machine):
    web.write(machine, "[Container]\nImage=localhost/nginx\nPublishPrt=8080:80\n")
    text = web.sees(machine)
    assert "web.container:3" in text and "PublishPrt" in text, text


@row("B5")
def test_an_unreadable_file_is_shown(machine):
    web.write(machine, web.container())
    machine.alice("chmod 000 ~/.config/wolffia/web.container && systemctl --user daemon-reload")
    text = web.fails_to_start(machine)
    assert "web.container" in text and "Permission denied" in text, text


@row("B5")
def test_a_broken_file_harms_no_other(machine):
    machine.write("~/.config/wolffia/broken.container", "[Container\nImage=\n")
    machine.write("~/.config/wolffia/worse.container", b"\xff\xfe\0\0[Container]")
    machine.alice("ln -s /nowhere ~/.config/wolffia/dangling.container")
    web.start(machine)
    assert "Hello" in web.answers(machine)
    for name in ("broken", "worse", "dangling"):
        assert machine.show(name, "LoadState") == "loaded", name


@row("B5")
def test_a_broken_file_in_the_place_of_a_running_service_leaves_it_running(machine):
    web.start(machine)
    web.write(machine, "[Container]\nImage=localhost/nginx\nPublishPort=99999:80\n")
    assert "Hello" in web.answers(machine)
    assert "99999" in web.sees(machine)
    machine.alice("systemctl --user stop web")


def test_an_image_that_is_missing_is_named_with_the_way_to_get_it(machine):
    web.write(machine, web.container().replace("localhost/nginx", "localhost/nowhere"))
    text = web.fails_to_start(machine)
    assert "localhost/nowhere" in text and "wolffia import" in text, text


def test_a_port_that_is_taken_is_named(machine):
    web.import_image(machine)
    machine.write("~/.config/systemd/user/other.service", "[Service]\nExecStart=python3 -m http.server 8080\n")
    web.write(machine, web.container("PublishPort=8080:80"))
    machine.alice("systemctl --user start other")
    machine.eventually(lambda: machine.alice("curl -sS http://127.0.0.1:8080/"))
    text = web.fails_to_start(machine)
    assert "8080" in text and ("in use" in text or "taken" in text), text


@row("N1")
def test_port_80_is_refused_with_the_setting_that_would_allow_it(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=80:80"))
    text = web.fails_to_start(machine)
    assert "80" in text and "net.ipv4.ip_unprivileged_port_start" in text, text


def test_a_start_has_the_rule_for_names_that_the_generator_has(machine):
    """What systemd expands, only the start can see."""
    box.import_image(machine)
    for name in "a,b", "a/b", ".a", "a\\\\b", "x" * 201:
        result = machine.alice(f"/usr/libexec/wolffia/wolffia-runner --network=none --name='{name}' localhost/box true", check=False)
        assert result.status == 78 and "ContainerName=" in result.err and "cannot be the name of a container; letters" in result.err, result
        result = machine.alice(f"/usr/libexec/wolffia/wolffia-runner --pod-infra --name='{name}'", check=False)
        assert result.status != 0 and "PodName=" in result.err and "cannot be the name of a pod; letters" in result.err, result
        for verb in f"run --name='{name}' localhost/box true", f"volume create '{name}'":
            result = machine.alice(f"wolffia {verb}", check=False)
            assert result.status != 0 and "cannot be the name of a " in result.err, (verb, result)
    longest = "x" * 200
    assert machine.alice(f"wolffia run --rm --name={longest} localhost/box echo here", timeout=60).out == "here\n"
    machine.alice(f"wolffia volume create {longest} && wolffia volume rm {longest}")


@row("N1")
def test_port_80_works_once_the_administrator_allows_it(machine):
    with changed(machine, "sysctl -q net.ipv4.ip_unprivileged_port_start=80",
                 "sysctl -q net.ipv4.ip_unprivileged_port_start=1024"):
        web.start(machine, web.container("PublishPort=80:80"))
        assert "Hello" in web.answers(machine, "http://192.0.2.10/")
        machine.alice("systemctl --user stop web")


@row("U1")
def test_without_a_subuid_line_it_says_so_and_how_to_add_one(machine):
    """It may run with the single id (nginx of root only); what counts is that it is said loudly."""
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=8080:80"))
    with changed(machine, "sed -i.saved /^alice:/d /etc/subuid /etc/subgid",
                 "mv /etc/subuid.saved /etc/subuid; mv /etc/subgid.saved /etc/subgid"):
        machine.alice("systemctl --user start web", check=False)
        text = web.sees(machine)
        assert "usermod --add-subuids" in text, text
        machine.alice("systemctl --user stop web")


@row("U5")
def test_without_newuidmap_it_names_the_package(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=8080:80"))
    with changed(machine, "mv /usr/bin/newuidmap /usr/bin/newuidmap.saved",
                 "mv /usr/bin/newuidmap.saved /usr/bin/newuidmap"):
        text = web.fails_to_start(machine)
        assert "newuidmap" in text and "uidmap" in text.replace("newuidmap", ""), text


@row("U5")
def test_a_newuidmap_without_the_setuid_bit_is_explained(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=8080:80"))
    with changed(machine, "cp -p /usr/bin/newuidmap /usr/bin/newuidmap.saved; setcap -r /usr/bin/newuidmap || true; "
                          "chmod 755 /usr/bin/newuidmap",
                 "mv /usr/bin/newuidmap.saved /usr/bin/newuidmap; chmod 4755 /usr/bin/newuidmap"):
        text = web.fails_to_start(machine)
        assert "newuidmap" in text and "setuid" in text, text


@row("U5")
def test_a_newuidmap_on_a_file_system_without_setuid_is_told_from_one_without_the_bit(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=8080:80"))
    with changed(machine, "mount --bind /usr/bin/newuidmap /usr/bin/newuidmap && mount -o remount,bind,nosuid /usr/bin/newuidmap",
                 "umount /usr/bin/newuidmap"):
        text = web.fails_to_start(machine)
        assert "/usr/bin/newuidmap has no privilege, since it lies on a file system that is mounted nosuid" in text, text
        report = machine.alice("wolffia doctor", check=False)
        assert report.status == 1 and "problem  U5" in report.out and "mounted nosuid" in report.out, report
    assert machine.alice("systemctl --user start web", check=False).status == 0
    machine.alice("systemctl --user stop web")


@row("C1")
def test_on_cgroup_v1_it_names_the_boot_parameter(machine):
    """By hand, with a tmpfs where v1 has one: a machine with v1 needs another kernel command line."""
    result = machine.root("unshare --mount sh -c 'mount -t tmpfs cgroup /sys/fs/cgroup && exec setpriv --reuid alice "
                          "--regid alice --init-groups env HOME=/home/alice XDG_RUNTIME_DIR=/run/user/1000 "
                          "/usr/libexec/wolffia/wolffia-runner --name=web localhost/nginx'", check=False)
    assert result.status not in (0, 127), result
    assert "cgroup v1" in result.err and "systemd.unified_cgroup_hierarchy=1" in result.err, result


@row("C4")
def test_an_administrators_drop_in_that_cripples_the_runner_is_named(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=8080:80"))
    machine.write("~/.config/systemd/user/web.service.d/hard.conf", "[Service]\nNoNewPrivileges=yes\n")
    machine.alice("systemctl --user daemon-reload")
    text = web.fails_to_start(machine)
    assert "NoNewPrivileges" in text, text


def test_a_tun_device_that_is_closed_is_named(machine):
    web.import_image(machine)
    web.write(machine, web.container("PublishPort=8080:80"))
    with changed(machine, "chmod 0600 /dev/net/tun", "chmod 0666 /dev/net/tun"):
        text = web.fails_to_start(machine)
    assert "/dev/net/tun" in text and "chmod 0666" in text, text
