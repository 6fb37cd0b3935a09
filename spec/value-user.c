/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of users inside containers. */

#include "spec/value-user.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <string.h>

bool value_id_parse(const char *text, guint32 *ret_id) {
        guint64 number;

        if (!value_number_parse(text, G_MAXUINT32 - 1, &number, NULL))
                return false;
        *ret_id = (guint32) number;
        return true;
}

static bool check_name(const char *name, const char *what, GError **error) {
        guint32 id;

        if (!*name)
                return fail(error, WOLFFIA_ERROR_VALUE, "the %s is missing", what);
        if (g_ascii_isdigit(*name) && strspn(name, "0123456789") == strlen(name) &&
            !value_id_parse(name, &id))
                return fail(error, WOLFFIA_ERROR_VALUE, "%s id %s is too large", what, name);
        for (const char *p = name; *p; p++)
                if (g_ascii_isspace(*p) || g_ascii_iscntrl(*p) || strchr(":/\"'", *p))
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a %s name or id", name, what);
        if (*name == '-')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a %s name or id", name, what);
        return true;
}

bool value_user_parse(const char *text, char **ret_user, char **ret_group, GError **error) {
        const char *colon = strchr(text, ':');
        g_autofree char *user = colon ? g_strndup(text, (gsize) (colon - text)) : g_strdup(text);

        if (!check_name(user, "user", error) || (colon && !check_name(colon + 1, "group", error)))
                return false;
        *ret_group = colon ? g_strdup(colon + 1) : NULL;
        *ret_user = g_steal_pointer(&user);
        return true;
}
