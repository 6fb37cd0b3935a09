/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* posix_spawn() instead of fork(): the C library uses vfork semantics, which are several times faster from a
 * process that has libraries mapped. */

#include "base/process.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char *process_find_program(const char *program) {
        static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"};

        if (strchr(program, '/'))
                return access(program, X_OK) == 0 ? g_strdup(program) : NULL;

        char *found = g_find_program_in_path(program);
        for (size_t i = 0; !found && i < G_N_ELEMENTS(folders); i++) {
                g_autofree char *path = g_build_filename(folders[i], program, NULL);
                if (access(path, X_OK) == 0)
                        found = g_steal_pointer(&path);
        }
        return found;
}

static void prepare_signals(posix_spawnattr_t *attributes, bool is_apart) {
        sigset_t all, none;

        sigfillset(&all);
        sigdelset(&all, SIGKILL);
        sigdelset(&all, SIGSTOP);
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(attributes, &all);
        posix_spawnattr_setsigmask(attributes, &none);
        posix_spawnattr_setpgroup(attributes, 0);
        posix_spawnattr_setflags(attributes, (short) (POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                      (is_apart ? POSIX_SPAWN_SETPGROUP : 0)));
}

static void prepare_file(posix_spawn_file_actions_t *actions, int fd, int target) {
        if (fd >= 0)
                posix_spawn_file_actions_adddup2(actions, fd, target);
        else
                posix_spawn_file_actions_addopen(actions, target, "/dev/null", O_RDWR, 0);
}

bool process_start(const char *const *argv, const ProcessFiles *files, Process *ret_process,
                   GError **error) {
        g_autofree char *path = process_find_program(argv[0]);
        if (!path)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "The program %s is not installed", argv[0]);

        int pipe_fds[2];
        if (pipe2(pipe_fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        autofd int read_fd = pipe_fds[0], write_fd = pipe_fds[1];

        posix_spawnattr_t attributes;
        posix_spawn_file_actions_t actions;
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_init(&actions);
        prepare_signals(&attributes, files->is_apart);
        prepare_file(&actions, files->input_fd, STDIN_FILENO);
        prepare_file(&actions, files->output_fd, STDOUT_FILENO);
        if (!files->keep_stderr)
                posix_spawn_file_actions_adddup2(&actions, write_fd, STDERR_FILENO);
        /* Not all of ours close by themselves: sockets that systemd has passed do not. */
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

        pid_t pid;
        char *const *environment = files->environment ? (char *const *) files->environment : environ;
        int result = posix_spawn(&pid, path, &actions, &attributes, (char *const *) argv, environment);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (result != 0)
                return fail_errno(error, result, "Cannot start %s", path);

        *ret_process =
                (Process){.name = g_path_get_basename(argv[0]), .pid = pid, .error_fd = steal_fd(&read_fd)};
        return true;
}

/* The last 4 KiB that the program said, without the line end. */
static char *read_complaint(int fd) {
        GString *text = g_string_new(NULL);
        char buffer[4096];
        ssize_t n;

        while ((n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR)) {
                if (n > 0)
                        g_string_append_len(text, buffer, n);
                if (text->len > 2 * sizeof buffer)
                        g_string_erase(text, 0, (gssize) (text->len - sizeof buffer));
        }
        return g_strchomp(g_string_free(text, FALSE));
}

/* Most programs begin with their own name, which is said already. */
static const char *without_name(const char *complaint, const char *name) {
        size_t length = strlen(name);

        return g_str_has_prefix(complaint, name) && g_str_has_prefix(complaint + length, ": ")
                       ? complaint + length + strlen(": ")
                       : complaint;
}

static void free_parts(Process *process) {
        g_clear_pointer(&process->name, g_free);
        cleanup_fd(&process->error_fd);
        process->pid = 0;
}

bool process_finish(Process *process, int *ret_status, GError **error) {
        g_autofree char *complaint = read_complaint(process->error_fd);
        g_autofree char *name = g_steal_pointer(&process->name);
        int status;

        while (waitpid(process->pid, &status, 0) < 0)
                if (errno != EINTR) {
                        free_parts(process);
                        return fail_errno(error, errno, "Cannot wait for %s", name);
                }
        free_parts(process);

        if (ret_status)
                *ret_status = status;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return true;
        if (*complaint)
                return fail(error, WOLFFIA_ERROR_HELPER, "%s failed: %s", name,
                            without_name(complaint, name));
        if (WIFSIGNALED(status))
                return fail(error, WOLFFIA_ERROR_HELPER, "%s was ended by signal %s", name,
                            strsignal(WTERMSIG(status)));
        return fail(error, WOLFFIA_ERROR_HELPER, "%s failed with exit status %d", name, WEXITSTATUS(status));
}

void process_wait(pid_t child, int *ret_status) {
        while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
                ;
}

void process_kill(pid_t child) {
        kill(child, SIGKILL);
        process_wait(child, NULL);
}

void process_abandon(Process *process) {
        if (process->pid > 0)
                process_kill(process->pid);
        free_parts(process);
}

bool process_run(const char *const *argv, const ProcessFiles *files, GError **error) {
        Process process = PROCESS_NONE;

        return process_start(argv, files, &process, error) && process_finish(&process, NULL, error);
}

bool process_close_others(int first, const int *kept, size_t count, GError **error) {
        for (;;) {
                int next = G_MAXINT;

                for (size_t i = 0; i < count; i++)
                        if (kept[i] >= first)
                                next = MIN(next, kept[i]);
                if (next > first && close_range((unsigned) first, (unsigned) next - 1, 0) < 0)
                        return fail_errno(error, errno, "Cannot close descriptors");
                if (next == G_MAXINT)
                        return true;
                first = next + 1;
        }
}
