# SPDX-License-Identifier: LGPL-2.1-or-later
"""An administrator's hour, as it was typed: a service from nothing, a secret, a volume saved and restored, a unit that fails,
and everything cleaned up."""

import json

import box

SERVER = """[Unit]
Description=A shop's data

[Container]
Image=localhost/box
Secret=shop-key,type=env,target=KEY
Volume=shop-data:/data
Network=none
HealthCmd=test -e /data/orders
HealthInterval=1s
Exec=sh -c 'trap "exit 0" TERM; echo "key has $${#KEY} letters"; while :; do date >>/data/orders; sleep 0.2; done'

[Install]
WantedBy=default.target
"""


def test_from_nothing_to_a_clean_slate(machine):
    box.import_image(machine)

    # What is there, and what is it good for? Tried before it is written down.
    assert "localhost/box" in machine.alice("wolffia images").out
    assert machine.alice("wolffia run --rm --network=none localhost/box date -u +%Y").out.startswith("20")

    # A service from nothing: a mistake is named before systemd sees it.
    machine.write("~/.config/wolffia/shop.container", SERVER.replace("Volume=", "Volum="))
    result = machine.alice("wolffia check ~/.config/wolffia/shop.container", check=False)
    assert result.status != 0 and "shop.container:7" in result.err and "Volume=" in result.err, result
    machine.write("~/.config/wolffia/shop.container", SERVER)

    # Its secret is missing: the unit fails, and says what to do.
    machine.alice("systemctl --user daemon-reload")
    result = machine.alice("wolffia start shop", check=False)
    assert result.status == 1 and "wolffia secret create shop-key" in result.err, result
    assert "failed" in machine.alice("wolffia ps --all").out
    machine.alice("printf swordfish | wolffia secret create shop-key")
    assert "shop-key" in machine.alice("wolffia secret list").out
    machine.alice("wolffia start shop")

    # It runs: look at it from all sides.
    machine.eventually(lambda: "healthy" in machine.alice("wolffia ps").out)
    machine.eventually(lambda: "key has 9 letters" in machine.alice("wolffia logs shop").out)
    answer, = json.loads(machine.alice("wolffia inspect shop").out)
    assert answer["state"] == "running" and "swordfish" not in json.dumps(answer), answer
    assert "sleep" in machine.alice("wolffia top shop").out or "sh -c" in machine.alice("wolffia top shop").out
    before = int(machine.alice("wolffia exec shop sh -c 'wc -l </data/orders'").out)
    assert before > 0

    # The volume is saved, lost and restored.
    machine.alice("wolffia stop shop && wolffia volume export shop-data >~/shop.tar")
    saved = int(machine.alice("tar -xOf ~/shop.tar ./orders | wc -l || tar -xOf ~/shop.tar orders | wc -l").out.split()[-1])
    assert saved >= before
    machine.alice("wolffia volume remove --force shop-data && wolffia volume import shop-data ~/shop.tar && wolffia start shop")
    machine.eventually(lambda: int(machine.alice("wolffia exec shop sh -c 'wc -l </data/orders'").out) > saved)
    machine.alice("wolffia cp shop:/data/orders ~/orders")
    assert int(machine.alice("wc -l <~/orders").out) > saved

    # An image that ends at once: the state and the log say why.
    machine.write("~/.config/wolffia/shop.container.d/10-broken.conf", "[Container]\nExec=\nExec=sh -c 'echo no such table >&2; exit 3'\n")
    machine.alice("systemctl --user daemon-reload; wolffia restart shop", check=False)
    machine.eventually(lambda: "no such table" in machine.alice("wolffia logs -n 20 shop").out)
    machine.eventually(lambda: machine.alice("wolffia ps --all --format '{{.state}}'").out.strip() in ("failed", "restarting"))
    machine.alice("rm -r ~/.config/wolffia/shop.container.d; systemctl --user daemon-reload; wolffia restart shop")
    machine.eventually(lambda: "healthy" in machine.alice("wolffia ps").out)

    # Cleaned up: nothing is left of it.
    machine.alice("wolffia stop shop; rm ~/.config/wolffia/shop.container; systemctl --user daemon-reload; wolffia secret remove shop-key; "
                  "wolffia volume remove shop-data; systemctl --user stop session.slice")
    assert len(machine.alice("wolffia ps --all").out.splitlines()) == 1
    left = machine.alice("find ~/.local/share/wolffia/secrets ~/.local/share/wolffia/volumes ~/.local/share/wolffia/containers "
                         "-mindepth 1 -maxdepth 1 -name '*shop*'").out
    assert left == "", left
