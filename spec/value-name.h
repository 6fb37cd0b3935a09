/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names that people give to what containers are made of. Each is that of a folder, and a word of a command line. */

#include <glib.h>
#include <stdbool.h>

typedef enum NameKind { NAME_CONTAINER, NAME_NETWORK, NAME_POD, NAME_VOLUME } NameKind;

/* Letters, digits and _ . - @, beginning with a letter, a digit or _, and a : in those of containers and pods, which may be
 * that of their unit; 200 of them at most. */
bool value_name_is(NameKind kind, const char *name);

/* The same, with the fault. */
bool value_name_check(NameKind kind, const char *name, GError **error);
