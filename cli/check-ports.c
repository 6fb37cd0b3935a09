/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ports of the host: one unit may have each, and once. */

#include "cli/check.h"

#include "runner/network-ports.h"
#include "spec/container-spec.h"
#include "spec/pod-spec.h"
#include "spec/value-network.h"
#include "spec/value-port.h"

#include <string.h>

/* Those of a file that can publish, also by PodmanArgs=; NULL of others. */
static const GPtrArray *ports_of(const Translation *translation) {
        return !translation->spec ? NULL
               : translation->source->kind == SOURCE_CONTAINER
                       ? ((const ContainerSpec *) translation->spec)->ports
               : translation->source->kind == SOURCE_POD ? ((const PodSpec *) translation->spec)->ports
                                                         : NULL;
}

static const UnitAssignment *find_line(const Translation *translation, const char *key, const char *text,
                                       bool is_all) {
        g_autoptr(GPtrArray) lines =
                unit_file_all(translation->unit, source_section(translation->source->kind), key);

        for (guint i = 0; i < lines->len; i++) {
                const UnitAssignment *line = lines->pdata[i];

                if (is_all ? g_str_equal(line->value, text) : strstr(line->value, text) != NULL)
                        return line;
        }
        return NULL;
}

/* Where TEXT was written; NULL when nothing says so any more. */
static const UnitAssignment *line_of(const Translation *translation, const char *text) {
        const UnitAssignment *line = find_line(translation, "PublishPort", text, true);

        line = line ? line : find_line(translation, "PublishPort", text, false);
        return line ? line : find_line(translation, "PodmanArgs", text, false);
}

/* The mapping of a text; NULL when it has none that is known now. Caller frees. */
static PortMapping *parse(const Translation *translation, const char *text) {
        g_autofree char *value = check_expand(translation, text);
        PortMapping *mapping;

        return value && value_port_parse(value, &mapping, NULL) ? mapping : NULL;
}

/* False: it is not known now. */
static bool find_network(const Check *check, const Translation *translation, NetworkKind *ret_kind) {
        bool is_pod = translation->source->kind == SOURCE_POD;
        const ContainerSpec *container = is_pod ? NULL : translation->spec;
        const GPtrArray *networks =
                is_pod ? ((const PodSpec *) translation->spec)->networks : container->networks;
        const char *text = networks->len > 0 ? networks->pdata[0] : is_pod ? NULL : check->network;
        g_autofree char *value = text ? check_expand(translation, text) : NULL;
        g_autoptr(NetworkMode) mode = NULL;

        if ((container && container->pod) || (text && !value) || !value_network_parse(value, &mode, NULL))
                return false;
        *ret_kind = mode->kind;
        return true;
}

void check_ports_note(Check *check, const Translation *translation) {
        const GPtrArray *texts = ports_of(translation);

        for (guint i = 0; texts && i < texts->len; i++) {
                g_autoptr(PortMapping) mapping = parse(translation, texts->pdata[i]);

                if (!mapping || mapping->host_first == 0)
                        continue;
                CheckPort port = {g_strdup(translation->service), g_strdup(texts->pdata[i]),
                                  g_steal_pointer(&mapping)};
                g_array_append_val(check->ports, port);
        }
}

/* Those of "::" may take callers of IPv4 as well, which the kernel does not show. */
static const char *widen(const char *address) {
        return g_strcmp0(address, "::") == 0 ? NULL : address;
}

static bool may_meet(const CheckListener *listener, const PortMapping *mapping) {
        return value_port_meets(widen(listener->address), widen(mapping->address));
}

/* What runs now may be gone at the start, so this is a note. */
static void check_listeners(const Check *check, Translation *translation, const UnitAssignment *line,
                            const PortMapping *mapping) {
        for (guint i = 0; i < check->listeners->len; i++) {
                const CheckListener *listener = &g_array_index(check->listeners, CheckListener, i);

                if (listener->protocol != (int) mapping->protocol || listener->port < mapping->host_first ||
                    listener->port > mapping->host_last || !may_meet(listener, mapping))
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

static void check_others(const Check *check, Translation *translation, const UnitAssignment *line,
                         const PortMapping *mapping) {
        for (guint i = 0; i < check->ports->len; i++) {
                const CheckPort *port = &g_array_index(check->ports, CheckPort, i);

                if (strcmp(port->service, translation->service) != 0 &&
                    value_port_overlaps(port->mapping, mapping))
                        problem_add(translation->problems, PROBLEM_ERROR, line->file, line->line, line->key,
                                    "%s publishes this port too (%s), and only one of them can run",
                                    port->service, port->text);
        }
}

static void report(Translation *translation, const UnitAssignment *line, const GError *error) {
        problem_add(translation->problems, PROBLEM_ERROR, line->file, line->line, line->key, "%s",
                    error->message);
}

void check_ports(const Check *check, Translation *translation) {
        g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func((GDestroyNotify) port_mapping_free);
        const GPtrArray *texts = ports_of(translation);
        NetworkKind kind = NETWORK_NONE;
        bool is_known = texts && find_network(check, translation, &kind);
        bool is_host = is_known && kind == NETWORK_HOST, is_pasta = is_known && kind == NETWORK_PASTA;

        for (guint i = 0; texts && i < texts->len; i++) {
                g_autoptr(PortMapping) mapping = parse(translation, texts->pdata[i]);
                const UnitAssignment *line = mapping ? line_of(translation, texts->pdata[i]) : NULL;
                g_autoptr(GError) privileged = NULL, twice = NULL;

                if (!line)
                        continue;
                if (!network_ports_check_floor(mapping, is_host, &privileged))
                        report(translation, line, privileged);
                check_listeners(check, translation, line, mapping);
                check_others(check, translation, line, mapping);
                if (!value_port_add(ports, g_steal_pointer(&mapping), &twice)) {
                        report(translation, line, twice);
                } else if (is_pasta && !value_port_check_pasta(ports, &twice)) {
                        report(translation, line, twice);
                        is_pasta = false; /* said once */
                }
        }
}
