# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the tar of the probe's root folder: PROBE OUTPUT. Owners are written into it, so that nobody needs to be root."""

import io
import sys
import tarfile

PASSWD = "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\nother:x:70:71::/:/bin/sh\n"
GROUP = "root:x:0:\ntty:x:5:\naudio:x:29:app\napp:x:1000:\nother:x:71:\n"


def add(tar, name, data=None, mode=0o755, owner=(0, 0), link=None):
    entry = tarfile.TarInfo(name)
    entry.mode, (entry.uid, entry.gid) = mode, owner
    if link:
        entry.type, entry.linkname = tarfile.SYMTYPE, link
    elif data is None:
        entry.type = tarfile.DIRTYPE
    else:
        entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data) if data else None)


def main():
    with open(sys.argv[1], "rb") as file:
        probe = file.read()
    with tarfile.open(sys.argv[2], "w", format=tarfile.GNU_FORMAT) as tar:
        for folder in ("etc", "work", "home", "root", "var", "data/sub"):
            add(tar, folder)
        for folder in ("tmp", "var/tmp"):
            add(tar, folder, mode=0o1777)
        add(tar, "home/app", owner=(1000, 1000))
        add(tar, "etc/passwd", PASSWD.encode(), 0o644)
        add(tar, "etc/group", GROUP.encode(), 0o644)
        # What a new volume gets, with an owner of its own, and what one would like to lead astray.
        add(tar, "data/one", b"one\n", 0o640, (70, 71))
        add(tar, "data/sub/two", b"two\n", 0o644)
        # As in most images; the file is to stay what it is.
        add(tar, "usr/share/zoneinfo/Etc/UTC", b"as the image has it\n", 0o644)
        add(tar, "etc/localtime", link="/usr/share/zoneinfo/Etc/UTC")
        add(tar, "astray", link="/../../../../tmp")
        add(tar, "probe", probe)
        add(tar, "alternative", probe)
        # Runs as its owner where set-user-ID bits count.
        add(tar, "suid/probe", probe, 0o4755, (70, 71))


main()
