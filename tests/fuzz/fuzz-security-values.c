/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ulimit=, Sysctl=, AddCapability= and DropCapability=, SeccompProfile=: each line of the input is tried as a value of
 * all of them. What is accepted must keep its promises. */

#include "runner/security-caps.h"
#include "runner/security-limits.h"
#include "runner/security-seccomp.h"
#include "runner/security-sysctl.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_limit(const char *line) {
        SecurityLimit limit = {.resource = -1};
        bool has_limit = false;

        if (security_limits_parse(line, &limit, &has_limit, NULL) && has_limit) {
                g_assert_cmpint(limit.resource, >=, 0);
                g_assert_cmpuint(limit.soft, <=, limit.hard);
        }
}

static void try_sysctl(const char *line) {
        g_autofree char *path = NULL;
        const char *value = NULL;

        if (!security_sysctl_parse(line, 0, &path, &value, NULL))
                return;
        g_assert_nonnull(value);
        g_assert_true(g_str_has_prefix(path, "net/") || g_str_has_prefix(path, "kernel/") ||
                      g_str_has_prefix(path, "fs/mqueue/"));
        g_assert_null(strstr(path, "//"));
        g_assert_null(strstr(path, "/../"));
        g_assert_false(g_str_has_suffix(path, "/..") || g_str_has_suffix(path, "/"));
}

static void try_capabilities(GPtrArray *words) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) added = g_ptr_array_new(), dropped = g_ptr_array_new();
        SecurityCaps caps;

        for (guint i = 0; i < words->len; i++)
                g_ptr_array_add(i % 2 == 0 ? added : dropped, words->pdata[i]);
        if (security_caps_plan(added, dropped, &caps, warnings, NULL))
                g_assert_cmphex(caps.added & ~caps.bounding, ==, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_autoptr(GPtrArray) words = g_ptr_array_new();

        for (char **line = lines; *line; line++) {
                try_limit(*line);
                try_sysctl(*line);
                security_seccomp_check(*line, NULL);
                g_ptr_array_add(words, *line);
        }
        try_capabilities(words);
        return 0;
}
