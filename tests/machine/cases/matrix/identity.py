# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who the payload is: users, groups, maps. The machine's alice has the subordinate ids from 100000 on."""

from .row import Has, Is, Lacks, Row

FIRST = 100000
USUAL = [(0, 1000, 1), (1, FIRST, 65536)]
KEPT = [(0, FIRST, 1000), (1000, 1000, 1), (1001, FIRST + 1000, 64536)]


def maps(users, groups=None):
    return {"uids": users, "gids": groups or users}


ROWS = [
    Row("User=app", sees={"uid": 1000, "gid": 1000, "groups": [29], "env:HOME": "/home/app", "cap:effective": set(),
                          "cap:permitted": set(), **maps(USUAL)}),
    Row("User=70", sees={"uid": 70, "gid": 71}),
    Row("User=70:29", sees={"uid": 70, "gid": 29}),
    Row("User=app:audio", sees={"uid": 1000, "gid": 29}),
    Row("User=4242:7", probe="read:/etc/passwd", sees={"uid": 4242, "gid": 7, "read:/etc/passwd": Has("4242:x:4242:7:")}),
    Row("User=4242:4243", "PodmanArgs=--passwd-entry=me$$USERNAME:x:$$UID:$$GID:$$NAME:$$HOME:/bin/m --group-entry=us:x:$$GID:$$USERLIST",
        probe="read:/etc/passwd read:/etc/group", sees={"read:/etc/passwd": Has("\nme4242:x:4242:4243:container user:/:/bin/m\n"),
                                                        "read:/etc/group": Has("\nus:x:4243:\n")}),
    Row("User=app", "PodmanArgs=--passwd-entry=me:x:1:1::/:/bin/m", probe="read:/etc/passwd", sees={"read:/etc/passwd": Lacks("me:x")}),
    Row("User=4242:4243", "PodmanArgs=--passwd=false", probe="read:/etc/passwd read:/etc/group",
        sees={"read:/etc/passwd": Lacks("4242"), "read:/etc/group": Lacks("4243")}),
    Row("PodmanArgs=--passwd-entry=nobody", fails=True, says="is not a line like"),
    Row("User=99999", fails=True, says="user 99999 is none of the container's ids"),
    Row("User=nobody-knows", fails=True, says="no user 'nobody-knows'"),
    Row("User=70", "Group=29", sees={"uid": 70, "gid": 29}),
    Row("Group=audio", sees={"uid": 0, "gid": 29}),
    Row("GroupAdd=audio", "GroupAdd=5", sees={"groups": Is("29 and 5", lambda groups: {29, 5} <= set(groups))}),
    Row("GroupAdd=keep-groups", sees={"uid": 0}),
    Row("GroupAdd=nonesuch", fails=True, says="no group 'nonesuch'"),

    Row("UserNS=host", sees=maps(USUAL)),
    Row("UserNS=private", sees=maps(USUAL)),
    Row("UserNS=keep-id", sees={"uid": 1000, "gid": 1000, **maps(KEPT)}),
    Row("UserNS=keep-id", "User=0", sees={"uid": 0, **maps(KEPT)}),
    Row("UserNS=keep-id:uid=200,gid=210", sees={"uid": 200, "gid": 210, "uids": Has((200, 1000, 1)), "gids": Has((210, 1000, 1))}),
    Row("UserNS=keep-id:uid=200,gid=210,size=2000", sees={
        "uid": 200, "uids": [(0, FIRST, 200), (200, 1000, 1), (201, FIRST + 200, 1799)],
        "gids": [(0, FIRST, 210), (210, 1000, 1), (211, FIRST + 210, 1789)]}),
    Row("UserNS=keep-id:size=300", fails=True, says="must reach to it"),
    Row(image="localhost/matrix-user", probe="stat:/declared make:/declared/x", sees={
        "uid": 70, "gid": 71, "cwd": "/nowhere", "stat:/declared": Has("d 755 70:71"), "make:/declared/x": "done"}),
    Row("ReadOnly=yes", image="localhost/matrix-user", probe="stat:/declared make:/declared/x", sees={
        "stat:/declared": Has("70:71"), "make:/declared/x": "done"}),
    Row("UserNS=single", image="localhost/matrix-user", sees={"cwd": "/nowhere"}),
    Row("UserNS=keep-id", image="localhost/matrix-user", sees={"uid": 70, "gid": 71}),
    Row("User=0", image="localhost/matrix-user", probe="stat:/declared", sees={"uid": 0, "stat:/declared": Has("0:0")}),
    Row("Volume=m-missing:/fresh", image="localhost/matrix-user", probe="stat:/fresh make:/fresh/x", sees={
        "stat:/fresh": Has("70:71"), "make:/fresh/x": "done"}),
    Row("UserNS=nomap", probe="stat:/etc/passwd make:/etc/x", sees={"uid": 0, **maps([(0, FIRST, 65536)]), "stat:/etc/passwd": Has("0:0"),
                                                                    "make:/etc/x": "done"}),
    Row("UserNS=auto", sees={"uid": 0, "uids": Is("a part of 1024", lambda found: len(found) == 1 and found[0][0] == 0 and
                                                  found[0][1] >= FIRST and found[0][2] == 1024)}),
    Row("UserNS=auto:size=2000", sees={"uids": Is("a part of 2000", lambda found: [one[2] for one in found] == [2000])}),
    Row("UserNS=auto:uidmapping=0:0:1,gidmapping=0:0:1", sees={"uids": Has((0, 1000, 1)), "gids": Has((0, 1000, 1))}),
    Row("UserNS=single", sees={"uid": 0, **maps([(0, 1000, 1)])}),
    Row("UserNS=auto:size=70000", fails=True, says="no 70000 in a row are free"),

    Row("UIDMap=0:1:2000", "UIDMap=2000:0:1", "GIDMap=0:0:1500", sees=maps([(0, FIRST, 2000), (2000, 1000, 1)],
                                                                           [(0, 1000, 1), (1, FIRST, 1499)])),
    Row("UIDMap=0:0:1100", sees=maps([(0, 1000, 1), (1, FIRST, 1099)])),
    Row("UIDMap=0:0:10", fails=True, says="must reach to it"),
    Row("UIDMap=+u70000:@100005:1", sees={"uids": Has((0, 1000, 1), (6, FIRST + 6, 65530), (70000, FIRST + 5, 1)), "gids": USUAL}),
    Row("UIDMap=+1000:@1000", sees=maps(KEPT)),
    Row("UIDMap=u0:0:1050", "UIDMap=g0:0:1060", sees=maps([(0, 1000, 1), (1, FIRST, 1049)], [(0, 1000, 1), (1, FIRST, 1059)])),
    Row("UIDMap=ug0:0:1050", sees=maps([(0, 1000, 1), (1, FIRST, 1049)])),
    Row("GIDMap=+g70000:@100005:1", sees={"gids": Has((70000, FIRST + 5, 1)), "uids": USUAL}),
    Row("UIDMap=0:@0:1", fails=True, says="neither yours"),
    Row("SubUIDMap=alice", sees=maps(USUAL)),
    Row("SubGIDMap=alice", sees=maps(USUAL)),
    Row("SubUIDMap=bob", fails=True, says="SubUIDMap=bob"),

    # Obsolete, and said so.
    Row("RemapUsers=keep-id", says="UserNS=", sees={"uid": 1000, **maps(KEPT)}, twin=False),
    Row("RemapUsers=manual", "RemapUid=0:0:2000", "RemapGid=0:0:3000", says="UIDMap=",
        sees=maps([(0, 1000, 1), (1, FIRST, 1999)], [(0, 1000, 1), (1, FIRST, 2999)])),
    Row("RemapUsers=auto", "RemapUidSize=2000", says="UserNS=", sees={"uids": Is("2000 ids", lambda found: sum(one[2] for one in found) == 2000)}),
]
