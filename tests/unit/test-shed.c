/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is let go of comes back as it was, and what was written stays. */

#include "base/shed.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

static const char constant[] = "a constant";
static char written[] = "not yet";

/* Pages of files that are in our memory now. */
static long count_file_pages(void) {
        long all, resident, shared = -1;
        FILE *file = fopen("/proc/self/statm", "re");

        g_assert_nonnull(file);
        g_assert_cmpint(fscanf(file, "%ld %ld %ld", &all, &resident, &shared), ==, 3);
        fclose(file);
        return shared;
}

static void memory_shrinks_and_the_program_goes_on(void) {
        long before = count_file_pages();

        strcpy(written, "written");
        shed_code();
        long after = count_file_pages();
        g_assert_cmpint(after, <, before);
        g_assert_cmpstr(constant, ==, "a constant");
        g_assert_cmpstr(written, ==, "written");
        g_autofree char *text = g_strdup_printf("%s and %s", constant, written);
        g_assert_cmpstr(text, ==, "a constant and written");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/shed/code/shrinks-and-goes-on", memory_shrinks_and_the_program_goes_on);
        return g_test_run();
}
