# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia rmi and wolffia images."""

import fcntl
import json
import os
import time

from archives import Image, digest, docker_files, entry, tar, write_tar

SHARED = tar(entry("shared", "x"), entry("theirs", "y", uid=5, gid=5, mode=0o600), entry("closed", mode=0o500, uid=7))
ROOT_OF_ANOTHER = tar(entry("./", mode=0o555, uid=9), entry("x", "x", uid=9))
OWN = tar(entry("own", "x"))


def add(box, name, *layers):
    box.needs_ids()
    return box.run("import", name, write_tar(box.home / "x.tar", docker_files(Image(*layers)))).out.strip()


def names(box):
    return [image["name"] for image in json.loads(box.run("images", "--json").out)]


def test_what_another_image_needs_stays(box):
    add(box, "one", SHARED, ROOT_OF_ANOTHER)
    add(box, "two", SHARED, OWN)
    assert len(box.layers()) == 3
    assert box.run("rmi", "one").out == "one removed\n"
    assert names(box) == ["localhost/two:latest"]
    left = {layer.name for layer in box.layers()}
    assert left == {digest(SHARED)[7:39], digest(OWN)[7:39]} and len(box.blobs()) == 3 and box.trash() == []
    box.run("rmi", "two")
    assert box.layers() == [] and box.blobs() == [] and box.trash() == []


def test_one_of_two_names_goes(box):
    sum = add(box, "one", SHARED)
    add(box, "two:3", SHARED)
    assert "no name of it any more" in box.run("rmi", "one").out
    assert names(box) == ["localhost/two:3"] and len(box.layers()) == 1
    add(box, "one", SHARED)
    # A digest means all of it.
    assert "removed" in box.run("rmi", sum).out
    assert names(box) == [] and box.layers() == []


def test_several_and_one_that_is_not_there(box):
    add(box, "one", SHARED)
    add(box, "two", OWN)
    result = box.run("rmi", "one", "nothing", "two", check=False)
    assert result.status == 1 and result.err == "wolffia: There is no image 'nothing'\n", result
    assert names(box) == [] and box.layers() == []


def test_a_name_that_moved_on(box):
    old = add(box, "web", SHARED)
    new = add(box, "web", OWN)
    assert old != new and names(box) == ["localhost/web:latest", ""]
    assert "<none>" in box.run("images").out
    assert box.run("rmi", "--unnamed").out == "1 images without a name removed\n"
    assert names(box) == ["localhost/web:latest"] and len(box.layers()) == 1


def use(box, container, sum):
    folder = box.store / "containers" / container
    folder.mkdir(parents=True)
    os.symlink(f"../../records/{sum[7:]}", folder / "image")
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_EX)
    return held


def test_an_image_in_use_stays(box):
    old = add(box, "web", SHARED)
    use(box, "shop", old)
    error = box.fails("rmi", "web")
    assert "in use by container 'shop'" in error, error
    add(box, "web", OWN)
    use(box, "other", add(box, "other", SHARED, OWN))
    assert box.run("rmi", "--unnamed").out == "0 images without a name removed\n"
    box.run("rmi", "web")
    assert len(box.layers()) == 2, box.layers()


def test_what_a_crash_left_uses_nothing(box):
    held = use(box, "shop", add(box, "web", SHARED))
    box.fails("rmi", "web")
    os.close(held)
    box.run("rmi", "web")
    assert box.layers() == []


def test_it_waits_for_an_import(box):
    add(box, "web", SHARED)
    held = os.open(box.store / "blobs", os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_SH)
    process = box.start("rmi", "web")
    time.sleep(0.3)
    assert process.poll() is None and names(box) == ["localhost/web:latest"]
    os.close(held)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0 and b"waiting for an import" in err, err
    assert names(box) == []


def test_what_nobody_needs_goes_after_a_day(box):
    add(box, "web", SHARED)
    stray = box.store / "blobs/sha256" / ("0" * 64)
    stray.write_bytes(b"left by an import that was cut short")
    add(box, "other", OWN)
    assert stray.exists()
    box.run("rmi", "other")
    assert not stray.exists()


def test_a_record_of_a_newer_format_is_left_alone(box):
    sum = add(box, "web", SHARED)
    add(box, "other", OWN)
    record = box.store / "records" / sum[7:]
    data = bytearray(record.read_bytes())
    data[0] += 1
    newer = f"format {data[0]}"
    record.write_bytes(data)
    assert newer in box.run("images").out
    error = box.fails("rmi", "other")
    assert "Nothing more is removed" in error and newer in error, error
    assert names(box) == ["localhost/web:latest"] and len(box.layers()) == 2
    box.run("rmi", "web")
    assert names(box) == [] and box.layers() == []
