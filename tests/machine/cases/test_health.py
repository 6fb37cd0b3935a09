# SPDX-License-Identifier: LGPL-2.1-or-later
"""Health checks, and reloading: what is run in a container because its unit says so."""

import box
import web

from machine.case import row

LIVING = "trap 'echo stopped; exit 0' TERM; trap 'echo reloaded' HUP; echo started; while :; do sleep 0.1; done\n"
HEALTH = "cat $XDG_RUNTIME_DIR/wolffia/box/health"


def start(machine, *lines, script=LIVING, wait=True, service=()):
    return box.start(machine, script, *lines, wait=wait, service=service)


def status(machine):
    return machine.show("box", "StatusText")


def test_a_unit_with_notify_healthy_is_started_when_its_container_is_healthy(machine):
    start(machine, "HealthCmd=test -e /tmp/up && echo all is well", "HealthInterval=30s", "Notify=healthy", wait=False)
    machine.eventually(lambda: "started" in machine.journal("box"))
    assert machine.show("box", "ActiveState") == "activating"
    machine.eventually(lambda: status(machine) == "starting: the check ended with status 1")
    machine.alice("/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box touch /tmp/up")
    machine.eventually(lambda: machine.show("box", "ActiveState") == "active", seconds=8)
    assert status(machine) == "healthy: all is well"
    assert "Status=healthy" in machine.alice(HEALTH).out
    assert "The container is healthy: all is well" in machine.journal("box")
    machine.alice("systemctl --user stop box")


def test_an_unhealthy_container_is_told_and_can_become_healthy_again(machine):
    start(machine, "HealthCmd=test -e /tmp/down && echo it is down && exit 1; echo fine", "HealthInterval=200ms", "HealthRetries=2")
    machine.eventually(lambda: status(machine) == "healthy: fine")
    inside = "/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box "
    machine.alice(inside + "touch /tmp/down")
    machine.eventually(lambda: status(machine) == "unhealthy: it is down")
    assert "The container is unhealthy: it is down" in machine.journal("box")
    assert machine.show("box", "ActiveState") == "active"
    machine.alice(inside + "rm /tmp/down")
    machine.eventually(lambda: status(machine) == "healthy: fine")
    machine.alice("systemctl --user stop box")


def test_health_is_not_what_a_payload_says_of_itself(machine):
    box.make_plain_root(machine)
    machine.write("~/boast.py", "import os, socket, time\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                                "s.connect(os.environ['NOTIFY_SOCKET'])\ns.send(b'READY=1\\nSTATUS=healthy: believe me')\ntime.sleep(600)\n")
    web.write(machine, "[Container]\nRootfs=%h/plain\nVolume=/usr:/usr:ro\nVolume=%h/boast.py:/tmp/boast.py:ro\nNotify=yes\n"
                       "Exec=/usr/bin/python3 /tmp/boast.py\nNetwork=none\nStopSignal=SIGKILL\n", "box")
    machine.alice("systemctl --user start box")
    assert status(machine) == "healthy: believe me"
    assert machine.alice("wolffia ps --format '{{.name}} {{.health}}'").out.split() in (["box"], ["box", "null"], ["box", "-"])
    machine.alice("systemctl --user stop box", check=False)


def test_every_form_of_a_command_is_run(machine):
    for command in ("CMD-SHELL test -e /script && echo yes", "CMD test -e /script", '["CMD", "test", "-e", "/script"]',
                    '["CMD-SHELL", "test -e /script"]', "test $(id -u) = 1000 -a $A = 1 -a $PWD = /tmp"):
        start(machine, f"HealthCmd={command}", "Notify=healthy", "User=app", "Environment=A=1", "WorkingDir=/tmp")
        assert machine.show("box", "ActiveState") == "active" and status(machine).startswith("healthy"), command
        machine.alice("systemctl --user stop box")
    start(machine, "HealthCmd=none")
    assert machine.alice(HEALTH, check=False).status != 0
    machine.alice("systemctl --user stop box")


def test_kill_stop_and_restart_do_what_they_say(machine):
    for action, service, log in (("kill", ("Restart=no",), "is unhealthy, so it is killed"),
                                 ("stop", ("Restart=no",), "stopped"), ("restart", (), "is unhealthy, so it is stopped")):
        start(machine, "HealthCmd=sleep 1; exit 1", "HealthInterval=200ms", "HealthRetries=1", f"HealthOnFailure={action}",
              service=service)
        if action == "restart":
            machine.eventually(lambda: int(machine.show("box", "NRestarts")) > 0, seconds=20)
        else:
            machine.eventually(lambda: machine.show("box", "ActiveState") == "failed", seconds=20)
        assert log in machine.journal("box"), action
        machine.alice("systemctl --user stop box; systemctl --user reset-failed box", check=False)


def test_a_payload_that_does_not_stop_when_it_is_unhealthy_is_killed(machine):
    start(machine, "HealthCmd=exit 1", "HealthInterval=200ms", "HealthRetries=1", "HealthOnFailure=stop", "StopTimeout=1s",
          script="trap 'echo no' TERM; echo started; while :; do sleep 0.1; done\n", service=("Restart=no",))
    machine.eventually(lambda: machine.show("box", "ActiveState") == "failed", seconds=20)
    log = machine.journal("box")
    assert "no" in log.split(), log


def test_a_check_that_takes_too_long_has_failed_and_is_gone(machine):
    start(machine, "HealthCmd=sleep 604 & sleep 605", "HealthInterval=300ms", "HealthTimeout=500ms", "HealthRetries=1")
    machine.eventually(lambda: status(machine) == "unhealthy: the check took longer than 500 ms")
    group = machine.show("box", "ControlGroup")
    counts = [machine.root(f"for pid in $(cat /sys/fs/cgroup{group}/payload/cgroup.procs); do tr '\\0' ' ' </proc/$pid/cmdline; "
                           "done | grep -o 'sleep 60[45]' | wc -l", check=False).out.strip() for _ in range(5)]
    assert all(int(count) <= 2 for count in counts), counts
    machine.alice("systemctl --user stop box", timeout=10)


def test_a_paused_container_is_not_checked_and_stays_what_it_was(machine):
    since = machine.root("date +%s.%6N").out.strip()
    start(machine, "HealthCmd=echo fine", "HealthInterval=200ms", "HealthTimeout=1s", "HealthRetries=1", "HealthOnFailure=kill")
    machine.eventually(lambda: status(machine) == "healthy: fine")
    machine.alice("wolffia pause box")
    before = machine.alice(HEALTH).out
    machine.root("sleep 2.5")
    assert status(machine) == "healthy: fine" and "unhealthy" not in machine.journal("box", since)
    # The one that ran when it was paused at the latest: none has failed.
    assert "Failures=0" in machine.alice(HEALTH).out
    machine.alice("wolffia unpause box")
    machine.eventually(lambda: machine.alice(HEALTH).out != before)
    assert status(machine) == "healthy: fine" and machine.show("box", "ActiveState") == "active"
    machine.alice("systemctl --user stop box")


def test_the_startup_check_goes_first(machine):
    start(machine, "HealthCmd=echo second", "HealthStartupCmd=echo first; test -e /tmp/up", "HealthStartupInterval=200ms",
          "HealthInterval=1s")
    machine.eventually(lambda: status(machine) == "starting: first")
    machine.alice("/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box touch /tmp/up")
    machine.eventually(lambda: status(machine) == "healthy: second")
    machine.alice("systemctl --user stop box")


def test_the_watchdog_restarts_a_container_that_is_unhealthy_and_no_other(machine):
    start(machine, "HealthCmd=test ! -e /tmp/down", "HealthInterval=200ms", "HealthRetries=1", "Notify=healthy",
          service=("WatchdogSec=1s", "Restart=on-failure", "RestartSec=0"))
    machine.root("sleep 2.5")
    assert (machine.show("box", "ActiveState"), machine.show("box", "NRestarts")) == ("active", "0")
    machine.alice("/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box touch /tmp/down")
    machine.eventually(lambda: machine.show("box", "NRestarts") == "1" and status(machine) == "healthy")
    log = machine.journal("box")
    assert "Failed with result 'watchdog'" in log and "asked to abort" in log, log
    machine.alice("systemctl --user stop box")
    # Without a health check the container is well while it runs.
    start(machine, service=("WatchdogSec=500ms",))
    machine.root("sleep 1.5")
    assert (machine.show("box", "ActiveState"), machine.show("box", "NRestarts")) == ("active", "0")
    machine.alice("systemctl --user stop box")
    assert machine.show("box", "Result") == "success"


def test_a_payload_that_speaks_to_systemd_feeds_the_watchdog_itself_while_its_check_agrees(machine):
    box.make_plain_root(machine)
    machine.write("~/feed.py", "import os, socket, time\nusec = int(os.environ['WATCHDOG_USEC'])\n"
                               "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\ns.connect(os.environ['NOTIFY_SOCKET'])\n"
                               "s.send(b'READY=1')\nwhile not os.path.exists('/tmp/silent'):\n    s.send(b'WATCHDOG=1')\n"
                               "    time.sleep(usec / 2e6)\ntime.sleep(600)\n")
    inside = "/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box "
    for reason in ("silent", "down"):
        web.write(machine, "[Container]\nRootfs=%h/plain\nVolume=/usr:/usr:ro\nVolume=%h/feed.py:/feed.py:ro\nNotify=yes\nTmpfs=/tmp\n"
                           "Exec=/usr/bin/python3 /feed.py\nNetwork=none\nHealthCmd=test ! -e /tmp/down\nHealthInterval=200ms\n"
                           "HealthRetries=1\n[Service]\nWatchdogSec=1s\nRestart=no\n", "box")
        machine.alice("systemctl --user start box")
        machine.root("sleep 2.2")
        assert machine.show("box", "ActiveState") == "active", reason
        machine.alice(inside + f"touch /tmp/{reason}")
        machine.eventually(lambda: machine.show("box", "Result") == "watchdog")
        machine.alice("systemctl --user reset-failed box")


def test_notify_healthy_without_a_check_says_so(machine):
    start(machine, "Notify=healthy", wait=False)
    machine.eventually(lambda: machine.show("box", "ActiveState") == "failed")
    assert "Notify=healthy waits for a health check, and there is none" in machine.journal("box")


def test_reload_sends_the_signal_or_runs_the_command(machine):
    start(machine, "ReloadSignal=SIGHUP")
    machine.eventually(lambda: "started" in machine.journal("box"))
    machine.alice("systemctl --user reload box")
    machine.eventually(lambda: "reloaded" in machine.journal("box"))
    machine.alice("systemctl --user stop box")
    start(machine, 'ReloadCmd=/bin/sh -c "echo one two >/tmp/reloaded"')
    machine.alice("systemctl --user reload box")
    seen = machine.alice("/usr/libexec/wolffia/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/box cat /tmp/reloaded").out
    assert seen == "one two\n"
    machine.alice("systemctl --user stop box")
    start(machine, "ReloadCmd=/bin/sh -c 'echo it cannot; exit 3'")
    assert machine.alice("systemctl --user reload box", check=False).status != 0
    machine.eventually(lambda: "it cannot" in machine.journal("box"))
    machine.alice("systemctl --user stop box")


@row("N11")
def test_proxy_variables_of_the_service_are_passed_on_unless_told_otherwise(machine):
    for lines, expected in (((), "http://proxy:3128"), (("HttpProxy=no",), "none"), (("Environment=http_proxy=mine",), "mine")):
        start(machine, *lines, script="echo proxy is ${http_proxy:-none}\n", service=("Environment=http_proxy=http://proxy:3128",))
        machine.eventually(lambda: f"proxy is {expected}" in machine.journal("box"))


def test_the_images_own_check_is_used_unless_the_unit_has_one(machine):
    box.import_image(machine)
    machine.alice("mkdir -p ~/own/bin ~/own/etc && cp /bin/busybox ~/own/bin/sh && tar -C ~/own -cf ~/own.tar . && "
                  "rm -f ~/own.oci && /usr/src/wolffia/examples/images/oci-archive ~/own.tar ~/own.oci --cmd '/bin/sh -c "
                  "\"while :; do sleep 1; done\"' --health 'echo of the image' && wolffia import localhost/own ~/own.oci")
    for lines, expected in ((("Notify=healthy",), "healthy: of the image"),
                            (("Notify=healthy", "HealthCmd=echo of the unit"), "healthy: of the unit"), (("HealthCmd=none",), "")):
        web.write(machine, "\n".join(("[Container]", "Image=localhost/own", *lines)) + "\n", "box")
        machine.alice("systemctl --user start box")
        assert status(machine) == expected, lines
        machine.alice("systemctl --user stop box")
    machine.alice("wolffia rmi localhost/own; rm -rf ~/own ~/own.tar ~/own.oci")
