/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kinds of source files that are translated. */

#include "generator/unit-kind.h"

#include "config.h"
#include "spec/build-spec.h"
#include "spec/container-checks.h"
#include "spec/container-load.h"
#include "spec/image-spec.h"
#include "spec/network-spec.h"
#include "spec/pod-spec.h"
#include "spec/value-network.h"
#include "spec/volume-spec.h"

#include <string.h>

static const UnitKind kinds[] = {
        [SOURCE_CONTAINER] =
                {
                        .loader = &container_loader,
                        .command = WOLFFIA_RUNNER_PATH,
                        .manual = "container",
                        .name_key = "ContainerName",
                        .check_name = check_name_container,
                        .name_offset = offsetof(ContainerSpec, name),
                        .unit_offset = offsetof(ContainerSpec, unit),
                },
        [SOURCE_VOLUME] =
                {
                        .loader = &volume_loader,
                        .command = WOLFFIA_CLI_PATH " volume create",
                        .manual = "volume",
                        .name_key = "VolumeName",
                        .check_name = check_name_volume,
                        .name_offset = offsetof(VolumeSpec, name),
                        .unit_offset = offsetof(VolumeSpec, unit),
                        .is_oneshot = true,
                },
        [SOURCE_NETWORK] =
                {
                        .loader = &network_loader,
                        .command = WOLFFIA_NETWORK_PATH,
                        .manual = "network",
                        .name_key = "NetworkName",
                        .check_name = value_network_check_name,
                        .name_offset = offsetof(NetworkSpec, name),
                        .unit_offset = offsetof(NetworkSpec, unit),
                        .restarts = true,
                },
        [SOURCE_POD] =
                {
                        .loader = &pod_loader,
                        .command = WOLFFIA_RUNNER_PATH " --pod-infra",
                        .manual = "pod",
                        .name_key = "PodName",
                        .check_name = check_name_pod,
                        .name_offset = offsetof(PodSpec, name),
                        .unit_offset = offsetof(PodSpec, unit),
                        .restarts = true,
                },
        [SOURCE_IMAGE] =
                {
                        .loader = &image_loader,
                        .command = WOLFFIA_CLI_PATH " pull",
                        .manual = "image",
                        .unit_offset = offsetof(ImageSpec, unit),
                        .is_oneshot = true,
                },
        [SOURCE_BUILD] =
                {
                        .loader = &build_loader,
                        .command = WOLFFIA_CLI_PATH " build",
                        .manual = "build",
                        .unit_offset = offsetof(BuildSpec, unit),
                        .is_oneshot = true,
                },
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

/* The text at OFFSET. */
static char **field_of(const void *spec, size_t offset) {
        return (char **) ((char *) spec + offset);
}

void unit_kind_complete(SourceKind kind, const char *source_name, const char *service, void *spec) {
        const UnitKind *unit_kind = &kinds[kind];
        /* A container is called as its unit is, which ServiceName= may say; the units of others have a suffix
         * that is no part of the name. */
        const char *name = kind == SOURCE_CONTAINER ? service : source_name;

        if (unit_kind->name_key) {
                char **field = field_of(spec, unit_kind->name_offset);

                if (!*field)
                        *field = plain_name(name, (size_t) (strrchr(name, '.') - name));
        }
        char **unit = field_of(spec, unit_kind->unit_offset);
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
        return g_strdup(*field_of(spec, kinds[kind].name_offset));
}
