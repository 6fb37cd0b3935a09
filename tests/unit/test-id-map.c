/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Maps as data, and written to real user namespaces. */

#include "base/id-map.h"

#include "base/error.h"
#include "base/file.h"
#include "base/sync.h"
#include "tests/lib/mapped.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static GArray *ranges_of(guint count, const IdRange *ranges) {
        GArray *array = g_array_new(FALSE, FALSE, sizeof(IdRange));

        g_array_append_vals(array, ranges, count);
        return array;
}

static void assert_default(guint32 uid, guint count, const IdRange *ranges, const char *expected) {
        g_autoptr(GArray) array = ranges_of(count, ranges);
        g_autoptr(IdMap) map = id_map_plan_default(uid, uid, array, array);
        g_autofree char *users = id_map_print(map->users), *groups = id_map_print(map->groups);

        g_assert_cmpstr(users, ==, expected);
        g_assert_cmpstr(groups, ==, expected);
}

static void assert_keep(guint32 uid, guint32 keep, guint count, const IdRange *ranges,
                        const char *expected) {
        g_autoptr(GArray) array = ranges_of(count, ranges);
        g_autoptr(IdMap) map = id_map_plan_keep_id(uid, uid, keep, keep, array, array);
        g_autofree char *users = id_map_print(map->users);

        g_assert_cmpstr(users, ==, expected);
}

static void plan_puts_the_user_at_zero(void) {
        assert_default(1000, 1, (IdRange[]){{100000, 65536}}, "0 1000 1\n1 100000 65536\n");
        assert_default(1000, 2, (IdRange[]){{100000, 65536}, {300000, 10}},
                       "0 1000 1\n1 100000 65536\n65537 300000 10\n");
}

static void plan_has_one_id_without_ranges(void) {
        g_autoptr(GArray) none = ranges_of(0, NULL), some = ranges_of(1, (IdRange[]){{5, 1}});
        g_autoptr(IdMap) single = id_map_plan_default(1000, 100, none, none);
        g_autoptr(IdMap) two = id_map_plan_default(1000, 100, some, some);

        assert_default(1000, 0, NULL, "0 1000 1\n");
        g_assert_true(id_map_is_single(single));
        g_assert_false(id_map_is_single(two));
}

static void plan_cuts_out_the_users_own_id(void) {
        /* The kernel takes no id twice. */
        assert_default(100500, 1, (IdRange[]){{100000, 1000}}, "0 100500 1\n1 100000 500\n501 100501 499\n");
        assert_default(100000, 1, (IdRange[]){{100000, 10}}, "0 100000 1\n1 100001 9\n");
        assert_default(100009, 1, (IdRange[]){{100000, 10}}, "0 100009 1\n1 100000 9\n");
        assert_default(7, 2, (IdRange[]){{7, 1}, {100, 2}}, "0 7 1\n1 100 2\n");
}

static void plan_keeps_the_id_that_is_asked_for(void) {
        assert_keep(1000, 1000, 1, (IdRange[]){{100000, 65536}},
                    "0 100000 1000\n1000 1000 1\n1001 101000 64536\n");
        assert_keep(1000, 0, 1, (IdRange[]){{100000, 10}}, "0 1000 1\n1 100000 10\n");
        assert_keep(1000, 5, 2, (IdRange[]){{100000, 3}, {200000, 10}},
                    "0 100000 3\n3 200000 2\n5 1000 1\n6 200002 8\n");
        /* At the seam of two ranges, and right behind the last. */
        assert_keep(1000, 3, 2, (IdRange[]){{100000, 3}, {200000, 4}}, "0 100000 3\n3 1000 1\n4 200000 4\n");
        assert_keep(1000, 3, 1, (IdRange[]){{100000, 3}}, "0 100000 3\n3 1000 1\n");
        /* Far behind: a hole is allowed. */
        assert_keep(1000, 70000, 1, (IdRange[]){{100000, 10}}, "0 100000 10\n70000 1000 1\n");
}

/* Whatever the ranges: no id twice on either side, the user's own there once, every other one there. */
static void plan_never_overlaps(void) {
        for (int round = 0; round < 2000; round++) {
                IdRange ranges[4];
                guint count = (guint) g_test_rand_int_range(0, 5);
                guint32 next = (guint32) g_test_rand_int_range(0, 50);
                guint32 own = (guint32) g_test_rand_int_range(0, 150),
                        keep = (guint32) g_test_rand_int_range(0, 120);
                bool outside[1000] = {false}, inside[1000] = {false};

                for (guint i = 0; i < count; i++) {
                        ranges[i] = (IdRange){next, (guint32) g_test_rand_int_range(1, 40)};
                        next += ranges[i].count + (guint32) g_test_rand_int_range(0, 20);
                }
                g_autoptr(GArray) array = ranges_of(count, ranges);
                g_autoptr(IdMap) map = id_map_plan_keep_id(own, own, keep, keep, array, array);
                guint total = 0, expected = 1;
                for (guint i = 0; i < map->users->len; i++) {
                        IdExtent extent = g_array_index(map->users, IdExtent, i);
                        g_assert_cmpuint(extent.count, >, 0);
                        for (guint32 j = 0; j < extent.count; j++, total++) {
                                g_assert_false(outside[extent.outside + j]);
                                g_assert_false(inside[extent.inside + j]);
                                outside[extent.outside + j] = inside[extent.inside + j] = true;
                        }
                }
                for (guint i = 0; i < count; i++)
                        for (guint32 j = 0; j < ranges[i].count; j++)
                                expected += ranges[i].start + j != own;
                g_assert_cmpuint(total, ==, expected);
                g_assert_cmpuint(id_map_inside(map->users, own), ==, keep);
                g_assert_cmpuint(id_map_outside(map->users, keep), ==, own);
        }
}

static void lookups_are_inverse(void) {
        g_autoptr(GArray) array = ranges_of(1, (IdRange[]){{100000, 65536}});
        g_autoptr(IdMap) map = id_map_plan_default(1000, 1000, array, array);

        g_assert_cmpuint(id_map_inside(map->users, 1000), ==, 0);
        g_assert_cmpuint(id_map_inside(map->users, 100000), ==, 1);
        g_assert_cmpuint(id_map_inside(map->users, 165535), ==, 65536);
        g_assert_cmpuint(id_map_inside(map->users, 165536), ==, G_MAXUINT32);
        g_assert_cmpuint(id_map_inside(map->users, 999), ==, G_MAXUINT32);
        g_assert_cmpuint(id_map_outside(map->users, 33), ==, 100032);
        g_assert_cmpuint(id_map_outside(map->users, 65536), ==, 165535);
        g_assert_cmpuint(id_map_outside(map->users, 65537), ==, G_MAXUINT32);
        g_assert_cmpuint(id_map_outside(map->users, G_MAXUINT32), ==, G_MAXUINT32);
}

static void keys_are_equal_for_equal_maps_only(void) {
        g_autoptr(GArray) a = ranges_of(1, (IdRange[]){{100000, 65536}}),
                          b = ranges_of(1, (IdRange[]){{100000, 65535}});
        g_autoptr(IdMap) first = id_map_plan_default(1000, 1000, a, a),
                         same = id_map_plan_default(1000, 1000, a, a);
        g_autoptr(IdMap) other = id_map_plan_default(1000, 1000, b, a),
                         swapped = id_map_plan_default(1000, 1000, a, b);
        g_autofree char *first_key = id_map_key(first), *same_key = id_map_key(same);
        g_autofree char *other_key = id_map_key(other), *swapped_key = id_map_key(swapped);

        g_assert_cmpstr(first_key, ==, same_key);
        g_assert_cmpstr(first_key, !=, other_key);
        g_assert_cmpstr(first_key, !=, swapped_key);
        g_assert_cmpstr(other_key, !=, swapped_key);
        g_assert_cmpuint(strlen(first_key), ==, 12);
        g_assert_cmpuint(strspn(first_key, "0123456789abcdef"), ==, 12);
        /* Written once, read by later versions: layers/KEY/ of the store. */
        g_assert_cmpstr(first_key, ==, "8d94afa03dd8");
}

/* ---- the kernel ---- */

/* A child in a new user namespace without a map, which waits to be killed; 0: skipped. */
static pid_t make_child(void) {
        Sync sync = SYNC_NONE;
        g_autoptr(GError) error = NULL;

        g_assert_true(sync_open(&sync, NULL));
        pid_t child = fork();
        if (child == 0) {
                sync_become_child(&sync);
                g_autoptr(GError) failure = NULL;
                if (unshare(CLONE_NEWUSER) < 0) {
                        fail_errno(&failure, errno, "Cannot make a user namespace");
                        sync_fail(&sync, failure);
                        _exit(1);
                }
                (void) sync_reach(&sync, 1, NULL);
                pause();
                _exit(0);
        }
        sync_become_parent(&sync);
        bool is_there = sync_wait(&sync, 1, &error);
        sync_close(&sync);
        if (is_there)
                return child;
        waitpid(child, NULL, 0);
        skip_test("%s", error->message);
        return 0;
}

static void end_child(pid_t child) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
}

/* "0 1000 1\n", with single blanks. */
static char *read_map(pid_t child, const char *name) {
        g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int) child, name), *text = NULL;
        g_autoptr(GString) lines = g_string_new(NULL);

        g_assert_true(file_read(AT_FDCWD, path, 0, &text, NULL, NULL));
        g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
        guint n = 0;
        for (char **word = words; *word; word++)
                if (**word)
                        g_string_append_printf(lines, "%s%c", *word, ++n % 3 == 0 ? '\n' : ' ');
        return g_strdup(lines->str);
}

static void write_gives_a_single_id_without_helpers(void) {
        g_autoptr(GArray) none = ranges_of(0, NULL);
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);
        g_autofree char *path = g_strdup(g_getenv("PATH"));
        g_autoptr(GError) error = NULL;
        pid_t child = make_child();

        if (child == 0)
                return;
        bool written = id_map_write(map, child, &error);
        g_autofree char *users = read_map(child, "uid_map"), *groups = read_map(child, "gid_map");
        g_autofree char *expected_users = id_map_print(map->users),
                        *expected_groups = id_map_print(map->groups);
        end_child(child);

        g_assert_no_error(error);
        g_assert_true(written);
        g_assert_cmpstr(users, ==, expected_users);
        g_assert_cmpstr(groups, ==, expected_groups);
}

static void write_gives_many_ids(void) {
        g_autoptr(IdMap) map = mapped_plan_many();
        g_autoptr(GError) error = NULL;
        pid_t child = map ? make_child() : 0;

        if (child == 0)
                return;
        bool written = id_map_write(map, child, &error);
        g_autofree char *users = read_map(child, "uid_map"), *groups = read_map(child, "gid_map");
        g_autofree char *expected_users = id_map_print(map->users),
                        *expected_groups = id_map_print(map->groups);
        end_child(child);

        g_assert_no_error(error);
        g_assert_true(written);
        g_assert_cmpstr(users, ==, expected_users);
        g_assert_cmpstr(groups, ==, expected_groups);
}

static void write_explains_foreign_ids(void) {
        g_autoptr(GArray) foreign = ranges_of(1, (IdRange[]){{4000000000u, 1000}});
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), foreign, foreign);
        g_autoptr(GError) error = NULL;

        if (geteuid() == 0) {
                g_test_skip("does not apply to root, who may map what he likes");
                return;
        }
        pid_t child = make_child();
        if (child == 0)
                return;
        g_assert_false(id_map_write(map, child, &error));
        end_child(child);
        g_test_message("%s", error->message);
        g_autofree char *helper = g_find_program_in_path("newuidmap");
        int expected = helper ? WOLFFIA_ERROR_HELPER : WOLFFIA_ERROR_NOT_FOUND;
        g_assert_error(error, WOLFFIA_ERROR, expected);
        g_assert_nonnull(strstr(error->message, "map"));
}

static void write_names_the_missing_process(void) {
        g_autoptr(GArray) none = ranges_of(0, NULL);
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);
        g_autoptr(GError) error = NULL;
        pid_t child = fork();

        if (child == 0)
                _exit(0);
        waitpid(child, NULL, 0);
        g_autofree char *path = g_strdup_printf("/proc/%d/", (int) child);
        g_assert_false(id_map_write(map, child, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
        g_assert_nonnull(strstr(error->message, path));
}

static void write_takes_no_second_map(void) {
        g_autoptr(GArray) none = ranges_of(0, NULL);
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);
        g_autoptr(GError) error = NULL;
        pid_t child = make_child();

        if (child == 0)
                return;
        g_assert_true(id_map_write(map, child, NULL));
        g_assert_false(id_map_write(map, child, &error));
        end_child(child);
        g_assert_error(error, ERRNO_ERROR, EPERM);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/id-map/plan/puts-the-user-at-zero-and-the-ranges-behind",
                        plan_puts_the_user_at_zero);
        g_test_add_func("/id-map/plan/has-one-id-without-ranges", plan_has_one_id_without_ranges);
        g_test_add_func("/id-map/plan/cuts-out-the-users-own-id", plan_cuts_out_the_users_own_id);
        g_test_add_func("/id-map/plan/keeps-the-id-that-is-asked-for", plan_keeps_the_id_that_is_asked_for);
        g_test_add_func("/id-map/plan/never-overlaps", plan_never_overlaps);
        g_test_add_func("/id-map/inside/is-the-inverse-of-outside", lookups_are_inverse);
        g_test_add_func("/id-map/key/is-equal-for-equal-maps-only", keys_are_equal_for_equal_maps_only);
        g_test_add_func("/id-map/write/gives-a-single-id-without-helpers",
                        write_gives_a_single_id_without_helpers);
        g_test_add_func("/id-map/write/gives-many-ids", write_gives_many_ids);
        g_test_add_func("/id-map/write/explains-ids-of-others", write_explains_foreign_ids);
        g_test_add_func("/id-map/write/names-the-missing-process", write_names_the_missing_process);
        g_test_add_func("/id-map/write/takes-no-second-map", write_takes_no_second_map);
        return g_test_run();
}
