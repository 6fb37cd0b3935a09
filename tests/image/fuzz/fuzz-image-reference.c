/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text as the name of an image: what is taken for one prints to a name that parses to the same, and is safe as a
 * component of a path. */

#include "base/path.h"
#include "image/reference.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_autoptr(ImageReference) reference = NULL, again = NULL;
        g_autoptr(GError) error = NULL;

        if (!image_reference_parse(text, &reference, &error)) {
                g_assert_nonnull(error);
                return 0;
        }
        g_autofree char *printed = image_reference_print(reference, "docker.io");
        g_assert_true(image_reference_parse(printed, &again, &error));
        g_autofree char *twice = image_reference_print(again, "never.used");
        g_assert_cmpstr(printed, ==, twice);

        g_autofree char *component = image_reference_escape(printed);
        g_autofree char *back = image_reference_unescape(component);
        g_assert_true(path_is_component(component));
        g_assert_true(component[0] != '.');
        g_assert_cmpstr(back, ==, printed);
        (void) image_reference_is_loopback(reference);
        return 0;
}
