# SPDX-License-Identifier: LGPL-2.1-or-later
"""The main job: a web server's .container file runs as a service of an ordinary user."""

import re

import web


def test_a_file_that_is_dropped_into_the_folder_answers_on_its_port(machine):
    web.start(machine)
    assert "Hello from a container" in web.answers(machine)
    assert machine.show("web", "ActiveState") == "active"


def test_the_log_of_nginx_in_the_journal_has_the_address_of_the_client(machine):
    web.start(machine)
    web.answers(machine, web.ADDRESS + "?from-the-lan")
    line = machine.eventually(lambda: re.search(r".*from-the-lan.*", machine.journal("web")))
    assert line[0].startswith(machine.client_address + " "), line[0]


def test_it_answers_on_the_loopback_address_of_the_host_too(machine):
    web.start(machine)
    machine.eventually(lambda: "Hello" in machine.alice("curl -sS http://127.0.0.1:8080/").out)


def test_status_shows_the_description_and_the_log(machine):
    web.start(machine)
    web.answers(machine, web.ADDRESS + "?in-the-status")
    machine.eventually(lambda: "in-the-status" in web.sees(machine))
    assert "web.service - A web server" in web.sees(machine)


def test_the_unit_reads_like_something_a_person_has_written(machine):
    web.import_image(machine)
    web.write(machine)
    unit = machine.alice("systemctl --user cat web").out
    command = re.search(r"^ExecStart=((?:.*\\\n)*.*)$", unit, re.MULTILINE)[1]
    words = command.replace("\\\n", " ").split()
    assert words[0].endswith("/wolffia-runner") and words[-1] == "localhost/nginx", unit
    assert "--publish=8080:80" in words and len(words) < 8, unit
    assert "# When it ends by itself, start it again.\nRestart=on-failure\n" in unit, unit
    assert max(map(len, unit.splitlines())) < 140, unit
    complaints = machine.alice("systemd-analyze --user verify $XDG_RUNTIME_DIR/systemd/generator/web.service").err
    assert complaints == "", complaints


def test_nothing_runs_as_root_or_as_another_user_of_the_host(machine):
    web.start(machine)
    group = machine.show("web", "ControlGroup")
    users = machine.root(f"for pid in $(cat $(find /sys/fs/cgroup{group} -name cgroup.procs)); do "
                         "awk '/^Uid:/ {print $2}' /proc/$pid/status; done").out.split()
    assert len(users) >= 2, users
    assert all(user == "1000" or int(user) >= 100000 for user in users), users


def test_stop_is_clean(machine):
    web.start(machine)
    web.answers(machine)
    group = machine.show("web", "ControlGroup")
    machine.alice("systemctl --user stop web")
    assert machine.show("web", "ActiveState") == "inactive"
    assert machine.show("web", "Result") == "success"
    assert machine.show("web", "ExecMainStatus") == "0"
    assert machine.alice(f"ls -d /sys/fs/cgroup{group}", check=False).status != 0
    assert machine.client("curl -sS --max-time 5 " + web.ADDRESS, check=False).status != 0


SLOW_CLIENT = """
import socket, time
connection = socket.create_connection(("192.0.2.10", 8080))
connection.sendall(b"GET / HTTP/1.1\\r\\nHost: web\\r\\n")
print("asking", flush=True)
time.sleep(1)
connection.sendall(b"Connection: close\\r\\n\\r\\n")
answer = b""
while data := connection.recv(65536):
    answer += data
print(answer.decode())
"""


def test_a_request_is_answered_before_the_server_stops(machine):
    """nginx's stop signal, SIGQUIT, comes from the image: SIGTERM would drop the connection."""
    web.start(machine)
    web.answers(machine)
    machine.write("/run/client.py", SLOW_CLIENT, user="root")
    machine.client("python3 /run/client.py >/run/answer 2>&1 &")
    machine.eventually(lambda: "asking" in machine.read("/run/answer", user="root"))
    machine.alice("systemctl --user stop web")
    assert machine.show("web", "Result") == "success"
    machine.eventually(lambda: "Hello from a container" in machine.read("/run/answer", user="root"))
    machine.root("rm /run/client.py /run/answer")


def test_ten_restarts_in_a_row(machine):
    web.start(machine)
    for _ in range(10):
        # systemd refuses more than five starts in ten seconds, of any service.
        machine.alice("systemctl --user reset-failed web && systemctl --user restart web", timeout=60)
        assert "Hello" in web.answers(machine)
    assert machine.show("web", "NRestarts") == "0"


def test_a_reboot_brings_it_up_through_linger_alone(machine):
    web.start(machine)
    before = machine.show("web", "InvocationID")
    machine.reboot()
    assert machine.root("loginctl list-sessions --no-legend --no-pager | grep -v manager", check=False).out == ""
    assert "Hello" in web.answers(machine)
    assert machine.show("web", "InvocationID") != before


def test_it_comes_back_after_its_processes_were_killed(machine):
    web.start(machine)
    web.answers(machine)
    machine.alice("systemctl --user kill --signal=KILL web")
    machine.eventually(lambda: machine.show("web", "NRestarts") == "1")
    assert "Hello" in web.answers(machine)


def test_what_the_payload_writes_is_gone_after_the_stop(machine):
    web.start(machine)
    web.answers(machine)
    layers = "find ~/.local/share/wolffia/containers ~/.local/share/wolffia/trash -mindepth 1 -maxdepth 1"
    assert machine.alice(layers).out != ""
    machine.alice("systemctl --user stop web")
    assert machine.alice(layers).out == ""


def test_the_exit_status_of_the_payload_is_passed_on(machine):
    web.start(machine, web.container("Exec=sh -c 'echo last words; exit 42'", install=()))
    machine.eventually(lambda: machine.show("web", "ActiveState") == "failed")
    assert machine.show("web", "ExecMainStatus") == "42"
    assert "last words" in machine.journal("web")


def test_a_volume_of_the_host_is_served(machine):
    machine.write("~/public_html/index.html", "from the home folder\n")
    machine.alice("chmod 755 ~ ~/public_html")
    web.start(machine, web.container("PublishPort=8080:80", "Volume=%h/public_html:/var/www/html:ro"))
    assert web.answers(machine) == "from the home folder\n"


def test_two_containers_beside_each_other(machine):
    web.start(machine)
    web.write(machine, web.container("PublishPort=8081:80"), name="second")
    machine.alice("systemctl --user start second")
    assert "Hello" in web.answers(machine)
    assert "Hello" in web.answers(machine, "http://192.0.2.10:8081/")
    machine.alice("systemctl --user stop web")
    assert "Hello" in web.answers(machine, "http://192.0.2.10:8081/")


def test_a_second_user_manager_is_not_needed_to_run_it_by_hand(machine):
    """The command of the unit works in a shell as it does in the unit."""
    web.import_image(machine)
    out = machine.alice("/usr/libexec/wolffia/wolffia-runner --name=hand --network=none localhost/nginx "
                        "sh -c 'id -u; hostname'").out
    assert out.splitlines()[0] == "0", out
