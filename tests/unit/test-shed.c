/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is let go of comes back as it was, and what was written stays. */

#include "base/shed.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define USED_STACK (128 * 1024)

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
        shed_start();
        long after = count_file_pages();
        g_assert_cmpint(after, <, before);
        g_assert_cmpstr(constant, ==, "a constant");
        g_assert_cmpstr(written, ==, "written");
        g_autofree char *text = g_strdup_printf("%s and %s", constant, written);
        g_assert_cmpstr(text, ==, "a constant and written");
}

/* At each place that the frame can have in its page. */
static __attribute__((noinline)) void keep(size_t depth) {
        volatile char frame[64];

        memset((char *) frame, 0x5a, sizeof frame);
        if (depth > 0)
                keep(depth - 1);
        else
                shed_start();
        for (size_t i = 0; i < sizeof frame; i++)
                g_assert_cmpint(frame[i], ==, 0x5a);
}

static void the_stack_that_is_in_use_stays(void) {
        for (size_t depth = 0; depth < 200; depth++)
                keep(depth);
}

static __attribute__((noinline)) void use_stack(void) {
        volatile char space[USED_STACK];

        for (size_t i = 0; i < sizeof space; i += 512)
                space[i] = 1;
}

static bool is_resident(uintptr_t page) {
        unsigned char resident = 0;

        g_assert_cmpint(mincore((void *) page, 1, &resident), ==, 0);
        return resident & 1;
}

static void the_stack_that_was_used_goes(void) {
        uintptr_t size = (uintptr_t) sysconf(_SC_PAGESIZE);
        uintptr_t page = ((uintptr_t) __builtin_frame_address(0) - USED_STACK / 2) & ~(size - 1);

        use_stack();
        g_assert_true(is_resident(page));
        shed_start();
        g_assert_false(is_resident(page));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/shed/code/shrinks-and-goes-on", memory_shrinks_and_the_program_goes_on);
        g_test_add_func("/shed/stack/in-use-stays", the_stack_that_is_in_use_stays);
        g_test_add_func("/shed/stack/used-goes", the_stack_that_was_used_goes);
        return g_test_run();
}
