/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/source.h"

#include <string.h>

static void test_names_of_units(void) {
        static const struct {
                const char *file, *service;
        } names[] = {
                {"web.container", "web.service"},         {"web@.container", "web@.service"},
                {"web@a.container", "web@a.service"},     {"data.volume", "data-volume.service"},
                {"data@.volume", "data-volume@.service"}, {"front.network", "front-network.service"},
                {"a.b.pod", "a.b-pod.service"},           {"x.kube", "x.service"},
                {"x.image", "x-image.service"},           {"x.build", "x-build.service"},
                {"x.artifact", "x-artifact.service"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                SourceKind kind = source_kind(names[i].file);
                g_assert_cmpint(kind, !=, SOURCE_NONE);
                g_autofree char *service = source_service(names[i].file, kind);
                g_assert_cmpstr(service, ==, names[i].service);
        }
}

static void test_other_files_are_none(void) {
        static const char *const names[] = {
                "", "container", ".container", "web.containers", "web.container~", "web.conf", "web."};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                g_assert_cmpint(source_kind(names[i]), ==, SOURCE_NONE);
}

static void test_unit_names(void) {
        g_autofree char *long_name = g_strdup_printf("%0250d.service", 1);

        g_assert_true(source_is_unit_name("a-b_c:d.e\\x2d@i.service"));
        g_assert_false(source_is_unit_name("my web.service"));
        g_assert_false(source_is_unit_name("@x.service"));
        g_assert_false(source_is_unit_name(".service"));
        g_assert_false(source_is_unit_name("web"));
        g_assert_false(source_is_unit_name("a/b.service"));
        g_assert_false(source_is_unit_name("é.service"));
        g_assert_false(source_is_unit_name(long_name));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/source/names-of-units", test_names_of_units);
        g_test_add_func("/source/other-files-are-none", test_other_files_are_none);
        g_test_add_func("/source/unit-names", test_unit_names);
        return g_test_run();
}
