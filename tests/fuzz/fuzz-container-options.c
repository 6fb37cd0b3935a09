/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any lines as a command line: what can be parsed is printed, and must parse into the same again. */

#include "spec/container-options.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_auto(GStrv) arguments = g_strsplit(text, "\n", -1);
        g_autoptr(ContainerSpec) spec = NULL, back = NULL;

        if (!container_options_parse((const char *const *) arguments, &spec, NULL))
                return 0;

        /* Behind "--" an image may look like an option, which no image is called. */
        if (spec->image && spec->image[0] == '-')
                return 0;
        g_autoptr(GPtrArray) printed = container_options_print(spec);
        g_ptr_array_add(printed, NULL);
        g_assert_true(container_options_parse((const char *const *) printed->pdata, &back, NULL));
        g_autoptr(GPtrArray) printed_again = container_options_print(back);
        g_ptr_array_add(printed_again, NULL);
        g_assert_cmpstrv(printed->pdata, printed_again->pdata);
        return 0;
}
