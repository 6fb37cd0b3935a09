# SPDX-License-Identifier: LGPL-2.1-or-later
"""The web server of examples/, as the cases use it."""

from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "web.container"
ADDRESS = "http://192.0.2.10:8080/"


def import_image(machine):
    """Into alice's store, unless an earlier case has done it."""
    known = machine.alice("wolffia images", check=False).out
    if "localhost/nginx" not in known:
        machine.alice("wolffia import localhost/nginx /srv/images/nginx.oci.tar", timeout=300)


def write(machine, text=None, name="web"):
    """Drops the file, by default the example as it is, and tells systemd."""
    machine.write(f"~/.config/wolffia/{name}.container", EXAMPLE.read_text() if text is None else text)
    machine.alice("systemctl --user daemon-reload")


def container(*lines, service=(), install=("WantedBy=default.target",)):
    """The text of a .container file for the web server with further lines in [Container]."""
    text = "\n".join(["[Container]", "Image=localhost/nginx", *lines])
    text += "".join(f"\n[{title}]\n" + "\n".join(part) for title, part in (("Service", service), ("Install", install)) if part)
    return text + "\n"


def start(machine, text=None):
    import_image(machine)
    write(machine, text)
    machine.alice("systemctl --user start web", timeout=120)


def answers(machine, url=ADDRESS):
    """What a client on the LAN gets, once the server answers."""
    return machine.eventually(lambda: machine.client(f"curl -sS --max-time 5 {url}").out, what=f"{url}")


def fails_to_start(machine):
    """Starts web, which must fail; returns all that the user sees: the status, with the journal's last lines."""
    result = machine.alice("systemctl --user start web", check=False, timeout=120)
    assert result.status != 0, "web started, but should not have"
    return sees(machine)


def sees(machine, unit="web"):
    machine.root("journalctl --sync")
    return machine.alice(f"systemctl --user status --no-pager --full {unit}", check=False).out
