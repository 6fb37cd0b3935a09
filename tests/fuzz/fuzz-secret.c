/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text as a secret: what is taken cannot lead out of the store, and has a place inside. */

#include "spec/value-secret.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_autoptr(Secret) secret = NULL;
        g_autoptr(GError) error = NULL;

        if (!value_secret_parse(text, &secret, &error)) {
                g_assert_nonnull(error);
                return 0;
        }
        g_assert_no_error(error);
        g_assert_true(*secret->name && !strchr(secret->name, '/') && strcmp(secret->name, "..") != 0);
        g_assert_true(secret->kind == SECRET_ENVIRONMENT ? !strchr(secret->target, '=')
                                                         : *secret->target == '/');
        g_assert_cmpuint(secret->mode, <=, 07777);
        return 0;
}
