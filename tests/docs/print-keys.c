/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key tables as text for check-keys.py: section, key, option, how it is read, effect, whether it has a field, remark;
 * tabs between them, "-" for none. */

#include "spec/build-spec.h"
#include "spec/container-keys.h"
#include "spec/image-spec.h"
#include "spec/network-spec.h"
#include "spec/pod-spec.h"
#include "spec/quadlet-spec.h"
#include "spec/volume-spec.h"

#include <stdio.h>

static const char *or_dash(const char *text) {
        return text ? text : "-";
}

static void print_table(const KeyTable *table) {
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

        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];

                printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", table->section, or_dash(key->key),
                       or_dash(key->option), classes[key->class], effects[key->effect],
                       key_has_field(key) ? "field" : "-", key->description);
        }
}

int main(void) {
        print_table(&container_key_table);
        print_table(&volume_key_table);
        print_table(&network_key_table);
        print_table(&pod_key_table);
        print_table(&image_key_table);
        print_table(&build_key_table);
        print_table(&quadlet_key_table);
        return 0;
}
