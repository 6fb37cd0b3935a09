/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target over files and folders of files: the corpus as an ordinary test, with any compiler. */

#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static guint run_path(const char *path) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        g_autofree char *text = NULL;
        const char *name;
        gsize size;
        guint count = 0;

        if (!dir) {
                g_autoptr(GError) error = NULL;

                if (!g_file_get_contents(path, &text, &size, &error))
                        g_error("%s", error->message);
                (void) LLVMFuzzerTestOneInput((const uint8_t *) text, size);
                return 1;
        }
        while ((name = g_dir_read_name(dir))) {
                g_autofree char *child = g_build_filename(path, name, NULL);
                count += run_path(child);
        }
        return count;
}

int main(int argc, char **argv) {
        guint count = 0;

        for (int i = 1; i < argc; i++)
                count += run_path(argv[i]);
        printf("%u inputs\n", count);
        return count > 0 ? 0 : 1;
}
