# SPDX-License-Identifier: LGPL-2.1-or-later
"""Running a further command in a container that runs."""

import shlex

import box

from machine.case import row

RUNNER = "/usr/libexec/wolffia/wolffia-runner"
LIVING = "trap 'exit 0' TERM; echo started; while :; do sleep 0.1; done\n"


def run(machine, command, *options, unit="box", check=True, shell=True):
    words = ["/bin/sh", "-c", command] if shell else shlex.split(command)
    return machine.alice(f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/{unit} " +
                         " ".join(map(shlex.quote, options)) + " -- " + " ".join(map(shlex.quote, words)), check=check,
                         timeout=30)


def start(machine, *lines, script=LIVING, name="box"):
    box.start(machine, script, *lines, name=name)
    machine.eventually(lambda: "started" in machine.journal(name))


def namespaces(machine, command):
    return command("for name in user mnt pid ipc uts net cgroup; do readlink /proc/self/ns/$name; done").out.split()


def test_exec_joins_the_namespaces_and_the_cgroup_of_the_container(machine):
    start(machine)
    payload = namespaces(machine, lambda command: machine.root(
        "pid=$(head -n1 /sys/fs/cgroup%s/payload/cgroup.procs); %s" % (
            machine.show("box", "ControlGroup"), command.replace("/proc/self", "/proc/$pid"))))
    assert namespaces(machine, lambda command: run(machine, command)) == payload
    assert run(machine, "tail -n1 /proc/self/cgroup").out == "0::/\n"
    assert "script" in run(machine, "cat /proc/1/cmdline").out
    machine.alice("systemctl --user stop box")


@row("N9")
def test_exec_joins_exactly_what_the_container_owns(machine):
    start(machine, "Network=host")
    assert run(machine, "readlink /proc/self/ns/net").out == machine.alice("readlink /proc/self/ns/net").out
    assert run(machine, "readlink /proc/self/ns/mnt").out != machine.alice("readlink /proc/self/ns/mnt").out
    machine.alice("systemctl --user stop box")


IPC_OF_ALICE = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mq_open(b"/from-host", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0, os.strerror(ctypes.get_errno())
open("/dev/shm/from-host", "w").write("greetings\\n")
print(libc.shmget(0x77, 4096, 0o1600))
"""


def test_the_hosts_ipc_is_shared_with_who_asks_for_it(machine):
    """Of a container and its commands, of a pod's member too, but not of the pod's other one; what is made inside is alice's."""
    machine.write("~/ipc.py", IPC_OF_ALICE)
    machine.write("~/.config/wolffia/p.pod", "[Pod]\n")
    segment = machine.alice("python3 ~/ipc.py").out.strip()
    seen = lambda name: run(machine, "cat /proc/sysvipc/shm /dev/shm/from-host; ls /dev/mqueue; true", unit=name).out  # noqa: E731
    try:
        start(machine, "PodmanArgs=--ipc=host")
        start(machine, "PodmanArgs=--ipc=host", "Pod=p.pod", name="m")
        start(machine, "Pod=p.pod", name="o")
        for name in ("box", "m"):
            out = seen(name)
            assert f" {segment} " in out and "greetings" in out and "from-host" in out, out
        out = seen("o")
        assert f" {segment} " not in out and "greetings" not in out and "from-host" not in out, out
        run(machine, "echo back >/dev/shm/from-inside")
        assert machine.alice("stat -c %U /dev/shm/from-inside; cat /dev/shm/from-inside").out == "alice\nback\n"
        machine.alice("systemctl --user stop box m o")
        assert machine.alice("cat /dev/shm/from-inside").out == "back\n", "it outlives the container"
    finally:
        machine.root(f"ipcrm -m {segment}; rm -f /dev/shm/from-host /dev/shm/from-inside /dev/mqueue/from-host")


def test_exec_has_the_restrictions_of_the_payload(machine):
    seen = "grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' /proc/%s/status; cat /proc/%s/limits; cat /proc/%s/oom_score_adj"
    for lines in ((), ("NoNewPrivileges=yes", "DropCapability=ALL", "AddCapability=NET_RAW", "Ulimit=nofile=512:600",
                       "Environment=A=1", "User=app")):
        start(machine, *lines)
        assert run(machine, seen.replace("%s", "self")).out == run(machine, seen.replace("%s", "1")).out, lines
        machine.alice("systemctl --user stop box")


def test_what_the_payload_may_not_do_is_refused_inside_exec_as_well(machine):
    start(machine)
    for command in ("mount -t tmpfs none /tmp", "unshare -U true", "mknod /tmp/x b 8 0", "echo 1 >/proc/sys/kernel/panic",
                    "echo b >/proc/sysrq-trigger", "chroot / mount -o remount,rw /proc/sys",
                    "grep -q . /proc/kcore", "dmesg -c", "echo 1 >/proc/self/oom_score_adj; echo -999 >/proc/self/oom_score_adj"):
        assert run(machine, command, check=False).status != 0, command
    machine.alice("systemctl --user stop box")


def test_exec_gets_environment_user_folder_and_status(machine):
    start(machine, "Environment=ONE=1 TWO=2", "WorkingDir=/tmp")
    assert run(machine, "echo $ONE $TWO $HOME $PWD $(id -u)", "--env=TWO=two").out == "1 two /root /tmp 0\n"
    assert run(machine, "echo $HOME $PWD $(id -un) $(id -Gn)", "--user=app", "--workdir=/home").out == \
        "/home/app /home app app audio\n"
    assert run(machine, "exit 42", check=False).status == 42
    assert run(machine, "kill -KILL $$", check=False).status == 128 + 9
    refused = run(machine, "no-such-program", shell=False, check=False)
    assert refused.status == 127 and "The image has no program 'no-such-program'" in refused.err, refused
    assert run(machine, "/etc/passwd", shell=False, check=False).status == 126
    assert "NOTIFY" not in run(machine, "env").out
    machine.alice("systemctl --user stop box")
    gone = run(machine, "true", check=False)
    assert gone.status == 125 and "does not run" in gone.err, gone


def test_exec_copies_its_streams_whole(machine):
    start(machine)
    command = f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box --interactive -- "
    whole = machine.alice(f"head -c 20000000 /dev/urandom >~/in; {command} cat <~/in >~/out; cmp ~/in ~/out && echo same")
    assert whole.out == "same\n", whole
    apart = machine.alice(f"{command} sh -c 'echo out; echo err >&2' 2>/dev/null")
    assert apart.out == "out\n"
    ordered = machine.alice(f"{command} sh -c 'for i in 1 2 3; do echo o$i; echo e$i >&2; done' 2>&1")
    assert ordered.out.split() == ["o1", "e1", "o2", "e2", "o3", "e3"]
    assert run(machine, "cat; echo end").out == "end\n"  # without --interactive there is nothing to read
    held = run(machine, "sleep 600 & echo done")
    assert held.out == "done\n"
    machine.alice("systemctl --user stop box")


def test_a_stopped_client_does_not_keep_the_container_from_ending(machine):
    start(machine)
    machine.alice(f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box -- sleep 600 >/dev/null 2>&1 & echo $! >~/pid; "
                  "sleep 0.3; kill -STOP $(cat ~/pid)")
    machine.eventually(lambda: "sleep 600" in run(machine, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").out)
    machine.alice("systemctl --user stop box", timeout=5)
    assert machine.show("box", "Result") == "success"
    machine.alice("kill -CONT $(cat ~/pid)")
    machine.eventually(lambda: machine.alice("kill -0 $(cat ~/pid)", check=False).status != 0)


def test_a_killed_client_leaves_nothing(machine):
    start(machine)
    machine.alice(f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box -- sh -c 'sleep 601 & sleep 602' >/dev/null 2>&1 & "
                  "echo $! >~/pid")
    seen = lambda: run(machine, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").out
    machine.eventually(lambda: "sleep 601" in seen() and "sleep 602" in seen())
    machine.alice("kill -KILL $(cat ~/pid)")
    machine.eventually(lambda: "sleep 60" not in seen().replace("sleep 0", ""))
    group = machine.show("box", "ControlGroup")
    machine.eventually(lambda: "runner" not in machine.root(
        f"for pid in $(cat /sys/fs/cgroup{group}/cgroup.procs); do cat /proc/$pid/comm; done").out)
    machine.alice("systemctl --user stop box")


def test_a_client_passes_on_the_signals_that_it_gets(machine):
    start(machine)
    told = machine.alice(f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box -- "
                         "sh -c 'trap \"echo heard; exit 3\" TERM; echo ready; while :; do sleep 0.1; done' >~/said & pid=$!; "
                         "until grep -q ready ~/said; do sleep 0.05; done; kill -TERM $pid; wait $pid; echo $?; cat ~/said")
    assert told.out.split() == ["3", "ready", "heard"], told
    machine.alice("systemctl --user stop box")


def test_exec_from_a_login_session_lands_in_the_cgroup_of_the_container(machine):
    """A process cannot be moved from the session's cgroup to the user manager's, so it is born there."""
    start(machine)
    group = machine.show("box", "ControlGroup")
    machine.alice(f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box --detach -- sleep 603")
    found = machine.root(f"for pid in $(cat /sys/fs/cgroup{group}/payload/cgroup.procs); do tr '\\0' ' ' </proc/$pid/cmdline; done 2>/dev/null; true")
    assert "sleep 603" in found.out, found
    machine.alice("systemctl --user stop box")


def test_a_terminal_of_exec_is_the_containers_own(machine):
    start(machine)
    box.make_plain_root(machine)
    machine.write("~/terminal.py", "import fcntl, os, pty, struct, termios\n"
                  "pid, fd = pty.fork()\n"
                  "if pid == 0:\n"
                  f"    os.execv('{RUNNER}', ['wolffia-runner', '--exec=' + os.environ['XDG_RUNTIME_DIR'] + '/wolffia/box',\n"
                  "              '--tty', '--interactive', '--', 'sh', '-c', 'tty; stty size; read line; echo got $line'])\n"
                  "out = b''\n"
                  "fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))\n"
                  "while b'24 80' not in out: out += os.read(fd, 1000)\n"
                  "os.write(fd, b'hello\\r')\n"
                  "try:\n"
                  "    while True: out += os.read(fd, 1000)\n"
                  "except OSError: pass\n"
                  "print(out.decode(), os.waitpid(pid, 0)[1])\n")
    out = machine.alice("python3 ~/terminal.py", timeout=20).out
    assert "/dev/pts/0" in out and "got hello" in out and out.split()[-1] == "0", out
    machine.alice("systemctl --user stop box")


def test_the_payload_cannot_look_into_a_command_before_it_is_one_of_its_own(machine):
    """A payload that reads /proc as fast as it can never sees our program, nor a descriptor that leads to it."""
    start(machine, script="trap 'exit 0' TERM; echo started; while :; do ls -l /proc/[0-9]*/fd/ "
                          "/proc/[0-9]*/exe /proc/[0-9]*/cwd /proc/[0-9]*/root 2>/dev/null | tee -a /tmp/all | "
                          "grep -E 'wolffia|cgroup|/home/alice|pidfd' >>/tmp/seen; done\n")
    for _ in range(100):
        run(machine, "true", shell=False)
    assert run(machine, "cat /tmp/seen").out == ""
    assert "/bin/busybox" in run(machine, "cat /tmp/all").out
    machine.alice("systemctl --user stop box", timeout=60)
