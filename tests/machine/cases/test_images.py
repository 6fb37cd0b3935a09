# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where images come from."""

import contextlib
import json

import box
import web

from machine.case import row

# Debian's own configuration asks for a password.
REGISTRY = """version: 0.1
storage: {filesystem: {rootdirectory: /var/tmp/registry}}
http: {addr: "127.0.0.1:5000"}
"""


@contextlib.contextmanager
def registry(machine):
    """A registry on 127.0.0.1:5000 that has the web server as "nginx"."""
    machine.write("/run/registry.yml", REGISTRY, user="root")
    machine.root("systemd-run --unit=registry --quiet docker-registry serve /run/registry.yml")
    try:
        machine.eventually(lambda: machine.alice("curl -sS http://127.0.0.1:5000/v2/"))
        machine.root("skopeo copy --quiet --dest-tls-verify=false oci-archive:/srv/images/nginx.oci.tar "
                     "docker://127.0.0.1:5000/nginx:latest", timeout=120)
        yield
    finally:
        machine.root("systemctl stop registry; rm -r /run/registry.yml /var/tmp/registry")


def forget(machine, name):
    machine.alice(f"wolffia rmi {name}", check=False)


def test_an_image_is_imported_listed_and_removed(machine):
    forget(machine, "localhost/nginx")
    machine.alice("wolffia import localhost/nginx /srv/images/nginx.oci.tar", timeout=120)
    assert "localhost/nginx" in machine.alice("wolffia images").out
    machine.alice("wolffia rmi localhost/nginx")
    assert "localhost/nginx" not in machine.alice("wolffia images").out


def test_an_image_that_is_in_use_is_not_removed(machine):
    web.start(machine)
    result = machine.alice("wolffia rmi localhost/nginx", check=False)
    assert result.status != 0 and "web" in result.err, result
    assert "Hello" in web.answers(machine)


def test_a_docker_archive_an_oci_layout_a_tar_and_a_folder_are_imported(machine):
    machine.alice("mkdir ~/work && cd ~/work && "
                  "skopeo copy -q oci-archive:/srv/images/nginx.oci.tar docker-archive:docker.tar:nginx:1 && "
                  "skopeo copy -q oci-archive:/srv/images/nginx.oci.tar oci:layout:1 && "
                  "mkdir -p root/bin && cp /bin/busybox root/bin && ln -s busybox root/bin/sh && tar cf root.tar -C root .",
                  timeout=120)
    for source, name in (("docker.tar", "docker"), ("layout", "layout"), ("root.tar", "tar"), ("root", "folder")):
        machine.alice(f"wolffia import localhost/{name} ~/work/{source}", timeout=120)
        out = machine.alice("/usr/libexec/wolffia/wolffia-runner --name=look --network=none "
                            f"localhost/{name} /bin/sh -c 'echo it runs'").out
        assert out == "it runs\n", (source, out)
        machine.alice(f"wolffia rmi localhost/{name}")


def test_what_is_not_an_image_is_refused_and_leaves_nothing(machine):
    machine.alice("head -c 100000 /dev/urandom >~/noise")
    before = machine.alice("find ~/.local/share/wolffia 2>/dev/null | sort", check=False).out
    result = machine.alice("wolffia import localhost/noise ~/noise", check=False)
    assert result.status != 0 and "noise" in result.err, result
    assert "localhost/noise" not in machine.alice("wolffia images").out
    after = machine.alice("find ~/.local/share/wolffia 2>/dev/null | sort", check=False).out
    assert not before or after == before


def test_an_image_that_is_missing_is_fetched_at_the_start(machine):
    with registry(machine):
        forget(machine, "127.0.0.1:5000/nginx")
        run = "wolffia run --rm --network=none 127.0.0.1:5000/nginx nginx -v"
        # On a terminal one sees how far it has come, and once it is there nothing.
        seen = machine.alice(f"TERM=xterm script -qec '{run}' /dev/null", timeout=120).out
        assert "\nnginx version" in seen.replace("\x1b[K", "").replace("\r", "\n") and "Fetching" in seen, seen
        assert "Fetching" not in machine.alice(f"TERM=xterm script -qec '{run}' /dev/null").out
        forget(machine, "127.0.0.1:5000/nginx")
        web.write(machine, web.container("PublishPort=8080:80").replace("localhost/", "127.0.0.1:5000/"))
        machine.alice("systemctl --user start web", timeout=120)
        assert "Hello" in web.answers(machine)
    machine.alice("systemctl --user restart web")
    assert "Hello" in web.answers(machine)
    machine.alice("systemctl --user stop web")
    forget(machine, "127.0.0.1:5000/nginx")


def test_a_registry_that_does_not_answer_is_named(machine):
    web.write(machine, web.container().replace("localhost/", "127.0.0.1:5000/"))
    text = web.fails_to_start(machine)
    assert "127.0.0.1:5000/nginx" in text, text


@row("F1")
def test_a_store_on_a_file_server_is_named_with_the_setting_that_leads_elsewhere(machine):
    machine.alice("tar --owner=7 --group=7 -C /etc -cf ~/served.tar passwd")
    result = box.on_a_server(machine, "wolffia import localhost/served /home/alice/served.tar")
    assert result.status == 1 and "/home/alice/.local/share/wolffia lies on NFS, whose server knows you but none of your" in result.err, result
    assert "set Folder= in [Store] of wolffia.conf" in result.err, result
    assert "localhost/served" not in machine.alice("wolffia images").out
    report = json.loads(box.on_a_server(machine, "wolffia doctor --json").out)
    found, = [finding for finding in report["findings"] if finding["name"] == "storage"]
    assert (found["verdict"], found["row"]) == ("problem", "F1") and "[Store] of wolffia.conf" in found["text"], found
    # Another fault of an image there is told as such.
    machine.alice("tar --owner=99999 --group=7 -C /etc -cf ~/beyond.tar passwd")
    result = box.on_a_server(machine, "wolffia import localhost/beyond /home/alice/beyond.tar", "/home/alice/.local/share/wolffia")
    assert result.status == 1 and "beyond the container's range" in result.err and "lies on NFS" not in result.err, result
    # On a disk of one's own the same file is one like others.
    machine.alice("wolffia import localhost/served ~/served.tar && wolffia rmi localhost/served && rm ~/served.tar ~/beyond.tar")
