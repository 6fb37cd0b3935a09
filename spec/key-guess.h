/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What somebody meant who wrote a key that there is none of: a slip, an option of podman's, a word of Compose files. */

#include "spec/key-table.h"

/* "PublishPort=" for "Ports"; NULL when nobody can tell. Caller frees. */
char *key_guess(const KeyTable *table, const char *word);
