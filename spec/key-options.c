/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options by a key table, both ways. */

#include "spec/key-options.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <string.h>

static bool fail_unknown(const KeyTable *table, const char *argument, GError **error) {
        g_autofree char *name = g_strndup(argument, strcspn(argument, "="));
        const char *nearest = key_table_nearest_option(table, name + strspn(name, "-"));

        /* Options with a fixed part are one family. */
        if (g_str_equal(name, "--security-opt"))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "%s is not known; --security-opt= knows no-new-privileges, seccomp=, mask= and unmask=",
                        argument);
        if (nearest)
                return fail(error, WOLFFIA_ERROR_VALUE, "there is no option %s; did you mean --%s?", name,
                            nearest);
        return fail(error, WOLFFIA_ERROR_VALUE, "there is no option %s", name);
}

static bool store(const Key *key, const char *value, void *spec, bool checks, GError **error) {
        bool yes = true;

        if (key->effect == KEY_REFUSED)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "--%s: %s", key->option, key->description);
        if (!key_has_field(key))
                return true;
        if (checks && value && key->check && !strpbrk(value, "%$") && !key->check(value, error))
                return fail_prefix(error, "--%s", key->option);

        switch (key_kind(key)) {
        case KEY_KIND_TRISTATE:
                if (value && !value_boolean_parse(value, &yes, error))
                        return fail_prefix(error, "--%s", key->option);
                *key_tristate(key, spec) = yes ? TRISTATE_YES : TRISTATE_NO;
                break;
        case KEY_KIND_TEXT:
                g_free(*key_text(key, spec));
                *key_text(key, spec) = g_strdup(value);
                break;
        case KEY_KIND_LIST:
                g_ptr_array_add(*key_list(key, spec), g_strdup(value));
                break;
        }
        return true;
}

/* An option whose value is the next argument, or that is split between the two ("--security-opt"
 * "seccomp=x"). */
static bool parse_spread(const KeyTable *table, const char *const **arguments, void *spec, bool checks,
                         GError **error) {
        const char *name = **arguments + 2, *next = (*arguments)[1], *value = NULL;
        const Key *key = key_table_find_option(table, name, NULL);

        if (!next)
                return key ? fail(error, WOLFFIA_ERROR_VALUE, "--%s needs a value: --%s=%s", name, name,
                                  key->metavariable)
                           : fail_unknown(table, **arguments, error);
        (*arguments)++;
        if (key)
                return store(key, next, spec, checks, error);

        g_autofree char *joined = g_strdup_printf("--%s=%s", name, next);
        key = key_table_find_option(table, joined + 2, &value);
        if (!key)
                return fail_unknown(table, joined, error);
        return store(key, value, spec, checks, error);
}

static bool parse_long(const KeyTable *table, const char *const **arguments, void *spec, bool checks,
                       GError **error) {
        const char *value = NULL;
        const Key *key = key_table_find_option(table, **arguments + 2, &value);

        if (key && (value || key_kind(key) == KEY_KIND_TRISTATE))
                return store(key, value, spec, checks, error);
        if (!key && strchr(**arguments, '='))
                return fail_unknown(table, **arguments, error);
        return parse_spread(table, arguments, spec, checks, error);
}

/* -p 80:80, -p80:80, -p=80:80; letters of options without a value may stand together. */
static bool parse_short(const KeyTable *table, const char *const **arguments, void *spec, bool checks,
                        GError **error) {
        for (const char *p = **arguments + 1; *p; p++) {
                const Key *key = key_table_find_letter(table, *p);

                if (!key)
                        return fail(error, WOLFFIA_ERROR_VALUE, "there is no option -%c", *p);
                if (key_kind(key) == KEY_KIND_TRISTATE) {
                        if (!store(key, NULL, spec, checks, error))
                                return false;
                        continue;
                }
                if (p[1])
                        return store(key, p[1] == '=' ? p + 2 : p + 1, spec, checks, error);
                if (!(*arguments)[1])
                        return fail(error, WOLFFIA_ERROR_VALUE, "-%c needs a value: %s", *p,
                                    key->metavariable);
                (*arguments)++;
                return store(key, **arguments, spec, checks, error);
        }
        return true;
}

bool key_options_parse_options(const KeyTable *table, const char *const **arguments, void *spec, bool checks,
                               GError **error) {
        for (; **arguments; (*arguments)++) {
                const char *argument = **arguments;

                if (argument[0] != '-' || !argument[1])
                        return true;
                if (g_str_equal(argument, "--")) {
                        (*arguments)++;
                        return true;
                }
                if (argument[1] == '-' ? !parse_long(table, arguments, spec, checks, error)
                                       : !parse_short(table, arguments, spec, checks, error))
                        return false;
        }
        return true;
}

/* A text without an option is a plain word, and a list takes all that are left. A boolean without one is the
 * generator's own. */
static bool is_word(const Key *key) {
        return !key->option && key_has_field(key) && key_kind(key) != KEY_KIND_TRISTATE;
}

bool key_options_parse(const KeyTable *table, const char *const *arguments, void *spec, GError **error) {
        if (!key_options_parse_options(table, &arguments, spec, false, error))
                return false;
        for (size_t i = 0; i < table->count && *arguments; i++) {
                const Key *key = &table->keys[i];

                if (!is_word(key))
                        continue;
                if (key_kind(key) == KEY_KIND_TEXT)
                        *key_text(key, spec) = g_strdup(*arguments++);
                else
                        for (; *arguments; arguments++)
                                g_ptr_array_add(*key_list(key, spec), g_strdup(*arguments));
        }
        if (*arguments)
                return fail(error, WOLFFIA_ERROR_VALUE, "there is a word too many: '%s'", *arguments);
        return true;
}

bool key_options_merge(const KeyTable *table, const char *const *arguments, void *spec, GError **error) {
        if (!key_options_parse_options(table, &arguments, spec, true, error))
                return false;
        if (*arguments)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an option", *arguments);
        return true;
}

static void print_option(const Key *key, const void *spec, GPtrArray *arguments) {
        if (key_kind(key) == KEY_KIND_TRISTATE) {
                Tristate value = *key_tristate(key, spec);

                if (value != TRISTATE_UNSET)
                        g_ptr_array_add(arguments, g_strdup_printf("--%s%s", key->option,
                                                                   value == TRISTATE_YES ? "" : "=false"));
        } else if (key_kind(key) == KEY_KIND_TEXT) {
                const char *value = *key_text(key, spec);

                if (value)
                        g_ptr_array_add(arguments, g_strdup_printf("--%s=%s", key->option, value));
        } else {
                const GPtrArray *list = *key_list(key, spec);

                for (guint i = 0; i < list->len; i++)
                        g_ptr_array_add(arguments, g_strdup_printf("--%s=%s", key->option,
                                                                   (const char *) list->pdata[i]));
        }
}

GPtrArray *key_options_words(const KeyTable *table, const void *spec) {
        GPtrArray *words = g_ptr_array_new();

        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];

                if (!is_word(key))
                        continue;
                if (key_kind(key) == KEY_KIND_TEXT) {
                        if (*key_text(key, spec))
                                g_ptr_array_add(words, *key_text(key, spec));
                } else
                        for (guint j = 0; j < (*key_list(key, spec))->len; j++)
                                g_ptr_array_add(words, (*key_list(key, spec))->pdata[j]);
        }
        /* It would be read as an option. */
        if (words->len > 0 && *(const char *) words->pdata[0] == '-')
                g_ptr_array_insert(words, 0, (void *) "--");
        return words;
}

GPtrArray *key_options_print(const KeyTable *table, const void *spec) {
        GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) words = key_options_words(table, spec);

        for (size_t i = 0; i < table->count; i++)
                if (table->keys[i].option && key_has_field(&table->keys[i]))
                        print_option(&table->keys[i], spec, arguments);
        for (guint i = 0; i < words->len; i++)
                g_ptr_array_add(arguments, g_strdup(words->pdata[i]));
        return arguments;
}
