/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/output-queue.h"
#include "generator/service.h"
#include "tests/lib/scratch.h"

#include <string.h>

/* Enough for the thread, and for each of its batches to go round a few times. */
#define MANY 1000
#define FEW  3

static void note_fault(const char *path, const char *service, const char *text, void *data) {
        g_assert_true(g_str_has_prefix(path, "/unit-"));
        g_assert_nonnull(strstr(text, "another generator"));
        g_ptr_array_add(data, g_strdup(service));
}

static GPtrArray *write_units(const Scratch *scratch, guint count) {
        g_autofree char *folder = scratch_path(scratch, "out");
        GPtrArray *faults = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Output) output = NULL;
        GString *text = g_string_new(NULL);
        GArray *links = install_links_new();

        g_assert_true(output_open(folder, &output, NULL));
        OutputQueue *queue = output_queue_new(output);
        for (guint i = 0; i < count; i++) {
                g_autofree char *path = g_strdup_printf("/unit-%u.container", i);
                g_autofree char *service = g_strdup_printf("unit-%u.service", i);
                InstallLink link = {g_strdup("x.target.wants"), g_strdup(service),
                                    g_strdup_printf("../%s", service)};

                g_assert_cmpuint(text->len + links->len, ==, 0);
                g_string_printf(text, SERVICE_MARK " %u", i);
                g_array_append_val(links, link);
                output_queue_add(queue, path, service, &text, &links);
        }
        output_queue_finish(queue, note_fault, faults);
        g_string_free(text, TRUE);
        g_array_unref(links);
        return faults;
}

static void check_units(const Scratch *scratch, guint count) {
        for (guint i = 0; i < count; i++) {
                g_autofree char *name = g_strdup_printf("out/x.target.wants/unit-%u.service", i);
                g_autofree char *text = scratch_read(scratch, name);
                g_autofree char *expected = g_strdup_printf(SERVICE_MARK " %u", i);

                g_assert_cmpstr(text, ==, expected);
        }
}

static void test_writes_few_and_many(Scratch *scratch, gconstpointer data) {
        const guint counts[] = {0, FEW, MANY};

        for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
                g_autoptr(GPtrArray) faults = write_units(scratch, counts[i]);

                g_assert_cmpuint(faults->len, ==, 0);
                check_units(scratch, counts[i]);
        }
}

static void test_tells_what_cannot_be_written(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "out/unit-1.service", "of another generator");
        scratch_write(scratch, "out/unit-998.service", "of another generator");
        g_autoptr(GPtrArray) faults = write_units(scratch, MANY);

        g_assert_cmpuint(faults->len, ==, 2);
        g_assert_cmpstr(faults->pdata[0], ==, "unit-1.service");
        g_assert_cmpstr(faults->pdata[1], ==, "unit-998.service");
        g_autofree char *other = scratch_read(scratch, "out/unit-999.service");
        g_assert_true(g_str_has_prefix(other, SERVICE_MARK));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/output-queue/writes-few-and-many", test_writes_few_and_many);
        scratch_test_add("/output-queue/tells-what-cannot-be-written", test_tells_what_cannot_be_written);
        return g_test_run();
}
