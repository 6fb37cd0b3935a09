/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of published ports. Read from the back, since only the container's port must be there. */

#include "spec/value-port.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <arpa/inet.h>
#include <string.h>

void port_mapping_free(PortMapping *mapping) {
        if (!mapping)
                return;
        g_free(mapping->address);
        g_free(mapping);
}

static bool parse_one_port(const char *text, guint16 *ret_port, GError **error) {
        guint64 number;

        if (!value_number_parse(text, G_MAXUINT64, &number, NULL) &&
            strspn(text, "0123456789") != strlen(text))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a port number", text);
        if (!*text || strlen(text) > 9 || number == 0 || number > 65535)
                return fail(error, WOLFFIA_ERROR_VALUE, "port '%s' is not within 1 to 65535", text);
        *ret_port = (guint16) number;
        return true;
}

static bool parse_range(const char *text, guint16 *ret_first, guint16 *ret_last, GError **error) {
        const char *dash = strchr(text, '-');
        g_autofree char *first = dash ? g_strndup(text, (gsize) (dash - text)) : NULL;

        if (!parse_one_port(dash ? first : text, ret_first, error) ||
            !parse_one_port(dash ? dash + 1 : text, ret_last, error))
                return false;
        if (*ret_last < *ret_first)
                return fail(error, WOLFFIA_ERROR_VALUE, "the range %s ends before it starts", text);
        return true;
}

static bool parse_protocol(const char *text, PortProtocol *ret_protocol, GError **error) {
        if (g_ascii_strcasecmp(text, "tcp") == 0)
                *ret_protocol = PORT_TCP;
        else if (g_ascii_strcasecmp(text, "udp") == 0)
                *ret_protocol = PORT_UDP;
        else
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "protocol '%s' cannot be published, only tcp and udp can", text);
        return true;
}

/* ADDRESS with or without the brackets that IPv6 needs. Empty means every address, as Podman has it. */
static bool parse_address(const char *text, char **ret_address, GError **error) {
        size_t length = strlen(text);
        bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';
        g_autofree char *address = bracketed ? g_strndup(text + 1, length - 2) : g_strdup(text);

        if (!*address && !bracketed)
                return true;
        if (bracketed != (strchr(address, ':') != NULL) || strchr(address, '%') ||
            !g_hostname_is_ip_address(address))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not an IP address; write one like 127.0.0.1 or [::1]", text);
        *ret_address = g_steal_pointer(&address);
        return true;
}

/* The last colon of TEXT that is not inside brackets, or NULL. */
static char *last_colon(char *text) {
        char *colon = strrchr(text, ':');
        char *bracket = strrchr(text, ']');

        return colon && bracket && colon < bracket ? NULL : colon;
}

static bool parse_parts(char *text, PortMapping *mapping, GError **error) {
        char *container = text, *host = NULL, *address = NULL;

        char *slash = strchr(text, '/');
        if (slash) {
                *slash = '\0';
                if (!parse_protocol(slash + 1, &mapping->protocol, error))
                        return false;
        }
        char *colon = last_colon(text);
        if (colon) {
                *colon = '\0';
                container = colon + 1;
                host = text;
                if ((colon = last_colon(text))) {
                        *colon = '\0';
                        host = colon + 1;
                        address = text;
                }
        }

        if (!parse_range(container, &mapping->container_first, &mapping->container_last, error))
                return false;
        if (host && *host && !parse_range(host, &mapping->host_first, &mapping->host_last, error))
                return false;
        return !address || parse_address(address, &mapping->address, error);
}

bool value_port_parse(const char *text, PortMapping **ret_mapping, GError **error) {
        g_autoptr(PortMapping) mapping = g_new0(PortMapping, 1);
        g_autofree char *copy = g_strdup(text);

        if (strpbrk(text, "\"' \t"))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' has quotes or blanks; write it without, one port to a line", text);
        if (!parse_parts(copy, mapping, error))
                return false;
        if (mapping->host_first != 0 &&
            mapping->host_last - mapping->host_first != mapping->container_last - mapping->container_first)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has ranges of different lengths", text);

        *ret_mapping = g_steal_pointer(&mapping);
        return true;
}

static void append_range(GString *text, guint16 first, guint16 last) {
        if (first == 0)
                return;
        g_string_append_printf(text, "%u", first);
        if (last != first)
                g_string_append_printf(text, "-%u", last);
}

char *value_port_print(const PortMapping *mapping) {
        bool is_v6 = mapping->address && strchr(mapping->address, ':');
        GString *text = g_string_new(NULL);

        if (mapping->address)
                g_string_append_printf(text, "%s%s%s:", is_v6 ? "[" : "", mapping->address,
                                       is_v6 ? "]" : "");
        append_range(text, mapping->host_first, mapping->host_last);
        g_string_append_c(text, ':');
        append_range(text, mapping->container_first, mapping->container_last);
        g_string_append(text, mapping->protocol == PORT_UDP ? "/udp" : "/tcp");
        return g_string_free(text, FALSE);
}

/* The bytes of an address; how many there are. */
static size_t read_address(const char *text, guint8 *ret_bytes) {
        return inet_pton(AF_INET, text, ret_bytes) == 1    ? 4
               : inet_pton(AF_INET6, text, ret_bytes) == 1 ? 16
                                                           : 0;
}

/* Whether ONE is OTHER, or all of its family, or of both. */
static bool covers(const char *one, const char *other) {
        static const guint8 every[16];
        guint8 bytes[16], others[16];

        if (!one || !other)
                return !one;
        size_t length = read_address(one, bytes);
        return length == read_address(other, others) &&
               (memcmp(bytes, every, length) == 0 || memcmp(bytes, others, length) == 0);
}

bool value_port_meets(const char *one, const char *other) {
        return covers(one, other) || covers(other, one);
}

static bool share_numbers(const PortMapping *a, const PortMapping *b) {
        return a->host_first != 0 && b->host_first != 0 && a->protocol == b->protocol &&
               a->host_first <= b->host_last && b->host_first <= a->host_last;
}

bool value_port_overlaps(const PortMapping *a, const PortMapping *b) {
        return share_numbers(a, b) && value_port_meets(a->address, b->address);
}

static bool leads_elsewhere(const PortMapping *a, const PortMapping *b) {
        return a->container_first - a->host_first != b->container_first - b->host_first;
}

/* Whether A is all that B is, and perhaps more. */
static bool includes(const PortMapping *a, const PortMapping *b) {
        return covers(a->address, b->address) && a->host_first <= b->host_first &&
               b->host_last <= a->host_last;
}

/* Whether the two are to be one mapping, of all the ports that both have. */
static bool can_join(const PortMapping *a, const PortMapping *b) {
        return !leads_elsewhere(a, b) &&
               ((covers(a->address, b->address) && covers(b->address, a->address)) || includes(a, b) ||
                includes(b, a));
}

static bool fail_twice(const PortMapping *there, const PortMapping *mapping, GError **error) {
        g_autofree char *text = value_port_print(mapping), *other = value_port_print(there);

        return fail(error, WOLFFIA_ERROR_VALUE,
                    "port %u of the host is published twice, by %s and by %s; give one of the two another",
                    MAX(there->host_first, mapping->host_first), other, text);
}

/* The address is that of the one that has more. */
static void join(PortMapping *mapping, const PortMapping *there) {
        if (!covers(mapping->address, there->address)) {
                g_free(mapping->address);
                mapping->address = g_strdup(there->address);
        }
        mapping->host_first = MIN(there->host_first, mapping->host_first);
        mapping->host_last = MAX(there->host_last, mapping->host_last);
        mapping->container_first = MIN(there->container_first, mapping->container_first);
        mapping->container_last = MAX(there->container_last, mapping->container_last);
}

bool value_port_add(GPtrArray *ports, PortMapping *mapping, GError **error) {
        g_autoptr(PortMapping) owned = mapping;

        for (guint i = 0; i < ports->len; i++)
                if (value_port_overlaps(ports->pdata[i], owned) && !can_join(ports->pdata[i], owned))
                        return fail_twice(ports->pdata[i], owned, error);
        for (guint i = 0; i < ports->len;) {
                PortMapping *there = ports->pdata[i];
                if (!value_port_overlaps(there, owned)) {
                        i++;
                        continue;
                }
                join(owned, there);
                g_ptr_array_remove_index(ports, i);
        }
        g_ptr_array_add(ports, g_steal_pointer(&owned));
        return true;
}

bool value_port_check_pasta(const GPtrArray *ports, GError **error) {
        for (guint i = 0; i < ports->len; i++)
                for (guint j = 0; j < i; j++) {
                        const PortMapping *one = ports->pdata[j], *other = ports->pdata[i];

                        if (!share_numbers(one, other))
                                continue;
                        g_autofree char *text = value_port_print(one), *more = value_port_print(other);
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "port %u of the host is published on two addresses, by %s and by %s, which pasta "
                                "cannot do; leave the address out, which publishes on all, or give the container a "
                                "network (Network=NAME), where each address has its own ports",
                                MAX(one->host_first, other->host_first), text, more);
                }
        return true;
}
