# SPDX-License-Identifier: LGPL-2.1-or-later
"""Named volumes and the options of volumes, from inside and outside."""

import json
import tempfile

import box

from image import archives
from machine.case import on_each_kernel, row

STORE = "~/.local/share/wolffia/volumes"


def forget(machine, *names):
    machine.alice(f"wolffia volume remove --force {' '.join(names)}", check=False)


def import_app(machine):
    """An image that has files of another user in the place of a volume."""
    box.import_image(machine)
    if "localhost/app" in machine.alice("wolffia images").out:
        return
    machine.alice("rm -rf ~/app && mkdir -p ~/app/bin ~/app/etc ~/app/var/lib/app/sub && cp /bin/busybox ~/app/bin && "
                  "for name in $(busybox --list | grep -v busybox); do ln -s busybox ~/app/bin/$name; done && "
                  "printf 'root:x:0:0::/root:/bin/sh\\napp:x:70:71::/:/bin/sh\\n' >~/app/etc/passwd && "
                  "cd ~/app/var/lib/app && echo one >one && echo two >sub/two && ln one hard && ln -s one soft && chmod 750 . && "
                  "chmod 640 one && wolffia unshare chown -R 70:71 . && wolffia unshare chmod 4711 sub/two && "
                  "wolffia import localhost/app ~/app && wolffia unshare rm -rf ~/app", timeout=120)


def run_app(machine, command, *options, check=True):
    import_app(machine)
    words = " ".join(f"'{option}'" for option in ("--name=app", "--network=none", *options))
    return machine.alice(f"/usr/libexec/wolffia/wolffia-runner {words} localhost/app /bin/sh -c \"{command}\"", check=check, timeout=60)


LOOK = "cd /var/lib/app; stat -c '%n %a %u:%g %h' . one hard soft sub sub/two; cat one sub/two"
IMAGE = """. 750 70:71 3
one 640 70:71 2
hard 640 70:71 2
soft 777 70:71 1
sub 755 70:71 2
sub/two 4711 70:71 1
one
two
"""


def test_a_named_volume_is_made_at_its_first_use_with_the_images_files_owners_and_modes(machine):
    forget(machine, "data")
    assert run_app(machine, LOOK, "--volume=data:/var/lib/app").out == IMAGE
    run_app(machine, "echo three >/var/lib/app/three; rm /var/lib/app/one", "--volume=data:/var/lib/app")
    out = run_app(machine, "ls /var/lib/app", "--volume=data:/var/lib/app").out
    assert out.split() == ["hard", "soft", "sub", "three"], out
    assert "data" in machine.alice("wolffia volume list").out
    forget(machine, "data")


def test_keep_id_gets_the_images_files_too(machine):
    forget(machine, "kept")
    assert run_app(machine, LOOK, "--volume=kept:/var/lib/app", "--userns=keep-id", "--user=0").out == IMAGE
    forget(machine, "kept")


def test_nocopy_leaves_a_volume_empty_and_gives_it_the_right_owner(machine):
    forget(machine, "empty")
    out = run_app(machine, "ls /var/lib/app; stat -c '%a %u:%g' /var/lib/app", "--volume=empty:/var/lib/app:nocopy").out
    assert out == "750 70:71\n", out
    forget(machine, "empty", "mine")
    out = run_app(machine, "stat -c '%u:%g' /nowhere; touch /nowhere/x", "--volume=mine:/nowhere", "--user=app").out
    assert out == "70:71\n", out
    forget(machine, "mine")


def import_layers(machine):
    """An image of two layers, of which the upper one takes a file of the lower one away."""
    lower = archives.tar(archives.entry("site"), archives.entry("site/index", "one\n", uid=70, gid=71, mode=0o640),
                         archives.entry("site/gone", "gone\n"))
    upper = archives.tar(archives.entry("site"), archives.entry("site/.wh.gone", ""), archives.entry("site/more", "two\n"))
    with tempfile.NamedTemporaryFile() as packed:
        archives.write_tar(packed.name, archives.layout_files(archives.Image(lower, upper)))
        machine.alice("cat >~/layers.tar && wolffia import localhost/layers ~/layers.tar && rm ~/layers.tar", stdin=packed.read())


@on_each_kernel
def test_a_volume_file_makes_a_volume_with_the_files_of_an_image(machine):
    forget(machine, "files", "whole")
    import_app(machine)
    import_layers(machine)
    machine.write("~/.config/wolffia/files.volume", "[Volume]\nDriver=image\nImage=localhost/layers\nUID=70\n")
    machine.write("~/.config/wolffia/whole.volume", "[Volume]\nDriver=image\nImage=localhost/app\n")
    machine.alice("systemctl --user daemon-reload && systemctl --user start files-volume whole-volume", timeout=120)
    out = run_app(machine, "cd /x; stat -c '%n %a %u:%g' . site site/index; cat site/*; ls site; echo three >site/more",
                  "--volume=files:/x").out
    assert out == ". 755 70:0\nsite 755 0:0\nsite/index 640 70:71\none\ntwo\nindex\nmore\n", out
    assert run_app(machine, LOOK.replace("/var", "/x/var"), "--volume=whole:/x").out == IMAGE
    # Made once: a later start finds it as it was left.
    machine.alice("systemctl --user restart files-volume")
    assert run_app(machine, "cat /x/site/more", "--volume=files:/x").out == "three\n"
    result = run_app(machine, "id -u; cat /x/site/index", "--volume=files:/x", "--userns=keep-id", "--user=root", check=False)
    assert result.out == "0\none\n", result
    assert json.loads(machine.alice("wolffia volume inspect files").out)[0]["image"] == "localhost/layers"
    machine.alice("rm ~/.config/wolffia/files.volume ~/.config/wolffia/whole.volume; systemctl --user daemon-reload")
    forget(machine, "files", "whole")


def test_a_volume_whose_image_cannot_be_had_is_not_made(machine):
    result = machine.alice("wolffia volume create --driver=image --opt=image=localhost/nowhere nothing", check=False)
    assert result.status != 0 and "localhost/nowhere" in result.err, result
    assert "nothing" not in machine.alice("wolffia volume list").out
    result = machine.alice("wolffia volume create --driver=image nothing", check=False)
    assert "--opt=image=" in result.err, result
    assert machine.alice(f"ls -A {STORE} | grep -c new || true").out == "0\n"


def test_two_containers_that_meet_at_a_new_volume_see_it_complete(machine):
    import_app(machine)
    for _ in range(5):
        forget(machine, "shared")
        command = " & ".join(f"/usr/libexec/wolffia/wolffia-runner --name=app{i} --network=none --volume=shared:/var/lib/app localhost/app "
                             "/bin/sh -c 'ls /var/lib/app | wc -l'" for i in range(4))
        out = machine.alice(f"{command} & wait", timeout=60).out
        assert out.split() == ["4"] * 4, out
    forget(machine, "shared")


def test_a_start_that_is_killed_while_it_copies_leaves_the_volume_as_it_was(machine):
    import_app(machine)
    for delay in ("0.004", "0.008", "0.012", "0.016", "0.02"):
        forget(machine, "killed")
        machine.alice(f"timeout -s KILL {delay} /usr/libexec/wolffia/wolffia-runner --name=app --network=none "
                      "--volume=killed:/var/lib/app localhost/app /bin/true", check=False)
        # The child, which has the container's lock as well, dies with the runner, not at once on a busy machine.
        machine.alice("folder=~/.local/share/wolffia/containers/app; [ ! -d $folder ] || flock --timeout 30 $folder true")
        assert run_app(machine, LOOK, "--volume=killed:/var/lib/app").out == IMAGE
    forget(machine, "killed")


def test_quadlets_name_of_a_volume_is_an_alias(machine):
    forget(machine, "things")
    run_app(machine, "echo text >/x/file", "--volume=systemd-things:/x")
    assert run_app(machine, "cat /x/file", "--volume=things:/x").out == "text\n"
    assert machine.alice("wolffia volume list -q").out.count("things") == 1
    forget(machine, "things")


def test_a_volume_that_is_in_use_or_named_by_a_file_is_not_removed(machine):
    forget(machine, "busy")
    box.start(machine, "sleep 60\n", "Volume=busy:/x", name="user")
    result = machine.alice("wolffia volume remove --force busy", check=False)
    assert result.status == 1 and "in use by user" in result.err, result
    machine.alice("systemctl --user stop user")
    result = machine.alice("wolffia volume remove busy", check=False)
    assert result.status == 1 and "user.container" in result.err and "--force" in result.err, result
    assert "busy" not in machine.alice("wolffia volume prune --dry-run").out
    machine.alice("rm ~/.config/wolffia/user.container")
    assert "busy would be removed" in machine.alice("wolffia volume prune --dry-run").out
    assert "busy removed" in machine.alice("wolffia volume prune").out
    assert "busy" not in machine.alice("wolffia volume list -q").out


def test_a_volume_goes_to_another_machine_and_back_as_an_archive(machine):
    forget(machine, "from", "to")
    run_app(machine, "true", "--volume=from:/var/lib/app")
    machine.alice("wolffia volume export from -o ~/from.tar && wolffia volume import to ~/from.tar")
    out = run_app(machine, LOOK, "--volume=to:/var/lib/app").out
    assert out == IMAGE, out
    machine.alice("gzip -c ~/from.tar | wolffia volume import to")
    machine.alice("mkdir ~/evil && ln -s /home/alice/victim ~/evil/link && tar -cf ~/evil.tar -C ~/evil link && rm ~/evil/link && "
                  "mkdir ~/evil/link ~/victim && touch ~/evil/link/planted && tar -rf ~/evil.tar -C ~/evil link/planted")
    machine.alice("wolffia volume import to ~/evil.tar", check=False)
    assert machine.alice("ls ~/victim").out == ""
    forget(machine, "from", "to")


def test_volumes_in_memory_and_in_a_folder_of_the_users(machine):
    forget(machine, "memory", "elsewhere", "owned")
    machine.alice("mkdir -p ~/elsewhere && wolffia volume create memory --opt type=tmpfs --opt device=tmpfs --opt o=size=1m,noexec && "
                  "wolffia volume create elsewhere --opt type=bind --opt device=$HOME/elsewhere && "
                  "wolffia volume create owned --uid=7 --gid=8")
    out = box.run(machine, "grep ' /memory ' /proc/mounts; touch /elsewhere/x; stat -c %u:%g /owned", "--volume=memory:/memory",
                  "--volume=elsewhere:/elsewhere", "--volume=owned:/owned").out
    assert "size=1024k" in out and "noexec" in out and "7:8" in out, out
    assert machine.alice("ls ~/elsewhere").out == "x\n"
    result = machine.alice("wolffia volume create bad --opt type=nfs", check=False)
    assert result.status == 1 and "only root" in result.err, result
    result = machine.alice("wolffia volume create owned", check=False)
    assert result.status == 1 and "exists already" in result.err, result
    assert machine.alice("wolffia volume create --ignore --unit=x.service owned", check=False).status == 0
    inspected = json.loads(machine.alice("wolffia volume inspect owned").out)[0]
    assert (inspected["uid"], inspected["gid"], inspected["used"]) == (7, 8, True), inspected
    forget(machine, "memory", "elsewhere", "owned")


@row("F6")
def test_the_option_u_gives_a_folder_to_the_payloads_user(machine):
    machine.alice("rm -rf ~/given && mkdir -p ~/given/sub && touch ~/given/sub/file && ln -s /etc/passwd ~/given/link")
    out = box.run(machine, "stat -c %u:%g /given /given/sub/file /given/link; touch /given/new; stat -c %u /etc/passwd",
                  "--volume=/home/alice/given:/given:U", "--user=app").out
    assert out.split() == ["1000:1000"] * 3 + ["0"], out
    owner = int(machine.alice("stat -c %u ~/given/sub/file").out)
    assert owner >= 100000, owner
    machine.alice("wolffia unshare rm -rf ~/given")


def test_what_is_written_to_an_overlay_is_thrown_away(machine):
    machine.alice("rm -rf ~/lower && mkdir ~/lower && echo old >~/lower/file")
    out = box.run(machine, "cat /o/file; echo new >/o/file; rm -f /o/gone; touch /o/x; cat /o/file; ls /o",
                  "--volume=/home/alice/lower:/o:O").out
    assert out.split() == ["old", "new", "file", "x"], out
    assert machine.alice("cat ~/lower/file; ls ~/lower").out.split() == ["old", "file"]
    machine.alice("mkdir -p ~/rootfs/bin && cp /bin/busybox ~/rootfs/bin/sh")
    machine.alice("/usr/libexec/wolffia/wolffia-runner --name=over --network=none --rootfs=/home/alice/rootfs:O /bin/sh -c 'echo >/x'")
    assert machine.alice("ls ~/rootfs").out == "bin\n"
    machine.alice("rm -r ~/rootfs ~/lower")


@on_each_kernel
def test_a_layer_over_a_volume_may_be_kept_or_given_away(machine):
    machine.alice("rm -rf ~/lower ~/upper ~/work; mkdir -m 750 ~/lower; mkdir ~/upper ~/work; echo old >~/lower/file")
    layer = "--volume=/home/alice/lower:/o:O,upperdir=/home/alice/upper,workdir=/home/alice/work"
    out = box.run(machine, "stat -c %a:%u /o; cat /o/file; echo new >/o/file; touch /o/x; chmod 711 /o", layer).out
    assert out.split() == ["750:0", "old"], out
    assert machine.alice("cat ~/lower/file ~/upper/file; ls ~/upper").out.split() == ["old", "new", "file", "x"]
    out = box.run(machine, "stat -c %a /o; cat /o/file; ls /o", layer).out
    assert out.split() == ["711", "new", "file", "x"], out
    result = box.run(machine, "true", layer.replace("alice/work", "alice/none"), check=False)
    assert result.status == 125 and "workdir=/home/alice/none: cannot open the folder" in result.err, result
    result = box.run(machine, "true", layer.replace("/home/alice/work", "/dev/shm"), check=False)
    assert result.status == 125 and "have to be folders of one local file system" in result.err, result
    # The option U changes the layer, and spares what is below.
    out = box.run(machine, "stat -c %u:%g /o /o/file; touch /o/y && ls /o", "--volume=/home/alice/lower:/o:O,U", "--user=app").out
    assert out.split() == ["1000:1000"] * 2 + ["file", "y"], out
    out = box.run(machine, "stat -c %u /o/file; touch /o/y 2>/dev/null || true", "--volume=/home/alice/lower:/o:O,U,ro", "--user=app").out
    assert out == "1000\n", out
    assert machine.alice("stat -c %U ~/lower ~/lower/file").out.split() == ["alice"] * 2
    for mode in ("auto", "nomap"):
        result = box.run(machine, "true", layer, f"--userns={mode}", check=False)
        assert result.status == 125 and "without upperdir=" in result.err, result
        result = box.run(machine, "cat /o/file", "--volume=/home/alice/lower:/o:O,U", f"--userns={mode}")
        assert "the option U is left out" in result.err, result
    machine.alice("wolffia unshare rm -rf ~/lower ~/upper ~/work")


@on_each_kernel
def test_file_systems_in_memory_have_the_images_files(machine):
    look = "cd /var/lib/app; stat -c '%a %u:%g' .; ls; touch x 2>&1; exec"
    whole = "750 70:71\nhard\none\nsoft\nsub\n"
    for option in ("--tmpfs=/var/lib/app", "--mount=type=tmpfs,target=/var/lib/app", "--mount=type=tmpfs,target=/var/lib/app,tmpcopyup"):
        assert run_app(machine, look, option, "--user=app").out == whole, option
    assert run_app(machine, LOOK, "--tmpfs=/var/lib/app").out == IMAGE
    out = run_app(machine, look, "--tmpfs=/var/lib/app:mode=711,gid=5").out
    assert out == whole.replace("750 70:71", "711 70:5"), out
    out = run_app(machine, look, "--tmpfs=/var/lib/app:ro").out
    assert out.startswith(whole) and "Read-only" in out, out
    for option in ("--tmpfs=/var/lib/app:notmpcopyup", "--mount=type=tmpfs,target=/var/lib/app,notmpcopyup"):
        assert run_app(machine, look, option).out == "1777 0:0\n", option
    out = run_app(machine, "stat -c '%u:%g' /t /var/lib/app/one", "--tmpfs=/t:U", "--mount=type=tmpfs,target=/var/lib/app,U", "--user=5:6").out
    assert out == "5:6\n5:6\n", out
    result = run_app(machine, "true", "--tmpfs=/bin:size=8k", check=False)
    assert result.status == 125 and "a larger size= makes room" in result.err, result


@on_each_kernel
def test_a_part_of_a_volume_is_mounted_and_nothing_else(machine):
    forget(machine, "parted")
    part = "--mount=type=volume,source=parted,target=/var/lib/app,subpath="
    # A new one gets the image's files first, whoever may enter them.
    assert run_app(machine, "cat /var/lib/app/two", part + "/sub").out == "two\n"
    assert run_app(machine, "cat /var/lib/app/two; stat -c %h /var/lib/app/two", part + "sub", "--user=app").out == "two\n1\n"
    assert run_app(machine, "cat /file", "--mount=source=parted,target=/file,subpath=sub/../one").out == "one\n"
    assert run_app(machine, "cat /etc/passwd >/v/leak; ln -s /etc /v/out; ln -s / /v/root", "--volume=parted:/v").status == 0
    for path in ("out/passwd", "../../../../etc/hostname", "root/etc"):
        result = run_app(machine, "cat /var/lib/app", part + path, check=False)
        assert result.status == 125 and "subpath=" in result.err and "No such file" in result.err, result
    forget(machine, "parted")


@on_each_kernel
def test_mounts_have_the_flags_that_were_asked_for(machine):
    machine.alice("mkdir -p ~/flags")
    volume = "--volume=/home/alice/flags:"
    out = box.run(machine, "grep -E ' /[a-d] ' /proc/self/mountinfo", f"{volume}/a", f"{volume}/b:noexec,suid,dev", f"{volume}/c:ro,rprivate",
                  f"{volume}/d:rslave,z").out
    lines = {line.split()[4]: line.split() for line in out.splitlines()}
    assert "nosuid" in lines["/a"][5] and "nodev" in lines["/a"][5] and "noexec" not in lines["/a"][5], out
    assert "noexec" in lines["/b"][5] and "nosuid" not in lines["/b"][5] and "nodev" not in lines["/b"][5], out
    assert lines["/c"][5].startswith("ro,") and not any(word.startswith("master:") for word in lines["/c"]), out
    assert any(word.startswith("master:") for word in lines["/d"]), out


def test_what_the_kernel_does_not_do_is_told_and_the_container_runs(machine):
    machine.alice("mkdir -p ~/flags")
    result = box.run(machine, "echo runs", "--volume=/home/alice/flags:/a:idmap", "--volume=/home/alice/flags:/b:rshared")
    assert result.out == "runs\n" and "keep-id" in result.err and "rslave" in result.err, result
    machine.alice("mkdir -p ~/mapped/bin && cp /bin/busybox ~/mapped/bin/sh")
    result = machine.alice("/usr/libexec/wolffia/wolffia-runner --name=mapped --network=none --rootfs=/home/alice/mapped:O,idmap /bin/sh -c 'echo runs'")
    assert result.out == "runs\n" and "Rootfs=/home/alice/mapped:O,idmap" in result.err and "idmap is left out" in result.err, result
    machine.alice("rm -r ~/mapped")


@on_each_kernel
def test_the_files_of_another_image_are_mounted_with_type_image(machine):
    box.import_image(machine)
    machine.alice("mkdir -p ~/site/etc/sub ~/site/www && echo top >~/site/etc/sub/file && echo page >~/site/www/index && ln -s /www ~/site/link && "
                  "chmod 751 ~/site/www && wolffia import localhost/site ~/site && rm -r ~/site")
    mount = "--mount=type=image,source=localhost/site,target=/files"
    seen = "cat /files/etc/sub/file /files/www/index; stat -c '%u %a' /files/www; touch /files/x 2>/dev/null || echo read-only"
    for options in ((), ("--userns=keep-id",), ("--userns=auto",)):
        result = box.run(machine, seen, mount, *options)
        assert result.out.split("\n")[0:2] == ["top", "page"] and "read-only" in result.out, (options, result)
        assert " 751\n" in result.out, (options, result)
    written = "echo x >/files/new && rm /files/www/index && ls /files/www /files/new"
    for word in ("rw", "readwrite=true"):
        assert box.run(machine, written, f"{mount},{word}").out == "/files/new\n\n/files/www:\n", word
    assert box.run(machine, "ls /files; touch /files/x 2>/dev/null || echo read-only", f"{mount},subpath=www").out == "index\nread-only\n"
    assert box.run(machine, "ls /files", f"{mount},subpath=/link").out == "index\n"
    assert box.run(machine, "ls /files", f"{mount},subpath=../../etc").out == "sub\n"
    assert box.run(machine, "cat /files", f"{mount},subpath=/etc/sub/file").out == "top\n"
    missing = box.run(machine, "true", f"{mount},subpath=no/such", check=False)
    assert missing.status == 125 and "subpath=no/such" in missing.err, missing
    missing = box.run(machine, "true", "--pull=never", "--mount=type=image,source=localhost/no-such,target=/files", check=False)
    assert missing.status == 125 and "localhost/no-such" in missing.err, missing
    # While a container has it, `wolffia rmi` leaves it; nothing stays behind.
    box.start(machine, "trap 'exit 0' TERM; cat /files/www/index; while :; do sleep 0.1; done\n",
              "Mount=type=image,source=localhost/site,target=/files")
    machine.eventually(lambda: "page" in machine.journal("box"))
    refused = machine.alice("wolffia rmi localhost/site", check=False)
    assert refused.status != 0 and "box" in refused.err, refused
    machine.alice("systemctl --user stop box && wolffia rmi localhost/site")
    assert machine.alice("ls ~/.local/share/wolffia/containers ~/.local/share/wolffia/trash").out.split() == \
        ["/home/alice/.local/share/wolffia/containers:", "/home/alice/.local/share/wolffia/trash:"]


@row("F5")
def test_the_folder_that_denies_the_way_to_a_volume_is_named(machine):
    machine.root("mkdir -p /srv/open/closed/data && chmod 700 /srv/open/closed")
    result = box.run(machine, "true", "--volume=/srv/open/closed/data:/x", check=False)
    assert result.status == 125 and "the folder /srv/open/closed belongs to root:root with mode 0700" in result.err, result
    assert "setfacl -m u:alice:x /srv/open/closed" in result.err, result
    machine.root("setfacl -m u:alice:x /srv/open/closed", check=False)
    machine.root("rm -r /srv/open")


@row("F10")
def test_a_volume_on_a_file_server_is_told_before_the_payload_runs(machine):
    """Each file there that is not the user's own is refused; with a single id, or as the user's own id, there is none."""
    box.import_image(machine)
    run = "/usr/libexec/wolffia/wolffia-runner --name=served --network=none --volume=/home/alice/served:/x {} localhost/box /bin/echo runs"
    machine.alice("mkdir -p ~/served")
    told = box.on_a_server(machine, run.format(""), "/home/alice/served")
    assert told.status == 0 and told.out == "runs\n" and "/home/alice/served lies on NFS, whose server knows you but none of" in told.err, told
    assert "UserNS=keep-id with User= makes the payload that" in told.err, told
    single = box.on_a_server(machine, run.format("--userns=single"), "/home/alice/served")
    assert single.status == 0 and "lies on NFS" not in single.err, single


def test_a_source_that_the_start_makes_is_told(machine):
    made = box.run(machine, "true", "--volume=/home/alice/no/such:/x")
    assert "Volume=/home/alice/no/such:/x: there was no /home/alice/no/such, so an empty folder of this name is made" in made.err, made
    again = box.run(machine, "true", "--volume=/home/alice/no/such:/x")
    assert "there was no" not in again.err, again
    machine.alice("rmdir -p ~/no/such 2>/dev/null", check=False)


def test_a_volume_file_is_a_unit_that_its_container_requires(machine):
    forget(machine, "store", "scratch")
    box.import_image(machine)
    machine.write("~/.config/wolffia/store.volume", "[Volume]\nUser=7\nGroup=8\nLabel=a=b\nCopy=no\n")
    machine.write("~/.config/wolffia/scratch.volume", "[Volume]\nDevice=tmpfs\nType=tmpfs\nOptions=size=1m\n")
    box.start(machine, "stat -c %u:%g /s; grep ' /t ' /proc/mounts; touch /s/x; sleep 60\n", "Volume=store.volume:/s",
              "Volume=scratch.volume:/t", name="user")
    assert machine.alice("systemctl --user is-active store-volume scratch-volume user").out.split() == ["active"] * 3
    inspected = json.loads(machine.alice("wolffia volume inspect store").out)[0]
    assert (inspected["uid"], inspected["gid"], inspected["copy"], inspected["labels"], inspected["containers"]) == \
        (7, 8, False, ["a=b"], ["user"]), inspected
    machine.root("journalctl --sync")
    log = machine.alice("journalctl --user -u user -o cat").out
    assert "7:8" in log and "size=1024k" in log, log
    result = machine.alice("systemctl --user stop user; wolffia volume remove store", check=False)
    assert "store.volume" in result.err, result
    machine.alice("systemctl --user stop store-volume scratch-volume; rm ~/.config/wolffia/*.volume ~/.config/wolffia/user.container")
    machine.alice("wolffia volume remove store scratch")


def test_with_a_read_only_root_volumes_without_a_name_are_writable_and_go_with_the_container(machine):
    command = "touch /var/lib/app/x /nowhere/y && echo written; ls /var/lib/app; touch /z 2>/dev/null || echo refused"
    for options in ((), ("--userns=auto",)):
        out = run_app(machine, command, "--read-only=true", "--volume=/var/lib/app", "--volume=/nowhere", *options).out
        assert out.split() == ["written", "hard", "one", "soft", "sub", "x", "refused"], out
    assert machine.alice("ls -A ~/.local/share/wolffia/containers").out == ""
