/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Subordinate ids that nobody has, for advice: a range that another user has as well would let the two read and kill what the
 * other runs (SHORTCOMINGS.md, row U4). */

#include "base/id-ranges.h"

/* As many as nearly all images need, and as useradd(8) gives. */
#define ID_FREE_USUAL 65536

/* A line of subuid(5). False: it is none. Caller frees RET_NAME. */
bool id_free_parse_line(const char *line, char **ret_name, IdRange *ret_range);

/* The lowest ids from 100000 on, COUNT in a row, that are in no line of the two files. Pure. */
guint32 id_free_find(const char *users, const char *groups, guint32 count);

/* The administrator's command that gives COUNT ids of KINDS to a user, in quotes: "'sudo usermod --add-subuids …'". Caller
 * frees. */
char *id_free_advise(const char *user_name, IdKinds kinds, guint32 count);
