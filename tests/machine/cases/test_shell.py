# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia shell, also where the image has none."""

import contextlib
import shlex

import box
import web


@contextlib.contextmanager
def bare_container(machine, *lines):
    """Runs an image that holds a single program, which is no shell."""
    machine.alice("rm -rf ~/bare && mkdir -p ~/bare/app && cp /bin/busybox ~/bare/app/sleep && wolffia import localhost/bare ~/bare && rm -rf ~/bare")
    web.write(machine, box.container("Network=none", "Exec=/app/sleep 600", *lines).replace("localhost/box", "localhost/bare"), "bare")
    machine.alice("wolffia start bare")
    yield
    machine.alice("wolffia stop bare; wolffia rmi localhost/bare")


def shell(machine, script, options="", check=True):
    return machine.alice(f"echo {shlex.quote(script)} | wolffia shell {options} bare", check=check)


def test_an_image_without_a_shell_is_lent_one(machine):
    with bare_container(machine):
        assert machine.alice("wolffia exec bare /bin/sh", check=False).status == 127
        out = shell(machine, "ls / | tr '\\n' ' '; id -u; readlink /proc/self/exe; echo $PATH; exit 3", check=False)
        files, program, path = out.out.splitlines()
        assert out.status == 3 and files.split()[0] == "app" and files.split()[-1] == "0" and "bin" not in files.split(), out
        assert program == "/proc/tty/busybox" and path.startswith("/usr/local/sbin:") and path.endswith(":/proc/tty"), out
        typed = machine.alice("script -qec 'wolffia shell bare' /dev/null <<<'tty; exit'").out
        assert "/dev/pts/0" in typed, typed


def test_what_is_lent_is_seen_by_nobody_else_and_stays_nowhere(machine):
    with bare_container(machine):
        look = "find ~/.local/share/wolffia/containers ~/.local/share/wolffia/layers ~/.local/share/wolffia/images 2>/dev/null | sort | md5sum"
        before = machine.root(look.replace("~", "/home/alice")).out
        out = shell(machine, "readlink /proc/self/ns/mnt; readlink /proc/1/ns/mnt; ls /proc/1/root/proc/tty; (echo x >/proc/tty/x) 2>&1; true").out
        own, theirs, *rest = out.splitlines()
        assert own != theirs and "busybox" not in rest and "Read-only file system" in rest[-1], out
        assert machine.root(look.replace("~", "/home/alice")).out == before
        assert "busybox" not in machine.alice("wolffia mount bare ls proc/tty").out


def test_a_shell_that_is_lent_has_the_restrictions_of_the_container(machine):
    with bare_container(machine, "DropCapability=ALL", "NoNewPrivileges=yes"):
        seen = "grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' /proc/%s/status; cat /proc/%s/limits; tail -n1 /proc/%s/cgroup"
        assert shell(machine, seen.replace("%s", "self")).out == shell(machine, seen.replace("%s", "1")).out
        assert shell(machine, "mount -t tmpfs none /run", check=False).status != 0
        assert shell(machine, "umount /proc/tty", check=False).status != 0
        # Nothing of the host comes along: neither its program nor a descriptor.
        lines = shell(machine, "busybox sh -c 'ls -l /proc/$$/fd /proc/$$/exe; true'; true").out.splitlines()
        files = [line.rsplit(" -> ", 1)[1] for line in lines if " -> " in line]
        assert len(files) == 4 and all(file.startswith("pipe:") or file == "/proc/tty/busybox" for file in files), files
        assert shell(machine, "id -u; ls /app", options="--user=33").out == "33\nsleep\n"


def test_without_a_static_busybox_the_remedy_is_told(machine):
    with bare_container(machine):
        place = machine.root("readlink -f /bin/busybox").out.strip()
        machine.root(f"mv {place} {place}.away")
        try:
            result = shell(machine, "true", check=False)
            assert result.status != 0 and "apt install busybox-static" in result.err and "wolffia mount bare" in result.err, result
            machine.root(f"cp /bin/true {place}")
            result = shell(machine, "true", check=False)
            assert result.status != 0 and "needs libraries" in result.err and "apt install busybox-static" in result.err, result
        finally:
            machine.root(f"mv -f {place}.away {place}")
