# SPDX-License-Identifier: LGPL-2.1-or-later
"""wolffia pull, from a registry of the test's own on loopback."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from archives import Image, entry, layout_files, nested, tar, write_folder
from box import Skip

LOWER = tar(entry("bin"), entry("bin/run", os.urandom(300_000).hex(), mode=0o755))
UPPER = tar(entry("etc"), entry("etc/a", "a"))
OTHER = tar(entry("other", "x"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def registry(box, extra=""):
    """Yields its address. EXTRA goes into its configuration."""
    for program in ("docker-registry", "skopeo"):
        if not shutil.which(program):
            raise Skip(f"{program} is not installed")
    port = free_port()
    config = box.write("registry.yml", f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: "
                                       f"{box.home}/registry}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n{extra}")
    process = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def push(box, address, name, files, *options):
    folder = write_folder(box.home / f"push-{name.replace('/', '-').replace(':', '-')}", files)
    done = subprocess.run(["skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--dest-tls-verify=false", *options,
                           f"oci:{folder}", f"docker://{address}/{name}"], capture_output=True, text=True, env=box.environment)
    assert done.returncode == 0, done


def test_archives_that_skopeo_writes(box):
    if not shutil.which("skopeo"):
        raise Skip("skopeo is not installed")
    folder = write_folder(box.home / "layout", layout_files(Image(LOWER, UPPER, config={"Cmd": ["/bin/run"]})))
    for number, target in enumerate(("oci:{}/copy:1", "oci-archive:{}/oci.tar:quay.io/x/y:1", "docker-archive:{}/docker.tar:y:1")):
        target = target.format(box.home)
        done = subprocess.run(["skopeo", "--insecure-policy", "copy", "--quiet", f"oci:{folder}", target], capture_output=True,
                              text=True, env=box.environment)
        assert done.returncode == 0, done
        box.run("import", f"plain{number}", target.split(":")[1])
        box.run("import", f"named{number}", target)
    assert len(images(box)) == 6 and all(image["command"] == ["/bin/run"] for image in images(box))
    assert len(box.layers()) == 2 and box.trash() == []


def images(box):
    return json.loads(box.run("images", "--json").out)


def test_an_image_arrives(box):
    with registry(box) as address:
        push(box, address, "demo:1", layout_files(Image(LOWER, UPPER, config={"Cmd": ["/bin/run"]})))
        out = box.run("pull", f"{address}/demo:1").out
    (image,) = images(box)
    assert image["name"] == f"{address}/demo:1" and image["command"] == ["/bin/run"] and image["digest"] + "\n" == out
    assert len(box.layers()) == 2 and len(box.blobs()) == 4 and box.trash() == []
    for blob in box.blobs():
        assert blob.stat().st_uid == os.getuid()
    # Nothing is asked for what is there.
    assert box.run("pull", "--missing", f"{address}/demo:1").out == ""


def test_a_digest_is_a_name(box):
    with registry(box) as address:
        push(box, address, "demo", layout_files(Image(LOWER)))
        asked = subprocess.run(["skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", f"docker://{address}/demo"],
                               capture_output=True, text=True, check=True, env=box.environment).stdout.strip()
        box.run("pull", f"docker://{address}/demo@{asked}")
    assert [image["name"] for image in images(box)] == [f"{address}/demo@{asked}"]


def test_layers_that_are_there_are_not_fetched_again(box):
    with registry(box) as address:
        push(box, address, "demo:1", layout_files(Image(LOWER, UPPER)))
        push(box, address, "demo:2", layout_files(Image(LOWER, OTHER)))
        box.run("pull", f"{address}/demo:1")
        before = {blob.name: blob.stat().st_ino for blob in box.blobs()}
        # The registry could not even give it: only the new layer's file is left there.
        for blob in (box.home / "registry").rglob("blobs/sha256/*/*/data"):
            if blob.stat().st_size > 100_000:
                blob.unlink()
        box.run("pull", f"{address}/demo:2")
    after = {blob.name: blob.stat().st_ino for blob in box.blobs()}
    assert before.items() <= after.items() and len(after) == len(before) + 3, (before, after)
    assert len(box.layers()) == 3


def test_the_architecture_is_chosen(box):
    with registry(box) as address:
        foreign = Image(OTHER, architecture="sparc64")
        push(box, address, "demo", nested(foreign, Image(LOWER)))
        box.run("pull", f"{address}/demo")
        (image,) = images(box)
        assert image["architecture"] != "sparc64" and len(image["layers"]) == 1, image
        push(box, address, "foreign", nested(foreign))
        error = box.fails("pull", f"{address}/foreign")
        assert "architecture" in error and f"{address}/foreign" in error, error


def test_what_the_registry_does_not_have(box):
    with registry(box) as address:
        push(box, address, "demo:1", layout_files(Image(LOWER)))
        for name in ("nope", "demo:2"):
            error = box.fails("pull", f"{address}/{name}")
            assert f"'{address}/{name}" in error and "not known to the registry" in error and error.count("\n") == 1, error
    assert "nothing listens" in box.fails("pull", f"{address}/demo:1")
    assert images(box) == [] and box.trash() == []


def test_a_name_that_cannot_be_looked_up(box):
    error = box.fails("pull", "registry.invalid/demo")
    assert "registry.invalid/demo" in error and ("name" in error or "network" in error), error


def test_images_of_ones_own_are_not_looked_for_anywhere(box):
    assert "wolffia import" in box.fails("pull", "localhost/demo")


def hash_password(box, user, password):
    if not shutil.which("htpasswd"):
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                import crypt
            except ImportError:
                raise Skip("needs htpasswd (apt install apache2-utils)") from None
            return f"{user}:{crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))}\n"
    return subprocess.run(["htpasswd", "-nbB", user, password], capture_output=True, text=True, check=True).stdout


def test_logins_of_skopeo_and_podman_are_used(box):
    passwords = box.write("htpasswd", hash_password(box, "me", "secret"))
    with registry(box, f"auth: {{htpasswd: {{realm: here, path: {passwords}}}}}\n") as address:
        push(box, address, "demo", layout_files(Image(LOWER)), "--dest-creds=me:secret")
        error = box.fails("pull", f"{address}/demo")
        assert "skopeo login" in error, error
        login = json.dumps({"auths": {address: {"auth": base64.b64encode(b"me:secret").decode()}}})
        box.run("pull", f"{address}/demo", REGISTRY_AUTH_FILE=str(box.write("auth.json", login)))
        box.run("rmi", f"{address}/demo")
        box.write("run/containers/auth.json", login)
        box.run("pull", f"{address}/demo")


def test_a_registry_without_tls_is_trusted_on_loopback_only(box):
    with registry(box) as address:
        push(box, address, "demo", layout_files(Image(LOWER)))
        port = address.split(":")[1]
        box.run("pull", f"localhost:{port}/demo")
        # The same one by a name that might be anybody's.
        name = socket.gethostname()
        try:
            if not socket.gethostbyname(name).startswith("127."):
                return
        except OSError:
            return
        if "." in name:
            assert "TLS" in box.fails("pull", f"{name}:{port}/demo")


def test_skopeo_is_missing(box):
    if not os.path.exists("/usr/bin/skopeo"):
        assert "apt install skopeo" in box.fails("pull", "demo")
        return
    result = box.inside("unshare", "--mount", "sh", "-c", f"mount --bind /dev/null /usr/bin/skopeo && {box.program} pull demo",
                        check=False)
    assert result.status == 1 and "apt install skopeo" in result.err, result


def test_progress_is_sent_and_a_kill_leaves_trash_only(box):
    with registry(box) as address:
        layers = [tar(*[entry(f"{n}/{i}", os.urandom(50_000).hex()) for i in range(60)]) for n in range(4)]
        push(box, address, "demo", layout_files(Image(*layers)))
        for delay in (0.1, 0.3, 0.6):
            process = box.start("pull", f"{address}/demo")
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        socket_path = box.home / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(socket_path))
            listener.setblocking(False)
            box.run("pull", f"{address}/demo", NOTIFY_SOCKET=str(socket_path))
            messages = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    messages.append(listener.recv(4096).decode())
    assert len(box.layers()) == 4, box.layers()
    assert any(f"STATUS=Fetching {address}/demo:latest" in message for message in messages), messages
    for _ in range(50):
        if box.run("rmi", "--unnamed").status == 0 and box.trash() == []:
            break
        time.sleep(0.1)
    assert box.trash() == []
