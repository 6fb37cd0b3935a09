# SPDX-License-Identifier: LGPL-2.1-or-later
"""What all verbs of wolffia have in common, and those that are about no image."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

COMPLETION = Path(__file__).resolve().parents[2] / "cli" / "completion" / "wolffia"
INTERNAL = {"prepare", "complete", "cdi"}


def verbs(box):
    text = box.run("--help").out
    return re.findall(r"^  (\S+) ", text.split("Verbs:")[1], re.MULTILINE)


def options(box, verb):
    return set(re.findall(r"(--[a-z-]+)", box.run(verb, "--help").out.split("Application Options")[-1])) - {"--help"}


def test_help_and_version(box):
    assert re.fullmatch(r"wolffia \d+\.\d+\.\d+\n", box.run("--version").out)
    assert verbs(box) and not INTERNAL & set(verbs(box))
    for verb in [*verbs(box), *INTERNAL - {"complete"}]:
        out = box.run(verb, "--help").out
        assert out.startswith("Usage:\n  wolffia " + verb) and max(map(len, out.split("\n"))) <= 100, out


def test_mistakes_in_the_command_line(box):
    assert box.run(check=False).status == 2
    assert "did you mean 'import'?" in box.fails("imprt", status=2)
    assert "did you mean" not in box.fails("xyzzy", status=2)
    for arguments in (["import"], ["import", "a"], ["pull"], ["rmi"], ["images", "a"], ["images", "--jso"], ["check", "--jso"], ["prepare"]):
        error = box.fails(*arguments, status=2)
        assert f"wolffia {arguments[0]} --help" in error, error


def test_completion_knows_the_verbs_and_their_options(box):
    script = f"source {COMPLETION}; COMP_LINE=$*; COMP_POINT=${{#COMP_LINE}}; _wolffia; printf '%s\\n' \"${{COMPREPLY[@]}}\""

    def complete(*words):
        answer = subprocess.run(["bash", "-c", script, "bash", box.program, *words], capture_output=True, text=True, check=True)
        return set(answer.stdout.split())

    assert complete("") == {*verbs(box), "--help", "--version"}
    assert complete("unp") == {"unpause"}
    for verb in verbs(box):
        # run has the runner's as well.
        offered = {word.split("=")[0] for word in complete(verb, "--")}
        assert offered >= options(box, verb) | {"--help"} and (offered == options(box, verb) | {"--help"} or verb == "run"), verb
    assert {"--publish=", "--read-only", "--save="} <= complete("run", "--")


def test_completion_of_arguments(box):
    files = box.run("complete", "check", "").out
    assert files == ":files\n" and box.run("complete", "unshare", "l").out == ":commands\n", files
    assert box.run("complete", "import", "x").out == "" and box.run("complete", "import", "x", "").out == ":files\n"
    assert box.run("complete", "nothing", "").out == "" and box.run("complete", "start", "").out == ""


def test_messages_are_plain_where_nobody_looks(box):
    assert "\x1b" not in box.fails("rmi", "nothing")


def test_unshare(box):
    assert box.inside("id", "-u").out == "0\n"
    assert box.inside("sh", "-c", "echo out; echo err >&2; exit 7", check=False).__dict__ == {"status": 7, "out": "out\n", "err": "err\n"}
    assert box.inside("sh", "-c", "kill -TERM $$", check=False).status == 128 + 15
    assert "not installed" in box.fails("unshare", "/nonexistent/program")
    # Options of the command are the command's.
    assert box.inside("sh", "-c", "echo $0", "--help").out == "--help\n"
    assert box.run("unshare", "--", "echo", "-n", "x").out == "x"
    assert box.run("unshare", input=b"id -u\n", SHELL="/bin/sh").out == "0\n"


def test_check(box):
    good = box.write("good.container", "[Container]\nImage=nginx\n")
    bad = box.write("bad.container", "[Container]\nImage=nginx\nPublishPort=99999:1\n")
    assert box.run("check", good).err == ""
    result = box.run("check", good, bad, check=False)
    assert result.status == 1 and "bad.container:3" in result.err and "PublishPort" in result.err, result
    assert "ExecStart=" in box.run("check", "--print", good).out
    # What cannot be said is no problem of a file.
    for path in (box.write("x.txt", ""), "/nonexistent.container"):
        assert box.run("check", path, check=False).status == 2, path


def units(box, **files):
    folder = box.home / "units"
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.container").write_text("\n".join(["[Container]", "Image=docker.io/library/nginx", *lines, ""]))
    return {"WOLFFIA_UNIT_DIRS": str(folder)}, folder


def test_check_of_all_units(box):
    environment, folder = units(box, web=["PublishPort=8080:80"], other=["PublishPort=127.0.0.1:8080-8090:1-11"],
                                udp=["PublishPort=8080:80/udp"], free=["PublishPort=8091:80"])
    result = box.run("check", check=False, **environment)
    assert result.status == 1 and result.out == "4 units, 2 of them would fail\n", result
    assert "web.container:3: PublishPort=: other.service publishes this port too (127.0.0.1:8080-8090:1-11)" in result.err, result
    assert "other.container:3: PublishPort=: web.service publishes this port too" in result.err, result
    # One file is compared with all others as well.
    assert box.run("check", str(folder / "web.container"), check=False, **environment).status == 1
    assert box.run("check", str(folder / "free.container"), **environment).status == 0


def test_check_of_ports_that_one_file_publishes_twice(box):
    twice = "of the host is published twice, by "
    environment, folder = units(
        box, web=["PublishPort=8080:80", "PublishPort=18080:80", "PublishPort=127.0.0.1:8080:81", "PublishPort=8080:80/udp",
                  "PublishPort=127.0.0.1:9000-9005:80-85", "PublishPort=[::1]:9003:83", "PodmanArgs=-p 18080:81"],
        all=["PublishPort=7000:80", "PublishPort=127.0.0.1:7000:80"],
        net=["Network=app.network", "PublishPort=127.0.0.1:7100:80", "PublishPort=[::1]:7100:81", "PublishPort=7100:80/udp"])
    (folder / "app.network").write_text("[Network]\n")
    (folder / "app.pod").write_text("[Pod]\nPublishPort=6000-6010:1-11\nPublishPort=6005:9\n")
    result = box.run("check", check=False, **environment)
    told = {line.split("/units/")[1] for line in result.err.splitlines() if "Image=" not in line}
    assert len(told) == 4 and result.out == "5 units, 2 of them would fail\n", result
    for part in (f"web.container:5: PublishPort=: port 8080 {twice}8080:80/tcp and by 127.0.0.1:8080:81/tcp; give one of the two another",
                 "web.container:8: PublishPort=: port 9003 of the host is published on two addresses, by 127.0.0.1:9000-9005:80-85/tcp "
                 "and by [::1]:9003:83/tcp, which pasta cannot do; leave the address out, which publishes on all, or give the container "
                 "a network (Network=NAME), where each address has its own ports",
                 f"web.container:9: PodmanArgs=: port 18080 {twice}18080:80/tcp and by 18080:81/tcp; give one of the two another",
                 f"app.pod:3: PublishPort=: port 6005 {twice}6000-6010:1-11/tcp and by 6005:9/tcp; give one of the two another"):
        assert part in told, (part, told)


def test_check_of_low_ports_has_the_words_of_the_start(box):
    environment, _ = units(box, web=["PublishPort=1:80"], host=["Network=host", "PublishPort=2"])
    text = box.run("check", check=False, **environment).err
    for part in ("web.container:3: PublishPort=: Port 1/tcp of the host cannot be published", "wolffia-port@1.socket",
                 "host.container:4: PublishPort=: Network=host: Port 2/tcp of the host cannot be published",
                 "net.ipv4.ip_unprivileged_port_start=1' | sudo tee /etc/sysctl.d/"):
        assert part in text, (part, text)


def test_check_of_what_a_start_needs(box):
    environment, folder = units(box, web=[
        "Image=localhost/nowhere", "PublishPort=1:80", "Volume=%h/missing:/x", "Volume=./here:/y", "Volume=named:/z",
        "Volume=${ELSEWHERE}:/v", "Mount=type=bind,source=./missing,target=/m", "EnvironmentFile=missing.env",
        "AddDevice=/dev/missing", "[Service]", "EnvironmentFile=-/missing", "EnvironmentFile=/missing/%%"])
    (folder / "here").mkdir(exist_ok=True)
    box.run("images")  # makes the store
    text = box.run("check", check=False, **environment).err
    for part in ("web.container:3: Image=: the image 'localhost/nowhere' is not in your store", "ip_unprivileged_port_start",
                 f"web.container:5: Volume=: there is no {box.home}/missing", f"web.container:9: Mount=: there is no {folder}/missing",
                 f"EnvironmentFile=: there is no {folder}/missing.env", "AddDevice=: there is no /dev/missing",
                 "web.container:14: EnvironmentFile=: there is no /missing/%;"):
        assert part in text, (part, text)
    assert "/y" not in text and "named" not in text and "ELSEWHERE" not in text and text.count("EnvironmentFile") == 2, text


def test_check_of_names_that_systemd_expands(box):
    environment, folder = units(box, web=["ContainerName=%p,x"], good=["ContainerName=%p-x"], later=["ContainerName=${NAME}"])
    (folder / "job@.container").write_text("[Container]\nImage=docker.io/library/nginx\n")
    (folder / "data.volume").write_text("[Volume]\nVolumeName=%N:x\n")
    told = sorted(line.split("/units/")[1] for line in box.run("check", check=False, **environment).err.splitlines() if "Name=" in line)
    assert [line.split(";")[0] for line in told] == ["data.volume:2: VolumeName=: 'data-volume:x' cannot be the name of a volume",
                                                     "web.container:3: ContainerName=: 'web,x' cannot be the name of a container"], told


def test_check_of_a_pod(box):
    environment, folder = units(box, web=["Pod=app.pod"])
    (folder / "app.pod").write_text("[Pod]\nPublishPort=8080:80\nVolume=./nowhere:/x\n")
    (folder / "other.container").write_text("[Container]\nImage=docker.io/library/nginx\nPublishPort=8080:80\n")
    text = box.run("check", check=False, **environment).err
    assert f"app.pod:3: Volume=: there is no {folder}/nowhere" in text, text
    assert "app.pod:2: PublishPort=: other.service publishes" in text and "other.container:3: PublishPort=: app-pod.service" in text, text


def test_check_of_secrets(box):
    environment, _ = units(box, web=["Secret=here,type=env", "Secret=given", "Secret=missing,type=env,target=X", "[Service]",
                                     "LoadCredential=given:/etc/given"])
    box.write("data/wolffia/secrets/here.cred", "x")
    text = box.run("check", check=False, **environment).err
    assert "Secret=: you have no secret 'missing'; `wolffia secret create missing FILE` makes it" in text, text
    assert "'here'" not in text and "'given'" not in text, text


def test_check_for_programs(box):
    environment, folder = units(box, web=["PublishPrt=1"])
    result = box.run("check", "--json", check=False, **environment)
    answer = json.loads(result.out)
    assert result.status == 1 and result.err == "", result
    assert answer["units"] == [{"unit": "web.service", "file": str(folder / "web.container"), "good": False}], answer
    assert answer["problems"][0] == {
        "severity": "error", "file": str(folder / "web.container"), "line": 3, "key": "PublishPrt", "unit": "web.service",
        "text": "there is no such key; did you mean PublishPort=?"}, answer


def test_check_with_systemd(box):
    if not shutil.which("systemd-analyze"):
        return
    environment, folder = units(box, web=["[Service]", "OOMScoreAdjust=many"])
    result = box.run("check", "--all", check=False, **environment)
    assert "web.container: systemd says of web.service: " in result.err and "OOM" in result.err, result
    assert box.run("check", check=False, **environment).err == ""


def test_the_store_must_be_ones_own(box):
    (box.home / "other").mkdir()
    os.symlink("/usr/share", box.home / "other" / "wolffia")
    assert "belongs to user 0" in box.fails("images", XDG_DATA_HOME=str(box.home / "other"))


def test_ones_own_store_is_not_opened_to_others(box):
    def refused(store, **environment):
        text = box.fails("import", f"--store={store}", "localhost/x", "/dev/null", **environment)
        return "name another folder" in text
    # Not even where it is not there yet.
    assert refused(box.store) and not box.store.exists()
    box.run("images")
    assert refused(box.store) and box.store.stat().st_mode & 0o77 == 0
    # One that was one's own under another setting has layers, which nobody unpacks for others.
    (box.store / "layers/key").mkdir()
    assert refused(box.store, XDG_DATA_HOME=str(box.home / "other")) and box.store.stat().st_mode & 0o77 == 0
    assert not refused(box.home / "shared")


def test_names_do_not_reach_a_terminal_as_commands(box):
    text = box.fails("import", "localhost/x", "no\x1b[2Jfile\r")
    assert "no?[2Jfile?" in text, repr(text)


def test_the_other_shells_complete_the_same(box):
    """Where they are installed. zsh and fish filter themselves."""
    path = f"{Path(box.program).parent}:{os.environ['PATH']}"
    scripts = {
        "zsh": "CURRENT=$#; words=(wolffia \"${@:2}\"); _describe() { print -rl -- $candidates }; _files() { echo :files }; "
               f"source {COMPLETION}.zsh",
        "fish": f"source {COMPLETION}.fish; complete -C \"wolffia $argv[2..]\"",
    }
    for shell, script in scripts.items():
        if shutil.which(shell):
            def complete(*words):
                command = [shell, "-c", script, *(["sh"] if shell == "zsh" else []), "wolffia", *words]
                answer = subprocess.run(command, capture_output=True, text=True, check=True, env={**box.environment, "PATH": path})
                return {re.split(r"[:\t]", line)[0] or line for line in answer.stdout.splitlines()}

            assert {"start", "stats", "stop"} <= complete("st"), shell
            assert {"--all", "--json", "--help"} <= complete("ps", "--"), shell
            assert shell != "zsh" or complete("check", "") == {":files"}
