/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In a real cgroup: root makes one, an ordinary user needs a delegated one. */

#include "runner/cgroup.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/own-cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static bool expect_folder(const char *cgroup, const char *name, int fd, GError **error) {
        g_autofree char *path = g_build_filename(cgroup, name, NULL);
        struct stat left, right;

        if (fd < 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "no descriptor for %s", name);
        if (fstat(fd, &left) < 0 || stat(path, &right) < 0)
                return fail_errno(error, errno, "Cannot look at %s", path);
        if (left.st_ino != right.st_ino)
                return fail(error, WOLFFIA_ERROR_VALUE, "it is not %s", path);
        return (fcntl(fd, F_GETFD) & FD_CLOEXEC) ||
               fail(error, WOLFFIA_ERROR_VALUE, "the descriptor stays open over exec");
}

static bool work_unit(const char *cgroup, GError **error) {
        autofd int fd = -1;

        return cgroup_make("web.service", &fd, error) && expect_folder(cgroup, "payload", fd, error);
}

static bool work_twice(const char *cgroup, GError **error) {
        autofd int first_fd = -1, second_fd = -1;

        return cgroup_make("web.service", &first_fd, error) &&
               cgroup_make("web.service", &second_fd, error) &&
               expect_folder(cgroup, "payload", second_fd, error);
}

/* As after kill -9: a systemd inside had made cgroups of its own, and they belong to subordinate ids. */
static bool work_leftover(const char *cgroup, GError **error) {
        g_autofree char *leftover = g_build_filename(cgroup, "payload/init.scope", NULL);
        autofd int fd = -1, next_fd = -1;

        if (g_mkdir_with_parents(leftover, 0755) < 0)
                return fail_errno(error, errno, "Cannot make %s", leftover);
        return cgroup_make("web.service", &fd, error) && expect_folder(cgroup, "payload-2", fd, error) &&
               cgroup_make("web.service", &next_fd, error) &&
               expect_folder(cgroup, "payload-2", next_fd, error);
}

static bool work_by_hand(const char *cgroup, GError **error) {
        g_autofree char *path = g_build_filename(cgroup, "payload", NULL);
        int fd = 7;

        if (!cgroup_make(NULL, &fd, error))
                return false;
        if (fd != -1 || g_file_test(path, G_FILE_TEST_EXISTS))
                return fail(error, WOLFFIA_ERROR_VALUE, "somebody else's cgroup was divided");
        fd = 7;
        return cgroup_make("", &fd, error) &&
               (fd == -1 || fail(error, WOLFFIA_ERROR_VALUE, "the same without a name"));
}

static bool work_marked(const char *cgroup, GError **error) {
        autofd int fd = -1;

        if (setxattr(cgroup, "user.delegate", "1", 1, 0) < 0)
                return fail_errno(error, errno, "Cannot mark the cgroup");
        return cgroup_make(NULL, &fd, error) && expect_folder(cgroup, "payload", fd, error);
}

static bool work_refused(const char *cgroup, GError **error) {
        g_autoptr(GError) refusal = NULL;
        int fd = -1;
        int status;

        /* Root is refused nothing, so that it is somebody else who asks. */
        pid_t child = fork();
        if (child == 0) {
                if (geteuid() == 0 ? setresuid(65534, 65534, 65534) < 0 : chmod(cgroup, 0555) < 0)
                        _exit(2);
                bool made = cgroup_make("web.service", &fd, &refusal);
                _exit(!made && strstr(refusal->message, "Delegate=yes") &&
                                      strstr(refusal->message, "web.service")
                              ? 0
                              : 1);
        }
        if (waitpid(child, &status, 0) != child || status != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "the refusal is not explained (%d)", status);
        return true;
}

/* As on a host with version 1: the folder is something else. */
static bool work_version_1(void *data, GError **error) {
        g_autoptr(GError) refusal = NULL;
        int fd = 7;

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, NULL) < 0)
                return fail_errno(error, errno, "Cannot cover /sys/fs/cgroup");
        if (cgroup_make("web.service", &fd, &refusal) ||
            !strstr(refusal->message, "systemd.unified_cgroup_hierarchy=1"))
                return fail(error, WOLFFIA_ERROR_VALUE, "version 1 is not explained");
        return (cgroup_make("", &fd, error) && fd == -1) ||
               fail(error, WOLFFIA_ERROR_VALUE, "by hand it needs none");
}

static void explains_version_1(void) {
        mapped_run_single(work_version_1, NULL);
}

static void makes_a_cgroup_for_the_payload(void) {
        own_cgroup_run(work_unit);
}

static void takes_an_empty_one_that_is_left(void) {
        own_cgroup_run(work_twice);
}

static void evades_one_that_cannot_be_removed(void) {
        own_cgroup_run(work_leftover);
}

static void leaves_others_alone_by_hand(void) {
        own_cgroup_run(work_by_hand);
}

static void takes_what_systemd_has_marked(void) {
        own_cgroup_run(work_marked);
}

static void explains_a_refusal(void) {
        own_cgroup_run(work_refused);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/cgroup/make/makes-one-for-the-payload", makes_a_cgroup_for_the_payload);
        g_test_add_func("/cgroup/make/takes-an-empty-one-that-is-left", takes_an_empty_one_that_is_left);
        g_test_add_func("/cgroup/make/evades-one-that-cannot-be-removed", evades_one_that_cannot_be_removed);
        g_test_add_func("/cgroup/make/leaves-others-alone-by-hand", leaves_others_alone_by_hand);
        g_test_add_func("/cgroup/make/takes-what-systemd-has-marked", takes_what_systemd_has_marked);
        g_test_add_func("/cgroup/make/explains-version-1", explains_version_1);
        g_test_add_func("/cgroup/make/explains-a-refusal", explains_a_refusal);
        return g_test_run();
}
