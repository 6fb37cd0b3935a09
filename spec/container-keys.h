/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The key table: what may stand in [Container], which option of the runner it becomes, how its lines are
 * read, and which field of ContainerSpec holds it. The generator, the runner's command line, `wolffia
 * check`, the manual and shell completion are driven by it or tested against it. The names are
 * podman-systemd.unit(5)'s and podman-run(1)'s. */

#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* How the lines of a key become values. "Empty" is `Key=` with nothing behind it. */
typedef enum KeyClass {
        KEY_SINGLE,       /* the last line wins; one outer pair of double quotes comes off; empty: unset */
        KEY_SINGLE_EMPTY, /* the same, but empty is a value of its own */
        KEY_BOOLEAN,      /* the last line wins */
        KEY_LINES, /* a value a line, as it stands; empty forgets what was before, also in all that follow */
        KEY_SPLIT, /* each line split at blanks, quotes come off, a backslash is a plain character */
        KEY_WORDS, /* each line split as ExecStart= is */
        KEY_COMMAND, /* the last line only, split as ExecStart= is */
        KEY_MAP,     /* KEY_WORDS, each word is NAME=VALUE or NAME; of equal names the last wins */
} KeyClass;

typedef enum KeyKind { KEY_KIND_TEXT, KEY_KIND_TRISTATE, KEY_KIND_LIST } KeyKind;

/* What comes of a key in this version. */
typedef enum KeyEffect {
        KEY_WORKS,
        KEY_UNIT, /* becomes a property of the unit; on the command line the runner takes it, for the unit to enforce */
        KEY_IGNORED, /* accepted, reported as without effect; the remark says why */
        KEY_REFUSED, /* the unit becomes a stub; the remark says why, and what to write instead */
} KeyEffect;

/* Fails with a text that names the fault in VALUE and what to write instead. */
typedef bool (*KeyCheck)(const char *value, GError **error);

typedef struct ContainerKey {
        const char *key; /* NULL: an option only */
        const char *
                option; /* without dashes; "name=part" when the value starts with a fixed part; NULL: a key only */
        char letter; /* the short option that podman run has, or 0 */
        KeyClass class;
        KeyEffect effect;
        KeyCheck check;           /* NULL: anything goes */
        size_t offset;            /* of the field in ContainerSpec; CONTAINER_KEY_NO_FIELD: none */
        const char *metavariable; /* NULL for booleans */
        const char *description;  /* one line; for keys without effect, the remark */
} ContainerKey;

#define CONTAINER_KEY_NO_FIELD ((size_t) -1)

/* In the order of the manual and of a printed command line. */
extern const ContainerKey container_keys[];
extern const size_t container_keys_count;

const ContainerKey *container_key_find(const char *key);

/* By the text behind the dashes, "security-opt=seccomp=/x" or "publish". RET_VALUE (may be NULL) gets what
 * is behind the option's own "=", or NULL when there is none. */
const ContainerKey *container_key_find_option(const char *text, const char **ret_value);
const ContainerKey *container_key_find_letter(char letter);

/* The known name that WORD is most likely a slip of, or NULL. */
const char *container_key_nearest(const char *word);
const char *container_key_nearest_option(const char *word);

static inline bool container_key_has_field(const ContainerKey *key) {
        return key->offset != CONTAINER_KEY_NO_FIELD;
}

static inline KeyKind container_key_kind(const ContainerKey *key) {
        if (key->class == KEY_SINGLE || key->class == KEY_SINGLE_EMPTY)
                return KEY_KIND_TEXT;
        return key->class == KEY_BOOLEAN ? KEY_KIND_TRISTATE : KEY_KIND_LIST;
}

static inline void *container_key_field(const ContainerKey *key, const ContainerSpec *spec) {
        return (char *) spec + key->offset;
}

static inline char **container_key_text(const ContainerKey *key, const ContainerSpec *spec) {
        return container_key_field(key, spec);
}

static inline GPtrArray **container_key_list(const ContainerKey *key, const ContainerSpec *spec) {
        return container_key_field(key, spec);
}

static inline Tristate *container_key_tristate(const ContainerKey *key, const ContainerSpec *spec) {
        return container_key_field(key, spec);
}
