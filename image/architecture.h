/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of architectures as images spell them (the values of Go's GOARCH, as image-index.md demands). Pure but for
 * uname(2). */

#include <stdbool.h>

/* This machine's. Static text. */
const char *image_architecture_host(void);

/* Whether a machine of architecture HOST runs programs of another one by itself. */
bool image_architecture_runs(const char *host, const char *architecture);
