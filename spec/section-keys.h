/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keys that systemd knows in [Unit], [Service] and [Install], for telling slips from what is meant. systemd itself
 * passes over a key that it does not know, with a line in its own journal that nobody sees. */

#include <glib.h>
#include <stdbool.h>

/* Whether SECTION is one of the three. */
bool section_keys_has(const char *section);

/* Whether systemd knows KEY in SECTION, in any of its versions up to 258. Keys that start with "X-" are everybody's own. */
bool section_keys_knows(const char *section, const char *key);

/* The one of the three sections that has KEY; NULL when none has. A key of several is said to be of the first. */
const char *section_keys_section(const char *key);

/* The key of SECTION that WORD is most likely a slip of, or NULL. */
const char *section_keys_nearest(const char *section, const char *word);
