# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of all kinds, and what a live user manager makes of their units."""

import io
import tarfile
from pathlib import Path

import box
import web

from machine.case import Skip, row

GOLDEN = Path(__file__).resolve().parents[2] / "generator/cases"
GENERATOR = "/usr/lib/systemd/user-generators/wolffia-generator"

# For each case: its units into the folder that a manager reads first, and what it says of each of them.
LOAD_ALL = r"""
cd ~/cases && units=$XDG_RUNTIME_DIR/systemd/user
for case in *; do
        folders=$(while read -r name; do printf '%s:' ~/cases/"$case/$name"; done < <(cat "$case/folders" 2>/dev/null || echo input))
        rm -rf "$units" && mkdir -p "$units"
        env -u XDG_CONFIG_HOME WOLFFIA_LOG_TARGET=stderr WOLFFIA_UNIT_DIRS="$folders" GENERATOR "$units" 2>/dev/null
        systemctl --user daemon-reload
        (cd "$units" && systemctl --user show --property=Id,LoadState,LoadError,FragmentPath -- $(ls *.service | sed s/@.service/@instance.service/))
        echo
done
rm -rf "$units" ~/cases; systemctl --user daemon-reload
"""


def pack(folder):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(folder.iterdir()):
            for name in ("input", "home", "users", "folders"):
                if (path / name).exists():
                    archive.add(path / name, f"{path.name}/{name}")
    return packed.getvalue()


def test_the_units_of_all_golden_cases_load(machine):
    machine.alice("mkdir -p ~/cases && tar -C ~/cases -xf -", stdin=pack(GOLDEN))
    out = machine.alice(LOAD_ALL.replace("GENERATOR", GENERATOR), timeout=300).out
    units = [block for block in out.split("\n\n") if block.strip()]
    bad = [block for block in units if "LoadState=loaded" not in block or "/systemd/user/" not in block]
    assert len(units) > 80 and not bad, "\n\n".join(bad)


@row("B5")
def test_one_broken_file_among_a_hundred_is_one_stub(machine):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number in range(100):
            text = b"[Container]\nImage=localhost/box\n" + (b"PublishPort=many\n" if number == 42 else b"")
            entry = tarfile.TarInfo(f"many-{number}.container")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    machine.alice("mkdir -p ~/.config/wolffia && tar -C ~/.config/wolffia -xf - && systemctl --user daemon-reload", stdin=packed.getvalue())
    folder = "$XDG_RUNTIME_DIR/systemd/generator"
    assert machine.alice(f"ls {folder}/many-*.service | wc -l; grep -l -e --broken= {folder}/many-*.service").out.split() == \
        ["100", f"/run/user/1000/systemd/generator/many-42.service"]
    assert machine.alice("WOLFFIA_LOG_TARGET=stderr " + GENERATOR + " --dry-run >/dev/null", check=False).status == 1
    machine.alice("systemctl --user start many-42", check=False)
    status = machine.alice("systemctl --user status many-42", check=False).out
    assert "many-42.container:3: PublishPort=:" in status and "78/CONFIG" in status, status


def test_a_volume_file_is_made_before_the_container_that_names_it(machine):
    box.import_image(machine)
    machine.alice("wolffia volume remove --force kept stored", check=False)
    machine.write("~/.config/wolffia/kept.volume", "")
    machine.write("~/.config/wolffia/other.volume", "[Volume]\nVolumeName=stored\nLabel=a=b\n")
    web.write(machine, box.container("Volume=kept.volume:/kept", "Volume=stored:/stored", "Network=none",
                                     "Exec=/bin/sh -c 'echo here >/kept/file; cp /kept/file /stored; sleep 60'"), "user")
    machine.alice("systemctl --user start user")
    assert machine.show("kept-volume", "ActiveState") == "active" and machine.show("other-volume", "ActiveState") == "active"
    machine.eventually(lambda: "stored" in machine.alice("wolffia volume list -q").out.split())
    machine.eventually(lambda: machine.alice("find ~/.local/share/wolffia/volumes/stored/data -name file").out)
    machine.alice("systemctl --user stop user kept-volume other-volume && wolffia volume remove --force kept stored")


def test_instances_have_volumes_of_their_own(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/data@.volume", "")
    web.write(machine, box.container("Volume=data@%i.volume:/data", "Network=none", "Exec=/bin/sleep 60"), "many@")
    machine.alice("systemctl --user start many@one many@two")
    names = machine.alice("wolffia volume list -q").out.split()
    assert {"data-one", "data-two"} <= set(names), names
    machine.alice("systemctl --user stop many@one many@two data-volume@one data-volume@two app-many.slice 'app-data\\x2dvolume.slice' && "
                  "wolffia volume remove --force data-one data-two")


@row("F9")
def test_an_image_file_is_fetched_before_the_container_that_names_it(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/base.image", "[Image]\nImage=localhost/box\nPolicy=never\n")
    machine.write("~/.config/wolffia/gone.image", "[Image]\nImage=localhost/gone\nPolicy=never\n")
    for name in ("base", "gone"):
        web.write(machine, box.container("Network=none", "Exec=/bin/sleep 60").replace("localhost/box", f"{name}.image"), f"of-{name}")
    machine.alice("systemctl --user start of-base")
    assert machine.show("base-image", "ActiveState") == "active"
    assert machine.alice("systemctl --user start of-gone", check=False).status != 0
    status = machine.alice("systemctl --user status gone-image", check=False).out
    assert "Policy=never says not to fetch it" in status + machine.journal("gone-image"), status
    machine.alice("systemctl --user stop of-base base-image; systemctl --user reset-failed")


@row("B15")
def test_a_unit_of_the_users_own_wins_and_that_is_told(machine):
    machine.write("~/.config/systemd/user/taken.service", "[Service]\nExecStart=/bin/true\n")
    web.write(machine, box.container("Network=none"), "taken")
    machine.alice("systemctl --user daemon-reload")
    assert machine.show("taken", "FragmentPath") == "/home/alice/.config/systemd/user/taken.service"
    assert "systemd takes /home/alice/.config/systemd/user/taken.service" in machine.journal("taken")
    machine.alice("rm ~/.config/systemd/user/taken.service && systemctl --user mask taken")
    assert machine.alice("WOLFFIA_LOG_TARGET=stderr " + GENERATOR + " --dry-run >/dev/null").err == ""
    machine.alice("systemctl --user unmask taken")


def test_a_build_file_says_that_buildah_is_missing(machine):
    machine.write("~/.config/wolffia/own.build", "[Build]\nImageTag=localhost/own\nSetWorkingDirectory=unit\n")
    machine.write("~/.config/wolffia/Containerfile", "FROM scratch\n")
    machine.alice("systemctl --user daemon-reload")
    if machine.alice("command -v buildah", check=False).status == 0:
        raise Skip("buildah is installed")
    assert machine.alice("systemctl --user start own-build", check=False).status != 0
    assert "buildah, which is not installed ('sudo apt install buildah')" in web.sees(machine, "own-build")
    machine.alice("systemctl --user reset-failed")


def test_a_set_of_files_comes_up_by_the_start_of_one(machine):
    box.import_image(machine)
    machine.alice("wolffia volume remove --force shelf", check=False)
    machine.write("~/.config/wolffia/set/street.network", "[Network]\n")
    machine.write("~/.config/wolffia/set/shelf.volume", "")
    machine.write("~/.config/wolffia/set/base.image", "[Image]\nImage=localhost/box\nPolicy=never\n")
    text = box.container("Network=street.network", "Volume=shelf.volume:/shelf", "Exec=/bin/sh /script", install=())
    for name, script, more in (("server", "echo hello >/shelf/file; exec httpd -f -p 8000 -h /shelf", ""),
                               ("asker", "until wget -q -O /shelf/answer http://server:8000/file; do sleep 0.1; done; sleep 60",
                                "[Unit]\nRequires=server.container\nAfter=server.container\n")):
        machine.write(f"~/.config/wolffia/set/{name}.sh", script)
        machine.write(f"~/.config/wolffia/set/{name}.container", text.replace("localhost/box", "base.image").replace(
            "Exec=", f"Volume=./{name}.sh:/script:ro\nExec=") + more)
    machine.alice("systemctl --user daemon-reload && systemctl --user start asker", timeout=60)
    for unit in ("server", "street-network", "shelf-volume", "base-image"):
        assert machine.show(unit, "ActiveState") == "active", unit
    answer = "~/.local/share/wolffia/volumes/shelf/data/answer"
    machine.eventually(lambda: machine.alice(f"cat {answer}", check=False).out == "hello\n")
    machine.alice("systemctl --user stop asker server street-network shelf-volume base-image && wolffia volume remove --force shelf")
