# SPDX-License-Identifier: LGPL-2.1-or-later
"""One root file system, and what each program needs to run it.

The root is a static busybox with the usual folders, so that what is measured is the way into the container and out of
it. Podman and Wolffia have it as an image of one layer; crun, bwrap and unshare have the folder that the image was made
of."""

import json

from .bench import FOLDER

ROOT = f"{FOLDER}/root"
BUNDLE = f"{FOLDER}/bundle"
IMAGE = "localhost/bench"
PAYLOAD = "/bin/true"
RUNNER = "/usr/libexec/wolffia/wolffia-runner"
GENERATOR = "/usr/lib/systemd/user-generators/wolffia-generator"
# By this name, or it works for root.
PODMAN_GENERATOR = "/usr/lib/systemd/user-generators/podman-user-generator"

# --pids-limit=0: without controllers, crun refuses to set the limit that podman has by default.
PODMAN_RUN = ["podman", "run", "--rm", "--pids-limit=0"]

MAKE_ROOT = f"""
set -e
cd {FOLDER}
if [ ! -e {ROOT} ]; then
        mkdir -p root.new/bin root.new/etc root.new/dev root.new/proc root.new/sys root.new/tmp root.new/run root.new/var
        cp /bin/busybox root.new/bin/busybox
        for applet in sh true sleep cat id hostname; do ln -s busybox root.new/bin/$applet; done
        echo root:x:0:0:root:/:/bin/sh >root.new/etc/passwd
        echo root:x:0: >root.new/etc/group
        tar -C root.new -cf root.tar .
        mv root.new root
fi
"""


def make_root(bench):
    bench.machine.alice(MAKE_ROOT)


def make_podman_image(bench):
    """Also starts podman's pause process, which is to be there before anything is timed."""
    if bench.machine.alice(f"podman image exists {IMAGE}", check=False).status != 0:
        bench.machine.alice(f"podman import --quiet {FOLDER}/root.tar {IMAGE}", timeout=300)
    bench.machine.alice(" ".join([*PODMAN_RUN, "--network=none", IMAGE, PAYLOAD]), timeout=120)


LAYERS = 10
LAYERED = "localhost/bench-layers"
ARCHIVE = f"{FOLDER}/layers.oci.tar"

# The root, and a file more in each further layer.
MAKE_LAYERS = f"""
set -e
cd {FOLDER}
[ ! -e {ARCHIVE} ] || exit 0
mkdir -p layers
cp root.tar layers/
printf 'FROM scratch\nADD root.tar /\n' >layers/Containerfile
for number in $(seq 2 {LAYERS}); do
        head -c 4096 /dev/urandom >layers/file$number
        echo "COPY file$number /layer/$number/file" >>layers/Containerfile
done
podman build --quiet --layers --tag {LAYERED} layers
podman save --quiet --format oci-archive --output {ARCHIVE} {LAYERED}
"""


def make_layers(bench):
    """The image of ten layers for podman and Wolffia. Why it cannot be had, or ""."""
    for command in (MAKE_LAYERS, f"tar -xOf {ARCHIVE} index.json >/dev/null && wolffia import {LAYERED} {ARCHIVE}"):
        result = bench.machine.alice(command, check=False, timeout=300)
        if result.status != 0:
            return f"no image of {LAYERS} layers: {(result.err or result.out).strip()}"
    found = bench.machine.alice(f"podman image inspect --format '{{{{len .RootFS.Layers}}}}' {LAYERED}").out.strip()
    return "" if found == str(LAYERS) else f"the image has {found} layers, not {LAYERS}"


def podman_lacks_pasta(bench):
    """Why podman cannot be measured with pasta, or ""."""
    version = bench.machine.alice("podman --version").out.split()[-1]
    major, minor = map(int, version.split(".")[:2])
    return f"podman {version} knows no pasta" if (major, minor) < (4, 4) else ""


def make_wolffia_image(bench):
    """Why Wolffia cannot be measured, or ""."""
    result = bench.machine.alice(f"wolffia import {IMAGE} {ROOT}", check=False, timeout=300)
    return f"wolffia import failed: {(result.err or result.out).strip()}" if result.status != 0 else ""


def subordinate(bench, name):
    """START and COUNT of alice's first line in /etc/subuid or /etc/subgid."""
    return map(int, bench.machine.read(f"/etc/{name}").split("\n")[0].split(":")[1:])


def make_bundle(bench):
    """What `crun spec --rootless` writes, with all of alice's ids mapped, so that newuidmap and newgidmap have to run."""
    text = bench.machine.alice(f"rm -rf {BUNDLE} && mkdir {BUNDLE} && cd {BUNDLE} && crun spec --rootless && cat config.json").out
    config = json.loads(text)
    config["process"].update(terminal=False, args=[PAYLOAD])
    config["root"] = {"path": ROOT, "readonly": False}
    for key, file in (("uidMappings", "subuid"), ("gidMappings", "subgid")):
        start, count = subordinate(bench, file)
        config["linux"][key] = [{"containerID": 0, "hostID": 1000, "size": 1},
                                {"containerID": 1, "hostID": start, "size": count}]
    bench.machine.write(f"{BUNDLE}/config.json", json.dumps(config, indent=1))


def crun(name):
    return ["crun", "run", "--bundle", BUNDLE, name]


def bwrap():
    return ["bwrap", "--unshare-all", "--bind", ROOT, "/", "--proc", "/proc", "--dev", "/dev", PAYLOAD]


def unshare():
    """Ids and namespaces, and nothing else: no root of its own, no devices."""
    return ["unshare", "--user", "--map-root-user", "--map-auto", "--mount", "--pid", "--fork", "--ipc", "--uts",
            "--net", "--mount-proc", ROOT + PAYLOAD]


def wolffia(name, *options, image=IMAGE):
    return [RUNNER, f"--name={name}", *options, image, PAYLOAD]
