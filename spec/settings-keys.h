/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keys of wolffia.conf(5), a table: section, key, and what takes its value. */

#include "spec/settings.h"

#include <glib.h>
#include <stdbool.h>

/* Takes one line into SETTINGS. A key that is not known is an error that names the nearest, or the section that has it. */
bool settings_keys_apply(Settings *settings, const char *section, const char *key, const char *value,
                         GError **error);

/* What is wrong with a section's name; NULL when it is known. Caller frees. */
char *settings_keys_check_section(const char *section);
