/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A log file is written by a program of its own, wolffia-log, to which the supervisor copies as it copies to the journal: what
 * stays for every container does not grow by what a few of them want, and the end is the same for all drivers. */

#include "runner/payload-output.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "config.h"
#include "runner/exec-message.h"
#include "runner/payload-pipe.h"
#include "spec/value-basic.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *find_option(const ContainerSpec *spec, const char *name) {
        const char *found = NULL;

        for (guint i = 0; i < spec->log_options->len; i++) {
                const char *option = spec->log_options->pdata[i];
                if (g_str_has_prefix(option, name) && option[strlen(name)] == '=')
                        found = option + strlen(name) + 1;
        }
        return found;
}

static bool is_file(const ContainerSpec *spec) {
        return g_strcmp0(spec->log_driver, "k8s-file") == 0 || g_strcmp0(spec->log_driver, "json-file") == 0;
}

char *payload_output_file(const ContainerSpec *spec) {
        const char *path = find_option(spec, "path");

        if (!is_file(spec))
                return NULL;
        if (path && *path)
                return g_strdup(path);
        g_autofree char *name = g_strconcat(spec->name, ".log", NULL);
        return g_build_filename(g_get_user_state_dir(), "wolffia", "logs", name, NULL);
}

/* Opened here already, so that a start fails that has nowhere to write to. */
static bool open_file(const char *path, int *ret_fd, GError **error) {
        g_autofree char *folder = g_path_get_dirname(path);

        if (!g_path_is_absolute(path))
                return fail(error, WOLFFIA_ERROR_VALUE, "LogOpt=path=%s: write the whole path, like %%h/%s",
                            path, path);
        if (!file_make_folders(AT_FDCWD, folder, 0700, error))
                return false;
        *ret_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
        return *ret_fd >= 0 || fail_errno(error, errno, "LogDriver=k8s-file: cannot open %s", path);
}

static bool start_log(Run *run, GError **error) {
        const char *program = g_getenv("WOLFFIA_LOG"), *zone = g_getenv("TZ"),
                   *size = find_option(run->spec, "max-size");
        g_autofree char *path = payload_output_file(run->spec),
                        *zone_variable = g_strconcat("TZ=", zone, NULL);
        guint64 bytes = 0;
        int fds[2];

        if (size && !value_size_parse(size, &bytes, error))
                return fail_prefix(error, "LogOpt=max-size=%s", size);
        autofd int file_fd = -1;
        if (!open_file(path, &file_fd, error))
                return false;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        autofd int read_fd = fds[0];
        run->log_fd = fds[1];

        g_autofree char *limit = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);
        const char *const argv[] = {program ? program : WOLFFIA_LOG_PATH, path, limit, NULL};
        const char *const environment[] = {zone ? zone_variable : NULL, NULL};
        const ProcessFiles files = {.input_fd = read_fd,
                                    .output_fd = file_fd,
                                    .keep_stderr = true,
                                    .is_apart = true,
                                    .environment = environment};
        return process_start(argv, &files, &run->log, error);
}

/* Somebody has to read what is written to a terminal, also where it is thrown away. */
static bool open_terminal(Run *run, GError **error) {
        int fds[2];

        if (g_strcmp0(run->spec->log_driver, "none") == 0) {
                run->log_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
                if (run->log_fd < 0)
                        return fail_errno(error, errno, "Cannot open /dev/null");
        }
        if (is_file(run->spec) && !start_log(run, error))
                return false;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return fail_errno(error, errno, "Cannot make a socket for the terminal");
        run->terminal_fd = fds[0];
        run->payload_fd = fds[1];
        return true;
}

bool payload_output_take_terminal(Run *run, GError **error) {
        ExecMessage message = {0};
        int fd = -1;

        if (run->terminal_fd < 0)
                return true;
        if (!exec_message_receive(run->terminal_fd, &message, &fd, error))
                return false;
        if (message.kind != EXEC_TERMINAL || fd < 0)
                return fail(error, WOLFFIA_ERROR_HELPER, "The container has handed over no terminal");
        cleanup_fd(&run->terminal_fd);
        run->output_fd = fd;
        /* A payload may close all it has of the terminal, and open it again. */
        run->terminal_hold_fd = ioctl(fd, TIOCGPTPEER, O_RDONLY | O_NOCTTY | O_CLOEXEC);
        return run->terminal_hold_fd >= 0 ||
               fail_errno(error, errno, "Cannot open the container's terminal");
}

bool payload_output_open(Run *run, GError **error) {
        const char *driver = run->spec->log_driver;
        int fds[2];

        if (run->spec->tty == TRISTATE_YES)
                return open_terminal(run, error);
        if (g_strcmp0(driver, "passthrough") == 0 || g_strcmp0(driver, "passthrough-tty") == 0)
                return true;
        if (g_strcmp0(driver, "none") == 0) {
                run->payload_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
                return run->payload_fd >= 0 || fail_errno(error, errno, "Cannot open /dev/null");
        }
        if (is_file(run->spec) && !start_log(run, error))
                return false;
        /* One pipe for both streams, so that their order is kept; a pipe, not the journal's socket, since
         * images open /dev/stdout again, and a socket cannot be opened. */
        if (!payload_pipe_open(run->folder_fd, run->file_label, fds, error))
                return false;
        run->output_fd = fds[0];
        run->payload_fd = fds[1];
        /* Only who gets at the payload's descriptors gets at the pipe. */
        if (!run->has_user && fchmod(run->payload_fd, 0666) < 0)
                return fail_errno(error, errno, "Cannot open the output to the payload");
        return true;
}

void payload_output_abandon(Run *run) {
        cleanup_fd(&run->log_fd);
        if (run->log.pid > 0)
                (void) process_finish(&run->log, NULL, NULL);
}
