/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What [Image] of an .image file says; printed, the command line of `wolffia pull`. */

#include "spec/key-load.h"

#include <glib.h>

/* Strings are NULL where nothing was said; lists (of char *) are never NULL. One field per row of the
 * table. */
typedef struct ImageSpec {
        char *unit; /* the unit's name, for messages */
        char *image;
        char *tag;    /* the name under which it is kept, and that others mean */
        char *policy; /* always, missing, never, newer */
        char *arch;
        char *os;
        char *variant;
        char *auth_file;
        char *certificates; /* folder */
        char *credentials;  /* NAME:PASSWORD */
        char *decryption_key;
        Tristate verify_tls;
        char *retry;
} ImageSpec;

extern const KeyTable image_key_table;

/* How [Image] is read. */
extern const KeyLoader image_loader;

ImageSpec *image_spec_new(void);
void image_spec_free(ImageSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageSpec, image_spec_free)
