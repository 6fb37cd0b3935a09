/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The command line. It is read at each start of a container, so that nothing is allocated but the values. */

#include "spec/container-options.h"

#include "base/error.h"
#include "spec/container-keys.h"
#include "spec/value-basic.h"

#include <string.h>

static bool fail_unknown(const char *argument, GError **error) {
        g_autofree char *name = g_strndup(argument, strcspn(argument, "="));
        const char *nearest = container_key_nearest_option(name + strspn(name, "-"));

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

static bool store(const ContainerKey *key, const char *value, ContainerSpec *spec, bool checks,
                  GError **error) {
        bool yes = true;

        if (key->effect == KEY_REFUSED)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "--%s: %s", key->option, key->description);
        if (!container_key_has_field(key))
                return true;
        if (checks && value && key->check && !strpbrk(value, "%$") && !key->check(value, error))
                return fail_prefix(error, "--%s", key->option);

        switch (container_key_kind(key)) {
        case KEY_KIND_TRISTATE:
                if (value && !value_boolean_parse(value, &yes, error))
                        return fail_prefix(error, "--%s", key->option);
                *container_key_tristate(key, spec) = yes ? TRISTATE_YES : TRISTATE_NO;
                break;
        case KEY_KIND_TEXT:
                g_free(*container_key_text(key, spec));
                *container_key_text(key, spec) = g_strdup(value);
                break;
        case KEY_KIND_LIST:
                g_ptr_array_add(*container_key_list(key, spec), g_strdup(value));
                break;
        }
        return true;
}

/* An option whose value is the next argument, or that is split between the two ("--security-opt"
 * "seccomp=x"). */
static bool parse_spread(const char *const **arguments, ContainerSpec *spec, bool checks, GError **error) {
        const char *name = **arguments + 2, *next = (*arguments)[1], *value = NULL;
        const ContainerKey *key = container_key_find_option(name, NULL);

        if (!next)
                return key ? fail(error, WOLFFIA_ERROR_VALUE, "--%s needs a value: --%s=%s", name, name,
                                  key->metavariable)
                           : fail_unknown(**arguments, error);
        (*arguments)++;
        if (key)
                return store(key, next, spec, checks, error);

        g_autofree char *joined = g_strdup_printf("--%s=%s", name, next);
        key = container_key_find_option(joined + 2, &value);
        if (!key)
                return fail_unknown(joined, error);
        return store(key, value, spec, checks, error);
}

static bool parse_long(const char *const **arguments, ContainerSpec *spec, bool checks, GError **error) {
        const char *value = NULL;
        const ContainerKey *key = container_key_find_option(**arguments + 2, &value);

        if (key && (value || container_key_kind(key) == KEY_KIND_TRISTATE))
                return store(key, value, spec, checks, error);
        if (!key && strchr(**arguments, '='))
                return fail_unknown(**arguments, error);
        return parse_spread(arguments, spec, checks, error);
}

/* -p 80:80, -p80:80, -p=80:80; letters of options without a value may stand together. */
static bool parse_short(const char *const **arguments, ContainerSpec *spec, bool checks, GError **error) {
        for (const char *p = **arguments + 1; *p; p++) {
                const ContainerKey *key = container_key_find_letter(*p);

                if (!key)
                        return fail(error, WOLFFIA_ERROR_VALUE, "there is no option -%c", *p);
                if (container_key_kind(key) == KEY_KIND_TRISTATE) {
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

/* Moves *ARGUMENTS to the first plain word. */
static bool parse_options(const char *const **arguments, ContainerSpec *spec, bool checks, GError **error) {
        for (; **arguments; (*arguments)++) {
                const char *argument = **arguments;

                if (argument[0] != '-' || !argument[1])
                        return true;
                if (g_str_equal(argument, "--")) {
                        (*arguments)++;
                        return true;
                }
                if (argument[1] == '-' ? !parse_long(arguments, spec, checks, error)
                                       : !parse_short(arguments, spec, checks, error))
                        return false;
        }
        return true;
}

bool container_options_parse(const char *const *arguments, ContainerSpec **ret_spec, GError **error) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        if (!parse_options(&arguments, spec, false, error))
                return false;
        if (!spec->rootfs && *arguments)
                spec->image = g_strdup(*arguments++);
        for (; *arguments; arguments++)
                g_ptr_array_add(spec->command, g_strdup(*arguments));

        *ret_spec = g_steal_pointer(&spec);
        return true;
}

bool container_options_merge(const char *const *arguments, ContainerSpec *spec, GError **error) {
        if (!parse_options(&arguments, spec, true, error))
                return false;
        if (*arguments)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an option", *arguments);
        return true;
}

GPtrArray *container_options_print(const ContainerSpec *spec) {
        GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);

        for (size_t i = 0; i < container_keys_count; i++) {
                const ContainerKey *key = &container_keys[i];

                if (!key->option || !container_key_has_field(key))
                        continue;
                if (container_key_kind(key) == KEY_KIND_TRISTATE) {
                        Tristate value = *container_key_tristate(key, spec);

                        if (value != TRISTATE_UNSET)
                                g_ptr_array_add(arguments,
                                                g_strdup_printf("--%s%s", key->option,
                                                                value == TRISTATE_YES ? "" : "=false"));
                } else if (container_key_kind(key) == KEY_KIND_TEXT) {
                        const char *value = *container_key_text(key, spec);

                        if (value)
                                g_ptr_array_add(arguments, g_strdup_printf("--%s=%s", key->option, value));
                } else {
                        const GPtrArray *list = *container_key_list(key, spec);

                        for (guint j = 0; j < list->len; j++)
                                g_ptr_array_add(arguments, g_strdup_printf("--%s=%s", key->option,
                                                                           (const char *) list->pdata[j]));
                }
        }

        /* Without an image, a command that starts with "-" would be read as an option. */
        if (spec->image)
                g_ptr_array_add(arguments, g_strdup(spec->image));
        else if (spec->rootfs && spec->command->len > 0 && *(const char *) spec->command->pdata[0] == '-')
                g_ptr_array_add(arguments, g_strdup("--"));
        for (guint i = 0; i < spec->command->len; i++)
                g_ptr_array_add(arguments, g_strdup(spec->command->pdata[i]));
        return arguments;
}
