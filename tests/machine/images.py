# SPDX-License-Identifier: LGPL-2.1-or-later
"""Images that the cases use, made by the scripts in examples/images and kept like the prepared roots."""

import hashlib

from . import host

SCRIPTS = host.SOURCE / "examples" / "images"
INSIDE = "/srv/images"

# Name → the script and its arguments.
IMAGES = {
    "nginx": ["nginx"],
    "redis": ["redis"],
    "mosquitto": ["mosquitto"],
    "node": ["node"],
    "postgresql": ["postgresql"],
    "machine-bullseye": ["systemd", "bullseye"],
    "machine-bookworm": ["systemd", "bookworm"],
    "machine-trixie": ["systemd", "trixie"],
}


def prepared(name):
    """Returns the OCI archive, making it when it is not there."""
    recipe = (SCRIPTS / IMAGES[name][0]).read_bytes() + (SCRIPTS / "oci-archive").read_bytes()
    path = host.CACHE / "images" / f"{name}-{hashlib.sha256(recipe).hexdigest()[:12]}.oci.tar"
    if not path.exists():
        with host.lock(path.parent / f"{name}.lock"):
            if not path.exists():
                make(name, path)
    return path


def make(name, path):
    host.install_missing({"mmdebstrap": "mmdebstrap"})
    progress = host.Progress(f"{name}: making an image out of Debian's packages, once")
    progress.step("downloading")
    aside = path.with_suffix(".incomplete")
    script, *arguments = IMAGES[name]
    status, text = progress.run([SCRIPTS / script, *arguments, aside])
    if status != 0:
        raise host.HostError(f"{SCRIPTS / script} failed:\n{text[-3000:]}")
    aside.rename(path)
    progress.done(f"ready in {path}")


def binds(names=tuple(IMAGES)):
    """Arguments for systemd-nspawn that show the images in /srv/images."""
    return [f"--bind-ro={prepared(name)}:{INSIDE}/{name}.oci.tar" for name in names]
