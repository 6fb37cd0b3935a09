/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* User=, --user: USER[:GROUP], names of the image's passwd(5) and group(5), or numbers. */

#include <glib.h>
#include <stdbool.h>

/* RET_GROUP is NULL when none was said. Whether a name exists only the image can tell. Callers free both. */
bool value_user_parse(const char *text, char **ret_user, char **ret_group, GError **error);

/* Whether TEXT is an id rather than a name; ids go up to 2³²−2. */
bool value_id_parse(const char *text, guint32 *ret_id);
