# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mount= of all types, file systems in memory, read-only roots, hidden paths, devices."""

import json

from .row import ABSENT, Both, Elsewhere, Has, Lacks, Row

M = "/home/alice/matrix/m"
SHARED = "mkdir -p ~/matrix/m && cp ~/.cache/probe ~/matrix/m/ && echo host >~/matrix/m/file"


def specification(name, kind):
    """A device of the Container Device Interface, in the user's folder of such."""
    text = {"cdiVersion": "0.6.0", "kind": kind, "devices": [{"name": "all", "containerEdits": {
        "env": ["GADGET=on"], "deviceNodes": [{"path": "/dev/m0", "hostPath": "/dev/null"}]}}]}
    return f"mkdir -p ~/.config/cdi && printf %s '{json.dumps(text)}' >~/.config/cdi/{name}.json"


def bind(options, seen, **more):
    return Row(f"Mount=type=bind,source={M},target=/m,{options}", probe="program:/m", before=SHARED, sees={"mount:/m": seen, **more})


def memory(line, seen, **more):
    """Words of the probe that are asked for are those that are answered."""
    return Row(line, probe=" ".join(word for word in more if ":" in word and not word.startswith("mount:")), sees={"mount:/t": seen, **more})


ROWS = [
    Row(f"Mount=type=bind,src={M},dst=/m", probe="make:/m/x program:/m", before=SHARED,
        sees={"make:/m/x": "done", "program:/m": "done", "mount:/m": Has("rw", "nosuid", "nodev")}),
    Row(f"Mount=type=bind,source={M},destination=/m,readonly", probe="make:/m/x", before=SHARED, sees={"make:/m/x": "EROFS"}),
    bind("ro", Has(" ro,")),
    bind("ro=false", Has(" rw,")),
    bind("readonly=true", Has(" ro,")),
    bind("rw", Has(" rw,")),
    bind("noexec", Has("noexec"), **{"program:/m": "EACCES"}),
    bind("exec", Lacks("noexec"), **{"program:/m": "done"}),
    bind("dev", Lacks("nodev")),
    bind("nodev", Has("nodev")),
    bind("suid", Lacks("nosuid")),
    bind("nosuid", Has("nosuid")),
    bind("relabel=shared", Has("rw")),
    bind("relabel=private", Has("rw")),
    bind("z", Has("rw")),
    bind("bind-propagation=rprivate", Lacks("master:")),
    bind("bind-propagation=rslave", Has("master:")),
    Row(f"Mount=type=bind,source={M},target=/m,bind-propagation=rshared", before=SHARED, says="rslave", sees={"mount:/m": Has("shared:")}),
    Row(f"Mount=type=bind,source={M},target=/m,idmap", before=SHARED, says="idmap is left out", sees={"mount:/m": Has("rw")}),
    bind("bind-nonrecursive", Has("rw")),
    Row("Mount=type=bind,source=/dev,target=/m,bind-nonrecursive", fails=True, says="write rbind instead of bind"),
    Row("Mount=type=bind,source=/dev,target=/m", sees={"mount:/m/shm": Has("tmpfs")}),
    Row("Mount=type=bind,source=/home/alice/matrix/chowned,target=/m,chown=true", "User=app", probe="stat:/m make:/m/x", twin=False,
        before="mkdir -p ~/matrix/chowned", sees={"stat:/m": Has("1000:1000"), "make:/m/x": "done"}),
    Row("Mount=type=bind,source=/home/alice/matrix/u,target=/m,U", "User=app", probe="stat:/m", twin=False,
        before="mkdir -p ~/matrix/u", sees={"stat:/m": Has("1000:1000")}),
    Row("Mount=type=bind,source=/nonesuch,target=/m", fails=True, says="/nonesuch"),
    Row(f"Mount=type=bind,source={M}", fails=True, says="write target="),
    Row("Mount=type=bind,target=/m", fails=True, says="write source="),

    Row("Mount=type=volume,source=m-mounted,target=/data", probe="stat:/data/one", sees={"stat:/data/one": "f 640 70:71 4"}),
    Row("Mount=source=m-mounted-ro,target=/data,readonly", probe="make:/data/x", sees={"make:/data/x": "EROFS"}),
    Row("Mount=type=volume,source=m-mounted-empty,target=/data,nocopy", probe="list:/data", sees={"list:/data": []}),
    Row("Mount=type=volume,source=m-mounted-full,target=/data,copy", probe="list:/data", sees={"list:/data": ["one", "sub"]}),
    Row("Mount=target=/anonymous", probe="make:/anonymous/x", sees={"make:/anonymous/x": "done"}),
    Row("Mount=type=volume,source=m-mount.volume,target=/v", files={"m-mount.volume": "[Volume]\nUser=7\nGroup=8\n"}, probe="stat:/v",
        sees={"stat:/v": Has("7:8")}, twin=False),
    Row("Mount=type=glob,source=/home/alice/matrix/globbed/*.conf,target=/g", probe="list:/g read:/g/a.conf",
        before="mkdir -p ~/matrix/globbed && cd ~/matrix/globbed && echo a >a.conf && echo b >b.conf && echo c >c.txt",
        sees={"list:/g": ["a.conf", "b.conf"], "read:/g/a.conf": "a\n"}),
    memory("Mount=type=tmpfs,target=/t", Has("tmpfs", "nosuid", "nodev"), **{"stat:/t": Has("d 1777 0:0"), "make:/t/x": "done"}),
    memory("Mount=type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700", Has("size=1024k"), **{"stat:/t": Has("d 700 0:0")}),
    memory("Mount=type=tmpfs,target=/t,size=2m,mode=755,ro", Has("size=2048k", " ro,"), **{"make:/t/x": "EROFS"}),
    memory("Mount=type=ramfs,target=/t,mode=711", Has("ramfs"), **{"stat:/t": Has("d 711 0:0")}),
    memory("Mount=type=devpts,target=/t", Has("devpts")),
    Row("Mount=type=image,source=localhost/matrix,target=/m", probe="stat:/m/probe make:/m/x", sees={
        "mount:/m": Has("overlay", " ro,"), "stat:/m/probe": Has("755 0:0"), "make:/m/x": "EROFS"}),
    Row("Mount=type=image,source=localhost/matrix,target=/m,readwrite=true", probe="make:/m/x", sees={
        "mount:/m": Has("overlay", " rw,"), "make:/m/x": "done"}),
    Row("Mount=type=wrong,target=/m", fails=True, says="type=wrong is not known"),

    Row("Mount=type=tmpfs,target=/data,notmpcopyup", probe="list:/data", sees={"list:/data": []}),
    Row("Mount=type=tmpfs,target=/data,tmpcopyup,U", "User=app", probe="stat:/data/one", sees={"stat:/data/one": "f 640 1000:1000 4"}),
    Row("Mount=source=m-part,target=/data,subpath=sub", probe="list:/data", sees={"list:/data": ["two"]}),
    Row("Tmpfs=/data", probe="stat:/data/one make:/data/x", sees={"mount:/data": Has("tmpfs"), "stat:/data/one": "f 640 70:71 4",
                                                                  "make:/data/x": "done"}),
    Row("Tmpfs=/data:notmpcopyup", probe="list:/data", sees={"list:/data": []}),
    Row("Tmpfs=/t:U", "User=app", probe="stat:/t", sees={"stat:/t": Has("1000:1000")}),
    memory("Tmpfs=/t", Both(Has("tmpfs", "nosuid", "nodev"), Lacks("noexec")), **{"stat:/t": Has("d 1777"), "make:/t/x": "done"}),
    memory("Tmpfs=/t:size=1m,mode=700,exec", Has("size=1024k"), **{"stat:/t": Has("d 700 0:0")}),
    memory("Tmpfs=/t:noexec,suid,dev", Both(Has("noexec"), Lacks("nosuid", "nodev"))),
    memory("Tmpfs=/t:ro", Has(" ro,"), **{"make:/t/x": "EROFS"}),
    memory("Tmpfs=/t:uid=70,gid=71,nr_inodes=10", Has("nr_inodes=10"), **{"stat:/t": Has("70:71")}),
    memory("VolatileTmp=yes", ABSENT, **{"mount:/tmp": Has("tmpfs", "size=524288k"), "make:/tmp/x": "done"}),

    Row("ReadOnly=yes", probe="make:/x make:/etc/x make:/run/x make:/tmp/x make:/var/tmp/x make:/dev/shm/x make:/declared/x",
        sees={"make:/x": "EROFS", "make:/etc/x": "EROFS", "make:/run/x": "done", "make:/tmp/x": "done", "make:/var/tmp/x": "done",
              "make:/dev/shm/x": "done", "make:/declared/x": "done", "mount:/": Has(" ro,"), "mount:/tmp": Has("tmpfs")}),
    Row("ReadOnly=no", probe="make:/x", sees={"make:/x": "done"}),
    Row("ReadOnly=yes", "ReadOnlyTmpfs=no", probe="make:/tmp/x make:/run/x", sees={"make:/tmp/x": "EROFS", "mount:/tmp": ABSENT}),
    Row("ReadOnly=yes", "ReadOnlyTmpfs=yes", probe="make:/tmp/x", sees={"make:/tmp/x": "done"}),
    Row("ReadOnly=yes", "Volume=/new", probe="make:/new/x", sees={"make:/new/x": "done"}),
    Row("ReadOnly=yes", "WorkingDir=/home/app", "User=app", probe="make:/home/app/x", sees={"make:/home/app/x": "EROFS"}),
    Row("ShmSize=8m", sees={"mount:/dev/shm": Has("size=8192k")}),
    Row("PodmanArgs=--ipc=private", sees={"mount:/dev/shm": Has("size=65536k"), "mount:/dev/mqueue": Has("mqueue")}),
    Row("PodmanArgs=--ipc=host", "ShmSize=8m", probe="read:/dev/shm/m-ipc", before="echo here >/dev/shm/m-ipc", says="ShmSize= is without effect",
        sees={"read:/dev/shm/m-ipc": "here\n", "mount:/dev/shm": Has("nosuid", "nodev", "noexec")},
        after=("rm -f /dev/shm/m-ipc; ls /dev/shm", "")),
    Row("Mask=/etc/passwd:/data", "Mask=/home", probe="read:/etc/passwd list:/data list:/home",
        sees={"read:/etc/passwd": "", "list:/data": [], "list:/home": []}),
    Row("Unmask=/proc/keys", sees={"mount:/proc/keys": ABSENT, "mount:/proc/timer_list": Has("/null")}),
    Row("Unmask=/proc/*", sees={"mount:/proc/keys": ABSENT, "mount:/proc/sys": ABSENT, "mount:/sys/firmware": Has("tmpfs")}),
    Row("Unmask=ALL", sees={"mount:/proc/keys": ABSENT, "mount:/proc/sys": ABSENT, "mount:/sys/firmware": ABSENT}),

    Row("AddDevice=/dev/fuse", probe="stat:/dev/fuse open:/dev/fuse", sees={"stat:/dev/fuse": Has("c ", "10,229"), "open:/dev/fuse": "done"}),
    Row("AddDevice=/dev/net/tun", probe="open:/dev/net/tun", sees={"open:/dev/net/tun": "done"}),
    Row("AddDevice=/dev/null:/dev/other:rwm", probe="stat:/dev/other open:/dev/other", sees={"stat:/dev/other": Has("1,3"), "open:/dev/other": "done"}),
    Row("AddDevice=/dev/null:r", probe="open:/dev/null", sees={"open:/dev/null": "done"}),
    Row("AddDevice=-/dev/nonesuch /dev/full", probe="stat:/dev/nonesuch", sees={"stat:/dev/nonesuch": "ENOENT"}),
    Row("AddDevice=/dev/m-folder", root="mkdir -p /dev/m-folder && test -e /dev/m-folder/a || (mknod -m 666 /dev/m-folder/a c 1 3; "
        "mknod -m 666 /dev/m-folder/b c 1 5)", probe="stat:/dev/m-folder/a open:/dev/m-folder/b",
        sees={"stat:/dev/m-folder/a": Has("1,3"), "open:/dev/m-folder/b": "done"}),
    Row("AddDevice=/dev/nonesuch", fails=True, says="the host has no /dev/nonesuch"),
    Row("AddDevice=example.com/m=all", before=specification("m", "example.com/m"), probe="open:/dev/m0", sees={
        "open:/dev/m0": "done", "env:GADGET": "on"}),
    Row("PodmanArgs=--gpus=all", before=specification("gpu", "nvidia.com/gpu"), probe="open:/dev/m0", sees={
        "open:/dev/m0": "done", "env:GADGET": "on"}),
    Row("AddDevice=nonesuch.org/m=all", fails=True, says="nonesuch.org/m=all"),
    Row("PodmanArgs=--gpus=1", fails=True, says="--gpus"),
]

ELSEWHERE = [
    Elsewhere("AddDevice=/dev/dri", "AddDevice=/dev/kvm", case="test_devices.py", sentence="test_a_device_of_a_group_works_with_kept_groups"),
]
