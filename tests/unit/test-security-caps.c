/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "runner/security-caps.h"
#include "runner/security-seccomp.h"
#include "runner/security.h"
#include "spec/value-capability.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIT(n)       (G_GUINT64_CONSTANT(1) << (n))
#define DEFAULT_CAPS G_GUINT64_CONSTANT(0x800405fb)

static GPtrArray *words(const char *text) {
        GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
        g_auto(GStrv) parts = g_strsplit(text, " ", -1);

        for (char **part = parts; *part; part++)
                if (**part)
                        g_ptr_array_add(list, g_strdup(*part));
        return list;
}

static SecurityCaps plan(const char *added, const char *dropped, GPtrArray *warnings) {
        g_autoptr(GPtrArray) add = words(added), drop = words(dropped);
        g_autoptr(GError) error = NULL;
        SecurityCaps caps = {0};

        security_caps_plan(add, drop, &caps, warnings, &error);
        g_assert_no_error(error);
        return caps;
}

static void expect_error(const char *added, const char *dropped, const char *part) {
        g_autoptr(GPtrArray) add = words(added), drop = words(dropped);
        g_autoptr(GError) error = NULL;
        SecurityCaps caps;

        g_assert_false(security_caps_plan(add, drop, &caps, NULL, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        if (!strstr(error->message, part))
                g_error("'%s' is not in '%s'", part, error->message);
}

/* What a bounding set leaves of the default set is worked out by the generator, which does not link libcap. */
static void test_the_default_set_is_one(void) {
        for (int capability = 0; capability < cap_max_bits(); capability++) {
                char *text = cap_to_name((cap_value_t) capability);
                const char *name;
                g_autoptr(GError) error = NULL;

                (void) value_capability_parse(text, &name, &error);
                g_assert_no_error(error);
                g_assert_cmpint(value_capability_is_default(name), ==,
                                (DEFAULT_CAPS & BIT(capability)) != 0);
                cap_free(text);
        }
}

static void test_reads_names_as_written(void) {
        g_assert_cmphex(plan("", "", NULL).bounding, ==, DEFAULT_CAPS);
        g_assert_cmphex(plan("", "", NULL).added, ==, 0);
        g_assert_cmphex(plan("NET_ADMIN", "", NULL).bounding, ==, DEFAULT_CAPS | BIT(CAP_NET_ADMIN));
        g_assert_cmphex(plan("cap_net_admin", "Cap_Kill", NULL).bounding, ==,
                        (DEFAULT_CAPS | BIT(CAP_NET_ADMIN)) & ~BIT(CAP_KILL));
        g_assert_cmphex(plan("net_admin chown", "", NULL).added, ==, BIT(CAP_NET_ADMIN) | BIT(CAP_CHOWN));
}

static void test_takes_all_on_either_side(void) {
        guint64 all = BIT(cap_max_bits()) - 1;

        g_assert_cmphex(plan("chown setuid", "ALL", NULL).bounding, ==, BIT(CAP_CHOWN) | BIT(CAP_SETUID));
        g_assert_cmphex(plan("", "all", NULL).bounding, ==, 0);
        g_assert_cmphex(plan("ALL", "", NULL).bounding, ==, all);
        g_assert_cmphex(plan("all", "net_raw", NULL).bounding, ==, all & ~BIT(CAP_NET_RAW));
        g_assert_cmphex(plan("all", "net_raw", NULL).added, ==, all & ~BIT(CAP_NET_RAW));
        expect_error("ALL", "ALL", "exclude each other");
        expect_error("CHOWN", "cap_chown", "in both");
}

static void test_says_what_was_meant(void) {
        expect_error("NET_ADMNI", "", "did you mean CAP_NET_ADMIN");
        expect_error("", "cap_sys_time2", "did you mean CAP_SYS_TIME");
        expect_error("", "SUPERPOWER", "DropCapability=: ");
        expect_error("SUPERPOWER", "", "capabilities(7)");
        expect_error("CAP_", "", "not a capability");
        /* libcap would take a number; nobody could read what it means. */
        expect_error("12", "", "not a capability");
}

static void test_warns_of_what_is_in_vain(void) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);

        plan("SYS_TIME NET_ADMIN SYS_MODULE SYS_NICE", "", warnings);
        g_assert_cmpuint(warnings->len, ==, 3);
        g_assert_cmpstr(warnings->pdata[0], ==,
                        "AddCapability=CAP_SYS_MODULE has no effect in a rootless container: modules can be "
                        "loaded by the host's root only");
        g_assert_true(g_str_has_prefix(warnings->pdata[1], "AddCapability=CAP_SYS_NICE has little effect"));

        g_ptr_array_set_size(warnings, 0);
        plan("ALL", "", warnings);
        g_assert_cmpuint(warnings->len, ==, 0);
}

/* ---- in a user namespace ---- */

static void become(const SecurityCaps *caps, const SecurityUser *user) {
        g_autoptr(GError) error = NULL;

        security_seccomp_apply(NULL, caps->bounding, NULL, &error);
        g_assert_no_error(error);
        security_caps_apply(caps, user, &error);
        g_assert_no_error(error);
}

static guint64 status_value(const char *name) {
        g_autofree char *text = NULL, *field = g_strdup_printf("\n%s:", name);

        g_assert_true(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
        const char *line = strstr(text, field);
        g_assert_nonnull(line);
        return g_ascii_strtoull(line + strlen(field), NULL, 16);
}

static void expect_sets(guint64 permitted, guint64 inheritable, guint64 bounding) {
        g_assert_cmphex(status_value("CapPrm"), ==, permitted);
        g_assert_cmphex(status_value("CapEff"), ==, permitted);
        g_assert_cmphex(status_value("CapInh"), ==, inheritable);
        g_assert_cmphex(status_value("CapAmb"), ==, inheritable);
        g_assert_cmphex(status_value("CapBnd"), ==, bounding);
}

/* DATA is NULL where setgroups() is denied. */
static bool become_root(void *data, GError **error) {
        SecurityCaps caps = {.bounding = DEFAULT_CAPS};

        become(&caps, &(SecurityUser){.keep_groups = !data});
        expect_sets(DEFAULT_CAPS, 0, DEFAULT_CAPS);
        g_assert_cmpint(setuid(0), ==, 0);
        g_assert_cmpint(cap_set_ambient(CAP_SYS_ADMIN, CAP_SET), ==, -1);
        return true;
}

static bool lose_all(void *data, GError **error) {
        SecurityCaps caps = {0};

        become(&caps, &(SecurityUser){.keep_groups = true});
        expect_sets(0, 0, 0);
        return true;
}

static bool become_user(void *data, GError **error) {
        static const gid_t groups[] = {12, 34};
        SecurityCaps caps = {.bounding = DEFAULT_CAPS | BIT(CAP_NET_ADMIN), .added = BIT(CAP_NET_ADMIN)};
        gid_t found[8];

        become(&caps,
               &(SecurityUser){.uid = 33, .gid = 44, .groups = groups, .n_groups = G_N_ELEMENTS(groups)});
        expect_sets(BIT(CAP_NET_ADMIN), BIT(CAP_NET_ADMIN), caps.bounding);
        g_assert_cmpuint(getuid(), ==, 33);
        g_assert_cmpuint(getegid(), ==, 44);
        g_assert_cmpint(getgroups(G_N_ELEMENTS(found), found), ==, 2);
        g_assert_cmpuint(found[1], ==, 34);
        g_assert_cmpint(setuid(0), ==, -1);
        g_assert_cmpint(setgroups(0, NULL), ==, -1);
        return true;
}

static bool become_plain_user(void *data, GError **error) {
        SecurityCaps caps = {.bounding = DEFAULT_CAPS};

        become(&caps, &(SecurityUser){.uid = 33, .gid = 33});
        expect_sets(0, 0, DEFAULT_CAPS);
        g_assert_cmpint(getgroups(0, NULL), ==, 0);
        return true;
}

static bool fail_for_unmapped_user(void *data, GError **error) {
        g_autoptr(GError) failure = NULL;
        SecurityCaps caps = {.bounding = DEFAULT_CAPS};

        g_assert_false(
                security_caps_apply(&caps, &(SecurityUser){.uid = 70000, .keep_groups = true}, &failure));
        g_assert_nonnull(strstr(failure->message, "Cannot become user 70000, who is not mapped"));
        return true;
}

/* Becomes a program that checks what root of the container has after execve(): the bounding set. */
static bool execute_as_root(void *data, GError **error) {
        SecurityCaps caps = {.bounding = BIT(CAP_CHOWN)};
        char *const argv[] = {(char *) "grep", (char *) "-qx", (char *) "CapEff:\t0000000000000001",
                              (char *) "/proc/self/status", NULL};

        become(&caps, &(SecurityUser){.keep_groups = true});
        pid_t child = fork();
        if (child == 0) {
                execvp("grep", argv);
                _exit(9);
        }
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_cmpint(status, ==, 0);
        return true;
}

static void test_root_has_the_bounding_set(void) {
        if (mapped_run_single(become_root, NULL) && mapped_run_single(lose_all, NULL))
                mapped_run_single(execute_as_root, NULL);
}

static void test_root_of_many_ids_has_no_groups(void) {
        mapped_run_many(become_root, (void *) "");
}

static void test_users_have_what_was_added(void) {
        if (mapped_run_many(become_user, NULL))
                mapped_run_many(become_plain_user, NULL);
}

static void test_names_the_unmapped_user(void) {
        mapped_run_single(fail_for_unmapped_user, NULL);
}

static void test_sets_no_new_privileges(void) {
        pid_t child = fork();

        if (child == 0)
                _exit(security_no_new_privileges(NULL) && prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1
                              ? 0
                              : 1);
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_cmpint(status, ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/security-caps/plan/default-set-is-one", test_the_default_set_is_one);
        g_test_add_func("/security-caps/plan/reads-names-as-written", test_reads_names_as_written);
        g_test_add_func("/security-caps/plan/takes-all-on-either-side", test_takes_all_on_either_side);
        g_test_add_func("/security-caps/plan/says-what-was-meant", test_says_what_was_meant);
        g_test_add_func("/security-caps/plan/warns-of-what-is-in-vain", test_warns_of_what_is_in_vain);
        g_test_add_func("/security-caps/apply/root-has-the-bounding-set", test_root_has_the_bounding_set);
        g_test_add_func("/security-caps/apply/root-of-many-ids-has-no-groups",
                        test_root_of_many_ids_has_no_groups);
        g_test_add_func("/security-caps/apply/users-have-what-was-added", test_users_have_what_was_added);
        g_test_add_func("/security-caps/apply/names-the-unmapped-user", test_names_the_unmapped_user);
        g_test_add_func("/security/no-new-privileges/is-set", test_sets_no_new_privileges);
        return g_test_run();
}
