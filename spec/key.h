/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A row of a key table: what may stand in a section, which option it becomes, how its lines are read, and
 * which field of the section's spec holds it. */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum Tristate { TRISTATE_UNSET = -1, TRISTATE_NO = 0, TRISTATE_YES = 1 } Tristate;

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
        KEY_IGNORED, /* accepted, reported as without effect; the remark says why. A value that the check refuses is refused */
        KEY_REFUSED, /* the unit becomes a stub; the remark says why, and what to write instead */
} KeyEffect;

/* Fails with a text that names the fault in VALUE and what to write instead. */
typedef bool (*KeyCheck)(const char *value, GError **error);

typedef struct Key {
        const char *key; /* NULL: an option only */
        const char *
                option; /* without dashes; "name=part" when the value starts with a fixed part; NULL: a key only, whose field is a plain word of the command line */
        char letter;    /* the short option that podman has, or 0 */
        KeyClass class;
        KeyEffect effect;
        KeyCheck check;           /* NULL: anything goes */
        size_t offset;            /* of the field in the spec; KEY_NO_FIELD: none */
        const char *metavariable; /* NULL for booleans */
        const char *description;  /* one line; for keys without effect, the remark */
        bool has_commas; /* of a list: several values may stand in one with commas between, as in podman's option */
} Key;

#define KEY_NO_FIELD ((size_t) -1)

static inline bool key_has_field(const Key *key) {
        return key->offset != KEY_NO_FIELD;
}

static inline KeyKind key_kind(const Key *key) {
        if (key->class == KEY_SINGLE || key->class == KEY_SINGLE_EMPTY)
                return KEY_KIND_TEXT;
        return key->class == KEY_BOOLEAN ? KEY_KIND_TRISTATE : KEY_KIND_LIST;
}

/* The fields of a spec, which is the struct that the table is made for. */
static inline void *key_field(const Key *key, const void *spec) {
        return (char *) spec + key->offset;
}

static inline char **key_text(const Key *key, const void *spec) {
        return key_field(key, spec);
}

static inline GPtrArray **key_list(const Key *key, const void *spec) {
        return key_field(key, spec);
}

static inline Tristate *key_tristate(const Key *key, const void *spec) {
        return key_field(key, spec);
}
