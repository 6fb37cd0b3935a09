/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia top: the processes of a container, seen from outside: nothing of the image is needed for it. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id-map.h"
#include "cli/containers.h"
#include "cli/inside.h"
#include "cli/table.h"
#include "cli/verb.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char description[] =
        "NAME is a container's name or its unit's. USER and PID are those inside, HOST PID is\n"
        "what 'ps' outside shows.";

/* "pid:[4026531836]", or NULL. */
static char *pid_namespace(const char *pid) {
        g_autofree char *path = g_strdup_printf("/proc/%s/ns/pid", pid);

        return g_file_read_link(path, NULL);
}

static char *read_proc(const char *pid, const char *name, gsize *ret_size) {
        g_autofree char *path = g_strdup_printf("/proc/%s/%s", pid, name);
        char *text = NULL;

        return file_read(AT_FDCWD, path, 1 << 20, &text, ret_size, NULL) ? text : NULL;
}

/* The first (INDEX 0) or a later number of a line of /proc/PID/status; with INDEX -1 the last. */
static guint64 status_number(const char *status, const char *name, int index) {
        const char *line = strstr(status, name);
        guint64 number = 0;

        if (!line)
                return 0;
        char *p = (char *) line + strlen(name);
        for (int i = 0; i <= index || index < 0; i++) {
                char *end;
                guint64 next = g_ascii_strtoull(p, &end, 10);
                if (end == p || memchr(p, '\n', (size_t) (end - p)))
                        break;
                number = next;
                p = end;
        }
        return number;
}

/* proc(5): fields 14 and 15 of stat, in ticks. */
static guint64 cpu_seconds(const char *pid) {
        g_autofree char *text = read_proc(pid, "stat", NULL);
        char *p = text ? strrchr(text, ')') : NULL;

        for (int field = 2; p && field < 14; field++)
                p = strchr(p + 1, ' ');
        if (!p)
                return 0;
        guint64 user = g_ascii_strtoull(p, &p, 10), system = g_ascii_strtoull(p, &p, 10);
        return (user + system) / (guint64) sysconf(_SC_CLK_TCK);
}

/* The words of the command line, or the name in brackets. */
static char *command_line(const char *pid, const char *status) {
        gsize size = 0;
        char *text = read_proc(pid, "cmdline", &size);

        if (!text || size == 0) {
                const char *name = strstr(status, "Name:\t");
                g_free(text);
                return name ? g_strdup_printf("[%.*s]", (int) strcspn(name + 6, "\n"), name + 6)
                            : g_strdup("?");
        }
        for (gsize i = 0; i + 1 < size; i++)
                if (!text[i])
                        text[i] = ' ';
        return text;
}

static void add_process(Table *table, const char *pid, const ContainerState *state) {
        g_autofree char *status = read_proc(pid, "status", NULL);

        if (!status) /* it has just ended */
                return;
        g_autofree char *command = command_line(pid, status);
        g_autofree char *memory = table_print_bytes(status_number(status, "\nVmRSS:", 0) * 1024);
        const char *letter = strstr(status, "\nState:\t");
        guint64 seconds = cpu_seconds(pid);

        table_addf(table, TABLE_PLAIN, "%" G_GUINT64_FORMAT,
                   (guint64) inside_id(state->users, (guint32) status_number(status, "\nUid:", 1)));
        table_addf(table, TABLE_PLAIN, "%" G_GUINT64_FORMAT, status_number(status, "\nNSpid:", -1));
        table_add(table, pid, TABLE_PLAIN);
        table_addf(table, TABLE_PLAIN, "%c", letter ? letter[8] : '?');
        table_addf(table, TABLE_PLAIN, "%" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT, seconds / 60,
                   seconds % 60);
        table_add(table, memory, TABLE_PLAIN);
        table_add(table, command, TABLE_PLAIN);
}

static int compare_pids(const void *a, const void *b) {
        return atoi(*(const char *const *) a) - atoi(*(const char *const *) b);
}

/* Those in its pid namespace. */
static GPtrArray *find_processes(const ContainerState *state) {
        GPtrArray *pids = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *payload = g_strdup_printf("%d", (int) state->payload);
        g_autofree char *wanted = pid_namespace(payload);
        autodir DIR *folder = opendir("/proc");
        struct dirent *entry;

        while (wanted && folder && (entry = readdir(folder))) {
                if (!g_ascii_isdigit(entry->d_name[0]))
                        continue;
                g_autofree char *found = pid_namespace(entry->d_name);
                if (g_strcmp0(found, wanted) == 0)
                        g_ptr_array_add(pids, g_strdup(entry->d_name));
        }
        g_ptr_array_sort(pids, compare_pids);
        return pids;
}

static bool run(const char *name, GError **error) {
        static const TableColumn columns[] = {
                {"USER", true, false},    {"PID", true, false},  {"HOST PID", true, false},
                {"S", false, false},      {"TIME", true, false}, {"MEMORY", true, false},
                {"COMMAND", false, true},
        };
        g_autoptr(Manager) manager = NULL;
        g_autoptr(Container) container = NULL;
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

        if (!manager_open(&manager, error) || !containers_find_running(manager, name, &container, error))
                return false;
        g_autoptr(GPtrArray) pids = find_processes(container->state);
        for (guint i = 0; i < pids->len; i++)
                add_process(table, pids->pdata[i], container->state);
        table_show(table);
        return true;
}

int verb_top(const Verb *verb, int argc, char **argv) {
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, NULL, description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 1)
                return verb_misuse(verb, "the name of one container is needed");
        return run(arguments[0], &error) ? VERB_SUCCESS : verb_fail(error);
}
