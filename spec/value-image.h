/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Image=: whether TEXT can be the name of an image at all: [TRANSPORT:][REGISTRY/]PATH[:TAG][@DIGEST], or an
 * id. */
bool value_image_check(const char *text, GError **error);
