# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that nobody here wrote, by the files in examples/: they change their user, keep data, and have to be stopped well."""

from pathlib import Path

import web

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def start(machine, image, unit):
    if f"localhost/{image}" not in machine.alice("wolffia images").out:
        machine.alice(f"wolffia import localhost/{image} /srv/images/{image}.oci.tar", timeout=300)
    web.write(machine, (EXAMPLES / f"{unit}.container").read_text(), unit)
    machine.alice(f"systemctl --user start {unit}", timeout=120)


def end(machine, unit):
    machine.alice(f"systemctl --user stop {unit}; wolffia volume remove --force {unit}", check=False, timeout=60)


def inside(machine, unit, command, user=""):
    return machine.alice(f"wolffia exec {user} {unit} {command}", timeout=30).out


def test_redis_keeps_its_data_over_a_restart_and_a_kill(machine):
    start(machine, "redis", "cache")
    try:
        assert machine.show("cache", "StatusText") == "healthy: PONG"
        assert inside(machine, "cache", "redis-cli set greeting hello") == "OK\n"
        machine.alice("systemctl --user restart cache", timeout=60)
        assert inside(machine, "cache", "redis-cli get greeting") == "hello\n"
        log = machine.journal("cache")
        assert "Redis is now ready to exit, bye bye" in log, log
        assert "running as root" not in log
        machine.alice("systemctl --user kill --signal=KILL cache")
        machine.eventually(lambda: machine.show("cache", "NRestarts") == "1" and
                           machine.show("cache", "ActiveState") == "active", seconds=30)
        assert inside(machine, "cache", "redis-cli get greeting") == "hello\n"
    finally:
        end(machine, "cache")


def test_postgresql_is_shut_down_cleanly_and_keeps_its_data(machine):
    machine.alice("printf tops3cret >~/password.txt && wolffia secret remove database-password 2>/dev/null; "
                  "wolffia secret create database-password ~/password.txt")
    start(machine, "postgresql", "database")
    try:
        assert machine.show("database", "StatusText").endswith("accepting connections")
        psql = "psql --username=postgres --tuples-only --no-align --command"
        inside(machine, "database", f"{psql} \"create table t (x int); insert into t values (42)\"", "--user=postgres")
        machine.alice("systemctl --user restart database", timeout=120)
        assert inside(machine, "database", f"{psql} \"select x from t\"", "--user=postgres") == "42\n"
        log = machine.journal("database")
        assert "database system is shut down" in log and "was not properly shut down" not in log, log
        assert machine.show("database", "Result") == "success"
    finally:
        end(machine, "database")
