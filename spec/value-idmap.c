/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of own id maps. */

#include "spec/value-idmap.h"

#include "base/error.h"
#include "spec/value-user.h"

#include <string.h>

bool value_idmap_parse(const char *text, IdMapping *ret_mapping, GError **error) {
        IdMapping mapping = {.count = 1};
        const char *start = text + strspn(text, "+ug");
        g_auto(GStrv) fields = g_strsplit(start, ":", -1);
        guint length = g_strv_length(fields);

        for (const char *flag = text; flag < start; flag++) {
                mapping.is_extension = mapping.is_extension || *flag == '+';
                mapping.for_users = mapping.for_users || *flag == 'u';
                mapping.for_groups = mapping.for_groups || *flag == 'g';
        }
        if (length < 2 || length > 3)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not of the form CONTAINER:FROM:AMOUNT, like 0:0:1 or +1000:@1000:1",
                            text);
        mapping.is_host = fields[1][0] == '@';
        if (!value_id_parse(fields[0], &mapping.inside) ||
            !value_id_parse(fields[1] + mapping.is_host, &mapping.from) ||
            (length == 3 && !value_id_parse(fields[2], &mapping.count)))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' holds something that is not an id", text);
        if (mapping.count == 0 || mapping.inside > G_MAXUINT32 - 1 - mapping.count ||
            mapping.from > G_MAXUINT32 - 1 - mapping.count)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' goes beyond the ids that there are", text);
        *ret_mapping = mapping;
        return true;
}
