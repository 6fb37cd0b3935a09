# SPDX-License-Identifier: LGPL-2.1-or-later
"""RunInit=: a small init as process 1 of an image that has none; the host's catatonit, and our own where that is not installed."""

import contextlib

import box

INSIDE = "/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box "


@contextlib.contextmanager
def without_catatonit(machine):
    path = machine.root("command -v catatonit").out.strip()
    machine.root(f"mv {path} {path}.away")
    try:
        yield
    finally:
        machine.root(f"mv {path}.away {path}")


def does_what_an_init_does(machine, program):
    # Whoever loses its parent is reaped; signals are passed on; process 1 is the init, and the payload is not.
    box.start(machine, "trap 'echo heard hup' HUP; trap 'echo heard term; exit 0' TERM\n"
                       "for i in 1 2 3; do (sleep 0.1 & exec true); done\n"
                       "echo first is $(cat /proc/1/comm), own is $$; while :; do sleep 0.1; done\n", "RunInit=yes")
    machine.eventually(lambda: f"first is {program}, own is" in machine.journal("box"))
    assert "own is 1\n" not in machine.journal("box")
    machine.root("sleep 0.3")
    states = machine.alice(INSIDE + "sh -c \"cat /proc/[0-9]*/stat | cut -d' ' -f3 | sort | uniq -c\"").out
    assert "Z" not in states, states
    machine.alice("systemctl --user kill --kill-whom=main --signal=HUP box")
    machine.eventually(lambda: "heard hup" in machine.journal("box"))
    machine.alice("systemctl --user stop box")
    assert "heard term" in machine.journal("box") and machine.show("box", "Result") == "success"
    # One that has no handler ends all the same, as the kernel shields process 1 only.
    box.start(machine, "exec sleep 600\n", "RunInit=yes")
    machine.alice("systemctl --user stop box", timeout=8)
    assert machine.show("box", "Result") == "success"
    # The payload's exit status is the container's, and a signal's number is in it.
    assert box.run(machine, "exit 7", "--init=true", check=False).status == 7
    assert box.run(machine, "kill -SEGV $$", "--init=true", check=False).status == 128 + 11
    assert box.run(machine, "exec no-such-program", "--init=true", check=False).status == 127
    assert box.run(machine, "grep -c init /proc/self/mountinfo; echo x 2>/dev/null >/run/podman-init || echo read-only",
                   "--init=true").out == "1\nread-only\n"


def test_the_hosts_catatonit_is_process_1_where_it_is_installed(machine):
    does_what_an_init_does(machine, "podman-init")


def test_our_own_init_is_process_1_where_it_is_not(machine):
    with without_catatonit(machine):
        does_what_an_init_does(machine, "podman-init")
        seen = machine.alice("script -qec 'wolffia run -it --network=none localhost/box tty' /dev/null").out
        assert "/dev/pts/0" in seen, seen
        # By its name in PATH, which process 1 looks up itself.
        assert machine.alice("/usr/libexec/wolffia/wolffia-runner --name=box --network=none --init=true localhost/box "
                             "echo found").out == "found\n"
        machine.root("mv /usr/libexec/wolffia/wolffia-init /usr/libexec/wolffia/wolffia-init.away")
        try:
            refused = box.run(machine, "true", "--init=true", check=False)
            assert refused.status == 125 and "apt install catatonit" in refused.err, refused
        finally:
            machine.root("mv /usr/libexec/wolffia/wolffia-init.away /usr/libexec/wolffia/wolffia-init")
