/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is special about [Container]. */

#include "spec/container-load.h"

#include "spec/container-adjust.h"
#include "spec/container-keys.h"
#include "spec/nearest.h"
#include "spec/value-basic.h"

#include <string.h>

/* Any other word would be taken, and nothing ever updated. */
static const char *update_meant(KeyLoad *load, const char *value) {
        static const char *const known[] = {"registry", "local", "disabled", "image"};

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (g_str_equal(value, known[i]))
                        return value;
        const char *nearest = nearest_find(value, known, G_N_ELEMENTS(known));
        g_autofree char *text = g_strdup_printf("'%s' is not known; %s%s", value, nearest ? "taken as " : "",
                                                nearest ? nearest : "registry, local and disabled are");
        key_load_report(load, PROBLEM_WARNING, text);
        return nearest ? nearest : value;
}

/* The keys that have no field of their own. */
static void take(KeyLoad *load, const Key *key) {
        const char *value = load->assignment->value;
        ContainerSpec *spec = load->spec;

        if (g_str_equal(key->key, "AutoUpdate"))
                key_load_add_pair(spec->labels,
                                  g_strdup_printf("io.containers.autoupdate=%s", update_meant(load, value)));
        else if (g_str_equal(key->key, "VolatileTmp")) {
                bool yes = false;

                if (value_boolean_parse(value, &yes, NULL) && yes && spec->read_only != TRISTATE_YES)
                        g_ptr_array_add(spec->tmpfs, g_strdup("/tmp:rw,size=512M,mode=1777"));
        }
}

const KeyLoader container_loader = {
        .table = &container_key_table,
        .adjustments = container_adjustments,
        .take = take,
        .check = container_check,
};

void container_load(const UnitFile *unit, const char *path, ContainerSpec *spec, GPtrArray *problems) {
        key_load(&container_loader, unit, path, spec, NULL, problems);
}
