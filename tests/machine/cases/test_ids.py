# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which ids a container has, seen from inside and from outside."""

import shlex
from contextlib import contextmanager

import box
import test_databases
import web

from machine.case import Skip, row

RUNNER = "/usr/libexec/wolffia/wolffia-runner"
MAPS = "cat /proc/self/uid_map; echo -; cat /proc/self/gid_map"


def maps(machine, *options):
    users, groups = box.run(machine, MAPS, *options).out.split("-")
    return [[tuple(map(int, line.split())) for line in text.strip().splitlines()] for text in (users, groups)]


def base(machine):
    return int(machine.root("sed -n 's/^alice:\\([0-9]*\\):.*/\\1/p' /etc/subuid").out.split()[0])


def test_nomap_and_auto_have_subordinate_ids_only_and_the_image_works(machine):
    start = base(machine)
    users, groups = maps(machine, "--userns=nomap")
    assert users == groups == [(0, start, 65536)], users
    users, groups = maps(machine, "--userns=auto")
    assert users == groups == [(0, start, 1024)], users
    out = box.run(machine, "id -u; stat -c %u:%g / /etc/passwd /tmp; touch /etc/x /root.x; chown app /etc/x; stat -c %U /etc/x",
                  "--userns=auto").out
    assert out.split() == ["0", "0:0", "0:0", "0:0", "app"], out
    assert machine.alice("ls -A ~/.local/share/wolffia/containers", check=False).out.split() in ([], ["box"])


def first_id(machine, name):
    pid = machine.alice(f"systemctl --user show -P MainPID {name}").out.strip()
    return int(machine.root(f"awk '{{print $2}}' /proc/$(pgrep -P {pid} | head -n 1)/uid_map").out)


def test_units_with_auto_have_parts_of_their_own_and_find_them_again(machine):
    """Whatever the order of starts is, so that a volume keeps its owners."""
    for name in ("one", "two"):
        box.start(machine, "cat /proc/self/uid_map; touch /v/$HOSTNAME; stat -c 'owner %u' /v/*; sleep 60\n", "UserNS=auto",
                  f"Volume=of-{name}:/v", name=name)
    before = [first_id(machine, name) for name in ("one", "two")]
    assert before[0] != before[1] and all(first % 1024 == base(machine) % 1024 for first in before), before
    machine.alice("systemctl --user kill -s KILL one", check=False)
    machine.eventually(lambda: machine.alice("! systemctl --user is-active one"))
    machine.alice("systemctl --user stop two; systemctl --user start two; systemctl --user start one")
    assert [first_id(machine, name) for name in ("one", "two")] == before
    assert "owner 65534" not in machine.journal("one") + machine.journal("two")
    machine.alice("systemctl --user stop one two; wolffia volume remove --force of-one of-two")
    assert maps(machine, "--userns=auto")[0] == [(0, base(machine), 1024)]
    kept = machine.alice("ls ~/.local/share/wolffia/layers").out
    assert maps(machine, "--userns=auto")[0] == [(0, base(machine), 1024)]
    assert machine.alice("ls ~/.local/share/wolffia/layers").out == kept


def test_auto_takes_its_size_from_what_is_asked_and_says_when_nothing_is_left(machine):
    assert maps(machine, "--userns=auto:size=2000")[0] == [(0, base(machine), 2000)]
    users, groups = maps(machine, "--userns=auto:uidmapping=0:0:1")
    assert users[0] == (0, 1000, 1) and groups[0][0] == 0 and groups[0][1] == base(machine), (users, groups)
    result = box.run(machine, "true", "--userns=auto:size=70000", check=False)
    assert result.status == 125 and "no 70000 in a row are free" in result.err, result


def test_named_volumes_and_folders_work_without_the_user_in_the_map(machine):
    machine.alice("wolffia volume remove --force autovolume; rm -rf ~/autofolder; mkdir -m 777 ~/autofolder; echo text >~/autofolder/file",
                  check=False)
    out = box.run(machine, "stat -c %u:%g /v; touch /v/x; cat /f/file; touch /f/y; stat -c %u /f/y",
                  "--userns=auto", "--volume=autovolume:/v", "--volume=/home/alice/autofolder:/f").out
    assert out.split() == ["0:0", "text", "0"], out
    owner = int(machine.alice("stat -c %u ~/autofolder/y").out)
    assert owner == base(machine), owner
    assert box.run(machine, "ls /v", "--userns=auto", "--volume=autovolume:/v").out == "x\n"
    mode = machine.alice("stat -c %a ~/.local/share/wolffia/volumes/autovolume").out
    assert mode == "700\n", mode
    machine.alice("wolffia volume remove autovolume; wolffia unshare rm -rf ~/autofolder")


def test_the_option_u_works_without_the_user_in_the_map(machine):
    machine.alice("rm -rf ~/autogiven; mkdir -p ~/autogiven/sub; touch ~/autogiven/sub/file")
    out = box.run(machine, "stat -c %u:%g /g /g/sub/file", "--userns=nomap", "--user=app", "--volume=/home/alice/autogiven:/g:U").out
    assert out.split() == ["1000:1000"] * 2, out
    assert int(machine.alice("stat -c %u ~/autogiven/sub/file").out) == base(machine) + 1000
    machine.alice("wolffia unshare rm -rf ~/autogiven")


def test_own_maps_replace_or_extend_the_usual_one(machine):
    start = base(machine)
    users, groups = maps(machine, "--uidmap=0:1:10", "--uidmap=10:0:1", "--gidmap=0:0:5")
    assert users == [(0, start, 10), (10, 1000, 1)] and groups == [(0, 1000, 1), (1, start, 4)], (users, groups)
    users, groups = maps(machine, f"--uidmap=+u70000:@{start + 5}:1")
    assert users == [(0, 1000, 1), (1, start, 5), (6, start + 6, 65530), (70000, start + 5, 1)], users
    assert groups == [(0, 1000, 1), (1, start, 65536)], groups
    users, groups = maps(machine, "--uidmap=+1000:@1000")
    assert users == groups == [(0, start, 1000), (1000, 1000, 1), (1001, start + 1000, 64536)], (users, groups)
    result = box.run(machine, "true", "--uidmap=0:@0:1", check=False)
    assert result.status == 125 and "neither yours" in result.err, result
    result = box.run(machine, "true", "--subuidname=bob", check=False)
    assert result.status == 125 and "SubUIDMap=bob" in result.err, result
    assert maps(machine, "--subuidname=alice")[0] == [(0, 1000, 1), (1, start, 65536)]


def test_ids_that_an_image_needs_beyond_the_map_are_told_with_the_right_name(machine):
    machine.alice("tar --owner=4000 --group=4000 --numeric-owner -C ~ -cf ~/odd.tar .profile && wolffia import localhost/odd ~/odd.tar")
    result = machine.alice("/usr/libexec/wolffia/wolffia-runner --network=none --name=odd --userns=keep-id:size=2000 localhost/odd true", check=False)
    assert "size= in UserNS=" in result.err and " alice' adds as many" in result.err and "root'" not in result.err, result
    machine.alice("wolffia rmi localhost/odd; rm ~/odd.tar")
    result = box.run(machine, "id -u", "--uidmap=0:0:1", "--gidmap=0:0:1", check=False)
    assert result.out == "0\n" and "no subordinate ids" not in result.err, result


def test_keep_id_takes_other_ids_and_a_size(machine):
    start = base(machine)
    users, groups = maps(machine, "--userns=keep-id:uid=200,gid=210,size=300")
    assert users == [(0, start, 200), (200, 1000, 1), (201, start + 200, 99)], users
    assert groups == [(0, start, 210), (210, 1000, 1), (211, start + 210, 89)], groups


@row("U3")
def test_a_change_of_ranges_needs_no_migration(machine):
    start = base(machine)
    box.run(machine, "true")
    saved = machine.root("cp -a /etc/subuid /etc/subuid.saved; cp -a /etc/subgid /etc/subgid.saved")
    assert saved.status == 0
    try:
        machine.root("sed -i 's/^alice:.*/alice:700000:65536/' /etc/subuid /etc/subgid")
        out = box.run(machine, "cat /proc/self/uid_map; stat -c %u /etc/passwd; touch /etc/new", "--user=root").out
        assert out.split() == ["0", "1000", "1", "1", "700000", "65536", "0"], out
    finally:
        machine.root("mv /etc/subuid.saved /etc/subuid; mv /etc/subgid.saved /etc/subgid")
    assert maps(machine)[0] == [(0, 1000, 1), (1, start, 65536)]


@row("U7")
def test_ids_beyond_the_range_are_named_with_what_is_needed(machine):
    machine.alice("rm -rf ~/high; mkdir -p ~/high/bin; cp /bin/busybox ~/high/bin/sh")
    machine.root("chown 200000:200000 /home/alice/high/bin; tar -C /home/alice/high -cf /home/alice/high.tar --owner=0 --group=0 ./bin/sh; "
                 "tar -C /home/alice/high -rf /home/alice/high.tar --no-recursion --numeric-owner ./bin; rm -r /home/alice/high; "
                 "chown alice: /home/alice/high.tar")
    result = machine.alice("wolffia import localhost/high ~/high.tar", check=False)
    assert result.status == 1 and "200000" in result.err and "usermod" in result.err, result


@contextmanager
def without_ranges(machine):
    machine.root("sed -i.saved /^alice:/d /etc/subuid /etc/subgid")
    try:
        yield
    finally:
        machine.root("mv /etc/subuid.saved /etc/subuid; mv /etc/subgid.saved /etc/subgid")


@row("U1")
def test_unmodified_servers_run_without_subordinate_ids(machine):
    """All three start as root, give their files away and change their user: one lets children do so, one executes its server
    as another user, one starts itself again until it is another."""
    with without_ranges(machine):
        for image, unit in ("redis", "cache"), ("postgresql", "database"):
            if unit == "database":
                machine.alice("printf tops3cret >~/password.txt && wolffia secret remove database-password 2>/dev/null; "
                              "wolffia secret create database-password ~/password.txt")
            test_databases.start(machine, image, unit)
        web.start(machine)
        assert test_databases.inside(machine, "cache", "redis-cli ping") == "PONG\n"
        assert test_databases.inside(machine, "database", "psql --username=postgres -At --command 'select 6*7'") == "42\n"
        assert "Hello" in web.answers(machine)
        log = machine.journal("database")
        assert "as user postgres" in log and "User=postgres says the same" in log and "usermod --add-subuids" in log, log
        assert test_databases.inside(machine, "database", "id -un") == "postgres\n"
        owners = machine.root("ps -o uid= -C redis-server,postgres,nginx | sort -u").out.split()
        assert owners == ["1000"], owners
        machine.alice("systemctl --user stop web")
        for unit in ("cache", "database"):
            test_databases.end(machine, unit)


@row("U1")
def test_the_one_id_has_the_name_of_whoever_the_payload_is(machine):
    out = box.run(machine, "id -u; id -g; stat -c %u /etc/passwd; touch /home/app/x && stat -c %U /home/app/x; grep CapEff /proc/self/status",
                  "--userns=single", "--user=app").out.split()
    assert out == ["1000", "1000", "1000", "app", "CapEff:", "0000000000000000"], out
    out = box.run(machine, "chown app:audio /etc/passwd && stat -c %u:%g /etc/passwd; chown 0:0 /no/such 2>&1", "--userns=single", check=False).out
    assert out.splitlines() == ["0:0", "chown: /no/such: No such file or directory"], out
    # Whoever wants no filter gets the truth.
    out = box.run(machine, "chown app /etc/passwd 2>&1", "--userns=single", "--security-opt=seccomp=unconfined", check=False).out
    assert "Invalid argument" in out, out
    box.start(machine, "sleep 600\n", "UserNS=single", "User=app", name="keeper")
    assert machine.alice("wolffia exec keeper id -u").out == "1000\n"
    result = machine.alice("wolffia exec --user=0 keeper id -u", check=False)
    assert result.status != 0 and "a single id, which is user 1000" in result.err, result
    machine.alice("echo text >~/copied && wolffia cp ~/copied keeper:/tmp/copied && wolffia mount keeper cat tmp/copied")
    assert machine.alice("wolffia exec keeper sh -c 'cat /tmp/copied; stat -c %U /tmp/copied'").out == "text\napp\n"
    # The network of such a container is its own namespace's, not that of its payload further down.
    out = box.run(machine, "cat /proc/net/dev; id -u", "--network=container:keeper", "--userns=single", "--hostname=other").out
    assert "eth0:" in out and "v0:" not in out and out.split()[-1] == "0", out
    machine.alice("systemctl --user stop keeper")


@row("U1")
def test_a_volume_of_lost_ranges_is_not_written_under_a_single_id(machine):
    machine.alice("wolffia volume remove --force lost", check=False)
    box.run(machine, "chown app /v; touch /v/x", "--volume=lost:/v")
    with without_ranges(machine):
        result = box.run(machine, "touch /v/y", "--volume=lost:/v", check=False)
        assert result.status == 125 and "written under some" in result.err and "usermod --add-subuids" in result.err, result
        assert box.run(machine, "id -u", "--volume=lost:/v", "--userns=single").out == "0\n"
    machine.alice("wolffia volume remove lost")


MODULE = "/var/build/normal/tests/unit/libsubid_wolffia.so"


@row("U2")
def test_ranges_that_only_a_directory_knows_are_used(machine):
    """A module for the `subid:` line of nsswitch.conf, as sssd's, which newuidmap asks as well (tests/unit/subid-module.c)."""
    if machine.root(f"test -e {MODULE}", check=False).status != 0:
        raise Skip("the module for libsubid is built with the unit tests")
    box.import_image(machine)
    library = machine.root("dirname $(ldconfig -p | sed -n 's/.*=> \\(.*libsubid.so.*\\)/\\1/p' | head -n 1)").out.strip()
    machine.root(f"cp {MODULE} {library}/; cp -a /etc/nsswitch.conf /etc/nsswitch.conf.saved; "
                 "echo 'subid: wolffia' >>/etc/nsswitch.conf")
    try:
        with without_ranges(machine):
            box.start(machine, "cat /proc/self/uid_map; chown 65000:65000 /tmp && stat -c %u:%g /tmp; sleep 600\n", "Network=none")
            log = machine.eventually(lambda: "65000:65000" in machine.journal("box") and machine.journal("box"))
            assert "500000      65536" in log and "600000         10" in log and "no subordinate ids" not in log, log
            machine.alice("systemctl --user stop box")
            # For bob the directory does not answer, which is not the same as that he has none.
            result = machine.run("bob", "mkdir -pm 700 /tmp/of-bob; XDG_RUNTIME_DIR=/tmp/of-bob /usr/libexec/wolffia/wolffia-runner --name=x --network=none --rootfs=/ /bin/true", check=False)
            assert result.status == 125 and "lookup of subordinate user ids of user 'bob' failed" in result.err, result
    finally:
        machine.root(f"rm {library}/libsubid_wolffia.so; mv /etc/nsswitch.conf.saved /etc/nsswitch.conf")


# In a namespace further down that setting is its root's own; above, it would be the whole machine's.
WITHOUT_NAMESPACES = "unshare --user --map-root-user --map-auto --pid --fork --mount-proc sh -c {}"


@row("U6")
def test_without_user_namespaces_it_names_the_setting(machine):
    box.import_image(machine)
    command = f"echo 0 >/proc/sys/user/max_user_namespaces && exec {RUNNER} --name=x --network=none localhost/box /bin/true"
    result = machine.alice(WITHOUT_NAMESPACES.format(shlex.quote(command)), check=False)
    assert result.status == 125 and "user.max_user_namespaces is 0" in result.err, result
    assert "sysctl user.max_user_namespaces=10000" in result.err, result
    report = machine.alice(WITHOUT_NAMESPACES.format("'echo 0 >/proc/sys/user/max_user_namespaces && wolffia doctor'"), check=False)
    assert report.status == 1 and "problem  U6" in report.out and "sysctl user.max_user_namespaces=10000" in report.out, report
