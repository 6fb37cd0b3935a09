# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes .container files like those that people publish: the keys in the shares in which they are met, about 800 bytes.

Left out is what this version refuses or only remarks on (pods, secrets, networks of one's own, health checks): a remark
costs a log line, and a refusal is cheaper than a unit."""

import random

APPLICATIONS = ("jellyfin", "nextcloud", "caddy", "postgres", "valkey", "immich", "mariadb", "homepage", "vaultwarden",
                "paperless", "grafana", "prometheus", "gitea", "freshrss", "miniflux", "navidrome", "traefik", "adguard")
REGISTRIES = ("docker.io/library", "docker.io/library", "docker.io/linuxserver", "ghcr.io/example", "quay.io/example")


def container(number):
    """The text of file NUMBER; always the same for the same number."""
    chance = random.Random(number)
    application = chance.choice(APPLICATIONS)
    name = f"{application}-{number}"

    def often(percent):
        return chance.random() * 100 < percent

    lines = ["[Unit]", f"Description={application.capitalize()} for the house, number {number}"]
    if often(79):
        lines += ["Wants=network-online.target", "After=network-online.target"]
    lines += ["", "[Container]", f"Image={chance.choice(REGISTRIES)}/{application}:{chance.choice(('latest', '1.4', '17-alpine'))}"]
    if often(90):
        lines.append(f"ContainerName={name}")
    lines += container_lines(chance, often, application, name, number)
    lines += ["", "[Service]", chance.choice(("Restart=always", "Restart=always", "Restart=on-failure"))]
    if often(45):
        lines.append("TimeoutStartSec=900")
    if often(25):
        lines.append(f"ExecStartPre=/usr/bin/mkdir -p %h/{application}/data")
    lines += ["", "[Install]", "WantedBy=default.target"]
    return "\n".join(lines) + "\n"


def container_lines(chance, often, application, name, number):
    lines = ["# Where its data is kept"] if often(50) else []
    for folder in chance.sample(("config", "data", "media", "cache"), chance.randint(1, 3)):
        options = chance.choice((":Z", ":Z", ":z", ":ro", ""))
        lines.append(f"Volume=%h/containers/{name}/{folder}:/{folder}{options}")
    if often(80):
        lines += ["Environment=TZ=Europe/Paris", f"Environment=PUID=1000 PGID=1000 APP_URL=https://{application}.example.org"]
    if often(30):
        lines.append(f'Environment="{application.upper()}_GREETING=Hello from {name}" LOG_LEVEL=info')
    if often(45):
        lines.append(f"EnvironmentFile=%h/containers/env/{name}.env")
    if often(75):
        lines.append(f"PublishPort={chance.choice(('', '', '127.0.0.1:'))}{10000 + number % 20000}:8080")
    if often(60):
        lines.append("AutoUpdate=registry")
    if often(25):
        lines += [f"Label=homepage.name={application.capitalize()}", "Label=homepage.group=Media",
                  f'Label="homepage.description=All of our {application}, in one place"',
                  f"Label=homepage.href=https://{application}.example.org"]
    if often(40):
        lines.append(f"Exec=--listen 0.0.0.0:8080 --name '{name}' --verbose")
    for percent, line in ((38, "UserNS=keep-id"), (18, "User=1000\nGroup=1000"), (30, "AddCapability=NET_BIND_SERVICE"),
                          (14, "DropCapability=ALL"), (18, "NoNewPrivileges=true"), (18, "ReadOnly=true"), (14, "Tmpfs=/tmp"),
                          (21, f"HostName={application}"), (10, "Notify=true"), (5, "StopTimeout=30"), (9, "RunInit=true"),
                          (11, "LogDriver=journald")):
        if often(percent):
            lines.append(line)
    return lines
