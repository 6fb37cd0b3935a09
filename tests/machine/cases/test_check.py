# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a user is told of unit files, before and after systemd has read them."""

import json
import re

import box
import web
from machine.case import row

FAULTS = """[Unit]
Documenation=https://example.org

[Container]
Image=localhost/nginx
PublishPrt=8080:80
PublishPort=99999:80

[Service]
Restart=unless-stopped
DynamicUser=yes

[Install]
WWantedBy=default.target
"""


def check(machine, *arguments):
    return machine.alice("wolffia check " + " ".join(arguments), check=False, timeout=60)


@row("B5")
def test_all_faults_of_a_file_are_told_at_once(machine):
    web.write(machine, FAULTS)
    result = check(machine)
    assert result.status == 1, result
    for part in ("web.container:2: Documenation=: there is no such key in [Unit]; did you mean Documentation=?",
                 "web.container:6: PublishPrt=: there is no such key; did you mean PublishPort=?",
                 "web.container:7: PublishPort=: port '99999' is not within 1 to 65535",
                 "web.container:10: Restart=: systemd knows no 'unless-stopped'; taken as always",
                 "web.container:11: DynamicUser=: ",
                 "web.container:14: WWantedBy=: there is no such key in [Install]; did you mean WantedBy=?"):
        assert part in result.err, (part, result.err)


@row("B5")
def test_the_journal_has_each_fault_under_the_units_name(machine):
    web.write(machine, FAULTS)
    machine.root("journalctl --sync")
    entries = [json.loads(line) for line in machine.alice("journalctl --user -u web -o json --since=-1min").out.splitlines()]
    told = {entry["WOLFFIA_KEY"]: entry for entry in entries if "WOLFFIA_KEY" in entry}
    assert set(told) >= {"Documenation", "PublishPrt", "PublishPort", "Restart", "DynamicUser", "WWantedBy"}, sorted(told)
    assert told["PublishPort"]["WOLFFIA_LINE"] == "7" and told["PublishPort"]["WOLFFIA_FILE"].endswith("/web.container")
    assert told["PublishPort"]["PRIORITY"] == "3" and told["Restart"]["PRIORITY"] == "6"
    # The catalog says what to do about such entries.
    text = machine.alice("journalctl --user -u web -x --since=-1min -o short").out
    assert "wolffia check" in text, text


@row("B5")
def test_systemds_own_remarks_are_passed_on_for_units_of_any_name(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/a:b.container", box.container("Exec=true", service=("RestartSec=soon",)))
    machine.write("~/.config/wolffia/c.container", box.container("Exec=true", service=("MemoryMax=lots",)))
    result = check(machine, "--all")
    assert "c.service: Invalid memory limit 'lots'" in result.err, result
    # systemd 252 has "sec value" there.
    assert re.search(r"a:b\.service: Failed to parse .*soon", result.err), result


@row("C2")
def test_a_limit_that_is_written_as_podman_has_it_is_in_force(machine):
    box.start(machine, "Exec=sleep infinity", service=("MemoryMax=512m",))
    assert machine.alice("systemctl --user show -P MemoryMax box").out.strip() == str(512 << 20)


@row("N1")
def test_check_knows_what_a_start_would_miss(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/one.container", box.container("PublishPort=8080:80", "Volume=%h/nowhere:/x",
                                                                   "Volume=/nowhere:/y"))
    machine.write("~/.config/wolffia/two.container", box.container("PublishPort=8080:80", "PublishPort=80:80",
                                                                   "EnvironmentFile=two.env"))
    machine.write("~/.config/wolffia/good.container", box.container("Exec=true"))
    machine.write("~/.config/wolffia/local.container", "[Container]\nImage=localhost/nowhere\nAddCapability=SYS_TIME\n")
    machine.write("~/.config/wolffia/remote.container", "[Container]\nImage=registry.example/nowhere:1\n")
    result = check(machine, "--all")
    assert result.status == 1 and result.out == "5 units, 3 of them would fail\n", result
    for part in ("one.container:4: Volume=: there is no /home/alice/nowhere; the first start makes an empty folder of this name",
                 "one.container:5: Volume=: there is no /nowhere; you cannot make it in /, and the container does not start without it",
                 "one.container:3: PublishPort=: two.service publishes",
                 "two.container:3: PublishPort=: one.service publishes", "two.container:4: PublishPort=: Port 80/tcp of the host cannot be published: ",
                 "two.container:5: EnvironmentFile=: there is no /home/alice/.config/wolffia/two.env",
                 "local.container:2: Image=: the image 'localhost/nowhere' is not in your store, and localhost is no registry",
                 "local.container:3: AddCapability=: ", "SYS_TIME",
                 "remote.container:2: Image=: the image 'registry.example/nowhere:1' is not in your store; the first start fetches it"):
        assert part in result.err, (part, result.err)
    assert "good.container" not in result.err and "systemd says" not in result.err, result.err
    assert check(machine, "~/.config/wolffia/good.container").status == 0
    assert check(machine, "~/nothing.container").status == 2
    once = check(machine, "~/.config/wolffia/local.container")
    assert once.status == 1 and once.err.count("Image=: ") == 1, once


def test_check_tells_of_programs_that_have_a_port(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/one.container", box.container("PublishPort=8090:80", "PublishPort=127.0.0.1:8092:80/udp",
                                                                   "Exec=sleep 600"))
    # The address counts, not how it is written; and those of the other family are in nobody's way.
    machine.write("~/.config/wolffia/six.container", box.container("PublishPort=[0:0::1]:8093:80/udp", "PublishPort=[::1]:8094:80/udp"))
    machine.alice("systemctl --user daemon-reload; systemd-run --user --unit=other --quiet busybox httpd -f -p 8090")
    machine.root("systemd-run --unit=theirs --quiet --socket-property=ListenDatagram=127.0.0.1:8092 "
                 "--socket-property=ListenDatagram=[::1]:8093 --socket-property=ListenDatagram=0.0.0.0:8094 true")
    result = machine.eventually(lambda: (lambda seen: "8090" in seen.err and "8092" in seen.err and seen)(check(machine)),
                                what="both listeners to be told of")
    assert "one.container:3: PublishPort=: busybox (process " in result.err, result
    assert "one.container:4: PublishPort=: a program of root listens on port 8092" in result.err, result
    assert "six.container:3: PublishPort=: a program of root listens on port 8093" in result.err, result
    assert "8094" not in result.err, result
    assert result.status == 0, result
    machine.root("systemctl stop theirs.socket")
    machine.alice("systemctl --user stop other && systemctl --user start one", timeout=60)
    # The unit's own is no fault.
    assert "listens" not in check(machine).err
    machine.alice("systemctl --user stop one")


# Of systemd.unit(5); %d is left out, since it leads to what is there while the unit runs only.
SPECIFIERS = "aAbBCDEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY%"
# systemd 252 does not know it.
NEWER = "D"


def test_check_knows_the_values_that_systemd_gives_specifiers(machine):
    box.import_image(machine)
    lines = [f"Volume=/nowhere/{ord(letter)}=%{letter}:/x{number}" for number, letter in enumerate(SPECIFIERS)]
    machine.write("~/.config/wolffia/pre-fix@in-st.container",
                  box.container(*lines, service=[f"Environment=IS_{ord(letter)}=%{letter}" for letter in SPECIFIERS]))
    machine.alice("systemctl --user daemon-reload")
    shown = machine.alice("systemctl --user show -P Environment pre-fix@in-st.service").out.split()
    values = dict(word.removeprefix("IS_").split("=", 1) for word in shown if word.startswith("IS_"))
    told = check(machine).err
    for letter in SPECIFIERS:
        if str(ord(letter)) not in values and letter in NEWER:
            continue
        assert f"there is no /nowhere/{ord(letter)}={values[str(ord(letter))]}".rstrip("/") + ";" in told, (letter, values, told)


def test_check_answers_programs(machine):
    web.write(machine, FAULTS)
    answer = json.loads(check(machine, "--json").out)
    assert [unit["unit"] for unit in answer["units"]] == ["web.service"] and not answer["units"][0]["good"], answer
    assert {problem["key"] for problem in answer["problems"]} >= {"PublishPrt", "DynamicUser"}, answer


@row("B6")
def test_targets_of_the_system_are_those_of_the_user(machine):
    box.import_image(machine)
    for name, target in (("one", "multi-user.target"), ("two", "network-online.target")):
        machine.write(f"~/.config/wolffia/{name}.container", box.container("Exec=true", install=(f"WantedBy={target}",)))
    machine.alice("systemctl --user daemon-reload")
    wants = machine.alice("systemctl --user show -P Wants default.target").out.split()
    assert {"one.service", "two.service"} <= set(wants), wants


@row("B15")
def test_units_of_podman_do_not_hold_a_container_up(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/box.container",
                  "[Unit]\nRequires=podman.socket\nAfter=podman.socket\nBindsTo=podman-auto-update.service\n\n" +
                  box.container("Exec=true", "Network=none", service=("Type=oneshot",)))
    machine.alice("systemctl --user daemon-reload && systemctl --user start box", timeout=60)
    assert machine.show("box", "Result") == "success"
    assert "podman" not in machine.show("box", "Requires") + machine.show("box", "BindsTo")


def test_a_shell_that_looks_at_another_folder_than_the_manager_is_told_so(machine):
    box.import_image(machine)
    machine.alice("rm -rf ~/other; mkdir -p ~/other/wolffia ~/other/containers/systemd")
    for folder in "wolffia", "containers/systemd":
        machine.write(f"~/other/{folder}/far.container", "[Container]\nImage=localhost/box\nExec=true\n")
    cured = "export XDG_CONFIG_HOME=/home/alice/other; "
    words = ("this shell has its configuration in /home/alice/other (XDG_CONFIG_HOME), your service manager in /home/alice/.config: "
             "units are made of the files in /home/alice/.config/wolffia. ")
    assert "service manager" not in check(machine, "").err
    for command in "check", "adopt --dry-run", "run --save=more localhost/box true":
        result = machine.alice(f"{cured} wolffia {command}", check=False)
        assert words in result.err and "XDG_CONFIG_HOME=/home/alice/other in ~/.config/environment.d/60-config.conf" in result.err, (command, result)
    try:
        # What is advised does it, and then it is the other shell that looks elsewhere.
        machine.alice("mkdir -p ~/.config/environment.d; echo XDG_CONFIG_HOME=/home/alice/other >~/.config/environment.d/60-config.conf; "
                      "systemctl --user daemon-reload")
        assert machine.alice("systemctl --user show --property=LoadState --value far").out == "loaded\n"
        assert "service manager" not in machine.alice(f"{cured} wolffia check", check=False).err
        assert "'export XDG_CONFIG_HOME=/home/alice/other' has this shell look" in machine.alice("wolffia check", check=False).err
    finally:
        machine.alice("rm -rf ~/.config/environment.d/60-config.conf ~/other; systemctl --user daemon-reload; "
                      "systemctl --user unset-environment XDG_CONFIG_HOME")
