/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A folder for one test, on a disk rather than in /tmp's memory where there is a choice, gone at its end. */

#include <glib.h>

typedef struct Scratch {
        char *path;
        int fd;
} Scratch;

void scratch_open(Scratch *scratch, gconstpointer data);
void scratch_close(Scratch *scratch, gconstpointer data);

/* A test whose function gets a Scratch. */
#define scratch_test_add(name, function)                                                                    \
        g_test_add((name), Scratch, NULL, scratch_open, (function), scratch_close)

/* PATH below the folder, absolute. Caller frees. */
char *scratch_path(const Scratch *scratch, const char *path);

/* Makes folders on the way, and a file with TEXT; a folder where TEXT is NULL. */
void scratch_write(const Scratch *scratch, const char *path, const char *text);
void scratch_link(const Scratch *scratch, const char *path, const char *target);

/* The text of a file, g_assert()ed to be there. Caller frees. */
char *scratch_read(const Scratch *scratch, const char *path);
