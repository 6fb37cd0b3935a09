/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of network modes. */

#include "spec/value-network.h"

#include "base/error.h"
#include "spec/value-name.h"
#include "spec/value-network-options.h"

#include <string.h>

void network_mode_free(NetworkMode *mode) {
        if (!mode)
                return;
        g_free(mode->name);
        g_free(mode->options);
        g_free(mode);
}

static NetworkKind kind_of(const char *word) {
        if (g_str_equal(word, "none"))
                return NETWORK_NONE;
        if (g_str_equal(word, "host"))
                return NETWORK_HOST;
        if (!*word || g_str_equal(word, "pasta") || g_str_equal(word, "private") ||
            g_str_equal(word, "slirp4netns"))
                return NETWORK_PASTA;
        if (g_str_equal(word, "container") || g_str_has_suffix(word, ".container"))
                return NETWORK_CONTAINER;
        return g_str_has_suffix(word, ".network") ? NETWORK_UNIT : NETWORK_NAMED;
}

bool value_network_is_of_unit(const char *text) {
        g_autofree char *word = g_strndup(text, strcspn(text, ":"));
        NetworkKind kind = kind_of(word);

        return (kind == NETWORK_NAMED || kind == NETWORK_UNIT) && !g_str_equal(word, "ns");
}

bool value_network_check_name(const char *name, GError **error) {
        if (!value_name_check(NAME_NETWORK, name, error))
                return false;
        if (kind_of(name) != NETWORK_NAMED || g_str_equal(name, "ns"))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "a network cannot be called '%s', since Network=%s means something else; write another "
                        "NetworkName=",
                        name, name);
        return true;
}

static bool check_options(const NetworkMode *mode, GError **error) {
        g_autoptr(NetworkOptions) options = NULL;

        return mode->is_slirp ? value_slirp_options_parse(mode->options, &options, error)
                              : value_pasta_options_parse(mode->options, &options, error);
}

bool value_network_parse(const char *text, NetworkMode **ret_mode, GError **error) {
        g_autoptr(NetworkMode) mode = g_new0(NetworkMode, 1);
        const char *colon = text ? strchr(text, ':') : NULL;
        g_autofree char *word = colon ? g_strndup(text, (gsize) (colon - text)) : g_strdup(text ? text : "");

        if (g_str_equal(word, "ns"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "joining a network namespace by its path is not supported");
        mode->kind = kind_of(word);
        mode->options = colon && colon[1] ? g_strdup(colon + 1) : NULL;

        switch (mode->kind) {
        case NETWORK_CONTAINER:
                mode->name = g_str_equal(word, "container") ? g_steal_pointer(&mode->options)
                                                            : g_steal_pointer(&word);
                if (!mode->name)
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "the container's name is missing; write container:NAME");
                break;
        case NETWORK_UNIT:
        case NETWORK_NAMED:
                mode->name = g_steal_pointer(&word);
                break;
        case NETWORK_NONE:
        case NETWORK_HOST:
                if (mode->options)
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' takes no options (':%s')", word,
                                    mode->options);
                break;
        case NETWORK_PASTA:
                mode->is_slirp = g_str_equal(word, "slirp4netns");
                if (!check_options(mode, error))
                        return false;
                break;
        }
        if (mode->name &&
            !value_name_is(mode->kind == NETWORK_CONTAINER ? NAME_CONTAINER : NAME_NETWORK, mode->name))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not a network; write none, host, pasta, or the name of a network",
                            mode->name);

        *ret_mode = g_steal_pointer(&mode);
        return true;
}
