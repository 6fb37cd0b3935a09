/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list, not a table: there are a dozen variables, and the order is kept for readers. */

#include "runner/environment.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static guint find_index(const GPtrArray *environment, const char *key, size_t size) {
        for (guint i = 0; i < environment->len; i++) {
                const char *entry = environment->pdata[i];
                if (entry && strncmp(entry, key, size) == 0 && entry[size] == '=')
                        return i;
        }
        return G_MAXUINT;
}

const char *environment_find(const GPtrArray *environment, const char *key) {
        size_t size = strlen(key);
        guint i = find_index(environment, key, size);

        return i == G_MAXUINT ? NULL : (const char *) environment->pdata[i] + size + 1;
}

void environment_set(GPtrArray *environment, const char *assignment) {
        guint i = find_index(environment, assignment, strcspn(assignment, "="));

        if (i == G_MAXUINT) {
                g_ptr_array_add(environment, g_strdup(assignment));
                return;
        }
        g_free(environment->pdata[i]);
        environment->pdata[i] = g_strdup(assignment);
}

/* KEY=VALUE, or KEY for what the runner has itself; nothing where it has none. */
static void take(GPtrArray *environment, const char *entry) {
        if (strchr(entry, '=')) {
                environment_set(environment, entry);
                return;
        }
        const char *value = g_getenv(entry);
        if (value) {
                g_autofree char *assignment = g_strconcat(entry, "=", value, NULL);
                environment_set(environment, assignment);
        }
}

void environment_parse_file(const char *text, GPtrArray *environment) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                const char *entry = g_strchug(*line);
                size_t size = strlen(entry);
                if (size > 0 && entry[size - 1] == '\r')
                        (*line)[size - 1] = '\0';
                if (*entry && *entry != '#' && *entry != '=')
                        take(environment, entry);
        }
}

/* What systemd gives to the service is the runner's business, but EnvironmentHost=yes asks for the user's
 * variables. */
static void take_host(GPtrArray *environment) {
        static const char *const never[] = {"NOTIFY_SOCKET",
                                            "LISTEN_FDS",
                                            "LISTEN_PID",
                                            "LISTEN_FDNAMES",
                                            "INVOCATION_ID",
                                            "JOURNAL_STREAM",
                                            "RUNTIME_DIRECTORY",
                                            "MAINPID",
                                            "CREDENTIALS_DIRECTORY",
                                            "SYSTEMD_EXEC_PID",
                                            "WATCHDOG_PID",
                                            "WATCHDOG_USEC",
                                            NULL};
        g_auto(GStrv) own = g_get_environ();

        for (char **entry = own; *entry; entry++) {
                g_autofree char *key = g_strndup(*entry, strcspn(*entry, "="));
                /* "WOLFFIA_RUN_": how `wolffia run` hands over variables (cli/run-unit.c). */
                if (!g_strv_contains(never, key) && !g_str_has_prefix(key, "WOLFFIA_RUN_"))
                        environment_set(environment, *entry);
        }
}

/* podman-run(1), --http-proxy: what a user has set for all programs is meant for those in containers too. */
static void take_proxies(GPtrArray *environment) {
        static const char *const names[] = {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
                                            "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                take(environment, names[i]);
}

bool environment_plan(const ContainerSpec *spec, const ImageRecord *image, const char *host_name,
                      GPtrArray **ret_environment, GError **error) {
        g_autoptr(GPtrArray) environment = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *host_assignment = g_strconcat("HOSTNAME=", host_name, NULL);

        environment_set(environment, DEFAULT_PATH);
        if (spec->environment_host == TRISTATE_YES)
                take_host(environment);
        if (spec->http_proxy != TRISTATE_NO)
                take_proxies(environment);
        for (const char *const *entry = image ? image->environment : NULL; entry && *entry; entry++)
                environment_set(environment, *entry);
        /* systemd.io/CONTAINER_INTERFACE: how a program learns that it is in a container. */
        environment_set(environment, "container=wolffia");
        environment_set(environment, host_assignment);

        for (guint i = 0; i < spec->environment_files->len; i++) {
                const char *path = spec->environment_files->pdata[i];
                bool may_be_missing = *path == '-';
                g_autoptr(GError) failure = NULL;
                g_autofree char *text = NULL;

                if (file_read(AT_FDCWD, path + may_be_missing, 1 << 24, &text, NULL, &failure))
                        environment_parse_file(text, environment);
                else if (!may_be_missing || !g_error_matches(failure, ERRNO_ERROR, ENOENT)) {
                        g_propagate_error(error, g_steal_pointer(&failure));
                        return fail_prefix(error, "EnvironmentFile=%s", path);
                }
        }
        for (guint i = 0; i < spec->environment->len; i++)
                take(environment, spec->environment->pdata[i]);
        *ret_environment = g_steal_pointer(&environment);
        return true;
}

guint64 environment_find_watchdog(void) {
        const char *pid = g_getenv("WATCHDOG_PID"), *usec = g_getenv("WATCHDOG_USEC");
        g_autofree char *own_pid = g_strdup_printf("%d", (int) getpid());

        return usec && (!pid || g_str_equal(pid, own_pid)) ? g_ascii_strtoull(usec, NULL, 10) : 0;
}
