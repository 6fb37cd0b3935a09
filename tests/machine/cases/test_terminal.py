# SPDX-License-Identifier: LGPL-2.1-or-later
"""--tty of a service: a terminal of the container's, whose output is logged, and that nobody types into."""

import box

INSIDE = "/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box "


def log_of(machine, since):
    machine.eventually(lambda: machine.show("box", "ActiveState") in ("inactive", "failed"), seconds=30)
    return machine.journal("box", since).splitlines()


def test_a_terminal_is_logged_line_by_line_and_nothing_is_lost(machine):
    since = machine.root("date +%s.%6N").out.strip()
    box.start(machine, "tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all three; stty size; echo kind $TERM; echo mine >/dev/tty\n"
                       "i=0; while [ $i -lt 5000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; exit 3\n",
              "PodmanArgs=-it", "User=app", service=("Restart=no",))
    log = log_of(machine, since)
    for line in ("/dev/pts/0", "all three", "24 80", "kind xterm", "mine"):
        assert line in log, (line, log[:20])
    assert [line for line in log if line.startswith(("out ", "err "))] == [f"{stream} {i}" for i in range(5000) for stream in ("out", "err")]
    assert machine.show("box", "ExecMainStatus") == "3"


def test_a_terminal_is_no_burden_while_nobody_has_it_open_and_ends_with_its_container(machine):
    box.start(machine, "trap 'exit 0' TERM; echo to be seen; exec </dev/null >/dev/null 2>&1; while :; do sleep 0.1; done\n",
              "PodmanArgs=--tty", "RunInit=yes")
    machine.eventually(lambda: "to be seen" in machine.journal("box"))
    pid = machine.show("box", "MainPID")
    machine.root("sleep 1")
    ticks = machine.root(f"cut -d' ' -f14,15 /proc/{pid}/stat").out.split()
    assert sum(map(int, ticks)) < 20, ticks
    machine.alice("systemctl --user stop box", timeout=5)
    assert machine.show("box", "Result") == "success"
    # Thrown away, or to a file.
    since = machine.root("date +%s.%6N").out.strip()
    box.start(machine, "i=0; while [ $i -lt 9000 ]; do echo unheard; i=$((i+1)); done\n", "PodmanArgs=-t", "LogDriver=none")
    assert "unheard" not in log_of(machine, since)
    box.start(machine, "printf 'one\\ntwo\\n'\n", "PodmanArgs=-t", "LogDriver=k8s-file")
    log_of(machine, since)
    text = machine.alice("cat ~/.local/state/wolffia/logs/box.log").out
    assert text.count("stdout F one\n") == 1 and text.count("stdout F two\n") == 1, text


def test_what_closes_its_terminal_can_open_it_again(machine):
    since = machine.root("date +%s.%6N").out.strip()
    box.start(machine, "echo before; exec </dev/null >/dev/null 2>&1; sleep 1; exec >/dev/pts/0 2>&1; echo after; exit 3\n", "PodmanArgs=-t",
              service=("Restart=no",), wait=False)
    log = log_of(machine, since)
    assert "before" in log and "after" in log and machine.show("box", "ExecMainStatus") == "3", log
