# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia import, of every form of source."""

import bz2
import json
import lzma
import os
import signal
import socket
import subprocess
import tarfile
import time

from archives import (Image, digest, docker_files, entry, hard_link, layout_files, link, nested, tar, write_folder,
                      write_tar)
from box import Skip

CONFIG = {"Entrypoint": ["/bin/run"], "Cmd": ["-v"], "Env": ["A=b", "PATH=/bin"], "User": "app:app", "WorkingDir": "/srv",
          "StopSignal": "SIGQUIT", "ExposedPorts": {"80/tcp": {}, "53/udp": {}}, "Volumes": {"/data": {}},
          "Labels": {"a": "b"}}
LOWER = tar(entry("bin"), entry("bin/run", "one", mode=0o4755), entry("etc"), entry("etc/a", "a", uid=33, gid=34))
UPPER = tar(entry("etc"), entry("etc/.wh.a", ""), entry("etc/b", "b"))


def images(box):
    return json.loads(box.run("images", "--json").out)


def check_image(box, name):
    (image,) = [image for image in images(box) if image["name"] == name]
    assert image["entrypoint"] == ["/bin/run"] and image["command"] == ["-v"], image
    assert image["environment"] == ["A=b", "PATH=/bin"] and image["user"] == "app:app", image
    assert image["workingDirectory"] == "/srv" and image["stopSignal"] == "SIGQUIT", image
    assert image["ports"] == ["80/tcp", "53/udp"] and image["volumes"] == ["/data"] and image["labels"] == ["a=b"], image
    assert image["layers"] == [digest(LOWER), digest(UPPER)], image
    assert image["created"] == "2024-02-03T04:05:06Z", image
    assert len(box.layers()) == 2 and box.trash() == [], (box.layers(), box.trash())


def test_an_oci_layout(box):
    folder = write_folder(box.home / "layout", layout_files(Image(LOWER, UPPER, config=CONFIG)))
    out = box.run("import", "demo", folder).out
    assert out.startswith("sha256:"), out
    check_image(box, "localhost/demo:latest")


def test_an_oci_archive(box):
    path = write_tar(box.home / "x.tar", layout_files(Image(LOWER, UPPER, config=CONFIG)))
    box.run("import", "quay.io/x/demo:2", path)
    check_image(box, "quay.io/x/demo:2")


def test_a_compressed_oci_archive(box):
    path = write_tar(box.home / "x.tgz", layout_files(Image(LOWER, UPPER, config=CONFIG)), "w:gz")
    box.run("import", "demo", f"oci-archive:{path}")
    check_image(box, "localhost/demo:latest")


def test_a_docker_archive(box):
    path = write_tar(box.home / "x.tar", docker_files(Image(LOWER, UPPER, config=CONFIG)))
    box.run("import", "demo", path)
    check_image(box, "localhost/demo:latest")


def test_an_old_docker_archive_with_links_between_layers(box):
    path = write_tar(box.home / "x.tar", docker_files(Image(LOWER, UPPER, LOWER, UPPER, config=CONFIG), links=True))
    box.run("import", "demo", path)
    # What occurs twice is kept once, in its last place.
    check_image(box, "localhost/demo:latest")


def test_one_of_several_images_of_a_docker_archive(box):
    other = Image(tar(entry("other")))
    path = write_tar(box.home / "x.tar", docker_files(other, Image(LOWER, UPPER, config=CONFIG), tags=[["o:1"], ["d:1", "d:2"]]))
    assert "'d:1', 'd:2'" in box.fails("import", "demo", path)
    assert "'o:1'" in box.fails("import", "demo", f"docker-archive:{path}:nope")
    box.run("import", "demo", f"docker-archive:{path}:d:2")
    check_image(box, "localhost/demo:latest")


def test_one_of_several_images_of_a_layout(box):
    one, two = Image(tar(entry("one"))), Image(LOWER, UPPER, config=CONFIG)
    index = {"schemaVersion": 2, "manifests": [one.descriptor("one"), two.descriptor("two")]}
    folder = write_folder(box.home / "layout", layout_files(one, two, index=index))
    assert "'one', 'two'" in box.fails("import", "demo", folder)
    assert "'one', 'two'" in box.fails("import", "demo", f"oci:{folder}:three")
    box.run("import", "demo", f"oci:{folder}:two")
    check_image(box, "localhost/demo:latest")


def test_the_architecture_is_chosen(box):
    foreign = Image(tar(entry("foreign")), architecture="sparc64")
    folder = write_folder(box.home / "layout", nested(foreign, Image(LOWER, UPPER, config=CONFIG)))
    box.run("import", "demo", folder)
    check_image(box, "localhost/demo:latest")
    box.run("import", "--arch=sparc64", "foreign", folder)


def test_another_architecture_is_refused(box):
    foreign = Image(LOWER, architecture="sparc64")
    folder = write_folder(box.home / "layout", nested(foreign))
    assert "sparc64" in box.fails("import", "demo", folder)
    path = write_tar(box.home / "x.tar", docker_files(foreign))
    assert "The image is for sparc64" in box.fails("import", "demo", path)
    assert images(box) == []
    windows = write_tar(box.home / "w.tar", docker_files(Image(LOWER, os="windows")))
    assert "for windows" in box.fails("import", "demo", windows)


def test_owners_modes_links_and_times(box):
    box.needs_ids()
    layer = tar(entry("./", mode=0o711, uid=1, gid=2), entry("a", "text", mode=0o6751, uid=33, gid=65536),
                hard_link("b", "a"), link("c", "/etc/passwd", uid=7, gid=8), entry("d", mode=0o3777, mtime=1_500_000_000.5),
                entry("d/e", "x", uid=65535), entry("fifo", "", type=tarfile.FIFOTYPE, mode=0o620))
    box.run("import", "demo", box.write("x.tar", layer))
    (folder,) = box.layers()
    tree = box.tree(folder)
    assert tree[""] == ("d", 0o711, 1, 2, ""), tree
    assert tree["a"] == ("f", 0o6751, 33, 65536, "") and tree["b"] == tree["a"], tree
    assert tree["c"] == ("l", 0o777, 7, 8, "/etc/passwd"), tree
    assert tree["d"] == ("d", 0o3777, 0, 0, ""), tree
    assert tree["d/e"][2] == 65535 and tree["fifo"] == ("p", 0o620, 0, 0, ""), tree
    times = box.inside("stat", "-c", "%h %.Y", folder / "a", folder / "d").out.split()
    assert times == ["2", "1600000000.000000000", "2", "1500000000.500000000"], times


def test_whiteouts_are_overlays(box):
    box.run("import", "demo", box.write("x.tar", UPPER + b""))
    (folder,) = box.layers()
    assert box.inside("stat", "-c", "%F %t:%T", folder / "etc/a").out == "character special file 0:0\n"
    layer = tar(entry("new"), entry("new/.wh..wh..opq", ""), entry("new/x", "x"), entry("deep/er/.wh..wh..opq", ""))
    box.run("import", "opaque", box.write("y.tar", layer))
    (other,) = set(box.layers()) - {folder}
    assert os.getxattr(other / "new", "user.overlay.opaque") == b"y"
    assert os.getxattr(other / "deep/er", "user.overlay.opaque") == b"y"
    assert sorted(box.tree(other)) == ["", "deep", "deep/er", "new", "new/x"]


def test_whiteouts_of_what_the_same_layer_has(box):
    layer = tar(entry(".wh.file", ""), entry("file", "x"), entry("file2", "x"), entry(".wh.file2", ""), entry(".wh.folder", ""),
                entry("folder"), entry("folder/x", ""), entry("folder2"), entry(".wh.folder2", ""), entry(".wh.made", ""),
                entry("made/on/the/way", ""))
    box.run("import", "demo", box.write("x.tar", layer))
    (folder,) = box.layers()
    tree = box.tree(folder)
    assert tree["file"][0] == "f" and tree["file2"][0] == "f" and tree["folder/x"][0] == "f", tree
    for name in ("folder", "folder2", "made"):
        assert os.getxattr(folder / name, "user.overlay.opaque") == b"y", name


def test_reserved_names_of_aufs_are_left_out(box):
    layer = tar(entry(".wh..wh.plnk"), entry(".wh..wh.plnk/1.2", "x"), entry(".wh..wh.aufs", ""), hard_link(".wh.gone", ".wh..wh.aufs"),
                entry("a", "a"))
    box.run("import", "demo", box.write("x.tar", layer))
    tree = box.tree(box.layers()[0])
    assert sorted(tree) == ["", "a", "gone"] and tree["gone"][0] == "c", tree


def test_long_and_strange_names(box):
    names = ["l" * 200 + "/" + "m" * 250, "ä/ö", "with\nnewline", "with\\backslash", "a" * 101, ".wh", ".whiteout"]
    layer = tar(*[entry(name, "x") for name in names], entry(b"latin-\xe4".decode(errors="surrogateescape"), "x"))
    box.run("import", "pax", box.write("pax.tar", layer))
    found = box.tree(box.layers()[0])
    assert set(names) < set(found) and b"latin-\xe4".decode(errors="surrogateescape") in found, found
    gnu = tar(*[entry(name, "y") for name in names], format=tarfile.GNU_FORMAT)
    box.run("import", "gnu", box.write("gnu.tar", gnu))
    assert all(set(names) < set(box.tree(layer)) for layer in box.layers()) and len(box.layers()) == 2


def test_extended_attributes(box):
    layer = tar(entry("a", "a", pax_headers={"SCHILY.xattr.user.note": "hello", "SCHILY.xattr.user.overlay.opaque": "y",
                                             "SCHILY.xattr.trusted.overlay.opaque": "y"}))
    box.run("import", "demo", box.write("x.tar", layer))
    path = box.layers()[0] / "a"
    assert os.getxattr(path, "user.note") == b"hello" and os.listxattr(path) == ["user.note"], os.listxattr(path)


def test_file_capabilities_become_those_of_the_namespace(box):
    # Version 2, effective, CAP_NET_BIND_SERVICE, as every distribution's ping has them.
    value = bytes.fromhex("0100000200040000000000000000000000000000")
    layer = tar(entry("ping", "x", mode=0o755, pax_headers={"SCHILY.xattr.security.capability": value.decode("latin-1")}))
    box.run("import", "demo", box.write("x.tar", layer))
    stored = os.getxattr(box.layers()[0] / "ping", "security.capability")
    assert stored[3] == 3 and stored[4:8] == value[4:8], stored


def test_sparse_files(box):
    path = box.home / "sparse"
    with open(path, "wb") as file:
        file.truncate(50_000_000)
        file.seek(20_000_000)
        file.write(b"middle")
    subprocess.run(["tar", "-C", box.home, "-S", "-cf", box.home / "x.tar", "sparse"], check=True)
    assert os.stat(box.home / "x.tar").st_size < 100_000
    box.run("import", "demo", box.home / "x.tar")
    found = box.layers()[0] / "sparse"
    assert found.stat().st_size == 50_000_000 and found.stat().st_blocks < 1000
    assert found.read_bytes() == path.read_bytes()


def test_device_nodes_are_left_out_with_one_warning(box):
    layer = tar(entry("dev"), entry("dev/null", "", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
                entry("dev/sda", "", type=tarfile.BLKTYPE, devmajor=8, devminor=0),
                entry("dev/wh", "", type=tarfile.CHRTYPE, devmajor=0, devminor=0))
    result = box.run("import", "demo", box.write("x.tar", layer))
    assert result.err.count("\n") == 1 and "3 device nodes" in result.err, result.err
    assert sorted(box.tree(box.layers()[0])) == ["", "dev"]


def test_ids_beyond_the_range_are_named(box):
    box.needs_ids()
    layer = tar(entry("a", "a", uid=65536), entry("b", "b", uid=70000), entry("c", "c", gid=80000))
    error = box.fails("import", "demo", box.write("x.tar", layer))
    assert "'b'" in error and "at least 80000 ids" in error, error
    assert images(box) == [] and box.layers() == [] and box.trash() == []


def zstd(data):
    """A frame of blocks that are not compressed (RFC 8878): what counts is who unpacks it, and no program is needed."""
    blocks = [data[at:at + 65536] for at in range(0, len(data), 65536)] or [b""]
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    for number, block in enumerate(blocks):
        frame += (len(block) << 3 | (number == len(blocks) - 1)).to_bytes(3, "little") + block
    return frame


def test_a_tar_of_any_compression(box):
    layer = tar(entry("bin/run", "x"))
    for name, compress in (("plain", bytes), ("bz2", bz2.compress), ("xz", lzma.compress), ("zstd", zstd)):
        box.run("import", name, box.write(f"{name}.tar", compress(layer)))
    assert len(box.layers()) == 1 and len(images(box)) == 4


def test_layers_of_zstd(box):
    # zstd:chunked has its table of contents in a frame that others skip.
    skipped = (0x184D2A50).to_bytes(4, "little") + (10).to_bytes(4, "little") + b"0123456789"
    for name, tail in (("plain", b""), ("chunked", skipped), ("frames", zstd(b""))):
        image = Image(LOWER, UPPER, config=CONFIG, compress=lambda data: zstd(data) + tail)
        box.run("import", name, write_folder(box.home / name, layout_files(image)))
        box.inside("rm", "-rf", *box.layers())
    assert len(images(box)) == 3 and len({image["digest"] for image in images(box)}) == 1


def test_compression_that_needs_a_program_is_refused(box):
    # lrzip's magic; whoever sends it must not start a program here.
    result = box.run("import", "demo", box.write("x.tar", b"LRZI\0\6" + bytes(600)), check=False)
    assert result.status == 1 and "lrzip" not in result.err, result


def test_one_id(box):
    layer = tar(entry("./", uid=3), entry("a", "a", uid=33, gid=33, mode=0o4755), entry("d", mode=0o2770, uid=1), entry("d/x", "x", uid=100000),
                link("l", "a", uid=5), entry(".wh.gone", ""))
    path = box.write("x.tar", layer)
    # Root of a user namespace has no line in /etc/subuid.
    if not box.is_single() and any(line.startswith(("root:", "0:")) for line in open("/etc/subuid")):
        raise Skip("root has subordinate ids")
    result = box.inside(box.program, "import", "demo", path)
    assert result.err.count("\n") == 1 and "no subordinate ids" in result.err, result
    (folder,) = box.layers()
    for name in ("", "a", "d", "d/x", "l"):
        assert os.lstat(folder / name).st_uid == os.getuid(), name
    assert os.lstat(folder / "a").st_mode & 0o7777 == 0o4755 and os.lstat(folder / "d").st_mode & 0o7777 == 0o2770
    box.inside(box.program, "rmi", "demo")
    assert box.layers() == []


def test_standard_input(box):
    box.run("import", "demo", "-", input=tar(entry("bin/run", "x")))
    box.run("import", "image", "-", input=write_tar(box.home / "x.tar", docker_files(Image(LOWER, UPPER, config=CONFIG))).read_bytes())
    assert len(images(box)) == 2 and len(box.layers()) == 3


def test_a_folder_of_ones_own_belongs_to_root_inside(box):
    root = write_folder(box.home / "root", {"bin/run": b"x", "etc/a": b"a"})
    os.link(root / "etc/a", root / "etc/b")
    os.symlink("a", root / "etc/c")
    os.chmod(root / "bin/run", 0o4711)
    os.mkfifo(root / "fifo")
    os.setxattr(root / "etc/a", "user.note", b"hello")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
    if not box.is_single():
        box.inside("chown", "33:34", root / "etc/a")
        box.inside("chmod", "600", root / "etc/a")
    result = box.run("import", "demo", root, "--entrypoint=/bin/run -x", "--cmd=[\"a b\"]", "--env=A=b  c", "--workdir=/srv",
                     "--user=1:2", "--stop-signal=SIGINT", "--expose=80", "--expose=5000-5010/udp", "--label=x=y z",
                     "--change=VOLUME /data /more", "--change=ENV B=1 C='2 3'")
    assert "1 sockets" in result.err, result.err
    tree = box.tree(box.layers()[0])
    owner = (0, 0) if box.is_single() else (33, 34)
    assert tree["bin/run"] == ("f", 0o4711, 0, 0, "") and tree["etc/a"][2:4] == owner and tree["etc/b"] == tree["etc/a"], tree
    assert tree["etc/c"][4] == "a" and tree["fifo"][0] == "p" and "socket" not in tree, tree
    (image,) = images(box)
    assert image["entrypoint"] == ["/bin/run", "-x"] and image["command"] == ["a b"], image
    assert image["environment"] == ["B=1", "C=2 3", "A=b  c"] and image["labels"] == ["x=y z"], image
    assert image["ports"] == ["80/tcp", "5000-5010/udp"] and image["volumes"] == ["/data", "/more"], image
    assert (image["workingDirectory"], image["user"], image["stopSignal"]) == ("/srv", "1:2", "SIGINT"), image


def test_bad_settings_are_named(box):
    root = write_folder(box.home / "root", {"x": b""})
    for option, word in (("--expose=http", "PORT"), ("--env=A", "NAME=VALUE"), ("--change=RUN ls", "none of CMD"),
                         ("--change=CMD [1]", "list of strings"), ("--change=CMD [", "not JSON"), ("--change=VOLUME data", "absolute")):
        assert word in box.fails("import", "demo", root, option), option
    folder = write_folder(box.home / "layout", layout_files(Image(LOWER)))
    assert "settings of its own" in box.fails("import", "demo", folder, "--env=A=b")


def test_a_folder_that_cannot_be_read_says_what_to_do(box):
    if box.is_single():
        raise Skip("needs files of another owner")
    root = write_folder(box.home / "root", {"x": b""})
    os.chmod(root, 0o755)
    # Somebody else's, from where this user stands: the folder is root's.
    error = box.fails("import", "demo", "/etc")
    assert "sudo tar" in error and "wolffia import NAME -" in error, error
    assert box.trash() == []


def test_damage_is_found(box):
    image = Image(LOWER, UPPER)
    for number, what in enumerate(("config", "manifest", "layer")):
        files = layout_files(image)
        victim = {"config": image.config, "manifest": image.manifest, "layer": image.blobs[1]}[what]
        name = f"blobs/sha256/{digest(victim)[7:]}"
        files[name] = victim[:-1] + b"#"
        error = box.fails("import", "demo", write_folder(box.home / f"{number}", files))
        assert digest(victim) in error, error
        box.run("rmi", "--unnamed")
        error = box.fails("import", "demo", write_tar(box.home / f"{number}.tar", files))
        assert digest(victim)[7:] in error, error
        box.run("rmi", "--unnamed")
        del files[name]
        assert "incomplete" in box.fails("import", "demo", write_folder(box.home / f"{number}-lacks", files))
        box.run("rmi", "--unnamed")
    assert images(box) == [] and box.trash() == []


def test_a_layer_that_is_not_what_the_configuration_says(box):
    image = Image(LOWER, UPPER, diff_ids=[digest(LOWER), digest(b"other")])
    error = box.fails("import", "demo", write_folder(box.home / "layout", layout_files(image)))
    assert "Layer 2" in error and "configuration" in error, error
    assert images(box) == [] and len(box.layers()) == 1 and box.trash() == []


def test_a_stored_blob_that_rotted_is_replaced(box):
    folder = write_folder(box.home / "layout", layout_files(Image(LOWER)))
    box.run("import", "demo", folder)
    blob = box.store / "blobs/sha256" / digest(Image(LOWER).blobs[0])[7:]
    blob.write_bytes(blob.read_bytes()[:-20] + bytes(20))
    box.inside("rm", "-rf", *box.layers())
    assert "has been removed" in box.fails("prepare", "demo") and not blob.exists()
    box.run("import", "demo", folder)
    assert blob.exists() and len(box.layers()) == 1


def test_documents_that_are_no_documents(box):
    files = layout_files(Image(LOWER))
    for text, word in ((b"", "empty"), (b"[" * 100_000, "nested"), (b'{"manifests": 1}', "not made for"), (b"{", "not JSON"),
                       (b"\xff\xfe", "UTF-8"), (b'{"manifests": [{"digest": "md5:1"}]}', "sha256")):
        files["index.json"] = text
        error = box.fails("import", "demo", write_folder(box.home / "layout", files))
        assert word in error, (text[:50], error)


def test_what_is_no_archive(box):
    for name, data in (("empty", b""), ("noise", os.urandom(20_000)), ("text", b"hello\n" * 1000), ("cut", LOWER[:700])):
        path = box.write(name, data)
        result = box.run("import", "demo", path, check=False)
        assert result.status == 1 and str(path) in result.err, (name, result)
    assert "No such file" in box.fails("import", "demo", box.home / "absent")
    assert "'dir:' wants" in box.fails("import", "demo", f"dir:{box.home / 'text'}")
    assert "no image name" in box.fails("import", "Demo", box.home / "text")
    assert box.trash() == []


def test_several_at_the_same_time_do_no_harm(box):
    layers = [tar(*[entry(f"{n}/{i}", "x" * 1000) for i in range(300)]) for n in range(4)]
    path = write_tar(box.home / "x.tar", docker_files(Image(*layers)))
    running = [box.start("import", f"demo{n % 2}", path) for n in range(6)]
    for process in running:
        out, err = process.communicate()
        assert process.returncode == 0, err
    assert len(images(box)) == 2 and len(box.layers()) == 4 and len(box.blobs()) == 5 and box.trash() == []


def kill_during(box, path, delay, number):
    process = box.start("import", "demo", path)
    time.sleep(delay)
    process.send_signal(number)
    process.communicate()
    return process.returncode


def test_a_kill_at_any_moment_leaves_trash_only(box):
    layers = [tar(*[entry(f"{n}/{i}", "x" * 1000, uid=0 if box.is_single() else 5) for i in range(400)]) for n in range(6)]
    path = write_tar(box.home / "x.tar", docker_files(Image(*layers)))
    cut = 0
    for attempt in range(24):
        cut += kill_during(box, path, 0.006 * attempt, signal.SIGINT if attempt % 2 else signal.SIGKILL) != 0
        for layer in box.layers():
            assert len(box.tree(layer)) == 402, "a layer appeared before it was whole"
        for blob in box.blobs():
            assert digest(blob.read_bytes())[7:] == blob.name
    assert cut > 3, "nothing was interrupted"
    box.run("import", "demo", path)
    assert len(box.layers()) == 6 and box.trash() == []


def test_progress_and_status_messages(box):
    layer = tar(*[entry(str(i), "x" * 10_000) for i in range(2000)])
    path = box.write("x.tar", layer)
    address = box.home / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.setblocking(False)
        result = box.run("import", "demo", path, NOTIFY_SOCKET=str(address))
        messages = []
        try:
            while True:
                messages.append(listener.recv(4096).decode())
        except BlockingIOError:
            pass
    assert result.err == "", result
    assert any("STATUS=Unpacking layer 1 of 1" in message and "EXTEND_TIMEOUT_USEC=" in message for message in messages), messages


def test_a_map_of_ones_own(box):
    box.needs_ids()
    box.run("import", "demo", box.write("x.tar", tar(entry("a", "a", uid=1, gid=1))))
    uid, gid = os.getuid(), os.getgid()
    first = int(box.inside("cat", "/proc/self/uid_map").out.split()[4])
    box.run("prepare", "demo", f"--users=0 {first} 1000,1000 {uid} 1,1001 {first + 1000} 1000",
            f"--groups=0 {first} 1000,1000 {gid} 1,1001 {first + 1000} 1000")
    default, kept = sorted(box.layers(), key=lambda layer: (layer / "a").stat().st_uid)
    assert (default / "a").stat().st_uid == first and (kept / "a").stat().st_uid == first + 1
    assert kept.stat().st_uid == first and default.stat().st_uid == uid
    assert "go together" in box.fails("prepare", "demo", "--users=0 1 1")
    assert "is not INSIDE" in box.fails("prepare", "demo", "--users=0 1", "--groups=0 1 1")
    box.run("rmi", "demo")
    assert box.layers() == [] and box.trash() == []
