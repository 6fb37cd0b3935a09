# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine to try things on: boots it, builds and installs this source tree in it, runs a command as alice."""

import argparse
import os
import sys

from . import backend, build, host, images, nspawn, packages, root
from .machine import Machine

EXAMPLES = """
examples:
  tests/machine/shell                                     a shell as alice on trixie
  tests/machine/shell --suite bookworm -- systemctl --user status
  tests/machine/shell --user root -- 'journalctl -b | tail'
  tests/machine/shell --name mine --packages bench -- podman run …
  tests/machine/shell --stop                              destroys the machine

The machine stays up; the next call with the same --suite and --name uses it again, and builds and installs what has
changed (--no-build leaves that out). In it are the sources in /usr/src/wolffia, the build folder /var/build/normal, an
nginx image in /srv/images/nginx.oci.tar, the users alice (who lingers) and bob, and a LAN client in the network
namespace "lan" (as root: ip netns exec lan curl http://192.0.2.10:8080/)."""


def parse():
    parser = argparse.ArgumentParser(prog="tests/machine/shell", description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", choices=packages.SUITES, default="trixie")
    parser.add_argument("--name", default="shell", help="which machine, to have several (default: %(default)s)")
    parser.add_argument("--packages", choices=sorted(packages.SETS), default="base",
                        help="package set: bench has crun, podman and bubblewrap too")
    parser.add_argument("--user", default="alice")
    parser.add_argument("--no-build", action="store_true", help="use what is installed in the machine")
    parser.add_argument("--list", action="store_true", help="show the machines that are up")
    parser.add_argument("--stop", nargs="?", const=True, metavar="MACHINE",
                        help="destroy the machine, or the one that --list calls so")
    parser.add_argument("--stop-all", action="store_true", help="destroy all machines, whoever started them")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="words are joined and given to bash")
    return parser.parse_args()


def find_or_boot(options):
    folder = host.RUNNING / f"{options.name}-{options.suite}"
    machine = backend.find(folder)
    if machine:
        return machine

    prepared = root.prepared(options.suite, options.packages)
    progress = host.Progress(f"{options.suite}: booting")
    machine = nspawn.Nspawn.create(options.suite, prepared, folder.name)
    try:
        machine.boot(binds=build.binds(prepared) + images.binds(), stay=True)
    except BaseException:
        machine.destroy()
        raise
    progress.done(f"up, in {folder}")
    return machine


def build_and_install(machine):
    if not (host.SOURCE / "meson.build").exists():
        host.say("no meson.build in this source tree, nothing to build")
        return
    progress = host.Progress(f"{machine.suite}: building")
    with build.lock(machine, build.NORMAL):
        build.install(machine, build.setup_and_compile(machine, build.NORMAL))
    progress.done("installed")


def run(machine, options):
    if options.command:
        def show(name, data):
            stream = sys.stdout if name == "out" else sys.stderr
            stream.buffer.write(data)
            stream.flush()

        stdin = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
        return machine.run(options.user, " ".join(options.command), check=False, timeout=None, stdin=stdin,
                           on_output=show).status

    machine.backend.socket_path()
    command = ["nsenter", "--target", str(machine.backend.leader), "--all", "--", "su", "-", options.user]
    os.execvp(command[0], command)


def stop(folder):
    machine = backend.find(folder)
    if machine:
        machine.destroy()
        host.say(f"destroyed {folder.name}")
    else:
        host.say(f"{folder.name} is not up")


def main():
    options = parse()
    host.require_root("tests/machine/shell")
    host.install_missing(packages.HOST)
    backend.sweep()

    if options.list:
        for folder in backend.all_machines():
            print(folder.name, "up" if backend.find(folder) else "down")
        return 0
    if options.stop or options.stop_all:
        own = f"{options.name}-{options.suite}"
        wanted = [host.RUNNING / (own if options.stop is True else options.stop)] if options.stop else []
        for folder in wanted or backend.all_machines():
            stop(folder)
        return 0

    with host.lock(host.RUNNING / f"{options.name}-{options.suite}.lock"):
        machine = Machine(find_or_boot(options))
    if not options.no_build:
        build_and_install(machine)
    return run(machine, options)


if __name__ == "__main__":
    try:
        status = main()
        sys.exit(128 - status if status < 0 else status)
    except (host.HostError, build.BuildError) as error:
        sys.exit(f"tests/machine/shell: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
