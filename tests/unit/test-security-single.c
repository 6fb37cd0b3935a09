/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/security-single.h"

#include "base/error.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Assertions end a child without a word, so it reports. */
#define CHECK(condition)                                                                                    \
        do {                                                                                                \
                if (!(condition))                                                                           \
                        return fail_errno(error, errno, "line %d: %s", __LINE__, #condition);               \
        } while (false)

static bool change_everything(void *data, GError **error) {
        gid_t groups[] = {7, 8};
        struct stat status;
        int fd = open(".", O_RDONLY | O_TMPFILE | O_RDWR, 0600);

        CHECK(fd >= 0 && security_single_pretend(error));
        CHECK(fchown(fd, 101, 101) == 0 && fchown(fd, 0, 101) == 0 && fchown(fd, 0, 0) == 0);
        CHECK(fstat(fd, &status) == 0 && status.st_uid == 0 && status.st_gid == 0);
        CHECK(fchownat(AT_FDCWD, "/no/such", 5, 5, 0) == 0); /* a filter does not see files */
        CHECK(fchownat(AT_FDCWD, "/no/such", 0, (gid_t) -1, 0) < 0 && errno == ENOENT);
        CHECK(setgroups(2, groups) == 0 && initgroups("root", 0) == 0);
        CHECK(setgid(101) == 0 && setuid(101) == 0 && getuid() == 0 && getgid() == 0);
        CHECK(setresuid(101, 101, 101) == 0 && setresgid((gid_t) -1, 101, (gid_t) -1) == 0);
        CHECK(setresuid(0, 0, 0) == 0 && setreuid((uid_t) -1, 0) == 0);
        return true;
}

static bool become_another(void *data, GError **error) {
        uid_t uid;
        gid_t gid;
        g_autoptr(GError) refusal = NULL;

        if (!security_single_enter(0, 0, error) || !security_single_enter(999, 998, error) ||
            !security_single_read(&uid, &gid, error))
                return false;
        CHECK(uid == 999 && gid == 998 && getuid() == 999 && getegid() == 998);
        if (!security_single_enter(999, 998, error))
                return false;
        CHECK(!security_single_enter(0, 0, &refusal) && strstr(refusal->message, "user 999 of group 998"));
        return true;
}

static void changes_are_answered_as_if_done(void) {
        mapped_run_single(change_everything, NULL);
}

static void the_one_id_gets_the_name_of_the_payloads_user(void) {
        mapped_run_single(become_another, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/security-single/pretend/answers-changes-as-if-done",
                        changes_are_answered_as_if_done);
        g_test_add_func("/security-single/enter/names-the-one-id",
                        the_one_id_gets_the_name_of_the_payloads_user);
        return g_test_run();
}
