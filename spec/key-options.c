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
                        "%s is not known; --security-opt= knows no-new-privileges, seccomp=, apparmor=, label=, mask= and "
                        "unmask=",
                        argument);
        if (nearest)
                return fail(error, WOLFFIA_ERROR_VALUE, "there is no option %s; did you mean --%s?", name,
                            nearest);
        return fail(error, WOLFFIA_ERROR_VALUE, "there is no option %s", name);
}

/* What has no "=" in a list of NAME=VALUE belongs to the value before it: "net.ipv4.ip_local_reserved_ports=80,443". */
static void join_rest(char **values) {
        char **last = values;

        if (!*values)
                return;
        for (char **value = values + 1; *value; value++) {
                if (strchr(*value, '=')) {
                        *++last = *value;
                        continue;
                }
                char *joined = g_strconcat(*last, ",", *value, NULL);
                g_free(*last);
                g_free(*value);
                *last = joined;
        }
        last[1] = NULL;
}

char **key_options_split(const Key *key, const char *value) {
        char **values;

        if (!key->has_commas || !strchr(value, ',')) {
                values = g_new0(char *, 2);
                values[0] = g_strdup(value);
                return values;
        }
        values = g_strsplit(value, ",", -1);
        if (strchr(key->metavariable, '='))
                join_rest(values);
        return values;
}

bool key_options_store(const Key *key, const char *value, void *spec, GError **error) {
        bool yes = true;

        if (key->effect == KEY_REFUSED)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "--%s: %s", key->option, key->description);
        /* Checked now: nobody uses it later. */
        if (key->effect == KEY_IGNORED && value && key->check && !key->check(value, error))
                return fail_prefix(error, "--%s", key->option);
        if (!key_has_field(key))
                return true;

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
        case KEY_KIND_LIST: {
                g_autofree char **values = key_options_split(key, value);

                for (char **one = values; *one; one++)
                        g_ptr_array_add(*key_list(key, spec), *one);
                break;
        }
        }
        return true;
}

/* What a command line is read by. */
typedef struct Parse {
        const KeyTable *table;
        KeyOptionsTake take;
        void *data;
} Parse;

/* An option whose value is the next argument, or that is split between the two ("--security-opt"
 * "seccomp=x"). */
static bool parse_spread(const Parse *parse, const char *const **arguments, GError **error) {
        const char *name = **arguments + 2, *next = (*arguments)[1], *value = NULL;
        const Key *key = key_table_find_option(parse->table, name, NULL);

        if (!next)
                return key ? fail(error, WOLFFIA_ERROR_VALUE, "--%s needs a value: --%s=%s", name, name,
                                  key->metavariable)
                           : fail_unknown(parse->table, **arguments, error);
        if (key) {
                (*arguments)++;
                return parse->take(key, next, parse->data, error);
        }

        g_autofree char *joined = g_strdup_printf("--%s=%s", name, next);
        key = key_table_find_option(parse->table, joined + 2, &value);
        /* --security-opt is one only together with its value. */
        if (!key && !g_str_equal(name, "security-opt"))
                return fail_unknown(parse->table, **arguments, error);
        (*arguments)++;
        return key ? parse->take(key, value, parse->data, error) : fail_unknown(parse->table, joined, error);
}

static bool parse_long(const Parse *parse, const char *const **arguments, GError **error) {
        const char *value = NULL;
        const Key *key = key_table_find_option(parse->table, **arguments + 2, &value);

        if (key && (value || key_kind(key) == KEY_KIND_TRISTATE))
                return parse->take(key, value, parse->data, error);
        if (!key && strchr(**arguments, '='))
                return fail_unknown(parse->table, **arguments, error);
        return parse_spread(parse, arguments, error);
}

/* -p 80:80, -p80:80, -p=80:80; letters of options without a value may stand together. */
static bool parse_short(const Parse *parse, const char *const **arguments, GError **error) {
        for (const char *p = **arguments + 1; *p; p++) {
                const Key *key = key_table_find_letter(parse->table, *p);

                if (!key)
                        return fail(error, WOLFFIA_ERROR_VALUE, "there is no option -%c", *p);
                if (key_kind(key) == KEY_KIND_TRISTATE) {
                        if (!parse->take(key, NULL, parse->data, error))
                                return false;
                        continue;
                }
                if (p[1])
                        return parse->take(key, p[1] == '=' ? p + 2 : p + 1, parse->data, error);
                if (!(*arguments)[1])
                        return fail(error, WOLFFIA_ERROR_VALUE, "-%c needs a value: %s", *p,
                                    key->metavariable);
                (*arguments)++;
                return parse->take(key, **arguments, parse->data, error);
        }
        return true;
}

static bool parse_option(const Parse *parse, const char *const **arguments, GError **error) {
        return (**arguments)[1] == '-' ? parse_long(parse, arguments, error)
                                       : parse_short(parse, arguments, error);
}

static bool is_option(const char *argument) {
        return argument[0] == '-' && argument[1];
}

bool key_options_parse_options(const KeyTable *table, const char *const **arguments, void *spec,
                               GError **error) {
        Parse parse = {table, key_options_store, spec};

        for (; **arguments && is_option(**arguments); (*arguments)++) {
                if (g_str_equal(**arguments, "--")) {
                        (*arguments)++;
                        return true;
                }
                if (!parse_option(&parse, arguments, error))
                        return false;
        }
        return true;
}

/* Whether all that ARGUMENT says has no effect. */
static bool is_ignored(const Parse *parse, const char *argument) {
        const Key *key = argument[1] == '-' ? key_table_find_option(parse->table, argument + 2, NULL) : NULL;

        return key && key->effect == KEY_IGNORED;
}

void key_options_visit(const KeyTable *table, const char *const *arguments, KeyOptionsTake take,
                       KeyOptionsFail fail_one, void *data) {
        Parse parse = {table, take, data};
        bool may_be_value = false; /* of an option that is not known */
        bool may_belong = false;   /* to an option without effect, whose value has blanks and no quotes */

        for (; *arguments; arguments++) {
                g_autoptr(GError) error = NULL;
                const char *const *before = arguments;

                if (is_option(*arguments)) {
                        may_belong = is_ignored(&parse, *arguments);
                        (void) parse_option(&parse, &arguments, &error);
                        may_be_value = error && arguments == before && !strchr(*arguments, '=');
                } else {
                        if (!may_be_value && !may_belong)
                                (void) fail(&error, WOLFFIA_ERROR_VALUE,
                                            "'%s' is not an option; a value with blanks stands in quotes",
                                            *arguments);
                        may_be_value = false;
                }
                if (error)
                        fail_one(error, data);
        }
}

static bool check_and_store(const Key *key, const char *value, void *spec, GError **error) {
        if (value && key_has_field(key) && key->check) {
                g_auto(GStrv) values = key_options_split(key, value);

                for (char **one = values; *one; one++)
                        if (!key->check(*one, error))
                                return fail_prefix(error, "--%s", key->option);
        }
        return key_options_store(key, value, spec, error);
}

bool key_options_merge(const KeyTable *table, const char *const *arguments, void *spec, GError **error) {
        Parse parse = {table, check_and_store, spec};

        for (; *arguments; arguments++)
                if (!is_option(*arguments))
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an option", *arguments);
                else if (!parse_option(&parse, &arguments, error))
                        return false;
        return true;
}

bool key_options_parse(const KeyTable *table, const char *const *arguments, void *spec, GError **error) {
        if (!key_options_parse_options(table, &arguments, spec, error))
                return false;
        const Key *key;
        for (guint i = 0; *arguments && (key = key_table_word(table, i)); i++)
                if (key_kind(key) == KEY_KIND_TEXT)
                        *key_text(key, spec) = g_strdup(*arguments++);
                else
                        for (; *arguments; arguments++)
                                g_ptr_array_add(*key_list(key, spec), g_strdup(*arguments));
        if (*arguments)
                return fail(error, WOLFFIA_ERROR_VALUE, "there is a word too many: '%s'", *arguments);
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
                        g_ptr_array_add(arguments,
                                        g_strdup_printf("--%s%s%s", key->option,
                                                        g_str_has_suffix(key->option, ":") ? "" : "=",
                                                        value));
        } else {
                const GPtrArray *list = *key_list(key, spec);

                for (guint i = 0; i < list->len; i++)
                        g_ptr_array_add(arguments, g_strdup_printf("--%s=%s", key->option,
                                                                   (const char *) list->pdata[i]));
        }
}

GPtrArray *key_options_words(const KeyTable *table, const void *spec) {
        GPtrArray *words = g_ptr_array_new();
        const Key *key;

        for (guint i = 0; (key = key_table_word(table, i)); i++) {
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
