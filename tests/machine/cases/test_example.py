# SPDX-License-Identifier: LGPL-2.1-or-later
"""README's first command, where systemd runs: for the user who called sudo."""

from machine import build, images

CACHE = "/var/tmp/cache"


def test_examples_try_installs_and_starts_the_service_for_the_user_who_called_sudo(machine):
    # There is no network to make the image with.
    machine.root(f"mkdir -p {CACHE}/images && cp /srv/images/nginx.oci.tar {CACHE}/images/{images.prepared('nginx').name}")
    try:
        done = machine.root(f"env SUDO_USER=alice WOLFFIA_CACHE={CACHE} {build.INSIDE_SOURCE}/examples/try 2>&1",
                            timeout=600)
        assert "Hello from a container" in done.out, done.out
        assert "Active: active (running)" in done.out, done.out
        assert '"GET / HTTP/1.1" 200' in done.out, done.out
        assert "systemctl --user stop web" in done.out, done.out
        assert machine.show("web", "ActiveState") == "active"
        assert "/usr/local/" in machine.show("web", "ExecStart")
    finally:
        machine.alice("systemctl --user stop web", check=False)
        machine.root(f"ninja -C {CACHE}/build/here-* uninstall; rm -rf {CACHE}", check=False)
