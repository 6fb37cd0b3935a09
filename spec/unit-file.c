/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The container of unit files. One array, since files are short and read from front to back; one arena for
 * the text, since the generator reads thousands of them at each login. */

#include "spec/unit-file.h"

#include "spec/text.h"

#include <string.h>

/* Most unit files fit. */
#define TEXT_BLOCK 4096

/* Strings one behind the other, which stay where they are. */
typedef struct UnitText {
        struct UnitText *before; /* what is full, or was too small */
        size_t used, size;
        char bytes[];
} UnitText;

static UnitText *add_block(UnitText *before, size_t size) {
        UnitText *block = g_malloc(sizeof *block + size);

        block->before = before;
        block->used = 0;
        block->size = size;
        return block;
}

/* All but the last, which is the oldest. */
static UnitText *free_blocks(UnitText *block) {
        while (block->before) {
                UnitText *before = block->before;

                g_free(block);
                block = before;
        }
        return block;
}

UnitFile *unit_file_new(void) {
        UnitFile *unit = g_new0(UnitFile, 1);

        unit->sections = g_ptr_array_sized_new(8);
        unit->assignments = g_array_sized_new(FALSE, FALSE, sizeof(UnitAssignment), 32);
        unit->text = add_block(NULL, TEXT_BLOCK);
        return unit;
}

void unit_file_free(UnitFile *unit) {
        if (!unit)
                return;
        g_ptr_array_unref(unit->sections);
        g_array_unref(unit->assignments);
        g_free(free_blocks(unit->text));
        g_free(unit);
}

void unit_file_clear(UnitFile *unit) {
        memset(unit->letters, 0, sizeof unit->letters);
        g_ptr_array_set_size(unit->sections, 0);
        g_array_set_size(unit->assignments, 0);
        unit->text = free_blocks(unit->text);
        unit->text->used = 0;
}

const char *unit_file_keep(UnitFile *unit, const char *text) {
        return unit_file_keep_len(unit, text, strlen(text));
}

const char *unit_file_keep_len(UnitFile *unit, const char *text, size_t length) {
        if (length >= unit->text->size - unit->text->used)
                unit->text = add_block(unit->text, MAX(length + 1, TEXT_BLOCK));

        char *kept = memcpy(unit->text->bytes + unit->text->used, text, length);
        kept[length] = '\0';
        unit->text->used += length + 1;
        return kept;
}

guint unit_file_find_section(const UnitFile *unit, const char *name) {
        for (guint i = 0; i < unit->sections->len; i++)
                if (*(const char *) unit->sections->pdata[i] == *name &&
                    strcmp(unit->sections->pdata[i], name) == 0)
                        return i;
        return UNIT_FILE_NO_SECTION;
}

guint unit_file_add_section(UnitFile *unit, const char *name) {
        guint index = unit_file_find_section(unit, name);

        if (index == UNIT_FILE_NO_SECTION) {
                index = unit->sections->len;
                g_ptr_array_add(unit->sections, (char *) unit_file_keep(unit, name));
        }
        return index;
}

static guint32 letter_of(const char *key) {
        return 1u << (guchar) CLAMP(key[0] - 'A', 0, 31);
}

static void note_letter(UnitFile *unit, guint section, const char *key) {
        if (section < G_N_ELEMENTS(unit->letters))
                unit->letters[section] |= letter_of(key);
}

static bool may_have(const UnitFile *unit, guint section, const char *key) {
        return section >= G_N_ELEMENTS(unit->letters) || unit->letters[section] & letter_of(key);
}

void unit_file_add(UnitFile *unit, guint section, const char *key, const char *value, const char *file,
                   guint line) {
        UnitAssignment assignment = {
                .section = section,
                .line = line,
                .file = file,
                .key = key ? unit_file_keep(unit, key) : NULL,
                .value = unit_file_keep(unit, value),
        };

        if (key)
                note_letter(unit, section, key);
        g_array_append_val(unit->assignments, assignment);
}

/* The line is the unit's own; callers have it to read. */
static UnitAssignment *writable(UnitFile *unit, const UnitAssignment *assignment) {
        return &g_array_index(unit->assignments, UnitAssignment,
                              assignment - (const UnitAssignment *) (void *) unit->assignments->data);
}

void unit_file_take_out(UnitFile *unit, const UnitAssignment *assignment) {
        writable(unit, assignment)->section = UNIT_FILE_NO_SECTION;
}

void unit_file_replace(UnitFile *unit, const UnitAssignment *assignment, const char *key,
                       const char *value) {
        if (assignment->section != UNIT_FILE_NO_SECTION)
                note_letter(unit, assignment->section, key);
        writable(unit, assignment)->key = unit_file_keep(unit, key);
        writable(unit, assignment)->value = unit_file_keep(unit, value);
}

static bool is_key(const UnitAssignment *assignment, guint section, const char *key) {
        return assignment->section == section && assignment->key && assignment->key[0] == key[0] &&
               strcmp(assignment->key, key) == 0;
}

const UnitAssignment *unit_file_last(const UnitFile *unit, const char *section, const char *key) {
        guint index = unit_file_find_section(unit, section);

        if (index == UNIT_FILE_NO_SECTION || !may_have(unit, index, key))
                return NULL;
        for (guint i = unit->assignments->len; i > 0; i--)
                if (is_key(unit_file_at(unit, i - 1), index, key))
                        return unit_file_at(unit, i - 1);
        return NULL;
}

const char *unit_file_value(const UnitFile *unit, const char *section, const char *key) {
        const UnitAssignment *last = unit_file_last(unit, section, key);

        return last && *last->value ? last->value : NULL;
}

GPtrArray *unit_file_all(const UnitFile *unit, const char *section, const char *key) {
        GPtrArray *all = g_ptr_array_new();
        guint index = unit_file_find_section(unit, section);

        if (index == UNIT_FILE_NO_SECTION || !may_have(unit, index, key))
                return all;
        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);

                if (!is_key(assignment, index, key))
                        continue;
                if (*assignment->value)
                        g_ptr_array_add(all, (void *) assignment);
                else
                        g_ptr_array_set_size(all, 0);
        }
        return all;
}

void unit_file_print_section(const UnitFile *unit, guint section, GString *text) {
        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *assignment = unit_file_at(unit, i);

                if (assignment->section != section)
                        continue;
                if (assignment->key) {
                        text_append(text, assignment->key);
                        g_string_append_c(text, '=');
                }
                text_append(text, assignment->value);
                g_string_append_c(text, '\n');
        }
}
