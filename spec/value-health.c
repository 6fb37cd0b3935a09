/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of health checks. */

#include "spec/value-health.h"

#include "base/error.h"
#include "spec/unit-words.h"
#include "spec/value-json-list.h"

#include <string.h>

#define BLANKS " \t\n"

void health_command_free(HealthCommand *command) {
        if (!command)
                return;
        if (command->words)
                g_ptr_array_unref(command->words);
        g_free(command);
}

static bool is_word(const char *word, const char *wanted) {
        return g_ascii_strcasecmp(word, wanted) == 0;
}

static bool fail_empty(const char *text, GError **error) {
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' names no command to run", text);
}

/* ["CMD", …] and its like, once its strings are known. */
static bool take_list(HealthCommand *command, const char *text, GError **error) {
        GPtrArray *words = command->words;
        const char *first = words->len > 0 ? words->pdata[0] : "";
        bool is_command = is_word(first, "CMD"), is_shell = is_word(first, "CMD-SHELL");
        command->kind = is_word(first, "NONE")                                   ? HEALTH_NONE
                        : is_shell || (!is_command && words->len == 1 && *first) ? HEALTH_SHELL
                                                                                 : HEALTH_COMMAND;
        if (is_command || is_shell || command->kind == HEALTH_NONE)
                g_ptr_array_remove_index(words, 0);
        if (is_shell && words->len > 1)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s: CMD-SHELL is followed by one string, the text for the shell", text);
        if (command->kind != HEALTH_NONE && (words->len == 0 || !*(const char *) words->pdata[0]))
                return fail_empty(text, error);
        return true;
}

static bool take_text(HealthCommand *command, const char *text, GError **error) {
        size_t length = strcspn(text, BLANKS);
        const char *rest = text + length + strspn(text + length, BLANKS);
        g_autofree char *first = g_strndup(text, length);

        if (is_word(first, "none") && !*rest) {
                command->kind = HEALTH_NONE;
                return true;
        }
        command->kind = is_word(first, "CMD") ? HEALTH_COMMAND : HEALTH_SHELL;
        if (is_word(first, "CMD") || is_word(first, "CMD-SHELL")) {
                if (!*rest)
                        return fail_empty(text, error);
        } else
                rest = text;
        if (command->kind == HEALTH_COMMAND) {
                if (!unit_words_split_plain(rest, command->words, error))
                        return false;
                return command->words->len > 0 || fail_empty(text, error);
        }
        g_ptr_array_add(command->words, g_strdup(rest));
        return true;
}

bool value_health_parse(const char *text, HealthCommand **ret_command, GError **error) {
        g_autoptr(HealthCommand) command = g_new0(HealthCommand, 1);

        text += strspn(text, BLANKS);
        if (!*text)
                return fail(error, WOLFFIA_ERROR_VALUE, "a command is missing, or none");
        command->words = g_ptr_array_new_with_free_func(g_free);

        /* A test of the shell, [ -f /run/ready ], starts in the same way. */
        g_autoptr(GError) no_list = NULL;
        bool is_list = value_json_list_is(text) && value_json_list_parse(text, command->words, &no_list);
        if (!is_list && g_str_has_prefix(text, "[\"")) {
                g_propagate_error(error, g_steal_pointer(&no_list));
                return false;
        }
        if (!(is_list ? take_list : take_text)(command, text, error))
                return false;
        *ret_command = g_steal_pointer(&command);
        return true;
}

bool value_health_action_parse(const char *text, HealthAction *ret_action, GError **error) {
        static const char *const names[] = {
                [HEALTH_ACTION_NONE] = "none",
                [HEALTH_ACTION_KILL] = "kill",
                [HEALTH_ACTION_RESTART] = "restart",
                [HEALTH_ACTION_STOP] = "stop",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (g_str_equal(text, names[i])) {
                        *ret_action = (HealthAction) i;
                        return true;
                }
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not known; none, kill, restart and stop are", text);
}
