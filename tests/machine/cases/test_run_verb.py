# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia run: podman run's options as a transient unit, in the foreground (row B12), or saved as a file."""

import shlex

import box
import nets

from machine.case import needs, row


def run(machine, words, check=False, **options):
    box.import_image(machine)
    return machine.alice(f"wolffia run {words}", check=check, timeout=60, **options)


def units(machine):
    return machine.alice("systemctl --user list-units --all --no-legend --plain 'run-*.service' 'try.service'").out


def test_output_is_shown_and_the_exit_status_passed_on(machine):
    result = run(machine, "--rm --network=none localhost/box sh -c 'echo \"$1\"; echo err >&2; exit 7' x 'a $HOME %n \"q\"'")
    assert (result.status, result.out, result.err) == (7, 'a $HOME %n "q"\nerr\n', ""), result
    result = run(machine, "--network=none localhost/box nothing")
    assert result.status == 127 and "no program 'nothing'" in result.err, result
    assert units(machine) == ""


def test_variables_and_folders_of_the_caller_are_meant(machine):
    machine.alice("mkdir -p ~/here/data && echo found >~/here/data/file")
    box.import_image(machine)
    out = machine.alice("cd ~/here && A='b c' wolffia run --network=none -e A -v ./data:/data:ro localhost/box sh -c 'echo $A; cat /data/file'").out
    assert out == "b c\nfound\n" and units(machine) == "", out
    # They take a way of their own, by which no other user sees them, and arrive as they are.
    out = run(machine, "--network=none --env-host -e 'B=a  $HOME ${C} %n \"q\" \\n' -e \"$(printf 'D=e\\033f')\" localhost/box "
                       "sh -c 'printf \"%s\" \"$B$D\"; env | grep -c WOLFFIA_RUN'").out
    assert units(machine) == "" and out == 'a  $HOME ${C} %n "q" \\ne\033f0\n', out


def test_detached_it_is_a_unit_like_any_other(machine):
    assert run(machine, "-d --name try --network=none localhost/box sleep 600").out == "try\n"
    assert machine.show("try", "Type") == "notify" and machine.show("try", "Delegate") == "yes"
    assert machine.alice("wolffia ps -q").out == "try\n"
    assert machine.alice("wolffia exec try echo inside").out == "inside\n"
    result = run(machine, "-d --name try localhost/box true")
    assert result.status == 125 and "try.service already" in result.err, result
    machine.alice("wolffia stop try")
    assert units(machine) == ""
    result = run(machine, "-d --name try --network=none -v /nowhere:/x localhost/box true")
    assert result.status == 125 and "/nowhere" in result.err and units(machine) == "", result


def test_a_terminal_without_a_caller_goes_to_the_log(machine):
    run(machine, "-dt --name try --network=none localhost/box sh -c 'test -t 1 && tty; sleep 600'", check=True)
    machine.eventually(lambda: "/dev/pts/0" in machine.alice("wolffia logs try").out)
    machine.alice("wolffia stop try")
    assert units(machine) == ""


def test_interrupting_it_stops_what_does_not_hear_the_signal(machine):
    """Process 1 of a container gets no signal that it has no handler for."""
    box.import_image(machine)
    machine.alice("(wolffia run --name try --network=none localhost/box sleep 600 >~/run.out 2>&1; echo $? >~/run.status) & echo")
    machine.eventually(lambda: machine.show("try", "ActiveState") == "active")
    machine.alice("kill -INT $(pgrep -u alice -x wolffia)")
    machine.eventually(lambda: machine.read("~/run.status") == "143\n")
    assert units(machine) == ""


def test_signals_go_to_the_payload_that_hears_them(machine):
    box.import_image(machine)
    machine.alice("(wolffia run --name try --network=none localhost/box sh -c 'trap \"echo usr1\" USR1; trap \"echo int\" INT; "
                  "trap \"echo term; exit 4\" TERM; echo up; while :; do sleep 0.05; done' >~/run.out 2>&1; echo $? >~/run.status) & echo")
    for number, said in (("USR1", "up"), ("INT", "usr1"), ("TERM", "int")):
        machine.eventually(lambda: said in machine.read("~/run.out"))
        machine.alice(f"kill -{number} $(pgrep -u alice -x wolffia)")
    machine.eventually(lambda: machine.read("~/run.status") == "4\n")
    assert machine.read("~/run.out").split() == ["up", "usr1", "int", "term"] and units(machine) == ""


def test_limits_are_properties_of_the_unit(machine):
    run(machine, "-d --name try -m 64M --memory-swap 128M --memory-reservation 32M --pids-limit 50 --cpus 1.5 -c 512 --blkio-weight 250 "
                 "--cpuset-cpus 0 --oom-score-adj 300 --stop-timeout 20 --restart on-failure --timeout 900 --network=none localhost/box "
                 "sleep 600", check=True)
    for name, value in (("MemoryMax", 64 << 20), ("MemorySwapMax", 64 << 20), ("MemoryLow", 32 << 20), ("TasksMax", 50),
                        ("CPUQuotaPerSecUSec", "1.500000s"), ("CPUWeight", 50), ("IOWeight", 50), ("AllowedCPUs", "0"),
                        ("OOMScoreAdjust", 300), ("TimeoutStopUSec", "30s"), ("Restart", "on-failure"), ("RuntimeMaxUSec", "15min"),
                        ("Delegate", "yes"), ("KillMode", "mixed"), ("SyslogIdentifier", "try"), ("RuntimeDirectoryMode", "0700"),
                        ("FragmentPath", "/run/user/1000/systemd/transient/try.service")):
        assert machine.show("try", name) == str(value), (name, machine.show("try", name))
    # They outlive a reload, and what the command line says is as it was.
    machine.alice("systemctl --user daemon-reload")
    assert machine.show("try", "MemoryMax") == str(64 << 20) and machine.alice("wolffia exec try echo inside").out == "inside\n"
    machine.alice("wolffia stop try")
    result = run(machine, "--memory-swap 64M localhost/box true")
    assert result.status == 125 and "--memory-swap=64M cannot be translated" in result.err, result
    result = run(machine, "--reload-cmd true localhost/box true")
    assert result.status == 125 and "--save=NAME" in result.err, result


def test_networks_and_volumes_are_brought_up_as_for_a_file(machine):
    nets.network(machine, "app", "NetworkName=shop")
    machine.write("~/.config/wolffia/data.volume", "[Volume]\nVolumeName=store\n")
    machine.alice("systemctl --user daemon-reload")
    # By the name of the file, or by what the file calls it.
    assert run(machine, "--network=app.network -v data.volume:/x localhost/box sh -c 'echo kept >/x/file; hostname -i'", check=True).out.startswith("10.")
    assert machine.show("app-network", "ActiveState") == machine.show("data-volume", "ActiveState") == "active"
    machine.alice("systemctl --user stop app-network")
    run(machine, "-d --name try --network=shop --mount type=volume,source=store,target=/x localhost/box sleep 600", check=True)
    assert machine.alice("wolffia exec try cat /x/file").out == "kept\n"
    for name in ("Requires", "After"):
        assert {"app-network.service", "data-volume.service"} <= set(machine.show("try", name).split()), name
    # The network of a container that runs, whoever started it.
    first = machine.alice("wolffia exec try readlink /proc/self/ns/net").out
    assert run(machine, "--network=container:try localhost/box readlink /proc/self/ns/net").out == first
    machine.alice("wolffia stop try")
    # What no file makes is made with the defaults.
    assert run(machine, "--network=bare localhost/box true").status == 0
    assert machine.show("wolffia-network@bare", "ActiveState") == "active"
    machine.alice("systemctl --user stop wolffia-network@bare app-network")


def test_what_it_needs_and_cannot_be_had_is_the_reason(machine):
    machine.write("~/.config/wolffia/new.network", "[Network]\n")
    result = run(machine, "--network=new localhost/box true")
    assert result.status == 125 and "daemon-reload" in result.err and "new-network.service" in result.err, result
    machine.write("~/.config/wolffia/new.network", "[Network]\n[Service]\nExecStartPre=/bin/false\nRestart=no\n")
    machine.alice("systemctl --user daemon-reload")
    for options in ("", "-d"):
        result = run(machine, f"{options} --network=new localhost/box true")
        assert result.status == 125 and "new-network.service, which it needs, has not started" in result.err, result
    assert units(machine) == ""
    machine.alice("systemctl --user reset-failed new-network")


def test_restarts_end_after_the_number_that_was_asked_for(machine):
    run(machine, "-d --name try --restart=on-failure:2 --network=none localhost/box sh -c 'echo begun; exit 3'")
    machine.eventually(lambda: "repeated too quickly" in machine.journal("try") and machine.show("try", "ActiveState") == "failed")
    assert machine.journal("try").splitlines().count("begun") == 3, machine.journal("try")
    machine.alice("systemctl --user reset-failed try")


def test_it_is_waited_for_through_its_restarts(machine):
    result = run(machine, "--restart=on-failure:2 --network=none localhost/box sh -c 'echo spoken; exit 3'")
    assert result.status == 3 and units(machine) == "" and "may be in the journal" in result.err, result
    # systemd 252 has the caller's files for the first start only, 257 for all.
    logged = machine.journal(options="--since=-30s")
    assert result.out.startswith("spoken\n") and (result.out + logged).count("spoken") == 3, (result, logged)


def test_a_run_that_failed_is_told_and_its_name_can_be_taken_again(machine):
    result = run(machine, "-d --name try --network=none localhost/box sh -c 'sleep 0.3; exit 3'")
    assert result.status == 0, result
    machine.eventually(lambda: machine.show("try", "ActiveState") == "failed")
    assert run(machine, "-d --name try --network=none localhost/box sleep 600").status == 0
    first = machine.show("try", "MainPID")
    assert run(machine, "-d --name try --replace --network=none localhost/box sleep 600").status == 0
    assert machine.show("try", "ActiveState") == "active" and machine.show("try", "MainPID") != first
    machine.alice("wolffia stop try")
    result = run(machine, "--network=none localhost/box sh -c 'kill -9 1; kill -TERM $$; sleep 9' & sleep 1; wolffia kill $(wolffia ps -q); wait $!")
    assert result.status == 128 + 9 and units(machine) == "", result
    result = run(machine, "--timeout 1 --network=none localhost/box sleep 600")
    assert result.status != 0 and units(machine) == "", result


@row("B4")
def test_no_user_bus_is_needed(machine):
    box.import_image(machine)
    machine.alice("systemctl --user stop dbus.socket dbus.service dbus-broker.service 2>/dev/null; systemctl --user stop session.slice", check=False)
    try:
        result = machine.alice("echo typed | env -u DBUS_SESSION_BUS_ADDRESS wolffia run -i --network=none localhost/box sh -c 'cat; exit 6'", check=False)
    finally:
        machine.alice("systemctl --user start dbus.socket")
    assert (result.status, result.out) == (6, "typed\n"), result


@row("B12")
def test_in_the_foreground_no_manager_is_needed_and_what_is_missing_is_named(machine):
    box.import_image(machine)
    machine.root("install -d -o alice -m 700 /run/alice")
    result = machine.root("su alice -c 'XDG_RUNTIME_DIR=/run/alice wolffia run --foreground -m 64M --network=none localhost/box "
                          "sh -c \"echo here; exit 4\"'", check=False)
    assert result.status == 4 and result.out == "here\n" and "--memory" in result.err, result
    result = machine.root("echo typed | su alice -c 'XDG_RUNTIME_DIR=/run/alice wolffia run --foreground -i --network=none localhost/box "
                          "sh -c \"cat; exit 5\"'", check=False)
    assert (result.status, result.out) == (5, "typed\n"), result
    result = machine.root("su alice -c 'XDG_RUNTIME_DIR=/run/alice wolffia run --foreground --restart=always localhost/box true'", check=False)
    assert result.status == 2 and "service manager" in result.err, result
    machine.root("rm -r /run/alice")


def test_ctrl_c_in_the_foreground_is_heard_once_and_takes_no_helper_away(machine):
    box.import_image(machine)
    script = "trap 'n=$((n+1)); echo heard $n' INT; until [ $n ]; do sleep 0.1; done; sleep 1; exit 9"
    # As a terminal does: all processes of the group.
    result = machine.alice(f"timeout --preserve-status -s INT 2 wolffia run --foreground localhost/box sh -c {shlex.quote(script)}", check=False)
    assert (result.status, result.out, result.err) == (9, "heard 1\n", ""), result
    result = machine.alice("timeout --preserve-status -s INT 2 wolffia run --foreground localhost/box sleep 60", check=False)
    assert result.status in (130, 143) and "pasta" not in result.err and "stop signal" in result.err, result


def test_saved_it_is_a_file_that_does_the_same(machine):
    result = run(machine, "--save try --network=none -e 'A=$x %h \"q\"' --tmpfs /tmp --umask 077 localhost/box sh -c 'echo \"got $A\"; umask; sleep 600'")
    assert result.status == 0 and result.out == "/home/alice/.config/wolffia/try.container\n" and result.err == "", result
    machine.alice("systemctl --user daemon-reload && wolffia start try")
    machine.eventually(lambda: 'got $x %h "q"\n0077' in machine.journal("try"))
    machine.alice("wolffia stop try")
    result = run(machine, "--save try localhost/box")
    assert result.status == 1 and "stays as it is" in result.err, result


def test_its_command_can_have_input_and_a_terminal(machine):
    box.import_image(machine)
    result = machine.alice("echo typed | wolffia run -i --network=none -e A=1 localhost/box sh -c 'cat; echo $A $$; echo e >&2; exit 5'", check=False)
    assert (result.status, result.out, result.err) == (5, "typed\n1 1\ne\n", ""), result
    whole = machine.alice("head -c 20000000 /dev/urandom >~/in; wolffia run -i --network=none localhost/box cat <~/in >~/out; cmp ~/in ~/out && echo same")
    assert whole.out == "same\n", whole
    out = machine.alice("script -qec 'stty rows 24 cols 81; wolffia run -it --rm --network=none -u app localhost/box sh -c \"test -t 0 && tty && stty size && "
                        "echo process \\$\\$ && id -un && (echo again >/dev/tty)\"; stty -a | grep -o .icanon' /dev/null").out
    assert out.replace("^@", "").split() == ["/dev/pts/0", "24", "81", "process", "1", "app", "again", "icanon"], out
    assert units(machine) == ""


TYPIST = """import fcntl, os, pty, signal, struct, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp('wolffia', ['wolffia', 'run', *sys.argv[1:]])
out = b''
def until(text):
    global out
    while text not in out: out += os.read(fd, 1000)
until(b'up')
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 33, 99, 0, 0))
os.kill(pid, signal.SIGWINCH)
until(b'33 99')
os.write(fd, b'\\x03')
until(b'interrupted')
os.write(fd, b'hello\\r')
until(b'got hello')
os.kill(pid, signal.SIGTERM)
try:
    while True: out += os.read(fd, 1000)
except OSError: pass
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_terminal_passes_on_keys_sizes_and_signals(machine):
    box.import_image(machine)
    machine.write("~/typist.py", TYPIST)
    machine.write("~/typed.sh", "trap 'stty size' WINCH; trap 'echo interrupted' INT; trap 'exit 8' TERM; echo up\n"
                                "until read line; do :; done; echo got $line; while :; do sleep 0.05; done\n")
    for options in ("", "--foreground"):
        out = machine.alice(f"timeout 20 python3 ~/typist.py -it {options} --network=none -v ~/typed.sh:/typed.sh localhost/box sh /typed.sh").out
        assert out == "8\n", (options, out)
    assert units(machine) == ""


def test_nothing_of_the_callers_is_open_in_the_container(machine):
    box.import_image(machine)
    look = "sh -c 'ls -l /proc/1/fd'; true"
    lines = machine.alice(f"echo | wolffia run -i --network=none localhost/box sh -c {shlex.quote(look)}").out.splitlines()[1:]
    assert len(lines) == 3 and all("-> pipe:" in line for line in lines), lines
    out = machine.alice("script -qec " + shlex.quote(f"wolffia run -it --network=none localhost/box sh -c {shlex.quote(look)}") + " /dev/null").out
    assert out.count(" -> ") == out.count("-> /dev/pts/0") == 3, out
    # A file or a socket of the host is refused, whoever passes it.
    result = machine.alice("/usr/libexec/wolffia/wolffia-runner --standard-input=pipe --network=none localhost/box true </etc/passwd", check=False)
    assert result.status == 125 and "no pipe" in result.err, result


def test_an_option_that_does_nothing_here_is_said(machine):
    result = run(machine, "--rm --pidfile /tmp/x --network=none localhost/box true")
    assert result.status == 0 and "--pidfile has no effect: what others need to know" in result.err, result
    result = machine.alice("wolffia run --pid=host localhost/box true", check=False)
    assert result.status != 0 and "its own processes only" in result.err and "no effect" not in result.err, result


def test_mistakes_are_told(machine):
    for words, text in (("", "name of an image"), ("--publsh 80 box", "did you mean --publish"), ("-it box sh", "is for a terminal"), ("--platform=windows/amd64 box", "linux/ARCHITECTURE"), ("--save=x --arch=arm64 box", "Arch= in a .image file"), ("--restart=on-failure:x box", "on-failure:x"), ("--save=x --restart=on-failure:3 box", "StartLimitBurst="),
                        ("-i --restart=always box", "write --detach"), ("--name='a b' box", "--name: 'a b' cannot be the name of a container; letters, digits and _ . - @ are possible"),
                        ("--network=ap.network box", "--network: ap.network: there is no such file")):
        result = run(machine, words)
        assert result.status == 2 and text in result.err, result


def test_a_name_is_written_down_and_an_image_of_another_architecture_is_none(machine):
    box.import_image(machine)
    machine.alice("wolffia run -d --name try --cidfile ~/try.id --network=none --platform linux/amd64 localhost/box sleep 600; rm -f ~/out")
    assert machine.alice("wolffia inspect --format '{{.name}}' $(cat ~/try.id)").out == "try\n"
    result = run(machine, "--cidfile ~/try.id --network=none localhost/box true")
    assert result.status == 125 and "File exists" in result.err, result
    result = run(machine, "--arch arm64 --network=none localhost/box true")
    assert result.status == 125 and "cannot be fetched" in result.err, result
    result = run(machine, "--pull sometimes --network=none localhost/box true")
    assert result.status == 125 and "--pull: 'sometimes'" in result.err, result
    machine.alice("wolffia stop try")


def test_the_end_of_a_run_is_known_to_who_waits_for_it_and_what_it_said_is_shown(machine):
    box.import_image(machine)
    for status in (0, 7):
        out = machine.alice(f"wolffia run -d --name brief --network=none localhost/box sh -c 'sleep 0.7; exit {status}' && wolffia wait brief", timeout=4).out
        assert out == f"brief\n{status}\n", out
    assert machine.alice("wolffia wait brief").out == "7\n"
    machine.alice("systemctl --user reset-failed")
    assert run(machine, "--log-driver=none --cap-drop=all --cap-add=chown,SETUID --network=none localhost/box grep CapEff /proc/self/status").out.split() == \
        ["CapEff:", "0000000000000081"]


def test_it_ends_when_nobody_reads_its_output_any_more(machine):
    box.import_image(machine)
    for options in ("", "-i"):
        assert machine.alice(f"wolffia run {options} --network=none localhost/box yes </dev/null | head -n 1", timeout=10, check=False).out == "y\n"
    assert units(machine) == ""


def test_the_unit_of_an_image_file_comes_first(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/ours.image", "[Image]\nImage=localhost/box\n")
    machine.alice("systemctl --user daemon-reload")
    result = run(machine, "--network=none ours.image echo found")
    assert (result.status, result.out) == (0, "found\n") and machine.show("ours-image", "ActiveState") == "active", result
    result = run(machine, "--network=none theirs.image true")
    assert result.status == 2 and "image: theirs.image: there is no such file" in result.err, result
    machine.alice("rm ~/.config/wolffia/ours.image; systemctl --user stop ours-image; systemctl --user daemon-reload")


def test_a_standard_input_that_nobody_writes_to_stays_open(machine):
    box.import_image(machine)
    machine.alice("wolffia run -di --name idle --network=none -u app localhost/box sh -c 'readlink /proc/self/fd/0; cat; exit 9'")
    machine.eventually(lambda: "pipe:" in machine.journal("idle"))
    machine.alice("sleep 0.5; wolffia exec idle true")
    assert machine.show("idle", "ActiveState") == "active"
    machine.alice("wolffia stop idle")
