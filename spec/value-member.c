/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/value-member.h"

#include "base/error.h"
#include "spec/value-address.h"

#include <string.h>

void network_member_free(NetworkMember *member) {
        if (!member)
                return;
        g_free(member->network);
        g_free(member->ip);
        g_free(member->ip6);
        g_free(member->mac);
        g_free(member->interface);
        g_ptr_array_unref(member->aliases);
        g_free(member);
}

static bool check_mac(const char *value, GError **error) {
        bool good = strlen(value) == 17;

        for (size_t i = 0; good && i < 17; i++)
                good = i % 3 == 2 ? value[i] == ':' : g_ascii_isxdigit(value[i]);
        /* The lowest bit of the first byte is that of groups. */
        if (!good || (g_ascii_xdigit_value(value[1]) & 1))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not an interface's address; write one like 02:42:0a:59:00:05", value);
        return true;
}

static bool check_interface(const char *value, GError **error) {
        if (!*value || strlen(value) > 15 || strpbrk(value, "/: \t") || value[0] == '.')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' cannot be the name of an interface", value);
        return true;
}

static bool set(char **field, const char *value, bool (*check)(const char *, GError **), GError **error) {
        if (!check(value, error))
                return false;
        g_free(*field);
        *field = g_strdup(value);
        return true;
}

static bool take(NetworkMember *member, const char *option, GError **error) {
        const char *equals = strchr(option, '='), *value = equals ? equals + 1 : "";
        g_autofree char *name = g_strndup(option, equals ? (gsize) (equals - option) : strlen(option));

        if (g_str_equal(name, "alias")) {
                g_ptr_array_add(member->aliases, g_strdup(value));
                return *value || fail(error, WOLFFIA_ERROR_VALUE, "alias= lacks a name");
        }
        if (g_str_equal(name, "ip"))
                return set(&member->ip, value, value_address_check, error);
        if (g_str_equal(name, "ip6"))
                return set(&member->ip6, value, value_address_check, error);
        if (g_str_equal(name, "mac"))
                return set(&member->mac, value, check_mac, error);
        if (g_str_equal(name, "interface_name"))
                return set(&member->interface, value, check_interface, error);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is no option of a network; ip=, ip6=, mac=, alias= and interface_name= are",
                    option);
}

bool value_member_parse(const NetworkMode *mode, NetworkMember **ret_member, GError **error) {
        g_autoptr(NetworkMember) member = g_new0(NetworkMember, 1);

        member->aliases = g_ptr_array_new_with_free_func(g_free);
        member->network = g_strdup(mode->name);
        if (g_str_has_suffix(member->network, ".network"))
                member->network[strlen(member->network) - strlen(".network")] = '\0';
        g_auto(GStrv) options = g_strsplit(mode->options ? mode->options : "", ",", -1);
        for (char **option = options; *option; option++)
                if (**option && !take(member, *option, error))
                        return false;
        *ret_member = g_steal_pointer(&member);
        return true;
}
