/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one rule for names: what it lets through can be started, what it does not is told when the unit is made. */

#include "spec/value-name.h"

#include "base/error.h"

#include <string.h>

/* What is behind a name in the name of a file is at most as long as what is left of NAME_MAX then. */
#define LONGEST 200

#define LETTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"

static bool has_colons(NameKind kind) {
        return kind == NAME_CONTAINER || kind == NAME_POD;
}

bool value_name_is(NameKind kind, const char *name) {
        return *name && strchr(LETTERS, *name) && strlen(name) <= LONGEST &&
               name[strspn(name, has_colons(kind) ? LETTERS ".-@:" : LETTERS ".-@")] == '\0';
}

bool value_name_check(NameKind kind, const char *name, GError **error) {
        static const char *const whose[] = {
                [NAME_CONTAINER] = "container",
                [NAME_NETWORK] = "network",
                [NAME_POD] = "pod",
                [NAME_VOLUME] = "volume",
        };

        return value_name_is(kind, name) ||
               fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' cannot be the name of a %s; letters, digits and _ . - @ are possible, in front a letter, a digit "
                    "or _, and %d at most",
                    name, whose[kind], LONGEST);
}
