/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kinds of source files that are translated. */

#include "generator/unit-kind.h"

#include "config.h"
#include "spec/build-spec.h"
#include "spec/container-load.h"
#include "spec/image-spec.h"
#include "spec/network-spec.h"
#include "spec/pod-spec.h"
#include "spec/volume-spec.h"

#include <string.h>

static const UnitKind kinds[] = {
        [SOURCE_CONTAINER] = {&container_loader, WOLFFIA_RUNNER_PATH, "ContainerName", "container", false,
                              false},
        [SOURCE_VOLUME] = {&volume_loader, WOLFFIA_CLI_PATH " volume create", "VolumeName", "volume", true,
                           false},
        [SOURCE_NETWORK] = {&network_loader, WOLFFIA_NETWORK_PATH, "NetworkName", "network", false, true},
        [SOURCE_POD] = {&pod_loader, WOLFFIA_RUNNER_PATH " --pod-infra", "PodName", "pod", false, true},
        [SOURCE_IMAGE] = {&image_loader, WOLFFIA_CLI_PATH " pull", NULL, "image", true, false},
        [SOURCE_BUILD] = {&build_loader, WOLFFIA_CLI_PATH " build", NULL, "build", true, false},
};

const UnitKind *unit_kind_find(SourceKind kind) {
        return kind < G_N_ELEMENTS(kinds) ? &kinds[kind] : NULL;
}

const char *unit_kind_section(const UnitKind *kind) {
        return kind->loader->table->section;
}

/* job@.service → job-%i, job@a.service → job-a: instances differ by what systemd puts in for %i, and "@" is no
 * part of a name that programs like. LENGTH is that of NAME without its extension. */
static char *plain_name(const char *name, size_t length) {
        const char *at = memchr(name, '@', length);

        if (at && at == name + length - 1)
                return g_strdup_printf("%.*s-%%i", (int) (at - name), name);
        char *plain = g_strndup(name, length);
        if (at)
                plain[at - name] = '-';
        return plain;
}

static char **field_of(const KeyTable *table, const Key *key, void *spec) {
        g_assert(key && key_has_field(key) && key_kind(key) == KEY_KIND_TEXT && table);
        return key_text(key, spec);
}

void unit_kind_complete(SourceKind kind, const char *source_name, const char *service, void *spec) {
        const UnitKind *unit_kind = &kinds[kind];
        const KeyTable *table = unit_kind->loader->table;
        /* A container is called as its unit is, which ServiceName= may say; the units of others have a suffix
         * that is no part of the name. */
        const char *name = kind == SOURCE_CONTAINER ? service : source_name;

        if (unit_kind->name_key) {
                char **field = field_of(table, key_table_find(table, unit_kind->name_key), spec);

                if (!*field)
                        *field = plain_name(name, (size_t) (strrchr(name, '.') - name));
        }
        char **unit = field_of(table, key_table_find_option(table, "unit", NULL), spec);
        if (!*unit)
                *unit = g_strdup("%n");
        if (kind == SOURCE_VOLUME)
                ((VolumeSpec *) spec)->ignore = TRISTATE_YES;
        /* A boot without a network shall not fail for want of a newer image. */
        if (kind == SOURCE_IMAGE && !((ImageSpec *) spec)->policy)
                ((ImageSpec *) spec)->policy = g_strdup("newer");
}

char *unit_kind_resource(SourceKind kind, const void *spec) {
        if (kind == SOURCE_IMAGE) {
                const ImageSpec *image = spec;

                return g_strdup(image->tag ? image->tag : image->image);
        }
        if (kind == SOURCE_BUILD) {
                const BuildSpec *build = spec;

                return build->tags->len > 0 ? g_strdup(build->tags->pdata[0]) : NULL;
        }
        const KeyTable *table = kinds[kind].loader->table;
        return g_strdup(*key_text(key_table_find(table, kinds[kind].name_key), spec));
}
