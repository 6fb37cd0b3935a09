# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia adopt: from Podman's Quadlet, and back."""

import box

from machine.case import row

FROM, TO = "~/.config/containers/systemd", "~/.config/wolffia"
TEXT = "[Container]\nImage=localhost/box\nNetwork=none\nVolume=kept.volume:/kept\nVolume=bare:/bare\nSecret=token\nExec=/bin/sleep 60\n"


def write(machine):
    machine.write(f"{FROM}/app/user.container", TEXT.replace("Secret=token\n", ""))
    machine.write(f"{FROM}/app/user.container.d/10-more.conf", "[Container]\nHostName=adopted\n")
    machine.write(f"{FROM}/kept.volume", "[Volume]\n")
    machine.write(f"{FROM}/other.container", TEXT + "Sysctls=x=1\n")
    machine.write(f"{FROM}/strange.container", "[Container]\nImage=docker.io/a;b\n")
    machine.write(f"{FROM}/app/data/notes.txt", "not a unit")


def forget(machine):
    machine.alice(f"rm -rf {FROM} {TO}; wolffia volume remove --force kept bare", check=False)


@row("B15")
def test_files_are_copied_with_a_report_and_run(machine):
    box.import_image(machine)
    write(machine)
    report = machine.alice("wolffia adopt --dry-run").out
    assert "app/user.container: would be copied" in report and "notes.txt" not in report, report
    assert "other.container:8: Sysctls=: there is no such key; did you mean Sysctl=?" in report, report
    assert "podman volume export systemd-kept | wolffia volume import kept" in report and "wolffia secret create token" in report, report
    assert "podman save localhost/box | wolffia import localhost/box -" in report and "wolffia pull 'docker.io/a;b'" in report, report
    assert f"mv /home/alice/{FROM.removeprefix('~/')} /home/alice/{FROM.removeprefix('~/')}.podman && " in report, report
    assert machine.alice(f"ls {TO}", check=False).status != 0
    assert "copied" in machine.alice("wolffia adopt user kept.volume").out
    machine.alice("systemctl --user daemon-reload && systemctl --user start user")
    assert "--hostname=adopted" in machine.alice("systemctl --user cat user").out
    machine.alice("systemctl --user stop user kept-volume")
    forget(machine)


@row("B15")
def test_nothing_is_overwritten_and_there_is_a_way_back(machine):
    write(machine)
    machine.write(f"{TO}/kept.volume", "[Volume]\nLabel=mine=yes\n")
    out = machine.alice("wolffia adopt").out
    assert "kept.volume: another file of that name is there, and stays" in out, out
    assert machine.read(f"{TO}/kept.volume") == "[Volume]\nLabel=mine=yes\n"
    assert machine.read(f"{TO}/app/user.container") == machine.read(f"{FROM}/app/user.container")
    out = machine.alice("wolffia adopt --back").out
    assert "kept.volume: was changed, and stays" in out and "user.container: removed" in out, out
    assert machine.alice(f"cd {TO} && find . -mindepth 1").out == "./kept.volume\n"
    assert "There is no file 'nowhere'" in machine.alice("wolffia adopt nowhere", check=False).err
    forget(machine)
