/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Maps inside maps, as data. tests/unit/test-namespaces.c writes them. */

#include "base/id-nest.h"

#include "base/error.h"

static IdMap *plan(guint32 keep, guint32 start, guint32 count) {
        g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(IdRange));
        IdRange range = {start, count};

        if (count > 0)
                g_array_append_val(ranges, range);
        return id_map_plan_keep_id(1000, 1000, keep, keep, ranges, ranges);
}

static void assert_nested(IdMap *map, IdMap *owner, const char *expected) {
        g_autoptr(IdMap) inner = map, outer = owner, nested = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(id_nest_plan(inner, outer, &nested, &error));
        g_autofree char *users = id_map_print(nested->users), *groups = id_map_print(nested->groups);
        g_assert_cmpstr(users, ==, expected);
        g_assert_cmpstr(groups, ==, expected);
}

static void plan_of_equal_maps_is_the_identity(void) {
        assert_nested(plan(0, 100000, 65536), plan(0, 100000, 65536), "0 0 1\n1 1 65536\n");
        assert_nested(plan(0, 0, 0), plan(0, 100000, 65536), "0 0 1\n");
        assert_nested(plan(0, 0, 0), plan(0, 0, 0), "0 0 1\n");
}

static void plan_keeps_the_id_that_is_asked_for(void) {
        assert_nested(plan(1000, 100000, 65536), plan(0, 100000, 65536),
                      "0 1 1000\n1000 0 1\n1001 1001 64536\n");
        assert_nested(plan(7, 0, 0), plan(0, 100000, 10), "7 0 1\n");
}

static void plan_is_cut_where_the_outer_map_is(void) {
        assert_nested(plan(0, 100000, 100), plan(50, 100000, 100), "0 50 1\n1 0 50\n51 51 50\n");
        assert_nested(plan(0, 100010, 20), plan(0, 100000, 65536), "0 0 1\n1 11 20\n");
}

static void plan_names_the_id_that_is_missing(void) {
        g_autoptr(IdMap) inner = plan(0, 100000, 11), outer = plan(0, 100000, 10), nested = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(id_nest_plan(inner, outer, &nested, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED);
        g_assert_nonnull(strstr(error->message, "user id 11 (100010 on the host)"));
        g_assert_null(nested);
}

static void read_gives_what_the_kernel_says(void) {
        g_autoptr(IdMap) map = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(id_nest_read(getpid(), &map, &error));
        g_assert_cmpuint(id_map_outside(map->users, getuid()), !=, G_MAXUINT32);
        g_assert_cmpuint(id_map_outside(map->groups, getgid()), !=, G_MAXUINT32);
        g_clear_pointer(&map, id_map_free);
        g_assert_false(id_nest_read(-1, &map, &error));
        g_assert_error(error, ERRNO_ERROR, ENOENT);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/id-nest/plan/is-the-identity-for-equal-maps", plan_of_equal_maps_is_the_identity);
        g_test_add_func("/id-nest/plan/keeps-the-id-that-is-asked-for", plan_keeps_the_id_that_is_asked_for);
        g_test_add_func("/id-nest/plan/is-cut-where-the-outer-map-is", plan_is_cut_where_the_outer_map_is);
        g_test_add_func("/id-nest/plan/names-the-id-that-is-missing", plan_names_the_id_that_is_missing);
        g_test_add_func("/id-nest/read/gives-what-the-kernel-says", read_gives_what_the_kernel_says);
        return g_test_run();
}
