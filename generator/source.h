/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Source files by their names: which kinds there are, and which units they become. Pure. */

#include <glib.h>
#include <stdbool.h>

typedef enum SourceKind {
        SOURCE_CONTAINER,
        SOURCE_VOLUME,
        SOURCE_NETWORK,
        SOURCE_POD,
        SOURCE_IMAGE,
        SOURCE_BUILD,
        SOURCE_KUBE,
        SOURCE_ARTIFACT,
        SOURCE_NONE, /* not a source file */
} SourceKind;

/* By the extension; .container and so on. */
SourceKind source_kind(const char *name);

/* The extension that NAME's is most likely a slip of, as in web.contianer; NULL when it is none. */
const char *source_nearest_extension(const char *name);

/* "Container": the section of that kind. */
const char *source_section(SourceKind kind);

/* Why the kind cannot be translated, as a sentence; NULL when it can. */
const char *source_refusal(SourceKind kind);

/* web.container → web.service, data.volume → data-volume.service, a@.volume → a-volume@.service. Caller
 * frees. */
char *source_service(const char *name, SourceKind kind);

/* Whether NAME can be the name of a unit at all, by systemd.unit(5). */
bool source_is_unit_name(const char *name);

/* TEXT with the specifiers of systemd.unit(5) filled in that name the unit itself, for SERVICE; INSTANCE may be NULL.
 * Caller frees. */
char *source_expand(const char *text, const char *service, const char *instance);
