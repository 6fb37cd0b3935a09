# SPDX-License-Identifier: LGPL-2.1-or-later
"""Images that the cases use, made by the scripts in examples/images and kept like the prepared roots."""

import hashlib
import subprocess

from . import host

SCRIPTS = host.SOURCE / "examples" / "images"
INSIDE = "/srv/images"


def prepared(name="nginx"):
    """Returns the OCI archive, making it when it is not there."""
    recipe = b"".join(path.read_bytes() for path in sorted(SCRIPTS.iterdir()) if path.is_file())
    path = host.CACHE / "images" / f"{name}-{hashlib.sha256(recipe).hexdigest()[:12]}.oci.tar"
    if not path.exists():
        with host.lock(path.parent / f"{name}.lock"):
            if not path.exists():
                make(name, path)
    return path


def make(name, path):
    progress = host.Progress(f"{name}: making an image out of Debian's package, once")
    progress.step("downloading")
    aside = path.with_suffix(".incomplete")
    done = subprocess.run([SCRIPTS / name, aside], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise host.HostError(f"{SCRIPTS / name} failed:\n{done.stdout[-3000:]}")
    aside.rename(path)
    progress.done(f"ready in {path}")


def binds():
    """Arguments for systemd-nspawn that show the images in /srv/images."""
    return [f"--bind-ro={prepared('nginx')}:{INSIDE}/nginx.oci.tar"]
