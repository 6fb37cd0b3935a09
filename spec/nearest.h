/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "Did you mean": the distance between two words in slips of the finger. */

#include <glib.h>

/* Insertions, deletions, replacements and swaps of neighbours that turn A into B, letters compared without
 * case; a difference in case alone counts as one. Words above 64 bytes are infinitely far from everything
 * (G_MAXUINT). */
guint nearest_distance(const char *a, const char *b);

/* Whether DISTANCE is small enough for a word of this length to be worth a suggestion. */
gboolean nearest_is_plausible(const char *word, guint distance);

/* The one of WORDS that WORD is most likely a slip of; NULL when none is near enough. */
const char *nearest_find(const char *word, const char *const *words, size_t count);

/* The extension, with its dot, that the one of the file NAME is most likely a slip of; NULL when it is none, also when it
 * is right. A ".pot" is no ".pod": of short ones only letters' case and an "s" too many count. */
const char *nearest_extension(const char *name, const char *const *extensions, size_t count);
