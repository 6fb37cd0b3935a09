/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia port: which port of the host leads to which of the container. */

#include "base/error.h"
#include "cli/containers.h"
#include "cli/verb.h"
#include "spec/value-port.h"

#include <stdio.h>
#include <stdlib.h>

static const char description[] =
        "Without PORT, all of them: '80/tcp -> 0.0.0.0:8080'. With PORT (80, 53/udp), where that\n"
        "is reached on the host; a failure when it is not published.";

typedef struct PortQuery {
        guint number; /* 0: all */
        PortProtocol protocol;
} PortQuery;

static bool parse_query(const char *text, PortQuery *ret_query, GError **error) {
        g_autoptr(PortMapping) mapping = NULL;

        *ret_query = (PortQuery){0};
        if (!text)
                return true;
        if (!value_port_parse(text, &mapping, error))
                return false;
        if (mapping->host_first > 0 || mapping->container_first != mapping->container_last)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is more than a port of the container", text);
        *ret_query = (PortQuery){mapping->container_first, mapping->protocol};
        return true;
}

static void print_end(const PortMapping *mapping, guint number) {
        const char *address = mapping->address ? mapping->address : "0.0.0.0";
        bool is_v6 = strchr(address, ':');

        printf("%s%s%s:%u\n", is_v6 ? "[" : "", address, is_v6 ? "]" : "", number);
}

/* Returns how many were printed. */
static guint print_mapping(const PortMapping *mapping, const PortQuery *query) {
        guint count = 0;

        for (guint port = mapping->container_first; port <= mapping->container_last; port++) {
                guint host = mapping->host_first ? mapping->host_first + port - mapping->container_first : 0;
                if (query->number > 0 && (query->number != port || query->protocol != mapping->protocol))
                        continue;
                if (query->number == 0)
                        printf("%u/%s -> ", port, mapping->protocol == PORT_UDP ? "udp" : "tcp");
                print_end(mapping, host);
                count++;
        }
        return count;
}

/* PORT is QUERY as it was written, or NULL. */
static bool run(const char *name, const char *port, const PortQuery *query, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(Container) container = NULL;
        guint count = 0;

        if (!manager_open(&manager, error) || !containers_find_running(manager, name, &container, error))
                return false;
        for (char **text = container->state->ports; *text; text++) {
                g_autoptr(PortMapping) mapping = NULL;
                if (value_port_parse(*text, &mapping, NULL)) /* the runner has written it */
                        count += print_mapping(mapping, query);
        }
        if (port && count == 0)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "'%s' does not publish its port %s",
                            container->name, port);
        return true;
}

int verb_port(const Verb *verb, int argc, char **argv) {
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        PortQuery query;
        int status;

        if (!verb_parse(verb, NULL, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments || (arguments[1] && arguments[2]))
                return verb_misuse(verb, "the name of a container and at most one port are needed");
        if (!parse_query(arguments[1], &query, &error))
                return verb_misuse(verb, "%s", error->message);
        return run(arguments[0], arguments[1], &query, &error) ? VERB_SUCCESS : verb_fail(error);
}
