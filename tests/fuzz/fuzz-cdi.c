/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a specification of devices: what is printed is options of the runner, one a line, which it takes. */

#include "cli/cdi-specification.h"
#include "spec/container-keys.h"
#include "spec/key-options.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(GString) options = g_string_new(NULL);
        CdiRest rest = CDI_REST_NONE;
        bool found;

        bool done = cdi_specification_find((const char *) data, size, "example.com/gadget", "0", options,
                                           &found, &rest, NULL);
        g_array_unref(rest.groups);
        if (!done)
                return 0;
        g_assert_true(found || options->len == 0);
        g_auto(GStrv) lines = g_strsplit(options->str, "\n", -1);
        for (char **line = lines; *line && **line; line++)
                g_assert_true(g_str_has_prefix(*line, "--env=") || g_str_has_prefix(*line, "--device=/") ||
                              g_str_has_prefix(*line, "--mount=type=bind,source=/"));
        return 0;
}
