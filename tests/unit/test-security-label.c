/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/security-label.h"

static char process[] = "system_u:system_r:container_t:s0", file[] = "system_u:object_r:container_file_t:s0";
static const SecurityLabelHost with = {.has_selinux = true, .process = process, .file = file};

static void expect(const ContainerSpec *spec, const SecurityLabelHost *host, const char *of_process,
                   const char *of_files) {
        g_autofree char *one = NULL, *other = NULL;

        security_label_plan(spec, host, &one, &other);
        g_assert_cmpstr(one, ==, of_process);
        g_assert_cmpstr(other, ==, of_files);
}

static void keys_change_parts_of_the_policys_labels(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        spec->label_level = g_strdup("s0:c1,c2");
        expect(spec, &with, "system_u:system_r:container_t:s0:c1,c2",
               "system_u:object_r:container_file_t:s0:c1,c2");
        spec->label_type = g_strdup("web_t");
        spec->label_file_type = g_strdup("web_file_t");
        expect(spec, &with, "system_u:system_r:web_t:s0:c1,c2", "system_u:object_r:web_file_t:s0:c1,c2");
        spec->label_user = g_strdup("staff_u");
        spec->label_role = g_strdup("staff_r");
        expect(spec, &with, "staff_u:staff_r:web_t:s0:c1,c2", "staff_u:object_r:web_file_t:s0:c1,c2");
}

static void a_level_that_nobody_says_is_the_containers_own(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new(), other = container_spec_new();
        g_autofree char *one = NULL, *two = NULL, *again = NULL, *files = NULL;

        spec->name = g_strdup("web");
        spec->label_type = g_strdup("container_t");
        other->name = g_strdup("database");
        other->label_type = g_strdup("container_t");
        security_label_plan(spec, &with, &one, &files);
        g_clear_pointer(&files, g_free);
        security_label_plan(other, &with, &two, &files);
        g_clear_pointer(&files, g_free);
        security_label_plan(spec, &with, &again, &files);
        g_assert_true(g_str_has_prefix(one, "system_u:system_r:container_t:s0:c"));
        g_assert_cmpstr(one, ==, again);
        g_assert_cmpstr(one, !=, two);
}

static void there_is_none_unless_one_is_asked_for(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        static const SecurityLabelHost without = {0};

        expect(spec, &with, NULL, NULL);
        spec->label_type = g_strdup("container_t");
        expect(spec, &without, NULL, NULL);
        spec->label_disable = TRISTATE_YES;
        expect(spec, &with, NULL, NULL);
        g_assert_null(security_label_of_volume(spec, true));
}

static void a_nested_container_has_the_type_for_engines(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        spec->label_nested = TRISTATE_YES;
        spec->label_level = g_strdup("s0");
        expect(spec, &with, "system_u:system_r:container_engine_t:s0",
               "system_u:object_r:container_file_t:s0");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/security-label/plan/changes-parts-of-the-policy-s-labels",
                        keys_change_parts_of_the_policys_labels);
        g_test_add_func("/security-label/plan/gives-each-container-a-level-of-its-own",
                        a_level_that_nobody_says_is_the_containers_own);
        g_test_add_func("/security-label/plan/gives-none-unasked", there_is_none_unless_one_is_asked_for);
        g_test_add_func("/security-label/plan/knows-the-type-for-engines",
                        a_nested_container_has_the_type_for_engines);
        return g_test_run();
}
