/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The answer is options of the runner, one a line. */

#include "runner/cdi.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/process.h"
#include "config.h"
#include "spec/container-keys.h"
#include "spec/key-options.h"
#include "spec/value-device.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool is_cdi(const char *text) {
        g_autoptr(DeviceValue) device = NULL;

        return value_device_parse(text, &device, NULL) && device->is_cdi;
}

/* Moves the names out of the specification. Caller unrefs. */
static GPtrArray *take_names(ContainerSpec *spec) {
        GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

        for (guint i = spec->devices->len; i > 0; i--)
                if (is_cdi(spec->devices->pdata[i - 1])) {
                        const char *text = spec->devices->pdata[i - 1];
                        g_ptr_array_insert(names, 0, g_strdup(text));
                        g_ptr_array_remove_index(spec->devices, i - 1);
                }
        return names;
}

static char *read_all(int fd) {
        GString *text = g_string_new(NULL);
        char buffer[4096];
        ssize_t size;

        while ((size = read(fd, buffer, sizeof buffer)) > 0 || (size < 0 && errno == EINTR))
                g_string_append_len(text, buffer, MAX(size, 0));
        return g_string_free(text, FALSE);
}

/* Caller frees RET_TEXT. */
static bool ask(const GPtrArray *names, char **ret_text, GError **error) {
        const char *program = g_getenv("WOLFFIA_PROGRAM"); /* for running from a build folder */
        g_autoptr(GPtrArray) argv = g_ptr_array_new();
        ProcessFiles files = PROCESS_FILES_NONE;
        Process process = PROCESS_NONE;
        int ends[2];

        g_ptr_array_add(argv, (void *) (program ? program : WOLFFIA_CLI_PATH));
        g_ptr_array_add(argv, (void *) "cdi");
        for (guint i = 0; i < names->len; i++)
                g_ptr_array_add(argv, names->pdata[i]);
        g_ptr_array_add(argv, NULL);
        if (pipe2(ends, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        files.output_fd = ends[1];
        bool started = process_start((const char *const *) argv->pdata, &files, &process, error);
        close(ends[1]);
        *ret_text = read_all(ends[0]);
        close(ends[0]);
        return started && process_finish(&process, NULL, error);
}

static void tell(const ContainerSpec *spec, const char *name, const char *remark) {
        g_autofree char *text = g_strdup_printf("AddDevice=%s:%s", name, remark);

        log_entry(LOG_NOTICE, text, "MESSAGE_ID", MESSAGE_HOST_DEGRADED, "USER_UNIT", spec->unit,
                  "WOLFFIA_CONTAINER", spec->name, NULL);
}

bool cdi_expand(ContainerSpec *spec, GError **error) {
        g_autoptr(GPtrArray) names = take_names(spec);
        g_autofree char *text = NULL;

        if (names->len == 0)
                return true;
        if (!ask(names, &text, error))
                return fail_prefix(error, "AddDevice=%s", (const char *) names->pdata[0]);
        g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
        g_autoptr(GPtrArray) options = g_ptr_array_new();
        for (char **line = lines; *line; line++)
                if (**line == '#')
                        tell(spec, names->pdata[0], *line + 1);
                else
                        g_ptr_array_add(options, *line);
        g_ptr_array_add(options, NULL);
        return key_options_merge(&container_key_table, (const char *const *) options->pdata, spec, error);
}
