# SPDX-License-Identifier: LGPL-2.1-or-later
"""A container of nothing but busybox, for looking at things from inside."""

import shlex

import web


def import_image(machine):
    """A tar of a root folder with busybox in it, as localhost/box; unless an earlier case has done it."""
    if "localhost/box" in machine.alice("wolffia images", check=False).out:
        return
    machine.alice("rm -rf ~/box && mkdir -p ~/box/bin ~/box/etc ~/box/tmp ~/box/home/app && chmod 1777 ~/box/tmp && "
                  "cp /bin/busybox ~/box/bin && for name in $(busybox --list | grep -v busybox); do "
                  "ln -s busybox ~/box/bin/$name; done && "
                  "printf 'root:x:0:0::/root:/bin/sh\\napp:x:1000:1000::/home/app:/bin/sh\\n' >~/box/etc/passwd && "
                  "printf 'root:x:0:\\napp:x:1000:\\naudio:x:29:app\\n' >~/box/etc/group && "
                  "wolffia import localhost/box ~/box && rm -rf ~/box", timeout=120)


def container(*lines, service=(), install=()):
    return web.container(*lines, service=service, install=install).replace("localhost/nginx", "localhost/box")


def run(machine, command, *options, check=True):
    """What `sh -c COMMAND` prints in a container that is run by hand."""
    import_image(machine)
    network = () if any(option.startswith("--network") for option in options) else ("--network=none",)
    return machine.alice("/usr/libexec/wolffia/wolffia-runner --name=box " +
                         " ".join(map(shlex.quote, network + options)) +
                         f" localhost/box /bin/sh -c {shlex.quote(command)}", check=check, timeout=60)


def start(machine, script, *lines, name="box", service=(), wait=True):
    """Starts a service that runs SCRIPT, which lies in alice's home and is mounted."""
    import_image(machine)
    machine.write(f"~/{name}.sh", script)
    web.write(machine, container(f"Volume=%h/{name}.sh:/script:ro", "Exec=/bin/sh /script", *lines, service=service), name)
    return machine.alice(f"systemctl --user start {'' if wait else '--no-block '}{name}", check=False, timeout=120)


def make_plain_root(machine):
    """A root folder that borrows /usr of the machine, for programs that busybox does not have; with Volume=/usr:/usr:ro."""
    machine.alice("mkdir -p ~/plain/tmp ~/plain/usr && for name in bin lib lib64; do ln -sfn usr/$name ~/plain/$name; done")


def python(machine, code, *options):
    make_plain_root(machine)
    words = ["--network=none", "--rootfs=/home/alice/plain", "--volume=/usr:/usr:ro", *options]
    return machine.alice("/usr/libexec/wolffia/wolffia-runner --name=python " + " ".join(map(shlex.quote, words)) +
                         f" /usr/bin/python3 -c {shlex.quote(code)}", timeout=60)


def on_a_server(machine, command, path=None):
    """COMMAND of alice's where PATH, or every file, says that it lies on NFS, and nobody may give files there away: what a server
    does, which no throw-away machine has."""
    words = ["strace", "-f", "-u", "alice", "-o", "/dev/null", "-e", "trace=fchownat,fstatfs,statfs", "-e", "inject=fchownat:error=EPERM",
             "-e", "inject=fstatfs,statfs:poke_exit=@arg2=6969000000000000", *(("-P", path) if path else ()),
             "env", "HOME=/home/alice", "XDG_RUNTIME_DIR=/run/user/1000", "sh", "-c", command]
    return machine.root(shlex.join(words), check=False, timeout=120)
