# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hostile payloads and images: each known way in which a runtime was broken is tried."""

import shlex

import box
import web

from machine.case import needs, row

RUNNER = "/usr/libexec/wolffia/wolffia-runner"


def hostile_root(machine, commands):
    """A root folder of alice's with busybox as /bin/sh, and what COMMANDS make of it; the container's root may write to it."""
    machine.alice("rm -rf ~/evil ~/victim && mkdir -p ~/evil/bin ~/victim && cp /bin/busybox ~/evil/bin/busybox && "
                  "for name in sh cat ls id echo mount touch sleep grep stat readlink dd; do ln -s busybox ~/evil/bin/$name; done && "
                  "echo untouched >~/victim/file && " + f"cd ~/evil && {commands}")


def run_hostile(machine, command, *options, runner=RUNNER, check=False):
    words = [runner, "--name=evil", "--network=none", "--rootfs=/home/alice/evil", *options]
    return machine.alice(" ".join(map(shlex.quote, words)) + f" {command}", check=check, timeout=30)


def assert_untouched(machine):
    assert machine.alice("cat ~/victim/*; ls -A ~/victim").out == "untouched\nfile\n"


HUNT = """
import os, time
def hunt():
    while True:
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if "runner" in os.readlink(f"/proc/{pid}/exe"):
                    return os.open(f"/proc/{pid}/exe", os.O_RDONLY)
            except OSError:
                pass
print("hunting", flush=True)
fd = hunt()
print("caught", os.readlink(f"/proc/self/fd/{fd}"), flush=True)
for _ in range(200):
    try:
        os.write(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY), b"overwritten")
        print("written", flush=True)
        why = None
        break
    except OSError as error:
        why = error
    time.sleep(0.01)
print("done", why, flush=True)
time.sleep(99999)
"""


def test_the_runners_program_cannot_be_overwritten_even_where_the_user_owns_it(machine):
    """CVE-2019-5736: what is to be executed in a hostile container is the runner's own program, by its link; a process of the
    container waits for it, holds it, and writes once nobody executes it any more."""
    hostile_root(machine, "mkdir usr tmp dev proc && ln -s usr/lib lib && ln -s usr/lib64 lib64")
    machine.write("~/evil/hunt", HUNT)
    machine.alice(f"mkdir -p ~/own && cp {RUNNER} ~/own/wolffia-runner && sha256sum ~/own/wolffia-runner >~/own/sum")
    machine.alice("systemd-run --user --quiet --unit=hunted -p Delegate=yes "
                  "~/own/wolffia-runner --name=evil --network=none --rootfs=/home/alice/evil --volume=/usr:/usr:ro /usr/bin/python3 /hunt")
    machine.eventually(lambda: "hunting" in machine.journal("hunted"), seconds=30)

    def is_caught():
        for _ in range(20):
            machine.alice("~/own/wolffia-runner --exec=$XDG_RUNTIME_DIR/wolffia/evil /proc/self/exe --help", check=False)
        return "caught" in machine.journal("hunted")

    machine.eventually(is_caught, seconds=30)
    log = machine.eventually(lambda: "done" in machine.journal("hunted") and machine.journal("hunted"), what="the hunt's end")
    assert "caught" in log and "written" not in log, log
    machine.alice("systemctl --user stop hunted; sha256sum --check --quiet ~/own/sum")
    # An installation of the administrator's needs no copy, and makes none.
    assert "memfd_create" in machine.alice("strace ~/own/wolffia-runner --version 2>&1").out
    assert "memfd_create" not in machine.alice(f"strace {RUNNER} --version 2>&1").out


def test_an_interpreter_or_a_program_in_proc_leads_nowhere(machine):
    hostile_root(machine, "for n in 3 4 5 6 7 8 9 10 11 12; do ln -s /proc/self/fd/$n/bin/sh prog$n; done")
    for n in range(3, 13):
        out = run_hostile(machine, f"/prog{n} -c 'echo got out'")
        assert "got out" not in out.out and out.status in (126, 127), (n, out)


def test_folders_of_the_image_that_are_links_do_not_lead_our_mounts_out(machine):
    """CVE-2019-16884, CVE-2021-30465, CVE-2025-31133: /proc, /sys, /dev, /etc are whatever the image says they are."""
    up = "../" * 12
    for name in ("proc", "sys", "dev", "etc", "run", "tmp"):
        for target in (f"/{up}home/alice/victim", f"{up}home/alice/victim", "/proc/self/cwd", "/proc/1/root/home/alice/victim",
                       "self"):
            hostile_root(machine, f"ln -s {target} {name}")
            out = run_hostile(machine, "/bin/sh -c 'cat /proc/keys /proc/kcore; echo 1 >/proc/sys/kernel/panic; echo $?'",
                              "--read-only-tmpfs=true", "--tmpfs=/run/x", "--tmpfs=/tmp")
            assert_untouched(machine)
            assert "untouched" not in out.out, (name, target, out)


def test_what_hides_parts_of_proc_is_the_real_null_device(machine):
    """CVE-2025-31133: /dev/null of the image is a link, so that another file is shown in the place of a hidden one."""
    hostile_root(machine, "mkdir dev && ln -s /proc/sys/kernel/core_pattern dev/null && ln -s /bin/sh dev/console")
    out = run_hostile(machine, "/bin/sh -c 'stat -c %t:%T /dev/null /proc/timer_list /proc/keys; cat /proc/keys; "
                               "echo x >/proc/keys; cat /proc/sys/kernel/core_pattern'").out.splitlines()
    assert out[:3] == ["1:3", "1:3", "1:3"] and out[3] != "x", out


def test_procfs_takes_no_settings_of_the_host(machine):
    """CVE-2025-52881 and its relatives: what would be written in the host's name."""
    files = ["sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/vm/overcommit_memory", "sys/kernel/ns_last_pid", "sysrq-trigger",
             "sys/fs/binfmt_misc/register", "irq/default_smp_affinity", "self/attr/exec"]
    out = box.run(machine, "for f in " + " ".join(files) + "; do (echo 1 >/proc/$f) 2>/dev/null && echo $f; done; true",
                  "--cap-add=all").out
    assert out.split() == [], out


def test_processes_of_the_host_cannot_be_reached(machine):
    out = box.run(machine, "ls /proc | grep -c '^[0-9]'; kill -0 4000000 2>&1; ls -l /proc/1/ns/pid >/dev/null && echo own; "
                           "cat /proc/1/environ | tr '\\0' '\\n' | grep -c XDG; cat /proc/self/mountinfo | grep -c /home/", check=False).out
    assert out.split()[0] in ("2", "3", "4") and "own" in out and out.split()[-2:] == ["0", "0"], out


def test_cgroups_cannot_be_written(machine):
    box.start(machine, "mkdir /sys/fs/cgroup/x; echo 1 >/sys/fs/cgroup/cgroup.freeze; echo 1 >/sys/fs/cgroup/cgroup.kill; "
                       "echo still here; ls /sys/fs/cgroup | grep -c payload; sleep 99999\n", "AddCapability=all")
    log = machine.eventually(lambda: "still here" in machine.journal("box") and machine.journal("box"))
    assert log.count("Read-only file system") >= 3, log


def shown_to_others(machine, file):
    """That file of all processes, as far as another user may read it. Some end between being listed and being read, which is no
    failure; the shell that reads is there in any case."""
    shown = machine.run("bob", f"(cat /proc/*/{file} 2>/dev/null; true) | tr '\\0' ' '").out
    assert "bash" in shown or file != "cmdline", shown
    return shown


def test_passwords_on_the_command_line_are_not_shown_to_others(machine):
    """The start waits in `wolffia pull`, which is a program that waits; all the time the runner is there to be looked at."""
    machine.write("~/slow", "#!/bin/sh\nwhile [ ! -e ~/go ]; do sleep 0.05; done\nexit 1\n", mode="755")
    web.write(machine, "[Container]\nImage=localhost/not-there\nPull=always\nNetwork=none\nEnvironment=PASSWORD=hunter2\n"
                       "Exec=/bin/sh -c \"login --password=hunter2\"\n[Service]\nEnvironment=WOLFFIA_PROGRAM=%h/slow\n", "box")
    machine.alice("systemctl --user start --no-block box")
    pid = machine.eventually(lambda: machine.show("box", "ControlPID") != "0" and machine.show("box", "ControlPID") or
                             machine.show("box", "MainPID") != "0" and machine.show("box", "MainPID"))
    machine.eventually(lambda: machine.root("pgrep -f alice/slow").out)
    shown = machine.run("bob", f"tr '\\0' ' ' </proc/{pid}/cmdline").out + shown_to_others(machine, "cmdline")
    assert "--name=box" in shown and "hunter2" not in shown, shown
    machine.alice("touch ~/go")
    machine.eventually(lambda: machine.show("box", "ActiveState") == "failed")

    # While it runs: the supervisor has none, and the payload's own is the payload's.
    box.start(machine, "sleep 99999\n", "Environment=PASSWORD=hunter2")
    assert "hunter2" not in shown_to_others(machine, "cmdline")
    assert "hunter2" not in shown_to_others(machine, "environ")


def test_passwords_of_commands_in_a_container_are_not_shown_to_others(machine):
    box.start(machine, "sleep 99999\n", "Network=none")
    hidden = "sh -c 'exec sleep 98765 && echo hunter4'"
    machine.alice(f"(wolffia exec -e PASSWORD=hunter2 box {hidden} & {RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box "
                  f"--env=PASSWORD=hunter3 {hidden} & wolffia run --network=none --name=hidden --env=PASSWORD=hunter5 localhost/box sleep 98765 &) "
                  ">/dev/null 2>&1 </dev/null")
    machine.eventually(lambda: machine.root("pgrep -cf '^sleep 98765'", check=False).out == "3\n")
    shown = shown_to_others(machine, "cmdline")
    assert "hunter" not in shown and "wolffia exec" in shown and "--exec=/run/user/1000/wolffia/box" in shown, shown
    machine.alice("systemctl --user stop box; wolffia stop hidden; systemctl --user stop session.slice")


PROFILE = """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
  {"names": ["sethostname"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5, "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}"""


def test_a_system_call_filter_of_a_file_holds_and_is_compiled_once(machine):
    machine.write("~/.config/wolffia/filter.json", PROFILE)
    script = "mkdir /x; hostname x; grep Seccomp: /proc/1/status; echo end; sleep 600\n"
    for lines in (), ("AddCapability=SYS_ADMIN",):
        for service in (), ("Environment=WOLFFIA_PROGRAM=/bin/false",):
            since = machine.root("date +%s.%6N").out.strip()
            box.start(machine, script, "SeccompProfile=filter.json", "Network=none", *lines, service=service)
            log = machine.eventually(lambda: "end" in machine.journal("box", since) and machine.journal("box", since))
            assert "No space left on device" in log and "Seccomp:\t2" in log, log
            assert ("Input/output error" in log) == (not lines), log
            # What is executed later has the same filter.
            later = machine.alice(f"{RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/box /bin/sh -c 'mkdir /y; grep Seccomp: /proc/self/status'",
                                  check=False)
            assert "No space left on device" in later.err and "Seccomp:\t2" in later.out, later
            machine.alice("systemctl --user stop box")


def test_a_faulty_system_call_filter_is_named_before_anything_runs(machine):
    machine.write("~/.config/wolffia/filter.json", PROFILE.replace("SCMP_ACT_ERRNO", "SCMP_ACT_EERNO"))
    assert box.start(machine, "sleep 600\n", "SeccompProfile=filter.json", "Network=none").status != 0
    seen = web.sees(machine, "box")
    assert "filter.json: syscalls[0]: there is no action 'SCMP_ACT_EERNO'" in seen, seen
    assert box.start(machine, "sleep 600\n", "SeccompProfile=/no/such.json", "Network=none").status != 0
    assert "SeccompProfile=/no/such.json" in web.sees(machine, "box")


@row("F7")
def test_profiles_and_labels_that_the_kernel_has_not_are_named(machine):
    """A profile that would not be in force keeps the container from starting, a label does not: as `podman run` has it."""
    if machine.root("cat /sys/module/apparmor/parameters/enabled", check=False).out.strip() != "Y":
        assert box.start(machine, "sleep 600\n", "AppArmor=web", "Network=none").status != 0
        seen = web.sees(machine, "box")
        assert "AppArmor=web: AppArmor is not in force on this host" in seen and "aa-enabled" in seen, seen
    result = box.start(machine, "sleep 600\n", "AppArmor=unconfined", "SecurityLabelType=web_t", "SecurityLabelLevel=s0:c1,c2",
                       "PodmanArgs=--security-opt=label=filetype:web_file_t", "Volume=%h/labelled:/v:Z", "Network=none")
    assert result.status == 0, result
    log = machine.journal("box")
    assert "SecurityLabelType=, SecurityLabelLevel= and their like have no effect, since SELinux is not in force" in log, log
    machine.alice("systemctl --user stop box")


@row("U9", "U12")
def test_capabilities_without_effect_are_told_with_the_reason_and_the_container_runs(machine):
    since = machine.root("date +%s.%6N").out.strip()
    result = box.start(machine, "date -s 2001-01-01 2>&1; mknod /x c 1 3 2>&1; dmesg 2>&1 >/dev/null; echo still here; sleep 600\n",
                       "AddCapability=SYS_TIME SYS_MODULE MKNOD", "Network=none")
    assert result.status == 0, result
    log = machine.eventually(lambda: "still here" in machine.journal("box", since) and machine.journal("box", since))
    for reason in ("AddCapability=: CAP_SYS_TIME without root on the host: the clock can be set by the host's root only",
                   "CAP_SYS_MODULE without root on the host: modules can be loaded by the host's root only",
                   "AddDevice= brings in those of the host"):
        assert reason in log, (reason, log)
    assert log.count("not permitted") >= 2 and "2001" not in machine.root("date +%Y").out, log
    machine.alice("systemctl --user stop box")


@row("U10")
def test_privileged_is_told_to_give_nothing_on_the_host(machine):
    since = machine.root("date +%s.%6N").out.strip()
    script = ("grep CapEff /proc/self/status; mount -t tmpfs none /mnt && echo mounted; (echo x >/proc/sys/kernel/core_pattern) 2>&1; "
              "mknod /x b 8 0 2>&1; cat /proc/kcore 2>&1 | head -c 1; ls /dev; date -s 2001-01-01 2>&1; echo still here; sleep 600\n")
    result = box.start(machine, "mkdir -p /mnt; " + script, "PodmanArgs=--privileged", "Network=none")
    assert result.status == 0, result
    log = machine.eventually(lambda: "still here" in machine.journal("box", since) and machine.journal("box", since))
    assert "--privileged gives all that a user namespace can" in log and "on the host it gives nothing" in log, log
    assert "mounted" in log and "000001ffffffffff" in log, log
    assert log.count("ermission denied") + log.count("not permitted") >= 3, log
    assert "sda" not in log and "vda" not in log, log
    machine.alice("systemctl --user stop box")


RACE = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("/v/real/deep", exist_ok=True)
if not os.path.islink("/v/lure"):
    os.symlink("/../../../../../../../../home/alice/victim", "/v/lure")
print("racing", flush=True)
while True:
    libc.renameat2(-100, b"/v/real", -100, b"/v/lure", 2)
"""


def test_a_mount_point_that_turns_into_a_link_meanwhile_does_not_lead_out(machine):
    """CVE-2021-30465: one container exchanges a folder of a shared volume for a link, again and again, while others mount on it."""
    hostile_root(machine, "true")
    box.make_plain_root(machine)
    machine.alice("mkdir -p ~/shared")
    machine.write("~/plain/race", RACE)
    machine.alice("systemd-run --user --quiet --unit=racer -p Delegate=yes "
                  f"{RUNNER} --name=racer --network=none --rootfs=/home/alice/plain --volume=/usr:/usr:ro --volume=/home/alice/shared:/v "
                  "/usr/bin/python3 /race")
    try:
        machine.eventually(lambda: "racing" in machine.journal("racer"), seconds=30)
        starts = machine.alice("for n in $(seq 40); do " + RUNNER + " --name=evil --network=none --rootfs=/home/alice/evil "
                               "--volume=/home/alice/shared:/v --tmpfs=/v/real/deep --volume=/home/alice/box.sh:/v/real/file:ro "
                               "/bin/sh -c 'while read a b c; do echo $b; done </proc/mounts' 2>&1; done", check=False, timeout=120).out
        # In the container itself a link may lead where it likes.
        assert starts.count("/v/real/deep") + starts.count("/home/alice/victim") > 0, starts
        assert_untouched(machine)
        assert "/home/alice/victim" not in machine.root("cat /proc/1/mountinfo").out
    finally:
        machine.alice("systemctl --user stop racer; rm -rf ~/shared", check=False)


HUNTER = """
import os, time
print("hunting", flush=True)
end, seen = time.time() + 20, set()
while time.time() < end and not os.path.exists("/stop"):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if pid in (str(os.getpid()), "self"):
            continue
        for way in [f"/proc/{pid}/root", f"/proc/{pid}/cwd"] + [f"/proc/{pid}/fd/{fd}" for fd in range(40)]:
            try:
                seen.add("entered")
                for up in "", "/..", "/../..", "/../../..", "/../../../..":
                    if os.path.exists(f"{way}{up}/home/alice/victim") or os.path.exists(f"{way}{up}/victim"):
                        print("found the host by", way + up, flush=True)
            except OSError:
                pass
print("end", sorted(seen), flush=True)
time.sleep(600)
"""


def test_what_enters_a_container_brings_nothing_of_the_host(machine):
    """CVE-2016-9962, CVE-2024-21626: a payload that may look into all processes waits for the runner to come in."""
    hostile_root(machine, "true")
    box.make_plain_root(machine)
    machine.write("~/plain/hunter", HUNTER)
    machine.alice("systemd-run --user --quiet --unit=hunter -p Delegate=yes "
                  f"{RUNNER} --name=hunter --network=none --cap-add=all --rootfs=/home/alice/plain --volume=/usr:/usr:ro /usr/bin/python3 /hunter")
    try:
        machine.eventually(lambda: "hunting" in machine.journal("hunter"), seconds=30)
        machine.alice(f"for n in $(seq 60); do {RUNNER} --exec=$XDG_RUNTIME_DIR/wolffia/hunter /usr/bin/true; done; touch ~/plain/stop",
                      timeout=60)
        log = machine.eventually(lambda: "end [" in machine.journal("hunter") and machine.journal("hunter"), seconds=30)
        assert "entered" in log and "found the host" not in log, log
    finally:
        machine.alice("systemctl --user stop hunter; rm -f ~/plain/stop", check=False)


APPARMOR = """profile wolffia-test flags=(attach_disconnected,mediate_deleted) {
  file, capability, network, signal, unix, mount, ptrace,
  deny /etc/passwd r,
}
"""


@needs("controllers")
@row("F7")
def test_a_profile_of_apparmor_is_in_force_and_a_missing_one_is_named(machine):
    assert machine.root("cat /sys/module/apparmor/parameters/enabled").out == "Y\n"
    machine.write("/root/profile", APPARMOR, user="root")
    machine.root("apparmor_parser --replace --skip-cache /root/profile", timeout=120)
    confined = "cat /proc/self/attr/current; cat /etc/passwd >/dev/null 2>&1 || echo denied"
    try:
        assert box.run(machine, confined).out == "unconfined\n"
        for user in "root", "app":
            out = box.run(machine, confined, "--security-opt=apparmor=wolffia-test", f"--user={user}").out
            assert out == "wolffia-test (enforce)\ndenied\n", (user, out)
        box.start(machine, f"{confined}; sleep 600\n", "AppArmor=wolffia-test", "NoNewPrivileges=yes", "Network=none")
        log = machine.eventually(lambda: "denied" in machine.journal("box") and machine.journal("box"))
        assert "wolffia-test (enforce)" in log, log
        assert "wolffia-test (enforce)" in machine.alice("wolffia exec box cat /proc/self/attr/current").out
        machine.alice("systemctl --user stop box")

        assert box.start(machine, "sleep 600\n", "AppArmor=no-such", "Network=none").status != 0
        seen = web.sees(machine, "box")
        assert "AppArmor=no-such: the kernel has no such profile" in seen and "apparmor_parser -r" in seen, seen
        # CVE-2023-28642 and its like: what lies over /proc would take the profile's name, and leave the payload without.
        machine.alice("mkdir -p ~/fake/apparmor && touch ~/fake/exec ~/fake/apparmor/exec")
        for target, starts in ("/proc/self/attr", True), ("/proc/thread-self/attr", False):
            out = box.run(machine, confined.partition("; ")[2], "--security-opt=apparmor=wolffia-test", f"--volume=/home/alice/fake:{target}",
                          check=False)
            assert (out.out, out.status) == ("denied\n", 0) if starts else out.status == 126 and "/proc/thread-self/attr" in out.err, (target, out)
        assert machine.alice("cat ~/fake/exec ~/fake/apparmor/exec").out == ""
    finally:
        machine.root("apparmor_parser --remove /root/profile", timeout=60)
