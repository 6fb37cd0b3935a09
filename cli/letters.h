/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Letters with their value in the same word, which GLib does not know: "-n5", "-uroot", "-fn5", "-n=5". */

#include <glib.h>
#include <stdbool.h>

/* WORDS, in which the first one is the verb, with such values in a word of their own. With STOP_EARLY, options end at the
 * first argument. Caller frees with g_strfreev(). */
char **letters_split(const GOptionEntry *entries, bool stop_early, int count, char *const *words);
