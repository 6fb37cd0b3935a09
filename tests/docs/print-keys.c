/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key table as text for check-keys.py: key, option, how it is read, effect; tabs between them, "-" for none. */

#include "spec/container-keys.h"

#include <stdio.h>

int main(void) {
        static const char *const classes[] = {
                [KEY_SINGLE] = "one value",
                [KEY_SINGLE_EMPTY] = "one value",
                [KEY_BOOLEAN] = "yes or no",
                [KEY_LINES] = "lines",
                [KEY_SPLIT] = "list",
                [KEY_WORDS] = "words",
                [KEY_COMMAND] = "words of the last line",
                [KEY_MAP] = "pairs",
        };
        static const char *const effects[] = {
                [KEY_WORKS] = "works",
                [KEY_UNIT] = "unit",
                [KEY_IGNORED] = "ignored",
                [KEY_REFUSED] = "refused",
        };

        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];

                printf("%s\t%s\t%s\t%s\n", key->key ? key->key : "-", key->option ? key->option : "-",
                       classes[key->class], effects[key->effect]);
        }
        return 0;
}
