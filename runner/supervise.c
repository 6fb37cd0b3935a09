/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Descriptors go over by number, since exec keeps them; the command line names each, so that a reader of
 * `ps` sees what the supervisor holds. */

#include "runner/supervise.h"

#include "base/error.h"
#include "config.h"
#include "spec/value-signal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

bool supervise_find_stop_signal(const Run *run, int *ret_signal, GError **error) {
        const char *asked = run->spec->stop_signal;

        if (asked && *asked)
                return value_signal_parse(asked, ret_signal, error) ||
                       fail_prefix(error, "StopSignal=%s", asked);
        /* An image's slip must not keep its container from starting. */
        if (!run->image || !*run->image->stop_signal ||
            !value_signal_parse(run->image->stop_signal, ret_signal, NULL))
                *ret_signal = SIGTERM;
        return true;
}

static void hand_over(GPtrArray *argv, const char *option, int fd) {
        if (fd < 0)
                return;
        (void) fcntl(fd, F_SETFD, 0);
        g_ptr_array_add(argv, g_strdup_printf("--%s=%d", option, fd));
}

bool supervise_become(const Run *run, int stop_signal, GError **error) {
        const char *program = g_getenv("WOLFFIA_SUPERVISOR"); /* for running from a build folder */
        const char *notify_socket = g_getenv("NOTIFY_SOCKET");
        g_autofree char *notify_variable = g_strconcat("NOTIFY_SOCKET=", notify_socket, NULL);
        char *const environment[] = {notify_socket ? notify_variable : NULL, NULL};

        if (!program)
                program = WOLFFIA_SUPERVISOR_PATH;
        g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(argv, g_strdup("wolffia-supervisor"));
        g_ptr_array_add(argv, g_strdup_printf("--payload=%d", (int) run->child));
        g_ptr_array_add(argv, g_strdup_printf("--stop-signal=%d", stop_signal));
        if (run->network.pasta.pid > 0)
                g_ptr_array_add(argv, g_strdup_printf("--pasta=%d", (int) run->network.pasta.pid));
        hand_over(argv, "pasta-errors-fd", run->network.pasta.error_fd);
        hand_over(argv, "output-fd", run->output_fd);
        hand_over(argv, "notify-fd", run->notify_fd);
        hand_over(argv, "namespace-fd", run->namespace_fd);
        hand_over(argv, "containers-fd", run->containers_fd);
        hand_over(argv, "folder-fd", run->folder_fd);
        if (run->session.owns_container_dir)
                g_ptr_array_add(argv, g_strconcat("--runtime-dir=", run->session.container_dir, NULL));
        g_ptr_array_add(argv, g_strdup(run->spec->name));
        g_ptr_array_add(argv, NULL);

        /* The payload has its own; one that it closes must not stay open here. */
        for (guint i = 0; i < run->listen_count; i++)
                (void) fcntl((int) (3 + i), F_SETFD, FD_CLOEXEC);
        execve(program, (char *const *) argv->pdata, environment);
        return fail_errno(error, errno, "Cannot start %s", program);
}
