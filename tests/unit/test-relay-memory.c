/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "network/relay-memory.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define SIZE   104
#define PLACES 5000

/* The kernel adds up what each processor counted now and then only, so this is true to some dozens. */
static guint64 resident_pages(void) {
        g_autofree char *text = NULL;
        guint64 size, resident;

        g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
        g_assert_cmpint(sscanf(text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &size, &resident), ==, 2);
        return resident;
}

static void test_places_are_apart(void) {
        static char *places[PLACES];
        RelayPool pool = {.size = SIZE};

        for (int round = 0; round < 3; round++) {
                for (int i = 0; i < PLACES; i++) {
                        places[i] = relay_memory_take(&pool);
                        g_assert_nonnull(places[i]);
                        g_assert_cmpuint((guintptr) places[i] % 16, ==, 0);
                        memset(places[i], i % 251, SIZE);
                }
                for (int i = 0; i < PLACES; i++)
                        for (int j = 0; j < SIZE; j++)
                                g_assert_cmpint((guint8) places[i][j], ==, i % 251);
                /* In another order than they came. */
                for (int i = 0; i < PLACES; i++)
                        relay_memory_give(&pool, places[(i * 7 + 3) % PLACES]);
        }
}

static void test_what_is_given_back_is_gone(void) {
        enum { MANY = 10 * PLACES, PAGES = MANY * SIZE / 4096 };
        static void *places[MANY];
        RelayPool pool = {.size = SIZE};

        memset(places, 1, sizeof places);
        guint64 before = resident_pages();
        for (int i = 0; i < MANY; i++)
                memset(places[i] = relay_memory_take(&pool), 1, SIZE);
        g_assert_cmpuint(resident_pages(), >, before + PAGES / 2);
        for (int i = 0; i < MANY; i += 2)
                relay_memory_give(&pool, places[i]);
        for (int i = 1; i < MANY; i += 2)
                relay_memory_give(&pool, places[i]);
        g_assert_cmpuint(resident_pages(), <, before + PAGES / 4);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/relay-memory/places-are-apart", test_places_are_apart);
        g_test_add_func("/relay-memory/what-is-given-back-is-gone", test_what_is_given_back_is_gone);
        return g_test_run();
}
