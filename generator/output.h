/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writing units and links into the folder that systemd gave. */

#include "generator/install.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Output Output;

/* Makes the folder when it is missing. */
bool output_open(const char *path, Output **ret_output, GError **error);
void output_free(Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)

/* Writes it aside and renames it. Fails when another generator has written a unit of that name; one of our own is replaced. */
bool output_write(Output *output, const char *service, const GString *text, GError **error);

/* An existing link is replaced. */
bool output_link(Output *output, const InstallLink *link, GError **error);
