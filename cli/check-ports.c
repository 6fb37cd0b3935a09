/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ports of the host: one unit may have each. */

#include "cli/check.h"

#include "base/file.h"
#include "spec/value-port.h"

#include <fcntl.h>
#include <string.h>

/* The sections that publish. */
static const char *section_of(const Translation *translation) {
        return translation->source->kind == SOURCE_CONTAINER ? "Container"
               : translation->source->kind == SOURCE_POD     ? "Pod"
                                                             : NULL;
}

/* The mapping of a line; NULL when it has none, or no fixed port of the host. Caller frees. */
static PortMapping *parse(const Translation *translation, const UnitAssignment *line) {
        g_autofree char *value = check_expand(translation, line->value);
        g_autoptr(PortMapping) mapping = NULL;

        if (!value || !value_port_parse(value, &mapping, NULL) || mapping->host_first == 0)
                return NULL;
        return g_steal_pointer(&mapping);
}

void check_ports_note(Check *check, const Translation *translation) {
        const char *section = section_of(translation);

        if (!section)
                return;
        g_autoptr(GPtrArray) lines = unit_file_all(translation->unit, section, "PublishPort");
        for (guint i = 0; i < lines->len; i++) {
                const UnitAssignment *line = lines->pdata[i];
                g_autoptr(PortMapping) mapping = parse(translation, line);

                if (!mapping)
                        continue;
                CheckPort port = {
                        .service = g_strdup(translation->service),
                        .text = g_strdup(line->value),
                        .address = g_strdup(mapping->address),
                        .first = mapping->host_first,
                        .last = mapping->host_last,
                        .protocol = (int) mapping->protocol,
                };
                g_array_append_val(check->ports, port);
        }
}

/* No address is all of them. */
static bool is_same_address(const char *a, const char *b) {
        static const char *const every[] = {"0.0.0.0", "::"};

        for (size_t i = 0; i < G_N_ELEMENTS(every); i++)
                if (g_strcmp0(a, every[i]) == 0 || g_strcmp0(b, every[i]) == 0)
                        return true;
        return !a || !b || strcmp(a, b) == 0;
}

static guint read_floor(void) {
        g_autofree char *text = NULL;

        /* Without the file every port is free. */
        if (!file_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start", 64, &text, NULL, NULL))
                return 0;
        return (guint) g_ascii_strtoull(text, NULL, 10);
}

/* What runs now may be gone at the start, so this is a note. */
static void check_listeners(const Check *check, Translation *translation, const UnitAssignment *line,
                            const PortMapping *mapping) {
        for (guint i = 0; i < check->listeners->len; i++) {
                const CheckListener *listener = &g_array_index(check->listeners, CheckListener, i);

                if (listener->protocol != (int) mapping->protocol || listener->port < mapping->host_first ||
                    listener->port > mapping->host_last ||
                    !is_same_address(listener->address, mapping->address))
                        continue;
                g_autofree char *owner = check_listener_tell(listener, translation->service);
                if (!owner)
                        continue;
                problem_add(translation->problems, PROBLEM_NOTE, line->file, line->line, line->key,
                            "%s listens on port %u now; the unit does not start as long as it does", owner,
                            listener->port);
                return;
        }
}

static void check_line(const Check *check, Translation *translation, const UnitAssignment *line,
                       guint floor) {
        g_autoptr(PortMapping) mapping = parse(translation, line);

        if (!mapping)
                return;
        if (mapping->host_first < floor)
                problem_add(
                        translation->problems, PROBLEM_ERROR, line->file, line->line, line->key,
                        "port %u is below net.ipv4.ip_unprivileged_port_start=%u, so a user cannot have it; publish a "
                        "higher one (8080:80), or have the administrator lower the limit: "
                        "`sudo sysctl net.ipv4.ip_unprivileged_port_start=%u`",
                        mapping->host_first, floor, mapping->host_first);
        check_listeners(check, translation, line, mapping);
        for (guint i = 0; i < check->ports->len; i++) {
                const CheckPort *port = &g_array_index(check->ports, CheckPort, i);

                if (strcmp(port->service, translation->service) != 0 &&
                    port->protocol == (int) mapping->protocol && port->first <= mapping->host_last &&
                    mapping->host_first <= port->last && is_same_address(port->address, mapping->address))
                        problem_add(translation->problems, PROBLEM_ERROR, line->file, line->line, line->key,
                                    "%s publishes this port too (%s), and only one of them can run",
                                    port->service, port->text);
        }
}

void check_ports(const Check *check, Translation *translation) {
        const char *section = section_of(translation);
        guint floor = read_floor();

        if (!section)
                return;
        g_autoptr(GPtrArray) lines = unit_file_all(translation->unit, section, "PublishPort");
        for (guint i = 0; i < lines->len; i++)
                check_line(check, translation, lines->pdata[i], floor);
}
