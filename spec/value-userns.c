/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of user namespace modes. */

#include "spec/value-userns.h"

#include "base/error.h"
#include "spec/nearest.h"
#include "spec/value-user.h"

#include <string.h>

void user_namespace_mode_free(UserNamespaceMode *mode) {
        if (!mode)
                return;
        g_free(mode->uid_mapping);
        g_free(mode->gid_mapping);
        g_free(mode);
}

static const struct {
        const char *word;
        UserNamespaceKind kind;
} kinds[] = {
        {"", USER_NAMESPACE_DEFAULT},        {"private", USER_NAMESPACE_DEFAULT},
        {"keep-id", USER_NAMESPACE_KEEP_ID}, {"auto", USER_NAMESPACE_AUTO},
        {"nomap", USER_NAMESPACE_NOMAP},     {"host", USER_NAMESPACE_HOST},
        {"single", USER_NAMESPACE_SINGLE},
};

static bool parse_kind(const char *word, UserNamespaceKind *ret_kind, GError **error) {
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                if (g_str_equal(word, kinds[i].word)) {
                        *ret_kind = kinds[i].kind;
                        return true;
                }
        if (g_str_equal(word, "ns") || g_str_equal(word, "container"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "joining another user namespace is not supported");
        static const char *const words[] = {"keep-id", "auto", "nomap", "host", "single", "private"};
        const char *nearest = nearest_find(word, words, G_N_ELEMENTS(words));
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not known; %s%s%s", word,
                    nearest ? "did you mean " : "keep-id, auto, nomap, host and single are",
                    nearest ? nearest : "", nearest ? "?" : "");
}

static bool parse_id(const char *name, const char *value, bool *ret_has, guint32 *ret_id, GError **error) {
        if (!value_id_parse(value, ret_id))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a number (%s=)", value, name);
        *ret_has = true;
        return true;
}

static bool parse_option(UserNamespaceMode *mode, const char *option, GError **error) {
        const char *equals = strchr(option, '=');
        size_t length = equals ? (size_t) (equals - option) : strlen(option);
        const char *value = equals ? equals + 1 : "";

#define IS(name) (length == strlen(name) && strncmp(option, name, length) == 0)
        bool keeps = mode->kind == USER_NAMESPACE_KEEP_ID, is_auto = mode->kind == USER_NAMESPACE_AUTO;
        if (keeps && IS("uid"))
                return parse_id("uid", value, &mode->has_uid, &mode->uid, error);
        if (keeps && IS("gid"))
                return parse_id("gid", value, &mode->has_gid, &mode->gid, error);
        if ((keeps || is_auto) && IS("size"))
                return parse_id("size", value, &mode->has_size, &mode->size, error);
        if (is_auto && (IS("uidmapping") || IS("gidmapping"))) {
                char **field = option[0] == 'u' ? &mode->uid_mapping : &mode->gid_mapping;
                g_free(*field);
                *field = g_strdup(value);
                return true;
        }
#undef IS
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an option here; %s", option,
                    keeps     ? "keep-id has uid=, gid= and size="
                    : is_auto ? "auto has size=, uidmapping= and gidmapping="
                              : "only keep-id and auto have options");
}

bool value_userns_parse(const char *text, UserNamespaceMode **ret_mode, GError **error) {
        g_autoptr(UserNamespaceMode) mode = g_new0(UserNamespaceMode, 1);
        const char *colon = text ? strchr(text, ':') : NULL;
        g_autofree char *word = colon ? g_strndup(text, (gsize) (colon - text)) : g_strdup(text ? text : "");

        if (!parse_kind(word, &mode->kind, error))
                return false;
        g_auto(GStrv) options = g_strsplit(colon ? colon + 1 : "", ",", -1);
        for (char **option = options; *option; option++)
                if (!parse_option(mode, *option, error))
                        return false;

        *ret_mode = g_steal_pointer(&mode);
        return true;
}
