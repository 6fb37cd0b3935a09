/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/id-edit.h"

static GArray *extents_of(guint count, const IdExtent *extents) {
        GArray *array = g_array_new(FALSE, FALSE, sizeof(IdExtent));

        g_array_append_vals(array, extents, count);
        return array;
}

static void assert_inserted(IdExtent extent, const char *expected) {
        g_autoptr(GArray) extents = extents_of(2, (IdExtent[]){{0, 1000, 1}, {1, 100000, 10}});

        id_edit_insert(extents, extent);
        g_autofree char *text = id_map_print(extents);
        g_assert_cmpstr(text, ==, expected);
}

static void what_is_put_in_replaces_what_was_there(void) {
        /* Beside it, over an inside id, over an outside id, over both, over all. */
        assert_inserted((IdExtent){50, 60, 1}, "0 1000 1\n1 100000 10\n50 60 1\n");
        assert_inserted((IdExtent){3, 44, 1}, "0 1000 1\n1 100000 2\n3 44 1\n4 100003 7\n");
        assert_inserted((IdExtent){20, 100004, 2}, "0 1000 1\n1 100000 4\n7 100006 4\n20 100004 2\n");
        assert_inserted((IdExtent){5, 1000, 1}, "1 100000 4\n5 1000 1\n6 100005 5\n");
        assert_inserted((IdExtent){0, 0, 1000}, "0 0 1000\n");
        assert_inserted((IdExtent){4294967290u, 4294967290u, 4},
                        "0 1000 1\n1 100000 10\n4294967290 4294967290 4\n");
}

static void assert_filled(guint count, const IdExtent *first, const char *expected) {
        g_autoptr(GArray) extents = extents_of(count, first);
        g_autoptr(GArray) pool = extents_of(2, (IdExtent[]){{0, 1000, 1}, {1, 100000, 10}});

        id_edit_fill(extents, pool);
        g_autofree char *text = id_map_print(extents);
        g_assert_cmpstr(text, ==, expected);
}

static void what_is_left_goes_to_the_ids_without(void) {
        assert_filled(0, NULL, "0 1000 1\n1 100000 10\n");
        assert_filled(1, (IdExtent[]){{3, 1000, 1}}, "0 100000 3\n3 1000 1\n4 100003 7\n");
        assert_filled(1, (IdExtent[]){{3, 100005, 2}},
                      "0 1000 1\n1 100000 2\n3 100005 2\n5 100002 3\n8 100007 3\n");
        assert_filled(2, (IdExtent[]){{0, 7, 1}, {1, 100000, 10}}, "0 7 1\n1 100000 10\n11 1000 1\n");
}

static void a_limit_cuts_inside_ids(void) {
        g_autoptr(GArray) extents = extents_of(3, (IdExtent[]){{0, 1000, 1}, {1, 100000, 10}, {11, 7, 5}});

        id_edit_limit(extents, 6);
        g_autofree char *text = id_map_print(extents);
        g_assert_cmpstr(text, ==, "0 1000 1\n1 100000 5\n");
        g_assert_cmpuint(id_edit_count(extents), ==, 6);
}

static void composing_goes_through_another_map(void) {
        g_autoptr(GArray) through = extents_of(3, (IdExtent[]){{0, 1000, 1}, {1, 100000, 10}, {11, 7, 5}});
        g_autoptr(GArray) result = extents_of(0, NULL);

        g_assert_cmpuint(id_edit_compose(through, 500, 0, 13, result), ==, 13);
        g_autofree char *text = id_map_print(result);
        g_assert_cmpstr(text, ==, "500 1000 1\n501 100000 10\n511 7 2\n");
        g_assert_cmpuint(id_edit_compose(through, 0, 14, 10, result), ==, 2);
        g_assert_cmpuint(id_edit_compose(through, 0, 16, 1, result), ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/id-edit/insert/replaces-what-was-there", what_is_put_in_replaces_what_was_there);
        g_test_add_func("/id-edit/fill/gives-what-is-left", what_is_left_goes_to_the_ids_without);
        g_test_add_func("/id-edit/limit/cuts-inside-ids", a_limit_cuts_inside_ids);
        g_test_add_func("/id-edit/compose/goes-through-another-map", composing_goes_through_another_map);
        return g_test_run();
}
