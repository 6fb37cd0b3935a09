# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia run: podman run's options as a transient unit, in the foreground (row B12), or saved as a file."""

import box

from machine.case import needs, row


def run(machine, words, check=False, **options):
    box.import_image(machine)
    return machine.alice(f"wolffia run {words}", check=check, timeout=60, **options)


def units(machine):
    # systemd-run speaks to the manager over the user's bus, which is started for that.
    machine.alice("systemctl --user stop session.slice")
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


def test_interrupting_it_stops_the_unit(machine):
    box.import_image(machine)
    machine.alice("(wolffia run --name try --network=none localhost/box sh -c 'trap \"echo bye; exit 3\" TERM; echo up; "
                  "while :; do sleep 0.05; done' >~/run.out 2>&1; echo $? >~/run.status) & echo")
    machine.eventually(lambda: "up" in machine.read("~/run.out"))
    machine.alice("kill -INT $(pgrep -u alice -x wolffia)")
    machine.eventually(lambda: machine.read("~/run.status") == "3\n")
    assert machine.read("~/run.out") == "up\nbye\n" and units(machine) == ""


@needs("controllers")
def test_limits_are_properties_of_the_unit(machine):
    run(machine, "-d --name try -m 64M --network=none localhost/box sleep 600", check=True)
    assert machine.show("try", "MemoryMax") == str(64 << 20)
    machine.alice("wolffia stop try")


@row("B12")
def test_in_the_foreground_no_manager_is_needed_and_what_is_missing_is_named(machine):
    box.import_image(machine)
    machine.root("install -d -o alice -m 700 /run/alice")
    result = machine.root("su alice -c 'XDG_RUNTIME_DIR=/run/alice wolffia run --foreground -m 64M --network=none localhost/box "
                          "sh -c \"echo here; exit 4\"'", check=False)
    assert result.status == 4 and result.out == "here\n" and "--memory" in result.err, result
    machine.root("rm -r /run/alice")


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
    result = machine.alice("echo typed | wolffia run -i --network=none -e A=1 localhost/box sh -c 'cat; echo $A; exit 5'", check=False)
    assert (result.status, result.out) == (5, "typed\n1\n"), result
    out = machine.alice("script -qec 'wolffia run -it --rm --network=none localhost/box sh -c \"test -t 0 && tty\"' /dev/null").out
    assert "/dev/pts/0" in out, out
    assert units(machine) == ""


def test_mistakes_are_told(machine):
    for words, text in (("", "name of an image"), ("--publsh 80 box", "did you mean --publish"), ("-it box sh", "--tty is for a terminal"), ("-di box sh", "wolffia exec -it")):
        result = run(machine, words)
        assert result.status == 2 and text in result.err, result
