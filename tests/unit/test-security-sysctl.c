/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "runner/security-sysctl.h"
#include "tests/lib/skip.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIPPED_STATUS 77

static void expect_path(const char *text, const char *expected_path, const char *expected_value) {
        g_autofree char *path = NULL;
        g_autoptr(GError) error = NULL;
        const char *value = NULL;

        security_sysctl_parse(text, 0, &path, &value, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(path, ==, expected_path);
        g_assert_cmpstr(value, ==, expected_value);
}

static void expect_error(const char *text, guint64 foreign, const char *part) {
        g_autofree char *path = NULL;
        g_autoptr(GError) error = NULL;
        const char *value;

        g_assert_false(security_sysctl_parse(text, foreign, &path, &value, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        if (!strstr(error->message, part))
                g_error("'%s' is not in '%s'", part, error->message);
}

static void test_reads_names_as_sysctl_does(void) {
        expect_path("net.ipv4.ip_forward=1", "net/ipv4/ip_forward", "1");
        expect_path("net/ipv4/ip_forward=1", "net/ipv4/ip_forward", "1");
        expect_path("net.ipv4.conf.eth0/100.forwarding=1", "net/ipv4/conf/eth0.100/forwarding", "1");
        expect_path("net/ipv4/conf/eth0.100/forwarding=1", "net/ipv4/conf/eth0.100/forwarding", "1");
        expect_path("kernel.sem=250 32000 32 4096", "kernel/sem", "250 32000 32 4096");
        expect_path("kernel.shmmax=1=2", "kernel/shmmax", "1=2");
        expect_path("fs.mqueue.msg_max=64", "fs/mqueue/msg_max", "64");
        expect_path("kernel.domainname=example.org", "kernel/domainname", "example.org");
}

static void test_says_whose_a_parameter_is(void) {
        expect_error("vm.max_map_count=262144", 0, "sysctl -w vm.max_map_count=262144");
        expect_error("vm.swappiness=1", 0, "host's");
        expect_error("kernel.panic=1", 0, "host's");
        expect_error("kernel.shm_next_id=1", 0, "host's");
        expect_error("fs.file-max=1", 0, "host's");
        expect_error("fs.inotify.max_user_watches=1", 0, "per user");
        expect_error("net.core.somaxconn=1", CLONE_NEWNET, "Network=host");
        expect_error("kernel.shmmax=1", CLONE_NEWIPC, "--ipc=host");
        expect_error("fs.mqueue.msg_max=64", CLONE_NEWIPC, "--ipc=host");
        expect_error("crypto.fips_enabled=1", 0, "cannot have its own");
}

static void test_refuses_ways_out(void) {
        expect_error("net/../vm/swappiness=1", 0, "not the name");
        expect_error("net/./x=1", 0, "not the name");
        expect_error("net//x=1", 0, "not the name");
        expect_error("net..ipv4=1", 0, "not the name");
        expect_error("net=1", 0, "not the name");
        expect_error("=1", 0, "NAME=VALUE");
        expect_error("net.ipv4.ip_forward", 0, "NAME=VALUE");
        expect_error("/etc/passwd=1", 0, "not the name");
}

static void expect_range(const IdExtent *extents, guint n, const char *expected) {
        g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        IdMap map = {.groups = groups};

        g_array_append_vals(groups, extents, n);
        g_autofree char *range = security_sysctl_print_ping_range(&map);
        g_assert_cmpstr(range, ==, expected);
}

static void test_covers_the_groups_with_a_range(void) {
        expect_range((IdExtent[]){{0, 1000, 1}}, 1, "0 0");
        expect_range((IdExtent[]){{0, 1000, 1}, {1, 100000, 65536}}, 2, "0 65536");
        /* keep-id: the user's own group is the lowest outside, in the middle inside. */
        expect_range((IdExtent[]){{0, 100000, 1000}, {1000, 1000, 1}, {1001, 101000, 64536}}, 3,
                     "1000 65536");
        /* The subordinate range lies below the user: both cannot be had, the larger part is. */
        expect_range((IdExtent[]){{0, 900000, 1}, {1, 100000, 65536}}, 2, "1 65536");
}

static bool write_file(const char *path, const char *text) {
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text) && close(fd) == 0;
}

static void expect_file(const char *path, const char *expected) {
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_strdelimit(g_strstrip(text), "\t", ' ');
        g_assert_cmpstr(text, ==, expected);
}

static void apply_in_namespaces(bool read_only_proc) {
        g_autofree char *users = g_strdup_printf("0 %u 1\n", (unsigned) geteuid());
        g_autofree char *groups_text = g_strdup_printf("0 %u 1\n", (unsigned) getegid());
        g_autoptr(GPtrArray) sysctls = g_ptr_array_new(), wrong = g_ptr_array_new();
        g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        g_autoptr(GError) error = NULL;
        IdExtent extent = {0, 1, 1};
        IdMap map = {.groups = groups};
        struct utsname names;

        if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS |
                    CLONE_NEWPID) < 0 ||
            !write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", users) ||
            !write_file("/proc/self/gid_map", groups_text))
                _exit(SKIPPED_STATUS);
        /* A new pid namespace starts with the next child; a fresh /proc needs one. */
        pid_t child = fork();
        if (child > 0) {
                int status = -1;
                waitpid(child, &status, 0);
                _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
        }
        /* systemd-nspawn's is read-only to begin with, and takes no mount of ours. */
        struct statvfs proc;
        bool is_writable = statvfs("/proc/sys", &proc) < 0 || !(proc.f_flag & ST_RDONLY);
        if (read_only_proc && is_writable &&
            (mount("/proc/sys", "/proc/sys", NULL, MS_BIND | MS_REC, NULL) < 0 ||
             mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0))
                _exit(SKIPPED_STATUS);

        g_array_append_val(groups, extent);
        g_ptr_array_add(sysctls, (gpointer) "net.ipv4.ip_forward=1");
        g_ptr_array_add(sysctls, (gpointer) "kernel.hostname=duckweed");
        security_sysctl_apply(sysctls, 0, &map, &error);
        g_assert_no_error(error);
        expect_file("/proc/sys/net/ipv4/ip_forward", "1");
        expect_file("/proc/sys/net/ipv4/ping_group_range", "0 0");
        expect_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
        uname(&names);
        g_assert_cmpstr(names.nodename, ==, "duckweed");

        g_ptr_array_add(wrong, (gpointer) "net.ipv4.ip_forward=maybe");
        g_assert_false(security_sysctl_apply(wrong, 0, &map, &error));
        g_assert_nonnull(strstr(error->message, "does not take 'maybe' for net/ipv4/ip_forward"));
        g_clear_error(&error);
        wrong->pdata[0] = (gpointer) "net.ipv4.no_such_thing=1";
        g_assert_false(security_sysctl_apply(wrong, 0, &map, &error));
        g_assert_nonnull(strstr(error->message, "there is no net/ipv4/no_such_thing"));
        _exit(0);
}

static void run_apply(bool read_only_proc) {
        pid_t child = fork();

        if (child == 0)
                apply_in_namespaces(read_only_proc);
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == SKIPPED_STATUS) {
                skip_test("no user namespaces for this user here");
                return;
        }
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void test_sets_the_containers_own(void) {
        run_apply(false);
}

static void test_works_around_a_read_only_proc(void) {
        run_apply(true);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/security-sysctl/parse/reads-names-as-sysctl-does",
                        test_reads_names_as_sysctl_does);
        g_test_add_func("/security-sysctl/parse/says-whose-a-parameter-is", test_says_whose_a_parameter_is);
        g_test_add_func("/security-sysctl/parse/refuses-ways-out", test_refuses_ways_out);
        g_test_add_func("/security-sysctl/print/covers-the-groups-with-a-range",
                        test_covers_the_groups_with_a_range);
        g_test_add_func("/security-sysctl/apply/sets-the-containers-own", test_sets_the_containers_own);
        g_test_add_func("/security-sysctl/apply/works-around-a-read-only-proc",
                        test_works_around_a_read_only_proc);
        return g_test_run();
}
