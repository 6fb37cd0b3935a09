/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/output.h"
#include "generator/service.h"
#include "tests/lib/scratch.h"

#include <string.h>

static Output *open_output(const Scratch *scratch) {
        g_autofree char *path = scratch_path(scratch, "a/out");
        g_autoptr(GError) error = NULL;
        Output *output = NULL;

        (void) output_open(path, &output, &error);
        g_assert_no_error(error);
        return output;
}

static void test_replaces_its_own_units(Scratch *scratch, gconstpointer data) {
        g_autoptr(Output) output = open_output(scratch);
        g_autoptr(GString) text = g_string_new(SERVICE_MARK " long text\n");
        g_autoptr(GError) error = NULL;

        g_assert_true(output_write(output, "web.service", text, NULL));
        g_string_assign(text, SERVICE_MARK);
        (void) output_write(output, "web.service", text, &error);
        g_assert_no_error(error);
        g_autofree char *written = scratch_read(scratch, "a/out/web.service");
        g_assert_cmpstr(written, ==, SERVICE_MARK);
}

static void test_leaves_units_of_others(Scratch *scratch, gconstpointer data) {
        g_autoptr(Output) output = open_output(scratch);
        g_autoptr(GString) text = g_string_new(SERVICE_MARK);
        g_autoptr(GError) error = NULL, link_error = NULL;

        scratch_write(scratch, "a/out/web.service", "# of Podman");
        g_assert_false(output_write(output, "web.service", text, &error));
        g_assert_nonnull(strstr(error->message, "another generator"));
        g_autofree char *written = scratch_read(scratch, "a/out/web.service");
        g_assert_cmpstr(written, ==, "# of Podman");

        scratch_write(scratch, "a/target", "");
        scratch_link(scratch, "a/out/link.service", "../target");
        g_assert_false(output_write(output, "link.service", text, &link_error));
}

static void test_replaces_links(Scratch *scratch, gconstpointer data) {
        g_autoptr(Output) output = open_output(scratch);
        g_autofree char *path = scratch_path(scratch, "a/out/x.target.wants/web.service");
        InstallLink link = {(char *) "x.target.wants", (char *) "web.service", (char *) "../web.service"};

        scratch_link(scratch, "a/out/x.target.wants/web.service", "elsewhere");
        g_assert_true(output_link(output, &link, NULL));
        g_assert_true(output_link(output, &link, NULL));
        g_autofree char *target = g_file_read_link(path, NULL);
        g_assert_cmpstr(target, ==, "../web.service");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/output/replaces-its-own-units", test_replaces_its_own_units);
        scratch_test_add("/output/leaves-units-of-others", test_leaves_units_of_others);
        scratch_test_add("/output/replaces-links", test_replaces_links);
        return g_test_run();
}
