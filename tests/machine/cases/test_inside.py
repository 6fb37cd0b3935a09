# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a payload sees and what it may do, from inside."""

import box

from machine.case import on_each_kernel, row


def test_the_payload_is_alone_in_its_namespaces(machine):
    assert box.run(machine, "echo $$").out == "1\n"
    assert box.run(machine, "hostname").out == "box\n"
    assert box.run(machine, "ls /sys/class/net").out == "lo\n"
    assert "0::/" in box.run(machine, "cat /proc/self/cgroup").out.splitlines()


def test_the_root_of_the_container_is_the_user_and_others_are_subordinate(machine):
    machine.alice("mkdir ~/data")
    box.run(machine, "touch /data/root; touch /data/app; chown app /data/app", "--volume=/home/alice/data:/data")
    owners = machine.alice("stat -c %u ~/data/root ~/data/app").out.split()
    assert owners[0] == "1000" and int(owners[1]) >= 100000, owners
    machine.root("rm -r /home/alice/data")


def test_keep_id_shows_the_user_under_the_own_id(machine):
    machine.alice("mkdir ~/data")
    out = box.run(machine, "id -u; touch /data/mine; stat -c %u / /data", "--userns=keep-id", "--user=1000",
                  "--volume=/home/alice/data:/data").out
    assert out.split() == ["1000", "0", "1000"], out
    assert machine.alice("stat -c %u ~/data/mine").out == "1000\n"


def test_the_users_of_the_image_are_known_by_name_with_their_groups(machine):
    out = box.run(machine, "id -u; id -g; id -G; echo $HOME; pwd", "--user=app", "--workdir=/home").out.splitlines()
    assert out == ["1000", "1000", "1000 29", "/home/app", "/home"], out
    refused = box.run(machine, "true", "--user=nobody-knows", check=False)
    assert refused.status == 125 and "no user 'nobody-knows'" in refused.err, refused


def test_the_environment_is_the_images_ours_the_files_and_the_options(machine):
    machine.write("~/env", "# comment\nFROM_FILE=with spaces and \"quotes\"\nBOTH=file\n")
    out = box.run(machine, "env | sort", "--env-file=/home/alice/env", "--env=BOTH=option", "--env=EMPTY=").out
    for line in ('FROM_FILE=with spaces and "quotes"', "BOTH=option", "EMPTY=", "container=wolffia", "HOSTNAME=box",
                 "HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"):
        assert line in out.splitlines(), (line, out)
    assert "XDG_RUNTIME_DIR" not in out and "NOTIFY_SOCKET" not in out, out


def test_nothing_of_the_runner_is_inherited(machine):
    assert box.run(machine, "ls /proc/1/fd; true").out.split() == ["0", "1", "2"]
    status = box.run(machine, "exec grep -E '^(SigBlk|SigIgn|Seccomp|NoNewPrivs|CapEff|CapInh|CapAmb):' /proc/1/status").out
    assert "SigBlk:\t0000000000000000" in status and "SigIgn:\t0000000000000000" in status, status
    assert "Seccomp:\t2" in status and "CapInh:\t0000000000000000" in status, status
    assert "CapEff:\t00000000800405fb" in status, status


@on_each_kernel
def test_a_kernel_parameter_that_the_kernel_keeps_for_the_host_is_named_with_what_holds_without(machine):
    """Each network has a somaxconn of its own; until Linux 6.3 the file of it is hidden where a user owns the network."""
    kernel = tuple(int(part) for part in machine.alice("uname -r | grep -oE '^[0-9]+\\.[0-9]+'").out.split("."))
    result = box.run(machine, "cat /proc/sys/net/core/somaxconn", "--sysctl=net.core.somaxconn=512", check=False)
    if kernel >= (6, 3):
        assert result.status == 0 and result.out == "512\n", result
        return
    assert result.status == 125 and "from Linux 6.3 on" in result.err and "4096 connections may wait without it" in result.err, result
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(9999); import subprocess; " \
           "print(subprocess.run(['ss', '--no-header', '-ltn'], capture_output=True, text=True).stdout.split()[2])"
    assert box.python(machine, code).out == "4096\n"


def test_capabilities_are_added_and_dropped(machine):
    read = "sed -n 's/^CapEff:.//p' /proc/1/status"
    assert box.run(machine, read, "--cap-drop=all").out == "0000000000000000\n"
    assert box.run(machine, read, "--cap-drop=all", "--cap-add=net_admin").out == "0000000000001000\n"
    assert box.run(machine, read, "--user=app").out == "0000000000000000\n"
    assert box.run(machine, "sed -n 's/^NoNewPrivs:.//p' /proc/1/status",
                   "--security-opt=no-new-privileges").out == "1\n"


def test_dangerous_system_calls_are_refused(machine):
    refused = box.run(machine, "mkdir -p /m; mount -t tmpfs none /m; echo $?; unshare -U true; echo $?", check=False).out
    assert [line for line in refused.splitlines() if len(line) == 1] == ["1", "1"], refused


def test_the_host_cannot_be_seen_through_proc_and_sys(machine):
    out = box.run(machine, "cat /proc/keys /proc/timer_list; ls /sys/firmware; "
                           "echo 1 >/proc/sys/kernel/panic; echo written=$?; touch /sys/x; echo made=$?").out
    assert [word for word in out.split() if "=" in word] == ["written=1", "made=1"], out
    assert out.count("Read-only file system") == 2 and len(out.splitlines()) == 4, out


def test_only_what_is_to_be_written_can_be_with_read_only(machine):
    out = box.run(machine, "for f in /x /run/x /tmp/x /dev/shm/x /etc/x; do touch $f 2>/dev/null && echo $f; done; true",
                  "--read-only=true").out
    assert out.split() == ["/run/x", "/tmp/x", "/dev/shm/x"], out
    out = box.run(machine, "touch /tmp/x 2>/dev/null || echo refused", "--read-only=true", "--read-only-tmpfs=false").out
    assert out == "refused\n", out


def test_tmpfs_has_the_options_that_were_asked_for(machine):
    out = box.run(machine, "grep ' /cache ' /proc/mounts", "--tmpfs=/cache:size=1m,mode=700,exec").out
    assert "size=1024k" in out and "mode=700" in out and "noexec" not in out, out


def test_volumes_are_read_only_or_writable_as_asked_for(machine):
    machine.alice("mkdir ~/one ~/two && echo text >~/one/file")
    out = box.run(machine, "cat /one/file; touch /one/x 2>/dev/null || echo refused; touch /two/x; ls /two",
                  "--volume=/home/alice/one:/one:ro", "--volume=/home/alice/two:/two").out
    assert out.split() == ["text", "refused", "x"], out


@row("F5")
def test_a_source_that_cannot_be_reached_is_named(machine):
    result = box.run(machine, "true", "--volume=/root/secret:/x", check=False)
    assert result.status == 125 and "/root/secret" in result.err and "the folder /root belongs to root:root" in result.err, result


def test_a_link_in_the_image_does_not_lead_a_mount_out(machine):
    """CVE-2021-30465's idea: the target of a mount is a link to somewhere on the host."""
    machine.alice("rm -rf ~/evil && mkdir -p ~/evil/bin ~/evil/etc ~/evil/home/alice/victim ~/victim && cp /bin/busybox ~/evil/bin/sh && "
                  "ln -s /../../../../../../home/alice/victim ~/evil/data && ln -s ../../../../etc ~/evil/conf")
    out = machine.alice("/usr/libexec/wolffia/wolffia-runner --name=box --network=none --rootfs=/home/alice/evil "
                        "--tmpfs=/data --tmpfs=/conf/deep /bin/sh -c 'while read a b c; do echo $b; done </proc/mounts'").out
    assert "/home/alice/victim" in out.split() and "/etc/deep" in out.split(), out
    seen = machine.alice("ls -A ~/victim; ls -A ~/evil/etc").out.split()
    assert seen == ["deep", "hostname", "hosts", "resolv.conf"], seen


def test_no_open_folder_of_the_host_is_a_way_out(machine):
    """CVE-2024-21626: a working directory below /proc/self/fd, where the runner's own folders were open once."""
    machine.write("~/secret", "of the host\n", mode="600")
    for number in range(3, 16):
        out = box.run(machine, "cat secret ../secret ../../secret home/alice/secret; pwd", f"--workdir=/proc/self/fd/{number}",
                      check=False)
        assert "of the host" not in out.out and out.status != 0, (number, out)


def test_an_init_reaps_and_passes_signals_on(machine):
    out = box.run(machine, "cat /proc/1/comm; exit 4", "--init=true", check=False)
    assert out.status == 4 and "init" in out.out, out


@row("N4")
def test_the_host_is_reachable_by_name(machine):
    machine.root("systemd-run --unit=greeter --quiet busybox nc -l -l -p 7777 -e echo greetings")
    try:
        out = box.run(machine, "timeout 5 nc host.containers.internal 7777 </dev/null | head -n 1", "--network=pasta").out
    finally:
        machine.root("systemctl stop greeter")
    assert "greetings" in out, out


@row("N7")
def test_ping_works_out_of_the_box(machine):
    """The kernel's own sockets for it, without a capability; busybox knows raw ones only."""
    low, high = box.run(machine, "cat /proc/sys/net/ipv4/ping_group_range").out.split()
    assert low == "0" and int(high) > 60000, (low, high)
    box.python(machine, "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP); "
                        "s.settimeout(5); s.sendto(bytes([8, 0, 0, 0, 0, 1, 0, 1]), ('127.0.0.1', 0)); s.recv(100)",
               "--user=1000", "--cap-drop=all")


def test_the_network_of_the_host_is_the_hosts(machine):
    assert "v0" in box.run(machine, "ls /sys/class/net", "--network=host").out


@row("U1")
def test_a_single_id_is_enough_to_run(machine):
    out = box.run(machine, "id -u; cat /proc/self/uid_map", "--userns=single").out
    assert out.split() == ["0", "0", "1000", "1"], out
