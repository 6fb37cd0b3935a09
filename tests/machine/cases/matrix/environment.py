# SPDX-License-Identifier: LGPL-2.1-or-later
"""What runs: image, words, variables, secrets, names, folder, time."""

from .row import ABSENT, Elsewhere, Has, Is, Lacks, Row
from .view import DEFAULT

SECRET = "printf s3cret | wolffia secret create m-secret -"
# A host may be without tzdata; then one zone, of RFC 8536, in which it is always summer.
ZONE = r"""test -e /usr/share/zoneinfo/Europe/Paris || python3 -c '
import os
block = b"TZif2" + bytes(15) + bytes(19) + b"\x01" + bytes(3) + b"\x04" + b"\x00\x00\x1c\x20\x00\x00" + b"CET\0"
os.makedirs("/usr/share/zoneinfo/Europe", exist_ok=True)
open("/usr/share/zoneinfo/Europe/Paris", "wb").write(block + block + b"\nCET-2\n")'"""

ROWS = [
    # Nothing asked for: what everything else is compared with.
    Row(probe="stat:/dev/null stat:/dev/pts link:/dev/stdout open:/dev/full stat:/declared make:/new make:/etc/new", sees={
        "pid": 1, "uid": 0, "gid": 0, "groups": [], "umask": "0022", "cwd": "/work", "nice": 0, "tty": False, "offset": 0,
        "env:FROM_IMAGE": "yes", "env:BOTH": "image", "env:container": "wolffia", "env:HOME": "/root",
        "env:NOTIFY_SOCKET": ABSENT, "env:XDG_RUNTIME_DIR": ABSENT, "env:DBUS_SESSION_BUS_ADDRESS": ABSENT,
        "env:INVOCATION_ID": ABSENT, "env:JOURNAL_STREAM": ABSENT, "env:http_proxy": ABSENT,
        "cap:effective": DEFAULT, "cap:permitted": DEFAULT, "cap:bounding": DEFAULT, "cap:inheritable": set(), "cap:ambient": set(),
        "no_new_privs": 0, "seccomp": 2, "blocked": 0, "ignored": 0, "descriptors": Is("0, 1 and 2", lambda fds: set(fds) == set("012")),
        "uids": Is("root is the user", lambda maps: maps[0] == (0, 1000, 1) and maps[1][0] == 1),
        "gids": Is("root's group is the user's", lambda maps: maps[0] == (0, 1000, 1) and maps[1][0] == 1),
        "interfaces": Is("the loopback only", lambda names: {name.split()[0] for name in names} == {"lo"}),
        "cgroup": Is("its root", lambda text: "0::/" in text.splitlines()), "resolv": "", "init": "probe",
        "mount:/": Has("overlay", "rw"), "mount:/proc": Has("proc", "nosuid", "nodev", "noexec"),
        "mount:/sys": Has("sysfs", "ro"), "mount:/sys/fs/cgroup": Has("cgroup2", "ro"), "mount:/dev": Has("tmpfs", "nosuid", "noexec"),
        "mount:/dev/shm": Has("size=65536k", "nosuid", "nodev", "noexec"), "mount:/dev/mqueue": Has("mqueue"),
        "mount:/proc/sys": Has("ro,"), "mount:/proc/keys": Has("/null"), "mount:/sys/firmware": Has("tmpfs", "ro"),
        "mount:/run": ABSENT, "mount:/tmp": ABSENT,
        "stat:/dev/null": Has("c 666", "1,3"), "link:/dev/stdout": "/proc/self/fd/1", "open:/dev/full": "done",
        "stat:/declared": Has("d 755 0:0"), "make:/new": "done", "make:/etc/new": "done", "signal": ABSENT}),

    Row("Entrypoint=/alternative", probe="one", sees={"argv": ["/alternative", "one"], "init": "alternative"}),
    Row('Entrypoint=["/probe","with words","x"]', probe="one", sees={"argv": ["/probe", "with words", "x", "one"]}),
    Row("Entrypoint=", "Exec=/probe by itself", sees={"argv": ["/probe", "by", "itself"]}),
    Row("Exec=one \"two words\" '' %% $$X \\x41", sees={"argv": ["/probe", "one", "two words", "", "%", "$X", "A"]}),
    Row("PodmanArgs=--entrypoint '[\"/probe\",\"x y\"]'", sees={"argv": ["/probe", "x y"]}),
    Row("Image=localhost/matrix:latest", image="", sees={"env:FROM_IMAGE": "yes"}),
    Row("Image=localhost/matrix", "Pull=never", image="", sees={"env:FROM_IMAGE": "yes"}),
    Row("Image=localhost/matrix", "Pull=missing", image="", sees={"env:FROM_IMAGE": "yes"}),
    Row("Image=localhost/nonesuch", "Pull=never", image="", fails=True, says="localhost/nonesuch", twin=False),

    Row("Environment=A=1 \"B=two words\" C=", "Environment=A=3", sees={"env:A": "3", "env:B": "two words", "env:C": ""}),
    Row("Environment=BOTH=key", sees={"env:BOTH": "key", "env:FROM_IMAGE": "yes"}),
    Row("Environment=GIVEN NOT_THERE", service=("Environment=GIVEN=by-the-service",), sees={
        "env:GIVEN": "by-the-service", "env:NOT_THERE": ABSENT}),
    Row("EnvironmentFile=%h/matrix/env", "Environment=LATER=key", before="printf '# no\\nIN_FILE=a \"b\"\\nLATER=file\\n' >~/matrix/env",
        sees={"env:IN_FILE": 'a "b"', "env:LATER": "key", "env:# no": ABSENT}),
    Row("EnvironmentFile=%h/matrix/nonesuch", fails=True, says="nonesuch"),
    Row("EnvironmentFile=-%h/matrix/nonesuch", "Environment=LATER=key", sees={"env:LATER": "key"}, twin=False),
    Row("EnvironmentHost=yes", service=("Environment=GIVEN=by-the-service",),
        sees={"env:GIVEN": "by-the-service", "env:FROM_IMAGE": "yes", "env:NOTIFY_SOCKET": ABSENT, "env:INVOCATION_ID": ABSENT}),
    Row("EnvironmentHost=no", service=("Environment=GIVEN=by-the-service",), sees={"env:GIVEN": ABSENT}),
    Row("HttpProxy=yes", service=("Environment=http_proxy=p:1 HTTPS_PROXY=p:2 ftp_proxy=p:3 no_proxy=x",), sees={
        "env:http_proxy": "p:1", "env:HTTPS_PROXY": "p:2", "env:ftp_proxy": "p:3", "env:no_proxy": "x", "env:https_proxy": ABSENT}),
    Row("HttpProxy=no", service=("Environment=http_proxy=p:1 HTTPS_PROXY=p:2 ftp_proxy=p:3 no_proxy=x",), sees={
        "env:http_proxy": ABSENT, "env:HTTPS_PROXY": ABSENT, "env:ftp_proxy": ABSENT, "env:no_proxy": ABSENT}),

    Row("Secret=m-secret", before=SECRET, probe="read:/run/secrets/m-secret stat:/run/secrets/m-secret",
        sees={"read:/run/secrets/m-secret": "s3cret", "stat:/run/secrets/m-secret": "f 444 0:0 6", "env:m-secret": ABSENT}),
    Row("Secret=m-secret,type=mount,target=/etc/deep/key,uid=33,gid=44,mode=0400", probe="stat:/etc/deep/key read:/etc/deep/key",
        sees={"stat:/etc/deep/key": "f 400 33:44 6", "read:/etc/deep/key": "s3cret"}),
    Row("Secret=m-secret,target=other", probe="read:/run/secrets/other", sees={"read:/run/secrets/other": "s3cret"}),
    Row("Secret=m-secret,type=env,target=PASSWORD", sees={"env:PASSWORD": "s3cret"}),
    Row("Secret=token,type=env", service=("SetCredential=token:c5l",), probe="list:/run", sees={"env:token": "c5l"}),
    Row("User=app", service=("SetCredential=token:c5l",), probe="read:/run/credentials/{unit}.service/token",
        sees={"env:CREDENTIALS_DIRECTORY": Has("/")}),
    Row("Secret=nonesuch", fails=True, says=("nonesuch", "wolffia secret create")),

    Row("ContainerName=m-other", sees={"hostname": "m-other", "hosts": Has("m-other"), "env:HOSTNAME": "m-other"}, twin=False),
    Row("PodmanArgs=--name=m-by-option", sees={"hostname": "m-by-option"}),
    Row("HostName=box.example.org", sees={"hostname": "box.example.org", "hostname_file": "box.example.org",
                                          "hosts": Has("box.example.org"), "env:HOSTNAME": "box.example.org"}),
    Row("ServiceName=m-named", outside=("systemctl --user show -P ActiveState m-named", "active\n"), probe="wait", twin=False),
    Row("Label=a=b c=d", "Annotation=e=f", probe="wait", outside=("wolffia inspect {unit}", Has('"a=b"', '"c=d"', '"e=f"'))),
    Row("AutoUpdate=registry", probe="wait", outside=("wolffia inspect {unit}", Has("io.containers.autoupdate=registry"))),
    Row("WorkingDir=/home/app", sees={"cwd": "/home/app"}),
    Row("WorkingDir=/not/there", fails=True, says="WorkingDir=/not/there: cannot enter it"),
    Row("Timezone=Europe/Paris", root=ZONE, probe="read:/usr/share/zoneinfo/Etc/UTC stat:/etc/localtime",
        sees={"offset": 7200, "read:/usr/share/zoneinfo/Etc/UTC": "as the image has it\n", "stat:/etc/localtime": Has("f 644")}),
    Row("Volume=/usr/share/zoneinfo/Europe/Paris:/etc/localtime:ro", probe="read:/usr/share/zoneinfo/Etc/UTC",
        sees={"offset": 7200, "read:/usr/share/zoneinfo/Etc/UTC": "as the image has it\n"}),
    Row("Timezone=../../../etc/passwd", fails=True, says="no such zone"),
    Row("Timezone=local", sees={"offset": 0}),
    Row("Timezone=Nowhere/Land", fails=True, says="Nowhere/Land"),
    Row("PodmanArgs=--umask=0027", probe="make:/x stat:/x", sees={"umask": "0027", "stat:/x": Has("f 640")}),
    Row(service=("UMask=0077",), sees={"umask": "0077"}),

    Row("Rootfs=%h/matrix/root", "Entrypoint=/probe", image="", twin=False, probe="make:/new", before="mkdir -p ~/matrix/root && cp ~/.cache/probe ~/matrix/root/",
        sees={"make:/new": "done", "env:FROM_IMAGE": ABSENT, "cwd": "/"}, after=("ls ~/matrix/root", Has("new"))),
    Row("Rootfs=%h/matrix/root-o:O", "Entrypoint=/probe", image="", twin=False, probe="make:/new", sees={"make:/new": "done"},
        before="mkdir -p ~/matrix/root-o && cp ~/.cache/probe ~/matrix/root-o/", after=("ls ~/matrix/root-o", Lacks("new"))),
    Row("Rootfs=%h/matrix/root-i:idmap", "Entrypoint=/probe", image="", twin=False, says="idmap is left out", sees={"uid": 0},
        before="mkdir -p ~/matrix/root-i && cp ~/.cache/probe ~/matrix/root-i/"),
    Row("Rootfs=%h/matrix/nonesuch", image="", twin=False, fails=True, says="nonesuch"),
]

ELSEWHERE = [
    Elsewhere("Pull=always", "Pull=newer", case="test_images.py", sentence="test_", reason="they need a registry"),
    Elsewhere("PodmanArgs=--unit", "PodmanArgs=--broken", case="test_bad_input.py", sentence="test_",
              reason="what the generator writes for the runner: --unit into each unit, --broken into those of faulty files"),
    Elsewhere("LoadCredential=", "LoadCredentialEncrypted=", "ImportCredential=", case="test_secrets.py",
              sentence="test_credentials_of_the_unit_reach_the_payload"),
]
