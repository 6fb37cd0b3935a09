/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In a unit the supervisor and pasta are in the unit's cgroup beside the payload's, and what the manager limits is the
 * unit's: its memory is shown. Processor and disk time are the payload's, where that can be told apart. */

#include "cli/usage.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static char *read_file(const char *cgroup, const char *name) {
        g_autofree char *path = g_strconcat(CGROUP_ROOT, cgroup, "/", name, NULL);
        char *text = NULL;

        (void) file_read(AT_FDCWD, path, 0, &text, NULL, NULL);
        return text;
}

/* "max" is no number. */
static guint64 parse_number(const char *text) {
        return text && g_ascii_isdigit(*text) ? g_ascii_strtoull(text, NULL, 10) : USAGE_UNKNOWN;
}

static guint64 read_number(const char *cgroup, const char *name) {
        g_autofree char *text = read_file(cgroup, name);

        return parse_number(text);
}

guint64 usage_parse_key(const char *text, const char *key) {
        size_t length = strlen(key);

        while (text && *text) {
                if (strncmp(text, key, length) == 0 && text[length] == ' ')
                        return parse_number(text + length + 1);
                text = strchr(text, '\n');
                text = text ? text + 1 : NULL;
        }
        return USAGE_UNKNOWN;
}

/* Of the unit's cgroup the controllers' files are there whenever they are delegated; of the payload's only where the
 * unit's hands them on. */
static char *unit_cgroup(const ContainerState *state) {
        return *state->unit ? g_path_get_dirname(state->cgroup) : g_strdup(state->cgroup);
}

bool usage_has_own_cgroup(const ContainerState *state) {
        g_autofree char *name = g_path_get_basename(state->cgroup);

        return g_str_has_prefix(name, "payload");
}

guint64 usage_memory(const ContainerState *state) {
        g_autofree char *cgroup = unit_cgroup(state);

        return usage_has_own_cgroup(state) ? read_number(cgroup, "memory.current") : USAGE_UNKNOWN;
}

/* io.stat: "8:0 rbytes=1 wbytes=2 …", a line each device. */
static void read_disks(const char *cgroup, Usage *usage) {
        g_autofree char *text = read_file(cgroup, "io.stat");

        usage->read = usage->written = text ? 0 : USAGE_UNKNOWN;
        for (const char *p = text; p && (p = strstr(p, "rbytes=")); p++)
                usage->read += g_ascii_strtoull(p + strlen("rbytes="), NULL, 10);
        for (const char *p = text; p && (p = strstr(p, "wbytes=")); p++)
                usage->written += g_ascii_strtoull(p + strlen("wbytes="), NULL, 10);
}

void usage_parse_network(const char *text, guint64 *ret_received, guint64 *ret_sent) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        *ret_received = *ret_sent = 0;
        for (char **line = lines; *line; line++) {
                char *colon = strchr(*line, ':');
                guint64 numbers[9] = {0};

                if (!colon || g_str_has_prefix(g_strchug(*line), "lo:"))
                        continue;
                char *p = strchr(*line, ':') + 1;
                for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
                        numbers[i] = strtoull(p, &p, 10);
                *ret_received += numbers[0];
                *ret_sent += numbers[8];
        }
}

static void read_network(const ContainerState *state, Usage *usage) {
        g_autofree char *path = g_strdup_printf("/proc/%d/net/dev", (int) state->payload), *text = NULL;

        usage->received = usage->sent = USAGE_UNKNOWN;
        if (g_strv_contains((const char *const *) state->namespaces, "net") &&
            file_read(AT_FDCWD, path, 0, &text, NULL, NULL))
                usage_parse_network(text, &usage->received, &usage->sent);
}

void usage_read(const ContainerState *state, Usage *ret_usage) {
        Usage usage = {USAGE_UNKNOWN, USAGE_UNKNOWN, USAGE_UNKNOWN,
                       USAGE_UNKNOWN, USAGE_UNKNOWN, USAGE_UNKNOWN,
                       USAGE_UNKNOWN, USAGE_UNKNOWN, 0};

        if (usage_has_own_cgroup(state)) {
                g_autofree char *unit = unit_cgroup(state), *text = read_file(state->cgroup, "cpu.stat");
                usage.cpu_usec = usage_parse_key(text, "usage_usec");
                usage.memory = read_number(unit, "memory.current");
                usage.memory_limit = read_number(unit, "memory.max");
                usage.tasks = read_number(unit, "pids.current");
                read_disks(unit, &usage);
        }
        read_network(state, &usage);
        usage.time = g_get_monotonic_time();
        *ret_usage = usage;
}

/* ---- freezing ---- */

/* The file is readable anew whenever it changes (cgroups(7)). */
static bool wait_frozen(const ContainerState *state, int fd, bool freeze, GError **error) {
        gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

        for (;;) {
                char text[256];
                struct pollfd event = {.fd = fd, .events = POLLPRI};
                ssize_t size = pread(fd, text, sizeof text - 1, 0);
                if (size < 0)
                        return fail_errno(error, errno, "'%s' has ended", state->name);
                text[size] = '\0';
                if (usage_parse_key(text, "frozen") == (freeze ? 1 : 0))
                        return true;
                if (g_get_monotonic_time() > deadline)
                        return fail(error, WOLFFIA_ERROR_HELPER,
                                    "'%s' is not %s after 10 s; a process of it waits in the kernel",
                                    state->name, freeze ? "frozen" : "running again");
                (void) poll(&event, 1, 1000);
        }
}

bool usage_freeze(const ContainerState *state, bool freeze, GError **error) {
        g_autofree char *freezer = g_strconcat(CGROUP_ROOT, state->cgroup, "/cgroup.freeze", NULL);
        g_autofree char *events = g_strconcat(CGROUP_ROOT, state->cgroup, "/cgroup.events", NULL);

        if (!usage_has_own_cgroup(state))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "'%s' was started by hand in a cgroup that is not its own, so it cannot be frozen; as a "
                        "unit ('wolffia run') it can",
                        state->name);
        autofd int events_fd = open(events, O_RDONLY | O_CLOEXEC);
        autofd int fd = open(freezer, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || events_fd < 0)
                return fail_errno(error, errno, "Cannot open the freezer of '%s'", state->name);
        if (write(fd, freeze ? "1" : "0", 1) < 0)
                return fail_errno(error, errno, "Cannot %s '%s'", freeze ? "freeze" : "thaw", state->name);
        return wait_frozen(state, events_fd, freeze, error);
}
