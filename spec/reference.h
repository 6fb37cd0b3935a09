/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the values of a unit file say about other unit files: Volume=data.volume:/x, Network=app.network,
 * Image=web.build, Pod=app.pod. Each becomes the name of what that file stands for, and the unit of that
 * file must be there first. */

#include <glib.h>
#include <stdbool.h>

typedef struct References {
        /* Looks the file NAME up, "data.volume" or "data@%i.volume". Fails, with a text that starts with the
         * name, when there is none or it has a fault. RET_RESOURCE gets what it stands for, RET_SERVICE its
         * unit; caller frees both. */
        bool (*find)(const char *name, char **ret_resource, char **ret_service, void *data, GError **error);
        /* The unit of the file with EXTENSION (".volume") that stands for RESOURCE, or NULL. Caller frees. */
        char *(*owner)(const char *extension, const char *resource, void *data);
        void *data;
        const char *network; /* wolffia.conf's, where a container names none; NULL: none is named there */

        GPtrArray *required; /* units (char *) for Requires= and After=, each once */
        GPtrArray *bound;    /* units for BindsTo= and After= */
        GPtrArray *paths;    /* for RequiresMountsFor= */
        char *pod;           /* the file that Pod= names; NULL: none */
} References;

/* Lists made and the rest NULL; they are cleared for the next file. */
void references_init(References *references);
void references_clear(References *references);
void references_reset(References *references);

/* Whether VALUE, where the name of an image may stand, names a file that fetches or builds one. */
bool reference_is_image_file(const char *value);

/* Each replaces *VALUE by what it stands for and notes what the unit needs. REFERENCES may be NULL: then
 * other files cannot be named. UNIT_PATH is the absolute path of the unit file. */
bool reference_image(References *references, char **value, GError **error);
bool reference_mount(References *references, const char *unit_path, char **value, GError **error);
/* RET_IS_MADE: no file gives the name, so a network is made for it, with defaults (units/wolffia-network@.service.in). */
bool reference_network(References *references, char **value, bool *ret_is_made, GError **error);
/* Adds the network of wolffia.conf to an empty list, when it is one of a unit; any other the runner finds at each start. */
bool reference_default_network(References *references, GPtrArray *networks, GError **error);
bool reference_pod(References *references, char **value, GError **error);
bool reference_volume(References *references, const char *unit_path, char **value, GError **error);

/* Makes *VALUE absolute against the unit file's folder, unless systemd has something to expand in front. */
bool reference_path(const char *unit_path, char **value, GError **error);

/* RequiresMountsFor= PATH, unless it holds what is known at run time only. */
void references_add_path(References *references, const char *path);
