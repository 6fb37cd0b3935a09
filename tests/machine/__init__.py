# SPDX-License-Identifier: LGPL-2.1-or-later
"""Throw-away Debian machines with a running systemd, and the cases that run on them.

From a shell, as root:

    tests/run                                   everything: unit tests and all cases, bookworm and trixie
    tests/run --suite trixie --case web         the cases whose file or sentence contains "web"
    tests/machine/shell --suite trixie -- CMD   boots a machine with this source tree built and installed in it,
                                                runs CMD in it as alice and leaves the machine up; the next call
                                                builds what has changed and runs its command in the same machine
    tests/machine/shell --suite trixie --stop   destroys it

How it works

    root.py       a Debian root folder per suite, made once by mmdebstrap and kept in /var/cache/wolffia
    nspawn.py     boots a copy of it (overlay; home and /var/lib are plain folders) with systemd-nspawn
    vm.py         boots the same in a virtual machine that has all cgroup controllers
    inside/       what runs inside: agent.py runs commands for us, prepare makes the network and a visible /proc
    channel.py    our end of the agent
    machine.py    what a case can do with a machine, whichever way it was booted
    build.py      meson setup, ninja, meson test, meson install inside the machine
    images.py     the images that cases use
    leftovers.py  what a case must not leave behind
    runner.py     finds cases, runs them, prints TAP
    host.py       packages of the host, folders, locks, progress

A case is a function in cases/test_*.py whose name reads as a sentence:

    def test_a_stopped_service_leaves_nothing(machine):
        machine.write("~/.config/wolffia/web.container", "[Container]\\nImage=localhost/nginx\\n")
        machine.alice("systemctl --user daemon-reload && systemctl --user start web")
"""
