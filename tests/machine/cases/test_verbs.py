# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs that look at containers and steer them (row C6): wolffia ps, start, stop, logs, inspect, stats, top, port, pause, kill, wait."""

import json
import re

import box
import web

from machine.case import needs, row


def ps(machine, *options):
    return {entry["name"]: entry for entry in json.loads(machine.alice(" ".join(("wolffia ps --json", *options))).out)}


def sleeper(machine, name="box", *lines, service=()):
    box.import_image(machine)
    web.write(machine, box.container("Network=none", 'Exec=sh -c "echo hello from the payload; exec sleep 600"', *lines, service=service), name)


def refuses(machine, command, status, words):
    result = machine.alice(command, check=False)
    assert result.status == status and words in result.err, result


def test_ps_lists_what_runs_and_with_all_what_does_not(machine):
    web.start(machine, web.container("PublishPort=8080:80"))
    web.write(machine, box.container("ContainerName=idle", "Network=none"), "lazy")
    web.write(machine, box.container("PublishPort=123456:80"), "broken")
    assert set(ps(machine)) == {"web"}
    everything = ps(machine, "--all")
    assert {name: entry["state"] for name, entry in everything.items()} == {"web": "running", "idle": "stopped", "broken": "broken"}
    assert everything["idle"]["unit"] == "lazy.service" and "broken.container:3" in everything["broken"]["reason"], everything
    assert everything["web"]["ports"] == ["8080:80/tcp"] and everything["web"]["image"] == "localhost/nginx", everything
    table = machine.alice("wolffia ps").out.splitlines()
    assert len(table) == 2 and table[1].split()[:3] == ["web", "localhost/nginx", "running"] and "8080->80/tcp" in table[1], table
    assert "\x1b" not in table[0]
    assert machine.alice("wolffia ps --all --format '{{.Name}}={{.state}}'").out.split() == ["broken=broken", "idle=stopped", "web=running"]


def test_a_restart_that_fails_says_why(machine):
    box.import_image(machine)
    machine.alice("printf x | wolffia secret create --replace token")
    web.write(machine, box.container("Secret=token", "Network=none", "Exec=sleep 600"), "box")
    machine.alice("systemctl --user start box && wolffia secret remove token")
    refuses(machine, "wolffia restart box", 1, "box.service: Secret=token: There is no secret 'token'")


@row("N3")
def test_ps_shows_both_sides_of_a_port_and_transient_containers(machine):
    box.import_image(machine)
    machine.alice("wolffia run -d --name=once -p 8081:80 box sleep 600")
    assert machine.alice("wolffia ps --format '{{.Names}} {{.Status}} {{.unit}}'").out == "once running once.service\n"
    assert machine.alice("wolffia ps --format 'table {{.name}}\\t{{.ports}}'").out.split() == ["NAME", "PORTS", "once", "8081:80/tcp"]
    assert "8081->80/tcp" in machine.alice("wolffia ps").out
    assert json.loads(machine.alice("wolffia ps --format json").out) == json.loads(machine.alice("wolffia ps --json").out)
    machine.alice("wolffia stop once")


@row("U3")
def test_ps_marks_what_runs_with_ids_that_are_the_users_no_more(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    assert ps(machine)["box"]["olderIds"] is False and "running*" not in machine.alice("wolffia ps").out
    machine.root("cp -a /etc/subuid /etc/subuid.saved; cp -a /etc/subgid /etc/subgid.saved")
    try:
        machine.root("sed -i 's/^alice:.*/alice:700000:65536/' /etc/subuid /etc/subgid")
        result = machine.alice("wolffia ps")
        assert "running*" in result.out and "wolffia restart NAME" in result.err and ps(machine)["box"]["olderIds"] is True, result
        machine.alice("wolffia restart box")
        assert ps(machine)["box"]["olderIds"] is False
    finally:
        machine.alice("wolffia stop box", check=False)
        machine.root("mv /etc/subuid.saved /etc/subuid; mv /etc/subgid.saved /etc/subgid")


def test_a_container_by_hand_is_listed_without_a_manager_too(machine):
    box.import_image(machine)
    machine.root("install -d -o alice -m 700 /run/alice")
    hand = "XDG_RUNTIME_DIR=/run/alice"
    machine.alice(f"{hand} /usr/libexec/wolffia/wolffia-runner --name=hand --network=none localhost/box sleep 600 >/dev/null 2>&1 &")
    result = machine.eventually(lambda: (r := machine.alice(f"{hand} wolffia ps --format '{{{{.name}}}} {{{{.state}}}}'")).out and r)
    assert result.out == "hand running\n" and "no service manager" in result.err, result
    assert "hand" not in machine.alice("wolffia ps -q").out
    assert "has no unit" in machine.alice(f"{hand} wolffia restart hand", check=False).err
    assert "wolffia linger on" in machine.alice(f"{hand} wolffia start web", check=False).err
    assert "cgroup that is not its own" in machine.alice(f"{hand} wolffia pause hand", check=False).err
    machine.alice(f"{hand} wolffia stop hand")
    assert machine.alice(f"{hand} wolffia ps -q 2>/dev/null").out == ""
    machine.root("rm -r /run/alice")


def test_names_are_those_of_containers_units_and_files(machine):
    sleeper(machine, "box@", "ContainerName=nap-%i")
    machine.alice("wolffia start box@1")
    assert machine.show("box@1", "ActiveState") == "active"
    for name in ("nap-1", "box@1", "box@1.service"):
        assert machine.alice(f"wolffia inspect --format '{{{{.unit}}}}' {name}").out == "box@1.service\n"
        assert machine.alice(f"wolffia exec {name} echo inside").out == "inside\n"
    machine.alice("wolffia stop nap-1 && systemctl --user stop app-box.slice")
    assert machine.show("box@1", "ActiveState") == "inactive"
    refuses(machine, "wolffia start bo@1", 1, "There is no container 'bo@1'")


def test_a_start_that_fails_says_why_in_the_runners_words(machine):
    sleeper(machine, "box", "Volume=/nowhere:/x")
    result = machine.alice("wolffia start box", check=False)
    assert result.status == 1 and "/nowhere" in result.err and result.err.startswith("wolffia: box.service: "), result
    assert ps(machine, "--all")["box"]["state"] == "failed"


def test_a_file_that_changed_since_it_was_read_is_told(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    # systemd compares times in whole seconds.
    machine.alice("touch -d '+5 seconds' ~/.config/wolffia/box.container")
    result = machine.alice("wolffia restart box")
    assert "box.service has changed" in result.err and "daemon-reload" in result.err, result
    machine.alice("wolffia stop box")


def test_logs_are_the_journals(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    machine.eventually(lambda: "hello from the payload" in machine.alice("journalctl --user --sync >/dev/null 2>&1; wolffia logs box").out)
    entries = [json.loads(line) for line in machine.alice("wolffia logs --json box").out.splitlines()]
    assert any(entry["MESSAGE"] == "hello from the payload" for entry in entries), entries
    assert len(machine.alice("wolffia logs -n 1 box").out.splitlines()) == 1
    assert "hello from the payload" in machine.alice("wolffia logs --since -1h --until now box").out
    assert "hello" not in machine.alice("wolffia logs --until yesterday box").out + machine.alice("wolffia logs --since 'in 1 hour' box", check=False).out
    forth, back = (machine.alice(f"wolffia logs {order} -b box").out.splitlines() for order in ("", "-r"))
    assert [line for line in back if "hello" in line or "Start" in line] == [line for line in reversed(forth) if "hello" in line or "Start" in line]
    assert re.match(r"\d{4}-\d\d-\d\dT", machine.alice("wolffia logs -t -n 1 box").out)
    assert machine.alice("wolffia logs --since nonsense box", check=False).status == 1
    follow = machine.alice("timeout 2 wolffia logs -f box", check=False)
    assert follow.status == 124 and "hello from the payload" in follow.out, follow
    machine.alice("wolffia stop box")


def test_inspect_tells_what_the_unit_asks_for(machine):
    sleeper(machine, "box", "Environment=PRICE=5$", "DropCapability=all", "ReadOnly=yes")
    machine.alice("wolffia start box")
    answer, = json.loads(machine.alice("wolffia inspect box").out)
    assert answer["options"]["env"] == ["PRICE=5$"] and answer["options"]["read-only"] is True, answer
    assert answer["source"] == "/home/alice/.config/wolffia/box.container" and answer["enabled"] == "generated", answer
    assert answer["command"][-1].endswith("exec sleep 600"), answer
    assert machine.alice("wolffia inspect --format '{{.Options.Env}}' box").out == "PRICE=5$\n"
    machine.alice("wolffia stop box")


def test_top_shows_processes_as_inside_and_as_outside(machine):
    web.start(machine)
    machine.eventually(lambda: "worker" in machine.alice("wolffia top web").out)
    lines = [line.split(None, 6) for line in machine.alice("wolffia top web").out.splitlines()]
    assert lines[0] == ["USER", "PID", "HOST", "PID", "S", "TIME", "MEMORY  COMMAND"], lines
    master, worker = lines[1:3]
    assert master[:2] == ["0", "1"] and "master process" in master[6] and worker[0] == "33", lines
    assert master[2] == machine.alice("wolffia inspect --format '{{.pid}}' web").out.strip(), lines


def test_port_says_where_a_port_is_reached(machine):
    web.start(machine, web.container("PublishPort=8080:80", "PublishPort=127.0.0.1:5000-5001:6000-6001/udp"))
    assert machine.alice("wolffia port web").out.splitlines() == [
        "80/tcp -> 0.0.0.0:8080", "6000/udp -> 127.0.0.1:5000", "6001/udp -> 127.0.0.1:5001"]
    assert machine.alice("wolffia port web 6001/udp").out == "127.0.0.1:5001\n"
    assert machine.alice("wolffia port web 81", check=False).status == 1


@row("C6")
def test_pause_freezes_the_payload_and_a_paused_unit_can_be_stopped(machine):
    web.start(machine)
    web.answers(machine)
    machine.alice("wolffia pause web")
    assert "wolffia unpause web" in machine.alice("wolffia exec web true", check=False).err
    assert ps(machine)["web"]["state"] == "paused"
    assert machine.client("curl -sS --max-time 1 " + web.ADDRESS, check=False).status == 28
    machine.alice("wolffia unpause web")
    assert "Hello" in web.answers(machine) and ps(machine)["web"]["state"] == "running"
    machine.alice("wolffia pause web && wolffia stop web", timeout=20)
    assert machine.show("web", "ActiveState") == "inactive" and machine.show("web", "Result") == "success"


def test_kill_and_wait(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    assert machine.alice("(sleep 0.3; wolffia kill box) & wolffia wait box").out == "137\n"
    sleeper(machine, "box", 'Exec=sh -c "trap \'exit 5\' USR1; while :; do sleep 0.1; done"')
    # A signal that comes before the trap would be dropped, so it is sent until it is heard.
    assert machine.alice("wolffia start box; (sleep 0.4; while wolffia kill -s USR1 box; do sleep 0.2; done) 2>/dev/null & "
                         "while ! wolffia ps -q | grep -q box; do :; done; wolffia wait box").out == "5\n"
    assert "box" not in machine.alice("wolffia ps -q").out
    # A unit that stays active when its container has ended is not waited for.
    sleeper(machine, "box", "Exec=sh -c 'sleep 0.7'", service=("RemainAfterExit=yes",))
    assert machine.alice("wolffia start box && wolffia wait box", timeout=4).out == "0\n"
    machine.alice("systemctl --user stop box")


@row("C8")
def test_checkpoints_are_told_to_need_root(machine):
    for verb in ("checkpoint", "restore"):
        refuses(machine, f"wolffia {verb} box", 2, "only root can write down a process")


def test_slips_are_told_with_status_and_cure(machine):
    sleeper(machine)
    for words, status, text in (("start", 2, "--help"), ("stop bx", 1, "There is no container 'bx'"), ("pause box", 1, "does not run"),
                                ("unpause box", 1, "does not run"), ("kill -s NOPE box", 2, "NOPE"), ("port box x", 2, "'x'"),
                                ("wait", 2, "--help"), ("stats bx", 1, "bx"), ("inspect --format '{{.nam}}' box", 1, "there are name"),
                                ("top box", 1, "wolffia start box"), ("logs -n many box", 2, "many"), ("ps extra", 2, "wolffia inspect"),
                                ("restart bx box", 1, "bx")):
        result = machine.alice(f"wolffia {words}", check=False)
        assert result.status == status and text in result.err and result.err.startswith("wolffia: "), (words, result)
    machine.alice("wolffia stop box")


@row("C6")
@needs("controllers")
def test_stats_show_memory_and_processor_time(machine):
    sleeper(machine, "box", 'Exec=sh -c "while :; do :; done"', service=("MemoryMax=100M",))
    machine.alice("wolffia start box")
    reading, = json.loads(machine.alice("wolffia stats --json box").out)
    assert reading["cpuPercent"] > 5 and 0 < reading["memory"] < reading["memoryLimit"] == 100 << 20 and reading["tasks"] >= 2, reading
    assert ps(machine)["box"]["memory"] > 0
    table = machine.alice("wolffia stats").out
    assert len(table.splitlines()) == 2 and "100M" in table and "\x1b" not in table, table
    machine.alice("wolffia stop box")


@row("C6")
def test_stats_work_without_the_memory_controller(machine):
    web.start(machine)
    web.answers(machine)
    reading, = json.loads(machine.alice("wolffia stats --json").out)
    assert reading["name"] == "web" and reading["sent"] > 0 and reading["cpuUsec"] > 0, reading


def test_exec_runs_a_command_by_the_name_of_container_or_unit(machine):
    sleeper(machine, "box", "ContainerName=shop", "Environment=A=1")
    machine.alice("wolffia start box")
    for name in ("shop", "box", "box.service"):
        assert machine.alice(f"wolffia exec {name} sh -c 'echo $A; exit 3'", check=False).__dict__.items() >= {"status": 3, "out": "1\n"}.items()
    assert machine.alice("B=here; export B; echo input | wolffia exec -i -e B -e C=2 -u app -w /tmp shop sh -c 'cat; echo $B $C; id -un; pwd'").out == \
        "input\nhere 2\napp\n/tmp\n"
    assert machine.alice("wolffia exec shop nothing", check=False).status == 127
    refuses(machine, "wolffia exec sho true", 125, "did you mean 'shop'?")
    assert "hello" in machine.alice("script -qec 'wolffia exec -it shop sh -c \"test -t 0 && echo hello\"' /dev/null").out
    assert machine.alice("echo 'echo in a shell' | wolffia shell shop").out == "in a shell\n"
    machine.alice("wolffia stop box")
    refuses(machine, "wolffia exec shop true", 125, "does not run (it is stopped)")


def test_ps_shows_health(machine):
    sleeper(machine, "box", "HealthCmd=test -e /tmp/well", "HealthInterval=1s", "HealthRetries=1")
    machine.alice("wolffia start box")
    machine.eventually(lambda: ps(machine)["box"]["health"] == "unhealthy")
    machine.alice("wolffia exec box touch /tmp/well")
    machine.eventually(lambda: ps(machine)["box"]["health"] == "healthy")
    assert "  healthy  " in machine.alice("wolffia ps").out
    machine.alice("wolffia stop box")


def test_cp_copies_files_and_folders_both_ways(machine):
    sleeper(machine, "box", "User=app")
    machine.alice("wolffia start box; mkdir -p ~/in/sub ~/out; echo one >~/in/file; echo two >~/in/sub/file; ln -s file ~/in/link; chmod 4755 ~/in/file")
    machine.alice("cd ~ && wolffia cp in box:/tmp && wolffia cp in/file box:/tmp/renamed && wolffia cp in/. box:/tmp/new")
    look = machine.alice("wolffia exec box sh -c 'cd /tmp; cat in/sub/file renamed new/sub/file; stat -c %U:%a in/file; readlink in/link'").out
    assert look == "two\none\ntwo\napp:755\nfile\n", look
    machine.alice("cd ~ && wolffia cp box:/tmp/in out && wolffia cp box:/etc/passwd out/users && wolffia cp box:/tmp/in/. out/again")
    assert machine.alice("cd ~/out && cat in/sub/file again/file && head -1 users && stat -c %U users").out == "two\none\nroot:x:0:0::/root:/bin/sh\nalice\n"
    # What is below goes into a folder that is there, which keeps its mode.
    machine.alice("mkdir -m 700 ~/own && wolffia cp box:/tmp/in/. ~/own && wolffia exec box chmod 777 /tmp/in && wolffia cp box:/tmp/in/. ~/own")
    assert machine.alice("stat -c %a ~/own; cat ~/own/sub/file").out == "700\ntwo\n"
    for words, text in (("box:/nothing ~/out", "/nothing"), ("~/in box:/no/such", "/no"), ("box:/etc/passwd /root/x", "/root"), ("~/in ~/out", "NAME:PATH")):
        result = machine.alice(f"wolffia cp {words}", check=False)
        assert result.status in (1, 2) and text in result.err, result
    machine.alice("wolffia stop box")


def test_cp_writes_and_reads_archives_and_keeps_owners_where_asked(machine):
    sleeper(machine, "box")
    machine.alice("wolffia start box; wolffia exec box sh -c 'mkdir -p /tmp/d/sub; echo one >/tmp/d/file; echo two >/tmp/d/sub/file; ln -s file /tmp/d/link; "
                  "chown app:audio /tmp/d/sub/file; mkfifo /tmp/d/fifo'")
    # Out: a tar with the owners that the container knows.
    listed = machine.alice("wolffia cp box:/tmp/d - >~/d.tar; tar -tvf ~/d.tar --numeric-owner").out
    assert "1000/29" in listed and "d/sub/file" in listed and "d/link -> file" in listed and "fifo" not in listed, listed
    assert machine.alice("wolffia cp box:/tmp/d/. - | tar -tf - | sort | head -2").out.split() == ["./", "./file"]
    # In: into a folder, the container's user owns it, or whom the archive says.
    machine.alice("gzip -k ~/d.tar; wolffia exec box mkdir /tmp/e /tmp/f; wolffia cp - box:/tmp/e <~/d.tar; wolffia cp -a - box:/tmp/f <~/d.tar.gz")
    look = machine.alice("wolffia exec box sh -c 'cat /tmp/e/d/sub/file; readlink /tmp/e/d/link; stat -c %U:%G /tmp/e/d/sub/file /tmp/f/d/sub/file'").out
    assert look.split() == ["two", "file", "root:root", "app:audio"], look
    # With -a between folders both sides have the container's ids, and nothing is lost on the way out and back.
    machine.alice("wolffia cp -a box:/tmp/d ~/kept && wolffia cp -a ~/kept box:/tmp/g")
    assert machine.alice("stat -c %u ~/kept/sub/file").out != "1000\n" and machine.alice("stat -c %u ~/kept/file").out == "1000\n"
    assert machine.alice("wolffia exec box stat -c %U:%G /tmp/g/sub/file /tmp/g/file").out.split() == ["app:audio", "root:root"]
    # Nothing in an archive leads out of the folder.
    machine.alice("mkdir -p ~/bad && cd ~/bad && echo x >x && tar -cPf up.tar --transform s,x,../../escaped, x && tar -cPf root.tar --transform s,^x,/tmp/below, x")
    assert machine.alice("wolffia cp - box:/tmp/e <~/bad/up.tar", check=False).status == 1
    machine.alice("wolffia cp - box:/tmp/e <~/bad/root.tar")
    assert machine.alice("wolffia exec box sh -c 'cat /tmp/e/tmp/below; ls /escaped /tmp/escaped 2>/dev/null; true'").out == "x\n"
    assert machine.alice("wolffia cp - box:/etc/passwd <~/d.tar", check=False).status == 1
    assert "place for one" in machine.alice("script -qec 'wolffia cp box:/tmp/d -' /dev/null", check=False).out
    machine.alice("wolffia unshare rm -rf ~/kept; wolffia stop box")
    result = machine.alice("wolffia cp box:/tmp/d -", check=False)
    assert result.status == 1 and "only while it does" in result.err and "wolffia volume export" in result.err, result


def test_cp_of_all_files_leaves_out_what_is_the_kernels(machine):
    sleeper(machine, "box")
    machine.alice("wolffia start box; mkdir -p ~/all ~/some")
    machine.alice("wolffia cp box:/. ~/all", timeout=60)
    look = machine.alice("cd ~/all && head -1 etc/passwd && ls -A proc sys dev/pts").out
    assert look == "root:x:0:0::/root:/bin/sh\ndev/pts:\n\nproc:\n\nsys:\n", look
    machine.alice("wolffia cp box:/proc/sys/kernel/random ~/some")
    assert machine.alice("ls ~/some/random").out.split()[0] == "boot_id"
    machine.alice("wolffia stop box; chmod -R u+w ~/all ~/some; rm -r ~/all ~/some")


def test_a_link_of_the_image_does_not_lead_cp_to_the_host(machine):
    sleeper(machine, "box")
    machine.write("~/host-secret", "secret of the host\n")
    machine.alice("wolffia start box; mkdir -p ~/catch; wolffia exec box sh -c 'mkdir -p /tmp/d; ln -s /home/alice/host-secret /tmp/d/leak; "
                  "ln -s /home/alice /tmp/d/dir'")
    assert machine.alice("wolffia cp box:/tmp/d/leak ~/catch", check=False).status == 1
    machine.alice("wolffia cp ~/host-secret box:/tmp/d/dir", check=False)
    machine.alice("wolffia cp box:/tmp/d ~/catch")
    assert machine.alice("readlink ~/catch/d/leak").out == "/home/alice/host-secret\n" and machine.alice("ls ~/catch").out == "d\n"
    machine.alice("wolffia stop box")


@row("F8")
def test_mount_shows_the_files_to_programs_of_the_host(machine):
    sleeper(machine, "box")
    machine.alice("wolffia start box")
    assert machine.alice("wolffia mount box ls bin/busybox etc/passwd").out.split() == ["bin/busybox", "etc/passwd"]
    result = machine.alice("wolffia mount box bash -c 'pwd; echo $ROOT'")
    assert len(set(result.out.split())) == 1 and result.err == "", result
    machine.alice("wolffia mount box sh -c 'echo new >$ROOT/tmp/made'")
    assert machine.alice("wolffia exec box cat /tmp/made").out == "new\n"
    assert machine.alice("wolffia mount box sh -c 'exit 4'", check=False).status == 4
    root = machine.alice("wolffia mount box </dev/null").out.strip()
    assert "app:x:1000" in machine.alice(f"cat {root}/etc/passwd").out
    machine.alice("wolffia stop box")


@row("F8")
def test_unshare_sees_files_of_containers_with_the_owners_that_they_have_inside(machine):
    box.import_image(machine)
    machine.alice("mkdir ~/left && wolffia run --network=none -v ~/left:/data localhost/box sh -c 'mkdir /data/d; touch /data/d/x; chown -R app:audio /data/d; chmod 700 /data/d'")
    assert machine.alice("rm -r ~/left", check=False).status != 0
    assert machine.alice("wolffia unshare sh -c 'id -u; stat -c %u:%g ~/left/d ~/left/d/x; exit 4'", check=False).out.split() == ["0", "1000:29", "1000:29"]
    assert machine.alice("wolffia unshare sh -c 'exit 4'", check=False).status == 4
    machine.alice("wolffia unshare rm -r /home/alice/left && ! test -e ~/left")


def test_names_complete(machine):
    sleeper(machine, "nap")
    assert "nap\t" in machine.alice("wolffia complete start ''").out
    assert machine.alice("wolffia complete start --").out.startswith("--help")


def test_ps_shows_those_that_are_asked_for(machine):
    sleeper(machine, "box", "Label=tier=back")
    sleeper(machine, "other", service=("Restart=no",))
    machine.alice("wolffia start box other")
    machine.alice("wolffia kill other", check=False)
    machine.eventually(lambda: machine.show("other", "ActiveState") == "failed")

    def names(*filters):
        return machine.alice("wolffia ps -q " + " ".join(f"-f {f}" for f in filters)).out.split()

    assert names("name=bo") == ["box"] and names("status=failed") == ["other"] and names("label=tier") == ["box"]
    assert names("label=tier=front") == [] and names("status=failed", "status=running", "image=box") == ["box", "other"]
    refuses(machine, "wolffia ps --filter colour=red", 2, "write name=")
    machine.alice("systemctl --user stop box; systemctl --user reset-failed")


def test_exec_takes_variables_from_a_file_and_values_behind_their_letters(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    machine.write("~/env", "A=file\nB=file\n")
    assert machine.alice("wolffia exec --env-file ~/env -eA=word -uapp -w/tmp box sh -c 'echo $A $B; id -un; pwd'").out.split() == \
        ["word", "file", "app", "/tmp"]
    refuses(machine, "wolffia exec --env-file ~/none box true", 125, "--env-file=")
    refuses(machine, "wolffia exec -u nobody-of-that-name box true", 125, "/etc/passwd has no user")
    machine.alice("systemctl --user stop box")


def test_times_of_logs_may_be_written_as_for_podman(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    assert "Started" in machine.alice("wolffia logs --since 1h30m box").out
    assert "Started" not in machine.alice("wolffia logs --since 2035-01-01T00:00:00Z box").out
    assert "Started" in machine.alice("wolffia logs --since 2020-01-01T00:00:00Z --until 4000000000 box").out
    machine.alice("systemctl --user stop box")


def test_stats_and_secrets_take_templates(machine):
    sleeper(machine)
    machine.alice("wolffia start box; printf x | wolffia secret create templated")
    assert machine.alice("wolffia stats --format '{{.name}} is {{.unit}}'").out == "box is box.service\n"
    assert machine.alice("wolffia secret ls --format '{{.name}}'").out.split() == ["templated"]
    refuses(machine, "wolffia stats --format '{{.colour}}'", 1, "no field")
    machine.alice("wolffia secret rm templated; wolffia stop box")


def test_cp_names_the_file_that_is_not_there_and_makes_none_where_a_folder_is_meant(machine):
    sleeper(machine)
    machine.alice("wolffia start box")
    machine.write("~/one", "1\n")
    refuses(machine, "wolffia cp ~/none box:/tmp/", 1, "/none: No such file")
    refuses(machine, "wolffia cp ~/one box:/none/", 1, "/none/: Not a directory")
    refuses(machine, "wolffia cp box:/none ~/", 1, "Cannot find /none")
    refuses(machine, "echo no archive | wolffia cp - box:/tmp", 1, "archive format")
    assert machine.alice("wolffia cp ~/one box:/tmp/ && wolffia exec box cat /tmp/one").out == "1\n"
    machine.alice("systemctl --user stop box")


def test_cp_reads_what_the_kernel_makes_up_to_its_end(machine):
    sleeper(machine)
    machine.alice("wolffia start box; mkdir -p ~/made-up")
    # stat(2) says that these have no bytes, and that those of /sys have a page.
    assert machine.alice("wolffia cp box:/proc/1/status - | tar -xOf - status | head -1").out == "Name:\tsleep\n"
    machine.alice("cd ~/made-up && wolffia cp box:/proc/1/cmdline . && wolffia cp box:/sys/kernel/mm/transparent_hugepage/enabled huge "
                  "&& wolffia cp box:/proc/sys/net/ipv4 ipv4 && wolffia cp /proc/version box:/tmp/version")
    assert machine.alice("tr '\\0' ' ' <~/made-up/cmdline").out == "sleep 600 "
    assert machine.alice("cat ~/made-up/huge").out == machine.root("cat /sys/kernel/mm/transparent_hugepage/enabled").out
    assert machine.alice("cat ~/made-up/ipv4/ip_forward").out in ("0\n", "1\n")
    assert machine.alice("wolffia exec box cat /tmp/version").out == machine.alice("cat /proc/version").out
    refuses(machine, "wolffia cp box:/proc/1/mem ~/made-up/", 1, "Cannot read /proc/1/mem")
    machine.alice("wolffia stop box; chmod -R u+w ~/made-up; rm -r ~/made-up")


def test_stop_and_restart_kill_what_does_not_end_in_the_time_that_is_given(machine):
    sleeper(machine, "deaf", 'Exec=sh -c "trap : TERM; echo deaf now; while :; do sleep 0.1; done"', service=("TimeoutStopSec=100",))
    machine.alice("wolffia start deaf")
    machine.eventually(lambda: "deaf now" in machine.journal("deaf"))
    before = machine.show("deaf", "MainPID")
    result = machine.alice("wolffia restart -t1 deaf", timeout=50)
    assert "'deaf' has not ended in 1 s, so it was killed" in result.err, result
    assert machine.show("deaf", "ActiveState") == "active" and machine.show("deaf", "MainPID") != before
    machine.eventually(lambda: machine.journal("deaf").count("deaf now") == 2)
    result = machine.alice("wolffia stop --time=0 deaf", timeout=50)
    assert result.err == "" and ps(machine, "--all")["deaf"]["state"] == "failed", result
    # What ends by itself is not touched; what systemd would kill earlier is told.
    sleeper(machine)
    result = machine.alice("wolffia start box && wolffia stop -t 1000 box deaf")
    assert "gives box.service 90 s" in result.err and "TimeoutStopSec=1000" in result.err and "killed" not in result.err, result
    assert ps(machine, "--all")["box"]["state"] == "stopped"
    machine.alice(f"/usr/libexec/wolffia/wolffia-runner --name=hand --network=none localhost/box sh -c 'trap : TERM; while :; do sleep 0.1; done' "
                  ">/dev/null 2>&1 &")
    machine.eventually(lambda: "hand" in machine.alice("wolffia ps -q").out)
    machine.eventually(lambda: machine.alice("wolffia exec hand sh -c 'grep SigCgt /proc/1/status'", check=False).out.strip()[-4] in "4567cdef")
    assert "'hand' has not ended in 1 s" in machine.alice("wolffia stop -t 1 hand", timeout=50).err
    machine.alice("systemctl --user reset-failed", check=False)


def test_logs_of_several_are_one_story(machine):
    sleeper(machine, "one")
    sleeper(machine, "two", 'Exec=sh -c "echo the second speaks; exec sleep 600"')
    machine.alice("wolffia start one two")
    said = machine.eventually(lambda: (r := machine.alice("wolffia logs one two").out) and "the second speaks" in r and "hello from the payload" in r and r)
    assert said.index("hello from the payload") < said.index("the second speaks"), said
    stamped = machine.alice("wolffia logs -t two one").out.splitlines()
    assert any(" one[" in line and "hello" in line for line in stamped) and any(" two[" in line and "second" in line for line in stamped), stamped
    refuses(machine, "wolffia logs one tow", 1, "There is no container 'tow'")
    machine.alice("wolffia stop one two")


def test_letters_that_people_type_from_habit(machine):
    box.import_image(machine)
    machine.alice("wolffia volume create idle && printf x | wolffia secret create quiet")
    named = machine.alice("wolffia images -q").out.splitlines()
    assert any("localhost/box" in line for line in named) and all(len(line.split()) == 1 for line in named), named
    assert all(machine.alice(f"wolffia rmi {name}", check=False).status == 0 for name in machine.alice("wolffia images --quiet").out.split()
               if name.startswith("sha256:"))
    assert "idle" in machine.alice("wolffia volume ls -q").out.split() and "quiet" in machine.alice("wolffia secret ls -q").out.split()
    assert "idle removed" in machine.alice("wolffia volume prune -f").out
    assert machine.alice("wolffia volume prune --force").out == ""
    machine.alice("wolffia secret rm quiet")
