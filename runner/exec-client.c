/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One poll() loop. Whatever this process does, the container does not notice: it is a socket's other end. */

#include "runner/exec-client.h"

#include "base/arguments.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/printable.h"
#include "runner/exec-pump.h"
#include "runner/exit-status.h"
#include "runner/raw-terminal.h"
#include "runner/supervisor-journal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Client {
        int connection_fd;
        int signal_fd;
        int terminal_fd; /* master side of the container's terminal */
        ExecPump input, output, errors;
        RawTerminal raw;
        bool has_started, has_ended;
        int status;
} Client;

/* By the folder, since the whole path may be longer than a socket's address. */
bool exec_client_connect(const char *folder, int *ret_fd, GError **error) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        autofd int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0) {
                if (errno != ENOENT)
                        return fail_errno(error, errno, "Cannot open %s", folder);
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "The container does not run: there is no %s",
                            folder);
        }
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" EXEC_SOCKET_NAME, folder_fd);
        autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot make a socket");
        if (connect(fd, (const struct sockaddr *) &address, sizeof address) < 0) {
                if (errno == ECONNREFUSED || errno == ENOENT)
                        return fail(
                                error, WOLFFIA_ERROR_NOT_FOUND,
                                "The container does not run, or was started by an older version of Wolffia: nobody "
                                "answers in %s",
                                folder);
                return fail_errno(error, errno, "Cannot reach the container by %s/" EXEC_SOCKET_NAME,
                                  folder);
        }
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool make_pipe(ExecPump *pump, int *ret_theirs, bool is_input, GError **error) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        if (is_input) {
                pump->to = fds[1];
                *ret_theirs = fds[0];
        } else {
                pump->from = fds[0];
                *ret_theirs = fds[1];
        }
        return true;
}

static bool is_same_file(int one, int other) {
        struct stat a, b;

        return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* One pipe for both where both go to one place, so that their order is kept. */
static bool make_files(Client *client, bool is_interactive, int files[3], GError **error) {
        client->input = (ExecPump){.from = STDIN_FILENO, .to = -1};
        client->output = (ExecPump){.from = -1, .to = STDOUT_FILENO};
        client->errors = (ExecPump){.from = -1, .to = STDERR_FILENO};

        if (!is_interactive) {
                client->input.from = -1;
                files[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
                if (files[0] < 0)
                        return fail_errno(error, errno, "Cannot open /dev/null");
        } else if (!make_pipe(&client->input, &files[0], true, error))
                return false;
        if (!make_pipe(&client->output, &files[1], false, error))
                return false;
        if (!is_same_file(STDOUT_FILENO, STDERR_FILENO))
                return make_pipe(&client->errors, &files[2], false, error);
        files[2] = fcntl(files[1], F_DUPFD_CLOEXEC, 3);
        return files[2] >= 0 || fail_errno(error, errno, "Cannot share a pipe");
}

static bool send_request(Client *client, const ExecRequest *request, bool is_interactive, GError **error) {
        int files[3] = {-1, -1, -1};

        bool sent = (request->has_terminal || make_files(client, is_interactive, files, error)) &&
                    exec_request_send(client->connection_fd, request, files, error);
        for (int i = 0; i < 3; i++)
                cleanup_fd(&files[i]);
        return sent;
}

/* ---- the terminal ---- */

static void take_terminal(Client *client, int terminal_fd, bool is_interactive) {
        client->terminal_fd = terminal_fd;
        client->output = (ExecPump){.from = fcntl(terminal_fd, F_DUPFD_CLOEXEC, 3), .to = STDOUT_FILENO};
        if (!is_interactive)
                return;
        client->input = (ExecPump){.from = STDIN_FILENO, .to = terminal_fd, .keeps_to = true};
        raw_terminal_enter(&client->raw);
        raw_terminal_copy_size(terminal_fd);
}

/* ---- the loop ---- */

static bool take_message(Client *client, bool is_interactive, GError **error) {
        ExecMessage message;
        autofd int passed_fd = -1;

        if (!exec_message_receive(client->connection_fd, &message, &passed_fd, error))
                return false;
        if (message.kind == EXEC_TERMINAL && passed_fd >= 0)
                take_terminal(client, steal_fd(&passed_fd), is_interactive);
        else if (message.kind == EXEC_STARTED)
                client->has_started = true;
        else if (message.kind == EXEC_FAILED) {
                client->status = message.value;
                return fail(error, WOLFFIA_ERROR_HELPER, "%s", message.text);
        } else if (message.kind == EXEC_ENDED) {
                client->has_ended = true;
                client->status = WIFEXITED(message.value) ? WEXITSTATUS(message.value)
                                                          : 128 + WTERMSIG(message.value);
        } else if (message.kind == 0)
                return fail(error, WOLFFIA_ERROR_HELPER, "The container ended before its command did");
        return true;
}

static void take_signal(const Client *client) {
        struct signalfd_siginfo info;

        if (read(client->signal_fd, &info, sizeof info) != sizeof info)
                return;
        if (info.ssi_signo == SIGWINCH)
                raw_terminal_copy_size(client->terminal_fd);
        else
                (void) exec_message_send(client->connection_fd, EXEC_SIGNAL, (int) info.ssi_signo, NULL, -1,
                                         NULL);
}

static bool relay(Client *client, bool is_interactive, bool is_detached, GError **error) {
        while (!client->has_ended && !(is_detached && client->has_started)) {
                struct pollfd events[] = {
                        {.fd = client->connection_fd, .events = POLLIN},
                        {.fd = client->signal_fd, .events = POLLIN},
                        /* What a command that never runs has not read is still there for the next. */
                        client->has_started ? exec_pump_event(&client->input) : (struct pollfd){.fd = -1},
                        exec_pump_event(&client->output),
                        exec_pump_event(&client->errors),
                };
                if (poll(events, G_N_ELEMENTS(events), -1) < 0)
                        continue;
                exec_pump_run(&client->output, events[3].revents);
                exec_pump_run(&client->errors, events[4].revents);
                exec_pump_run(&client->input, events[2].revents);
                if (events[1].revents)
                        take_signal(client);
                if (events[0].revents && !take_message(client, is_interactive, error))
                        return false;
        }
        return true;
}

/* What the command has said before its end, and not what its children may say yet. */
static void finish(Client *client) {
        struct stat status;

        exec_pump_drain(&client->output);
        exec_pump_drain(&client->errors);
        raw_terminal_leave(&client->raw);
        /* As a command of a unit (ExecReload=) we are gone in a moment. */
        if (fstat(STDOUT_FILENO, &status) == 0 && S_ISSOCK(status.st_mode))
                supervisor_journal_settle();
}

static void close_client(Client *client) {
        ExecPump *pumps[] = {&client->output, &client->errors, &client->input};

        for (size_t i = 0; i < G_N_ELEMENTS(pumps); i++)
                exec_pump_close(pumps[i]);
        cleanup_fd(&client->connection_fd);
        cleanup_fd(&client->signal_fd);
        cleanup_fd(&client->terminal_fd);
}

static void open_signals(Client *client, sigset_t *ret_before) {
        static const int passed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
        sigset_t set;

        sigemptyset(&set);
        for (size_t i = 0; i < G_N_ELEMENTS(passed); i++)
                sigaddset(&set, passed[i]);
        sigprocmask(SIG_BLOCK, &set, ret_before);
        client->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        (void) signal(SIGPIPE, SIG_IGN); /* nobody reads our output: the command gets that signal itself */
}

bool exec_client_run(const char *folder, ExecRequest *request, bool is_interactive, int *ret_status,
                     GError **error) {
        Client client = {
                .connection_fd = -1,
                .signal_fd = -1,
                .terminal_fd = -1,
                .input = EXEC_PUMP_NONE,
                .output = EXEC_PUMP_NONE,
                .errors = EXEC_PUMP_NONE,
                .status = EXIT_STATUS_NOT_STARTED,
        };
        sigset_t before;

        if (request->has_terminal)
                (void) ioctl(STDIN_FILENO, TIOCGWINSZ, &request->size);
        open_signals(&client, &before);
        bool done = exec_client_connect(folder, &client.connection_fd, error) &&
                    send_request(&client, request, is_interactive, error) &&
                    relay(&client, is_interactive, request->is_detached, error);
        finish(&client);
        close_client(&client);
        sigprocmask(SIG_SETMASK, &before, NULL);
        *ret_status = request->is_detached && done ? EXIT_SUCCESS : client.status;
        return done;
}

/* ---- the command line ---- */

static const char *value_of(const char *argument, const char *option) {
        return g_str_has_prefix(argument, option) ? argument + strlen(option) : NULL;
}

static bool parse_option(const char *argument, ExecRequest *request, char **folder, bool *is_interactive) {
        const char *value;

        if ((value = value_of(argument, "--exec=")))
                *folder = g_strdup(value);
        else if ((value = value_of(argument, "--env=")))
                g_ptr_array_add(request->environment, g_strdup(value));
        else if ((value = value_of(argument, "--user=")))
                request->user = g_strdup(value);
        else if ((value = value_of(argument, "--workdir=")))
                request->folder = g_strdup(value);
        else if (g_str_equal(argument, "--interactive"))
                *is_interactive = true;
        else if (g_str_equal(argument, "--tty"))
                request->has_terminal = true;
        else if (g_str_equal(argument, "--detach"))
                request->is_detached = true;
        else
                return false;
        return true;
}

/* Passwords stand in --env= and in the command, and all that was read is a copy. */
static void hide_arguments(int argc, char **argv, const char *folder) {
        g_autofree char *option = g_strconcat("--exec=", folder, NULL);

        arguments_hide(argc + 1, argv - 1, option);
}

int exec_client_main(int argc, char **argv) {
        g_autoptr(ExecRequest) request = exec_request_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *folder = NULL;
        char **arguments = argv;
        bool is_interactive = false;
        int status;

        for (; *arguments && g_str_has_prefix(*arguments, "--"); arguments++) {
                if (g_str_equal(*arguments, "--")) {
                        arguments++;
                        break;
                }
                if (!parse_option(*arguments, request, &folder, &is_interactive)) {
                        fprintf(stderr, "wolffia-runner: %s: not an option of --exec=\n", *arguments);
                        return EXIT_STATUS_USAGE;
                }
        }
        for (; *arguments; arguments++)
                g_ptr_array_add(request->words, g_strdup(*arguments));
        if (!folder || request->words->len == 0) {
                fputs("wolffia-runner: --exec=FOLDER needs a command\n", stderr);
                return EXIT_STATUS_USAGE;
        }
        hide_arguments(argc, argv, folder);
        if (!exec_client_run(folder, request, is_interactive, &status, &error)) {
                g_autofree char *shown = printable(error->message, true);
                fprintf(stderr, "%s\n", shown);
        }
        return status;
}
