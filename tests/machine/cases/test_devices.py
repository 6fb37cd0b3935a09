# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices, groups of the host, and mounts of all types, from inside."""

import shlex

import box

from machine.case import row


@row("U11")
def test_device_nodes_of_the_host_are_passed(machine):
    out = box.run(machine, "ls /dev/other >/dev/null && echo x >/dev/other && echo written; ls /dev/nonesuch 2>/dev/null; true",
                  "--device=/dev/null:/dev/other:rwm", "--device=-/dev/nonesuch").out
    assert out == "written\n", out
    result = box.run(machine, "true", "--device=/dev/nonesuch", check=False)
    assert result.status == 125 and "the host has no /dev/nonesuch" in result.err, result
    result = box.run(machine, "true", "--device=/etc/passwd", check=False)
    assert result.status == 125 and "is no device" in result.err, result


def test_a_tun_device_works_with_net_admin(machine):
    code = ("import fcntl, struct, os; f = os.open('/dev/net/tun', os.O_RDWR); "
            "fcntl.ioctl(f, 0x400454ca, struct.pack('16sH', b'tun7', 0x1001)); print(sorted(os.listdir('/sys/class/net')))")
    out = box.python(machine, code, "--device=/dev/net/tun", "--cap-add=NET_ADMIN").out
    assert "tun7" in out, out


@row("U11")
def test_a_device_of_a_group_works_with_kept_groups_and_otherwise_the_group_is_named(machine):
    machine.root("groupadd -g 2044 gadget; mkdir -p /dev/gadgets; mknod /dev/gadgets/one c 1 5; chgrp -R gadget /dev/gadgets; "
                 "chmod 660 /dev/gadgets/one")
    try:
        result = box.run(machine, "head -c 1 /dev/gadgets/one", "--device=/dev/gadgets", "--device=/dev/gadgets/one:/dev/one", check=False)
        assert result.status != 0 and "only the group gadget may open" in result.err and "usermod" in result.err, result
        machine.root("usermod -aG gadget alice")
        command = ("/usr/libexec/wolffia/wolffia-runner --name=box --network=none --device=/dev/gadgets --user=1000 --group-add=keep-groups "
                   "localhost/box /bin/sh -c 'head -c 1 /dev/gadgets/one | wc -c'")
        out = machine.root(f"runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/alice {command}").out
        assert out.strip() == "1", out
    finally:
        machine.root("gpasswd -d alice gadget; groupdel gadget; rm -r /dev/gadgets", check=False)


# The node of KVM answers with its version; a stand-in is read.
USE_KVM = """
import fcntl, os
file = os.open('/dev/kvm', os.O_RDWR)
try:
    print('version', fcntl.ioctl(file, 0xae00))
except OSError:
    print('stand-in', len(os.read(file, 4)))
print(sorted(os.listdir('/dev/dri')), [len(os.read(os.open('/dev/dri/' + name, os.O_RDWR), 4)) for name in sorted(os.listdir('/dev/dri'))])
"""


@row("U11")
def test_graphics_and_kvm_work_for_a_user_of_their_groups(machine):
    """Nodes as udev makes them: of a group each. Where the machine has no KVM, and for graphics, others stand in."""
    box.make_plain_root(machine)
    machine.root("for group in kvm:2061 render:2062 video:2063; do "
                 "getent group ${group%:*} >/dev/null || groupadd -g ${group#*:} ${group%:*}; usermod -aG ${group%:*} alice; done; "
                 "mkdir -p /dev/dri; mknod /dev/dri/card0 c 1 5; mknod /dev/dri/renderD128 c 1 5; chgrp video /dev/dri/card0; "
                 "chgrp render /dev/dri/renderD128; mknod /dev/kvm c 10 232; (exec 3<>/dev/kvm) 2>/dev/null || "
                 "{ rm /dev/kvm; mknod /dev/kvm c 1 5; }; chgrp kvm /dev/kvm; chmod 660 /dev/kvm /dev/dri/*")
    words = ["/usr/libexec/wolffia/wolffia-runner", "--name=box", "--network=none", "--rootfs=/home/alice/plain", "--volume=/usr:/usr:ro",
             "--device=/dev/kvm", "--device=/dev/dri", "--user=1000", "/usr/bin/python3", "-c", USE_KVM]
    try:
        run = "runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/alice "
        for groups in ("--group-add=keep-groups", "--umask=0022"):      # also without being asked for
            out = machine.root(run + " ".join(map(shlex.quote, [*words[:7], groups, *words[7:]]))).out
            assert out.splitlines() in ([first, "['card0', 'renderD128'] [4, 4]"] for first in ("version 12", "stand-in 4")), out
        refused = machine.root(run + " ".join(map(shlex.quote, [*words[:7], "--group-add=5", *words[7:]])), check=False)
        assert refused.status != 0 and "Permission denied" in refused.out and "may not read /dev/kvm" in refused.err, refused
    finally:
        machine.root("for group in kvm render video; do gpasswd -d alice $group; done; rm -rf /dev/dri /dev/kvm", check=False)


# A file system of one file, in the kernel's own words (fuse(4)): no library, no fusermount.
USE_FUSE = """
import ctypes, errno, os, struct, sys
file, uid = os.open('/dev/fuse', os.O_RDWR), os.getuid()
options = f'fd={file},rootmode=40000,user_id={uid},group_id={os.getgid()}'.encode()
if ctypes.CDLL(None, use_errno=True).mount(b'probe', b'/tmp/m', b'fuse', 6, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
def attributes(node):
    mode, size = ((0o40755, 0), (0o100444, 6))[node - 1]
    return struct.pack('<6Q10I', node, size, 0, 0, 0, 0, 0, 0, 0, mode, 1, uid, os.getgid(), 0, 4096, 0)
def serve():
    while True:
        request = os.read(file, 1 << 20)
        _, operation, unique, node = struct.unpack_from('<IIQQ', request)
        answers = {26: lambda: struct.pack('<4I2H2I2H8I', 7, 31, 4096, 0, 0, 0, 4096, 1, 1, 0, *[0] * 8),
                   1: lambda: struct.pack('<4Q2I', 2, 0, 1, 1, 0, 0) + attributes(2),
                   3: lambda: struct.pack('<Q2I', 1, 0, 0) + attributes(node),
                   14: lambda: struct.pack('<Q2I', 0, 0, 0), 15: lambda: b'within', 18: bytes, 25: bytes}
        data = answers[operation]() if operation in answers else None
        if operation not in (2, 42):
            os.write(file, struct.pack('<IiQ', 16 + len(data or b''), 0 if data is not None else -errno.ENOSYS, unique) + (data or b''))
child = os.fork()
if child == 0:
    serve()
print(open('/tmp/m/file').read(), [line.split()[2] for line in open('/proc/mounts') if ' /tmp/m ' in line])
os.kill(child, 9)
"""


@row("U11")
def test_a_user_mounts_a_file_system_of_its_own_by_fuse(machine):
    machine.alice("mkdir -p ~/plain/tmp/m")
    for user in ("0", "1000"):
        out = box.python(machine, USE_FUSE, "--device=/dev/fuse", "--cap-add=SYS_ADMIN", "--tmpfs=/tmp/m:mode=777", f"--user={user}").out
        assert out == "within ['tmpfs', 'fuse']\n", out


@row("U8")
def test_groups_of_the_host_show_and_work_where_subgid_grants_them(machine):
    """The row is doubtful: kept groups give access though they show as nobody; a granted one does both."""
    machine.root("groupadd -g 2055 shared; usermod -aG shared alice; mkdir /srv/shared; chgrp shared /srv/shared; chmod 2770 /srv/shared; "
                 "cp -a /etc/subgid /etc/subgid.saved")
    run = ("runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/alice /usr/libexec/wolffia/wolffia-runner --name=box "
           "--network=none --volume=/srv/shared:/s localhost/box /bin/sh -c ")
    try:
        box.import_image(machine)
        out = machine.root(run + "'id -G; touch /s/kept && echo written'").out
        assert "65534" in out.split() and "written" in out, out
        machine.root("sed -i '1i alice:2055:1' /etc/subgid")
        out = machine.root(run + "'id -G; grep 2055 /etc/group; stat -c %g /s; touch /s/granted && echo written'").out
        assert "2055" in out.splitlines()[0].split() and "shared:x:2055:" in out and "\n2055\n" in out and "written" in out, out
        named = machine.root(run.replace("--network=none", "--network=none --group-add=audio") + "'id -G; touch /s/both && echo written'").out
        assert {"2055", "29"} <= set(named.splitlines()[0].split()) and "written" in named, named
    finally:
        machine.root("mv /etc/subgid.saved /etc/subgid; gpasswd -d alice shared; groupdel shared; rm -r /srv/shared", check=False)


def test_groups_are_names_of_the_image_or_numbers(machine):
    out = box.run(machine, "id -G", "--group-add=audio", "--group-add=5", "--user=root").out
    assert {"29", "5"} <= set(out.split()), out
    result = box.run(machine, "true", "--group-add=nonesuch", check=False)
    assert result.status != 0 and "no group 'nonesuch'" in result.err, result


def test_a_payload_whose_user_the_image_does_not_know_has_a_name(machine):
    out = box.run(machine, "whoami; tail -n 1 /etc/passwd", "--user=4242:7").out
    assert out.splitlines() == ["4242", "4242:x:4242:7:container user:/:/bin/sh"], out
    out = box.run(machine, "whoami; id -gn; tail -n 1 /etc/group", "--userns=keep-id:uid=3000,gid=3000").out
    assert out.splitlines() == ["alice", "3000", "3000:x:3000:"], out
    result = box.run(machine, "true", "--user=0:99999", check=False)
    assert result.status == 125 and "group 99999 is none of the container's ids: GIDMap=" in result.err, result


def test_mounts_of_all_types_are_there_with_their_options(machine):
    machine.alice("rm -rf ~/m ~/globbed; mkdir -p ~/m ~/globbed; echo a >~/globbed/a.conf; echo b >~/globbed/b.conf; echo c >~/globbed/c.txt; "
                  "wolffia volume remove --force mounted", check=False)
    out = box.run(machine, "grep -E ' /(m|t|v|r|p|anonymous) ' /proc/mounts; ls /g; cat /g/a.conf; stat -c %F /anonymous; touch /v/x",
                  "--mount=type=bind,src=/home/alice/m,dst=/m,readonly", "--mount=type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700",
                  "--mount=type=volume,source=mounted,target=/v", "--mount=type=ramfs,target=/r", "--mount=type=devpts,target=/p",
                  "--mount=type=glob,src=/home/alice/globbed/*.conf,dst=/g", "--mount=target=/anonymous").out
    lines = {line.split()[1]: line for line in out.splitlines() if line.count(" ") > 3}
    assert " ro," in lines["/m"] and "size=1024k" in lines["/t"] and "mode=700" in lines["/t"], out
    assert " ramfs " in lines["/r"] and " devpts " in lines["/p"] and "/v" in lines, out
    assert out.splitlines()[-4:] == ["a.conf", "b.conf", "a", "directory"], out
    result = box.run(machine, "true", "--mount=type=bind,src=/home/alice/nonesuch,dst=/m", check=False)
    assert result.status == 125 and "/home/alice/nonesuch" in result.err, result
    machine.alice("wolffia volume remove mounted")


def test_paths_are_hidden_and_shown_as_asked_for(machine):
    out = box.run(machine, "cat /etc/passwd; ls /home; grep -c ' /proc/keys ' /proc/mounts; grep -c ' /proc/timer_list ' /proc/mounts",
                  "--security-opt=mask=/etc/passwd:/home", "--security-opt=unmask=/proc/keys", check=False).out
    assert out.split() == ["0", "1"], out
    out = box.run(machine, "grep -cE ' /proc/(keys|timer_list|sys) ' /proc/mounts", "--security-opt=unmask=ALL", check=False).out
    assert out == "0\n", out


@row("F5")
def test_what_the_payload_cannot_read_or_write_is_told_with_the_cures(machine):
    machine.alice("rm -rf ~/closed; mkdir -m 700 ~/closed; mkdir -m 755 ~/readable")
    result = box.run(machine, "true", "--user=app", "--volume=/home/alice/closed:/x")
    assert "may not read /home/alice/closed, which belongs to alice:alice with mode 0700" in result.err, result
    assert "UserNS=keep-id:uid=1000,gid=1000" in result.err, result
    result = box.run(machine, "true", "--user=app", "--volume=/home/alice/readable:/x")
    assert "may not write into /home/alice/readable" in result.err, result
    result = box.run(machine, "true", "--user=app", "--volume=/home/alice/readable:/x:ro")
    assert "may not" not in result.err, result
    machine.root("mkdir -m 700 /srv/others; chown bob /srv/others")
    result = box.run(machine, "true", "--volume=/srv/others:/x")
    assert "belongs to bob" in result.err and "setfacl" in result.err, result
    # The access control list by hand: the machine has no setfacl.
    machine.root("python3 -c \"import os, struct; os.setxattr('/srv/others', 'system.posix_acl_access', struct.pack('<I', 2) + "
                 "b''.join(struct.pack('<HHI', *e) for e in ((1, 7, 2**32 - 1), (2, 7, 1000), (4, 0, 2**32 - 1), (16, 7, 2**32 - 1), "
                 "(32, 0, 2**32 - 1))))\"")
    result = box.run(machine, "true", "--volume=/srv/others:/x")
    assert "may not" not in result.err, result
    machine.root("rm -r /srv/others")
    # What the user may not do either is not advised to be given away.
    result = box.run(machine, "true", "--volume=/etc:/x")
    assert "may not write into /etc" in result.err and "ro among the options" in result.err, result
    assert "setfacl" not in result.err, result


CDI = """{"cdiVersion": "0.6.0", "kind": "example.com/gadget",
 "containerEdits": {"env": ["GADGETS=on"]},
 "devices": [{"name": "all", "containerEdits": {"deviceNodes": [{"path": "/dev/gadget0", "hostPath": "/dev/null"}, {"path": "/dev/full"}],
   "mounts": [{"hostPath": "/etc/hostname", "containerPath": "/usr/lib/gadget", "options": ["ro", "nosuid"]},
              {"hostPath": "tmpfs", "containerPath": "/gadgets", "type": "tmpfs"}],
   "hooks": [{"hookName": "createContainer", "path": "/bin/true"}], "additionalGids": [1000, 6, "x", -1, 0]}}]}
"""


def test_devices_of_the_container_device_interface_are_translated(machine):
    machine.write("~/.config/cdi/gadget.json", CDI)
    machine.write("/etc/cdi/broken.json", "{", user="root")
    try:
        result = box.run(machine, "echo $GADGETS; echo x >/dev/gadget0 && echo works; ls /dev/full; touch /usr/lib/gadget 2>/dev/null || echo refused; "
                         "grep -o '/gadgets tmpfs' /proc/mounts",
                         "--device=example.com/gadget=all")
        assert result.out.split() == ["on", "works", "/dev/full", "refused", "/gadgets", "tmpfs"] and "has hooks" in result.err, result
        assert "wants the group 6, which you are not in" in result.err and "sudo usermod -aG disk alice" in result.err, result
        assert result.err.count("wants the group") == 1, result
        result = box.run(machine, "true", "--device=example.com/gadget=none", check=False)
        assert result.status != 0 and "knows the device 'example.com/gadget=none' (for" in result.err, result
        result = machine.alice("wolffia run --gpus all --network none box true", check=False)
        assert result.status == 125 and "knows the device 'nvidia.com/gpu=all'" in result.err and "nvidia-ctk cdi generate" in result.err, result
        machine.write("/etc/cdi/other.yaml", "cdiVersion: 0.6.0\n", user="root")
        result = box.run(machine, "true", "--device=example.com/gadget=none", check=False)
        assert result.status != 0 and "and not YAML as in /etc/cdi/other.yaml" in result.err, result
    finally:
        machine.root("rm -r /etc/cdi /home/alice/.config/cdi")
