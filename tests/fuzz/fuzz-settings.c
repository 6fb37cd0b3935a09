/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as wolffia.conf(5): what is wrong in it is told in UTF-8, and what is taken keeps its promises. */

#include "base/cleanup.h"
#include "spec/problem.h"
#include "spec/settings.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(Settings) settings = settings_new();
        g_autoptr(GPtrArray) problems = problems_new();
        autofd int fd = memfd_create("fuzz", MFD_CLOEXEC);
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

        g_assert_cmpint(write(fd, data, size), ==, (ssize_t) size);
        settings_read(settings, path, problems);
        for (guint i = 0; i < problems->len; i++) {
                g_autofree char *text = problem_print(problems->pdata[i]);
                g_assert_true(!g_utf8_validate((const char *) data, (gssize) size, NULL) ||
                              g_utf8_validate(text, -1, NULL));
        }
        g_autofree char *folder = settings_store_folder(settings);
        g_assert_true(g_path_is_absolute(folder));
        g_auto(GStrv) more = settings_read_only_stores(settings);
        for (char **store = more; *store; store++)
                g_assert_true(g_path_is_absolute(*store));
        return 0;
}
