/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Profiles are compiled and then loaded in a child, which makes the calls: what counts is what the kernel does. */

#include "cli/seccomp-profile.h"

#include "base/error.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PODMAN_PROFILE  "/usr/share/containers/seccomp.json"
#define BIT(capability) (G_GUINT64_CONSTANT(1) << (capability))

static const SeccompProfileHost plain = {.architecture = "amd64", .kernel = "6.1.0-13-amd64"};

static GByteArray *compile(const char *text, const SeccompProfileHost *host) {
        g_autoptr(GError) error = NULL;
        GByteArray *filter = NULL;

        g_assert_true(seccomp_profile_compile(text, strlen(text), host, &filter, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(filter->len, >, 0);
        g_assert_cmpuint(filter->len % sizeof(struct sock_filter), ==, 0);
        return filter;
}

typedef int (*Call)(void);

/* errno of CALL under the filter, 0 when it works; -1 when it cannot be loaded. */
static int try(const GByteArray *filter, Call call) {
        struct sock_fprog program = {.len = (unsigned short) (filter->len / sizeof(struct sock_filter)),
                                     .filter = (struct sock_filter *) (void *) filter->data};
        int status;

        pid_t child = fork();
        if (child == 0) {
                if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0 ||
                    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
                        _exit(255);
                _exit(call());
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}

static int result(long value) {
        return value < 0 ? errno : 0;
}

static int call_getpriority(void) {
        return result(syscall(SYS_getpriority, 0, 0));
}

static int call_umask(void) {
        return result(syscall(SYS_umask, 022));
}

static int call_personality_1(void) {
        return result(syscall(SYS_personality, 0x0008));
}

static int call_personality_2(void) {
        return result(syscall(SYS_personality, 0xffffffff));
}

static int call_getcwd(void) {
        char path[4096];

        return result(syscall(SYS_getcwd, path, sizeof path));
}

#define ALLOW_BUT(groups) "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [" groups "]}"

static void actions_have_their_errno(void) {
        g_autoptr(GByteArray) filter = compile(
                ALLOW_BUT(
                        "{\"names\": [\"getpriority\", \"no_such_call\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38},"
                        "{\"name\": \"umask\", \"action\": \"SCMP_ACT_ERRNO\"}"),
                &plain);

        g_assert_cmpint(try(filter, call_getpriority), ==, ENOSYS);
        g_assert_cmpint(try(filter, call_umask), ==, EPERM);
        g_assert_cmpint(try(filter, call_getcwd), ==, 0);
}

static void arguments_are_compared(void) {
        g_autoptr(GByteArray) filter = compile(
                ALLOW_BUT("{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 5,"
                          " \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]}"),
                &plain);

        g_assert_cmpint(try(filter, call_personality_1), ==, EIO);
        g_assert_cmpint(try(filter, call_personality_2), ==, 0);
}

static void two_comparisons_of_one_argument_are_alternatives(void) {
        g_autoptr(GByteArray) filter = compile(
                ALLOW_BUT(
                        "{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 5, \"args\": ["
                        "{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"},"
                        "{\"index\": 0, \"value\": 4294967295, \"op\": \"SCMP_CMP_EQ\"}]}"),
                &plain);

        g_assert_cmpint(try(filter, call_personality_1), ==, EIO);
        g_assert_cmpint(try(filter, call_personality_2), ==, EIO);
}

static bool is_refused(const char *condition, const SeccompProfileHost *host) {
        g_autofree char *text = g_strdup_printf(
                ALLOW_BUT("{\"names\": [\"getcwd\"], \"action\": \"SCMP_ACT_ERRNO\", %s}"), condition);
        g_autoptr(GByteArray) filter = compile(text, host);

        return try(filter, call_getcwd) == EPERM;
}

static void groups_count_under_their_conditions(void) {
        SeccompProfileHost capable = plain;

        capable.capabilities = BIT(CAP_SYS_ADMIN);
        g_assert_true(is_refused("\"includes\": {}", &plain));
        g_assert_true(is_refused("\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}", &capable));
        g_assert_false(is_refused("\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}", &plain));
        g_assert_false(is_refused("\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\", \"CAP_BPF\"]}", &capable));
        g_assert_true(is_refused("\"excludes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}", &plain));
        g_assert_false(is_refused("\"excludes\": {\"caps\": [\"CAP_BPF\", \"CAP_SYS_ADMIN\"]}", &capable));
        g_assert_true(is_refused("\"includes\": {\"arches\": [\"arm64\", \"amd64\"]}", &plain));
        g_assert_false(is_refused("\"includes\": {\"arches\": [\"arm64\"]}", &plain));
        g_assert_false(is_refused("\"excludes\": {\"arches\": [\"amd64\"]}", &plain));
        g_assert_true(is_refused("\"includes\": {\"minKernel\": \"4.8\"}", &plain));
        g_assert_true(is_refused("\"includes\": {\"minKernel\": \"6.1\"}", &plain));
        g_assert_false(is_refused("\"includes\": {\"minKernel\": \"6.2\"}", &plain));
        g_assert_false(is_refused("\"includes\": {\"minKernel\": \"10.0\"}", &plain));
}

static void faults_are_named(void) {
        static const struct {
                const char *text, *part;
        } cases[] = {
                {"", "it is"},
                {"[]", "no JSON object"},
                {"{}", "\"defaultAction\" is missing"},
                {"{\"defaultAction\": \"SCMP_ACT_ALOW\"}", "there is no action 'SCMP_ACT_ALOW'"},
                {ALLOW_BUT("{\"names\": [\"read\"]}"), "syscalls[0]: a \"action\" is missing"},
                {ALLOW_BUT("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_NOTIFY\"}"), "SCMP_ACT_NOTIFY"},
                {ALLOW_BUT(
                         "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\", \"args\": [{\"index\": 7}]}"),
                 "0 to 5"},
                {ALLOW_BUT(
                         "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\", \"args\": [{\"index\": 0, \"op\": \"=\"}]}"),
                 "there is no comparison '='"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GByteArray) filter = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(seccomp_profile_compile(cases[i].text, strlen(cases[i].text), &plain, &filter,
                                                       &error));
                g_test_message("%s", error->message);
                g_assert_nonnull(strstr(error->message, cases[i].part));
        }
}

/* What a shell script does. */
static int call_true(void) {
        execl("/bin/sh", "sh", "-c", "x=$(echo a | cat) && [ $x = a ]", NULL);
        return errno;
}

static int call_unshare(void) {
        return result(syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */));
}

static void podmans_profile_is_understood(void) {
        g_autofree char *text = NULL;
        SeccompProfileHost host = seccomp_profile_host(0), capable = seccomp_profile_host(G_MAXUINT64);

        if (!g_file_get_contents(PODMAN_PROFILE, &text, NULL, NULL)) {
                skip_test(PODMAN_PROFILE " is not installed (golang-github-containers-common)");
                return;
        }
        g_autoptr(GByteArray) filter = compile(text, &host), other = compile(text, &capable);
        g_test_message("%u instructions", (unsigned) (filter->len / sizeof(struct sock_filter)));
        g_assert_cmpint(try(filter, call_true), ==, 0);
        g_assert_false(filter->len == other->len && memcmp(filter->data, other->data, filter->len) == 0);
        g_assert_cmpint(try(filter, call_unshare), ==, try(other, call_unshare));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/seccomp-profile/compile/actions-have-their-errno", actions_have_their_errno);
        g_test_add_func("/seccomp-profile/compile/arguments-are-compared", arguments_are_compared);
        g_test_add_func("/seccomp-profile/compile/two-comparisons-are-alternatives",
                        two_comparisons_of_one_argument_are_alternatives);
        g_test_add_func("/seccomp-profile/compile/groups-count-under-conditions",
                        groups_count_under_their_conditions);
        g_test_add_func("/seccomp-profile/compile/faults-are-named", faults_are_named);
        g_test_add_func("/seccomp-profile/compile/podmans-profile", podmans_profile_is_understood);
        return g_test_run();
}
