/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Maps as UserNS= and UIDMap= ask for them, as data. */

#include "runner/ids-auto.h"
#include "runner/ids.h"

#include "base/error.h"

#include <string.h>

static IdOwn *make_own(bool has_ranges, gid_t granted) {
        IdOwn *own = g_new0(IdOwn, 1);
        IdRange range = {100000, 65536};

        own->uid = 1000;
        own->gid = 1000;
        own->name = g_strdup("alice");
        own->users = g_array_new(FALSE, FALSE, sizeof(IdRange));
        own->groups = g_array_new(FALSE, FALSE, sizeof(IdRange));
        own->granted = g_array_new(FALSE, FALSE, sizeof(gid_t));
        if (has_ranges) {
                g_array_append_val(own->users, range);
                g_array_append_val(own->groups, range);
        }
        if (granted)
                g_array_append_val(own->granted, granted);
        return own;
}

static void add(GPtrArray *list, const char *text) {
        if (text)
                g_ptr_array_add(list, g_strdup(text));
}

typedef struct Case {
        const char *mode, *uid_map, *gid_map, *users, *groups;
} Case;

static void maps_are_what_was_asked_for(void) {
        static const Case cases[] = {
                {NULL, NULL, NULL, "0 1000 1\n1 100000 65536\n", NULL},
                {"host", NULL, NULL, "0 1000 1\n1 100000 65536\n", NULL},
                {"single", NULL, NULL, "0 1000 1\n", NULL},
                {"keep-id", NULL, NULL, "0 100000 1000\n1000 1000 1\n1001 101000 64536\n", NULL},
                {"keep-id:uid=0,gid=0", NULL, NULL, "0 1000 1\n1 100000 65536\n", NULL},
                {"keep-id:size=1001", NULL, NULL, "0 100000 1000\n1000 1000 1\n", NULL},
                {"nomap", NULL, NULL, "0 100000 65536\n", NULL},
                {"auto", NULL, NULL, "0 102048 1024\n", NULL},
                {"auto:uidmapping=0:0:1,gidmapping=5:@1000:1", NULL, NULL, "0 1000 1\n1 102049 1023\n",
                 "0 102048 5\n5 1000 1\n6 102054 1018\n"},
                {NULL, "0:0:1", NULL, "0 1000 1\n", NULL},
                {NULL, "0:1:100", "0:0:2", "0 100000 100\n", "0 1000 1\n1 100000 1\n"},
                {NULL, NULL, "0:0:1", "0 1000 1\n", NULL},
                {NULL, "u0:0:1", NULL, "0 1000 1\n", "0 1000 1\n1 100000 65536\n"},
                {NULL, "+u7:@100500:1", NULL,
                 "0 1000 1\n1 100000 6\n7 100500 1\n8 100006 494\n502 100501 65035\n",
                 "0 1000 1\n1 100000 65536\n"},
                {NULL, "+1000:@1000", NULL, "0 100000 1000\n1000 1000 1\n1001 101000 64536\n", NULL},
                {NULL, NULL, "+g44:@100005:2", "0 1000 1\n1 100000 65536\n",
                 "0 1000 1\n1 100000 5\n6 100007 38\n44 100005 2\n46 100045 65491\n"},
                {NULL, "+u200000:0:1", NULL, "0 100000 65536\n200000 1000 1\n",
                 "0 1000 1\n1 100000 65536\n"},
                {"keep-id", "+0:@1000:1", NULL, "0 1000 1\n1 100001 999\n1001 101000 64536\n",
                 "0 100000 1000\n1000 1000 1\n1001 101000 64536\n"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(IdOwn) own = make_own(true, 0);
                g_autoptr(ContainerSpec) spec = container_spec_new();
                g_autoptr(IdMap) map = NULL;
                g_autoptr(GError) error = NULL;
                IdsAuto automatic = {2048, 1024};

                spec->user_namespace = g_strdup(cases[i].mode);
                add(spec->user_maps, cases[i].uid_map);
                add(spec->group_maps, cases[i].gid_map);
                if (!cases[i].users) {
                        g_assert_false(ids_plan(spec, own, &automatic, &map, &error));
                        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                        continue;
                }
                (void) ids_plan(spec, own, &automatic, &map, &error);
                g_assert_no_error(error);
                g_autofree char *users = id_map_print(map->users), *groups = id_map_print(map->groups);
                g_assert_cmpstr(users, ==, cases[i].users);
                g_assert_cmpstr(groups, ==, cases[i].groups ? cases[i].groups : cases[i].users);
        }
}

static void what_the_user_does_not_have_is_named(void) {
        static const struct {
                const char *mode, *map, *word;
                bool has_ranges;
        } cases[] = {
                {"keep-id", NULL, "usermod", false},   {"auto", NULL, "usermod", false},
                {"nomap", NULL, "usermod", false},     {NULL, "0:0:70000", "65536", true},
                {NULL, "0:@500:1", "500", true},       {NULL, "+5:@99999:2", "99999", true},
                {NULL, "1:1:10", "no user 0", true},   {"keep-id:uid=x", NULL, "uid=", true},
                {NULL, "0:@165535:2", "165536", true},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(IdOwn) own = make_own(cases[i].has_ranges, 0);
                g_autoptr(ContainerSpec) spec = container_spec_new();
                g_autoptr(IdMap) map = NULL;
                g_autoptr(GError) error = NULL;
                IdsAuto automatic = {0, 0};

                spec->user_namespace = g_strdup(cases[i].mode);
                add(spec->user_maps, cases[i].map);
                g_assert_false(ids_plan(spec, own, &automatic, &map, &error));
                g_assert_nonnull(strstr(error->message, cases[i].word));
        }
}

/* Row U8: one line of /etc/subgid for a group that the user is in. */
static void a_granted_group_is_mapped_as_it_is(void) {
        static const char *const modes[] = {NULL, "keep-id", "nomap"};
        static const guint32 expected[] = {2001, 2001, 102001};

        for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
                g_autoptr(IdOwn) own = make_own(true, 2001);
                g_autoptr(ContainerSpec) spec = container_spec_new();
                g_autoptr(IdMap) map = NULL;
                IdsAuto automatic = {0, 0};

                spec->user_namespace = g_strdup(modes[i]);
                g_assert_true(ids_plan(spec, own, &automatic, &map, NULL));
                g_assert_cmpuint(id_map_outside(map->groups, 2001), ==, expected[i]);
                g_assert_cmpuint(id_map_outside(map->users, 2001), !=, 2001);
        }
}

static void a_unit_finds_the_same_part_again(void) {
        guint32 first = ids_auto_first("web.service", 64), others = 0;

        g_assert_cmpuint(first, <, 64);
        /* A figure, since volumes belong to these ids: another hash would be a change for users. */
        g_assert_cmpuint(ids_auto_first("web.service", 64), ==, 44);
        g_assert_cmpuint(ids_auto_first(NULL, 64), ==, 0);
        g_assert_cmpuint(ids_auto_first("", 64), ==, 0);
        g_assert_cmpuint(ids_auto_first("web.service", 0), ==, 0);
        for (int i = 0; i < 20; i++) {
                g_autofree char *unit = g_strdup_printf("%d.service", i);
                others += ids_auto_first(unit, 64) != first ? 1 : 0;
        }
        g_assert_cmpuint(others, >, 15);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/ids/plan/is-what-was-asked-for", maps_are_what_was_asked_for);
        g_test_add_func("/ids/plan/names-what-the-user-does-not-have", what_the_user_does_not_have_is_named);
        g_test_add_func("/ids/plan/maps-a-granted-group-as-it-is", a_granted_group_is_mapped_as_it_is);
        g_test_add_func("/ids/auto/begins-at-a-part-of-the-unit-s-own", a_unit_finds_the_same_part_again);
        return g_test_run();
}
