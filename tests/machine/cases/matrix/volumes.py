# SPDX-License-Identifier: LGPL-2.1-or-later
"""Volume= with all of its options, and .volume files."""

from .row import ABSENT, Both, Has, Lacks, Row

SHARED = "mkdir -p ~/matrix/v && cp ~/.cache/probe ~/matrix/v/ && echo host >~/matrix/v/file"
V = "%h/matrix/v"


def own(name):
    """A folder that a row has for itself."""
    return f"rm -rf ~/matrix/{name} && mkdir -p ~/matrix/{name} && echo host >~/matrix/{name}/file"


def flags(option, seen, **more):
    return Row(f"Volume={V}:/v:{option}", probe="program:/v", before=SHARED, sees={"mount:/v": seen, **more})


ROWS = [
    Row(f"Volume={V}:/v", probe="read:/v/file make:/v/made program:/v stat:/v/file", before=SHARED,
        sees={"read:/v/file": "host\n", "make:/v/made": "done", "program:/v": "done", "stat:/v/file": Has("0:0"),
              "mount:/v": Both(Has("rw", "nosuid", "nodev", "master:"), Lacks("noexec"))}),
    Row(f"Volume={V}:/v:ro", probe="make:/v/x read:/v/file", before=SHARED, sees={"make:/v/x": "EROFS", "mount:/v": Has(" ro,")}),
    Row(f"Volume={V}:/v:rw", probe="make:/v/x", sees={"make:/v/x": "done"}),
    Row(f"Volume={V}/file:/etc/deep/file:ro", probe="read:/etc/deep/file", sees={"read:/etc/deep/file": "host\n"}),
    Row("Volume=./m-beside:/v", probe="read:/v/file", before="mkdir -p m-beside && echo beside >m-beside/file", twin=False,
        sees={"read:/v/file": "beside\n"}),
    Row("Volume=%h/matrix/made-by-the-start:/v", probe="make:/v/x", sees={"make:/v/x": "done"},
        after=("ls ~/matrix/made-by-the-start", "x\n")),
    flags("z", Has("rw"), **{"program:/v": "done"}),
    flags("Z", Has("rw")),
    flags("exec", Lacks("noexec"), **{"program:/v": "done"}),
    flags("noexec", Has("noexec"), **{"program:/v": "EACCES"}),
    flags("dev", Lacks("nodev")),
    flags("nodev", Has("nodev")),
    flags("suid", Lacks("nosuid")),
    flags("nosuid", Has("nosuid")),
    flags("private", Lacks("master:", "shared:")),
    flags("rprivate", Lacks("master:", "shared:")),
    flags("slave", Has("master:")),
    flags("rslave", Has("master:")),
    flags("unbindable", Has("unbindable")),
    flags("runbindable", Has("unbindable")),
    flags("ro,noexec,z", Has(" ro,", "noexec"), **{"program:/v": "EACCES"}),
    Row(f"Volume={V}:/v:shared", says="rslave", before=SHARED, sees={"mount:/v": Has("shared:")}),
    Row(f"Volume={V}:/v:rshared", says="rslave", before=SHARED, sees={"mount:/v": Has("shared:")}),
    flags("bind", Has("rw")),
    Row("Volume=/dev:/v:bind", fails=True, says="write rbind instead of bind"),
    Row("Volume=/dev:/v:rbind,ro", sees={"mount:/v/shm": Has("tmpfs", "ro,")}),
    Row(f"Volume={V}:/v:idmap", says="idmap is left out", before=SHARED, sees={"mount:/v": Has("rw")}),
    Row("Volume=%h/matrix/u:/v:U", "User=app", before=own("u"), probe="stat:/v stat:/v/file make:/v/x",
        sees={"stat:/v": Has("1000:1000"), "stat:/v/file": Has("1000:1000"), "make:/v/x": "done"}, twin=False),
    Row("Volume=%h/matrix/o:/v:O", before=own("o"), probe="make:/v/x read:/v/file", sees={"make:/v/x": "done", "read:/v/file": "host\n"},
        after=("ls ~/matrix/o", "file\n")),
    Row("Volume=%h/matrix/l:/v:O,upperdir=%h/matrix/upper,workdir=%h/matrix/work", probe="make:/v/x read:/v/file",
        before=own("l") + " && mkdir -p ~/matrix/upper ~/matrix/work", sees={"make:/v/x": "done", "read:/v/file": "host\n"},
        after=("ls ~/matrix/l ~/matrix/upper | grep -v :", "file\n\nx\n"), twin=False),
    Row("Volume=/anonymous", probe="make:/anonymous/x", sees={"make:/anonymous/x": "done", "mount:/anonymous": ABSENT}),
    Row("Volume=/data", probe="read:/data/sub/two", sees={"read:/data/sub/two": "two\n"}),
    Row(f"Volume={V}:/v:sideways", fails=True, says="'sideways' is not a volume option"),
    Row("Volume=/nonesuch/folder:/v", fails=True, says="/nonesuch"),
    Row(f"Volume={V}:/astray/v", before=SHARED, probe="read:/tmp/v/file", sees={"read:/tmp/v/file": "host\n"}),

    # Named volumes: a new one gets what the image has in its place, with its owners.
    Row("Volume=m-new:/data", probe="stat:/data/one read:/data/sub/two make:/data/x",
        sees={"stat:/data/one": "f 640 70:71 4", "read:/data/sub/two": "two\n", "make:/data/x": "done"}, twin=False),
    Row("Volume=m-copy:/data:copy", probe="stat:/data/one", sees={"stat:/data/one": "f 640 70:71 4"}),
    Row("Volume=m-nocopy:/data:nocopy", probe="list:/data", sees={"list:/data": []}),
    Row("Volume=m-ro:/data:ro", probe="read:/data/sub/two make:/data/x", sees={"read:/data/sub/two": "two\n", "make:/data/x": "EROFS"}),
    Row("Volume=m-over:/v:O", before="wolffia volume create m-over", probe="make:/v/x", sees={"make:/v/x": "done"},
        after=("ls -A ~/.local/share/wolffia/volumes/m-over/data", "")),
    Row("Volume=m-given:/v:U", "User=app", probe="stat:/v make:/v/x", sees={"stat:/v": Has("1000:1000"), "make:/v/x": "done"}),
    Row("Volume=m-auto:/v", "UserNS=auto", probe="stat:/v make:/v/x", sees={"stat:/v": Has("0:0"), "make:/v/x": "done"}, twin=False),
    Row("Volume=m-kept:/data", "UserNS=keep-id", "User=0", probe="stat:/data/one", sees={"stat:/data/one": Has("70:71")}, twin=False),

    # .volume files; their own keys are wolffia-volume(5)'s.
    Row("Volume=m-unit.volume:/v", probe="stat:/v", files={"m-unit.volume": "[Volume]\nUser=7\nGroup=8\nCopy=no\n"}, twin=False,
        sees={"stat:/v": Has("7:8")}),
    Row("Volume=m-tmpfs.volume:/v", probe="stat:/v", twin=False,
        files={"m-tmpfs.volume": "[Volume]\nDevice=tmpfs\nType=tmpfs\nOptions=size=1m,noexec\n"}, sees={"mount:/v": Has("tmpfs", "size=1024k", "noexec")}),
    Row("Volume=m-bind.volume:/v", probe="read:/v/file", twin=False, before=SHARED,
        files={"m-bind.volume": f"[Volume]\nDevice={V}\nType=none\nOptions=bind\n"}, sees={"read:/v/file": "host\n"}),
]
