/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looking things up in a key table, and the specs that a table describes: which fields there are, and of
 * which kind, is told by it alone. */

#include "spec/key-table.h"

#include "spec/nearest.h"

#include <string.h>

static void index_fields(const KeyTable *table) {
        KeyIndex *index = table->index;

        g_assert(table->spec_size <= G_MAXUINT16);
        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];

                if (!key_has_field(key))
                        continue;
                index->fields[index->n_fields].offset = (guint16) key->offset;
                index->fields[index->n_fields].kind = (guint8) key_kind(key);
                index->fields[index->n_fields].row = (guint8) i;
                index->behind[i] = ++index->n_fields;
                if (!key->option && key_kind(key) != KEY_KIND_TRISTATE) {
                        g_assert(index->n_words < KEY_TABLE_MOST_WORDS);
                        index->words[index->n_words++] = (guint8) i;
                }
        }
}

/* 0 ends a chain, so that numbers are one more than the index. */
static void build_index(const KeyTable *table) {
        KeyIndex *index = table->index;

        g_assert(table->count <= KEY_TABLE_MOST_ROWS);
        index_fields(table);
        for (size_t i = table->count; i > 0; i--) {
                const char *key = table->keys[i - 1].key;

                if (!key)
                        continue;
                index->next[i - 1] = index->first[key[0] - 'A'];
                index->first[key[0] - 'A'] = (guint8) i;
        }
        index->ready = true;
}

const Key *key_table_find(const KeyTable *table, const char *key) {
        if (!g_ascii_isupper(key[0]))
                return NULL;
        if (!table->index->ready)
                build_index(table);
        for (guint8 i = table->index->first[key[0] - 'A']; i > 0; i = table->index->next[i - 1])
                if (strcmp(table->keys[i - 1].key, key) == 0)
                        return &table->keys[i - 1];
        return NULL;
}

/* Options with a fixed part may share their beginning ("security-opt=label=disable"), so that the longest
 * wins. */
static const Key *find_option(const KeyTable *table, const char *text, const char **ret_value) {
        const Key *found = NULL;
        size_t found_length = 0;

        for (size_t i = 0; i < table->count; i++) {
                const char *option = table->keys[i].option;

                if (!option || option[0] != text[0])
                        continue;
                size_t length = strlen(option);
                bool open_end = option[length - 1] == ':';
                if (length > found_length && strncmp(text, option, length) == 0 &&
                    (open_end || text[length] == '=' || text[length] == '\0')) {
                        found = &table->keys[i];
                        found_length = length;
                        if (ret_value)
                                *ret_value = open_end       ? text + length
                                             : text[length] ? text + length + 1
                                                            : NULL;
                }
        }
        return found;
}

/* Names that podman had, or has for those who come from Docker. */
static const struct {
        const char *name;
        const char *option;
} aliases[] = {
        {"dns-opt", "dns-option"},
        {"healthcheck-command", "health-cmd"},
        {"healthcheck-interval", "health-interval"},
        {"healthcheck-retries", "health-retries"},
        {"healthcheck-start-period", "health-start-period"},
        {"healthcheck-timeout", "health-timeout"},
        {"net", "network"},
        {"net-alias", "network-alias"},
};

const Key *key_table_find_option(const KeyTable *table, const char *text, const char **ret_value) {
        const Key *key = find_option(table, text, ret_value);
        size_t length = strcspn(text, "=");

        for (size_t i = 0; !key && i < G_N_ELEMENTS(aliases); i++)
                if (strlen(aliases[i].name) == length && strncmp(text, aliases[i].name, length) == 0 &&
                    (key = find_option(table, aliases[i].option, NULL)) && ret_value)
                        *ret_value = text[length] ? text + length + 1 : NULL;
        return key;
}

const Key *key_table_word(const KeyTable *table, guint index) {
        if (!table->index->ready)
                build_index(table);
        return index < table->index->n_words ? &table->keys[table->index->words[index]] : NULL;
}

const Key *key_table_find_letter(const KeyTable *table, char letter) {
        for (size_t i = 0; i < table->count; i++)
                if (table->keys[i].letter && table->keys[i].letter == letter)
                        return &table->keys[i];
        return NULL;
}

static const char *nearest(const KeyTable *table, const char *word, size_t offset) {
        const char *best = NULL;
        guint best_distance = G_MAXUINT;

        for (size_t i = 0; i < table->count; i++) {
                const char *name = *(const char *const *) ((const char *) &table->keys[i] + offset);
                guint distance = name ? nearest_distance(word, name) : G_MAXUINT;

                if (distance < best_distance) {
                        best_distance = distance;
                        best = name;
                }
        }
        return best && nearest_is_plausible(word, best_distance) ? best : NULL;
}

const char *key_table_nearest(const KeyTable *table, const char *word) {
        return nearest(table, word, offsetof(Key, key));
}

const char *key_table_nearest_option(const KeyTable *table, const char *word) {
        return nearest(table, word, offsetof(Key, option));
}

void *key_table_new_spec(const KeyTable *table) {
        void *spec = g_malloc0(table->spec_size);

        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];

                if (!key_has_field(key))
                        continue;
                switch (key_kind(key)) {
                case KEY_KIND_LIST:
                        if (!*key_list(key, spec))
                                *key_list(key, spec) = g_ptr_array_new_with_free_func(g_free);
                        break;
                case KEY_KIND_TRISTATE:
                        *key_tristate(key, spec) = TRISTATE_UNSET;
                        break;
                case KEY_KIND_TEXT:
                        break;
                }
        }
        return spec;
}

static bool is_set(const void *spec, size_t offset, KeyKind kind) {
        const void *field = (const char *) spec + offset;

        if (kind == KEY_KIND_TEXT)
                return *(char *const *) field;
        return kind == KEY_KIND_LIST ? (*(GPtrArray *const *) field)->len > 0
                                     : *(const Tristate *) field != TRISTATE_UNSET;
}

const Key *key_table_next_set(const KeyTable *table, const void *spec, const Key *key) {
        const KeyIndex *index = table->index;

        if (!index->ready)
                build_index(table);
        for (guint i = key ? index->behind[key - table->keys] : 0; i < index->n_fields; i++)
                if (is_set(spec, index->fields[i].offset, (KeyKind) index->fields[i].kind))
                        return &table->keys[index->fields[i].row];
        return NULL;
}

void key_table_clear_spec(const KeyTable *table, void *spec) {
        for (const Key *key = NULL; (key = key_table_next_set(table, spec, key));) {
                switch (key_kind(key)) {
                case KEY_KIND_LIST:
                        g_ptr_array_set_size(*key_list(key, spec), 0);
                        break;
                case KEY_KIND_TRISTATE:
                        *key_tristate(key, spec) = TRISTATE_UNSET;
                        break;
                case KEY_KIND_TEXT:
                        g_clear_pointer(key_text(key, spec), g_free);
                        break;
                }
        }
}

void key_table_free_spec(const KeyTable *table, void *spec) {
        if (!spec)
                return;

        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];

                if (!key_has_field(key))
                        continue;
                if (key_kind(key) == KEY_KIND_LIST)
                        g_clear_pointer(key_list(key, spec), g_ptr_array_unref);
                else if (key_kind(key) == KEY_KIND_TEXT)
                        g_clear_pointer(key_text(key, spec), g_free);
        }
        g_free(spec);
}
