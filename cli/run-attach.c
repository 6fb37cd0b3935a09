/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/run-attach.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/exec-message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIGNALS_AT_ONCE 8

static bool open_signals(RunAttach *attach, GError **error) {
        static const int passed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
        sigset_t set;

        sigemptyset(&set);
        for (size_t i = 0; i < G_N_ELEMENTS(passed); i++)
                sigaddset(&set, passed[i]);
        sigprocmask(SIG_BLOCK, &set, &attach->before);
        attach->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (attach->signal_fd < 0)
                return fail_errno(error, errno, "Cannot watch signals");
        (void) signal(SIGPIPE, SIG_IGN); /* it is asked for, see run_attach_wait() */
        return true;
}

/* The size is in the socket before there is anybody to look for it. */
static bool open_terminal(RunAttach *attach, GError **error) {
        struct winsize size = {0};
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return fail_errno(error, errno, "Cannot make a socket");
        attach->connection_fd = fds[0];
        attach->given[0] = fds[1];
        (void) ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
        return send(attach->connection_fd, &size, sizeof size, MSG_NOSIGNAL) == sizeof size ||
               fail_errno(error, errno, "Cannot write to a socket");
}

static bool open_input(RunAttach *attach, GError **error) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        attach->given[0] = fds[0];
        attach->input = (ExecPump){.from = STDIN_FILENO, .to = fds[1]};
        return true;
}

bool run_attach_open(const RunOptions *options, RunAttach *ret_attach, GError **error) {
        *ret_attach = (RunAttach){
                .is_interactive = options->interactive,
                .has_terminal = options->terminal,
                .given = {-1, STDOUT_FILENO, STDERR_FILENO},
                .connection_fd = -1,
                .terminal_fd = -1,
                .signal_fd = -1,
                .input = EXEC_PUMP_NONE,
                .output = EXEC_PUMP_NONE,
        };
        if (!open_signals(ret_attach, error))
                return false;
        if (options->terminal)
                return open_terminal(ret_attach, error);
        return !options->interactive || open_input(ret_attach, error);
}

void run_attach_give(RunAttach *attach) {
        cleanup_fd(&attach->given[0]);
}

/* ---- the loop ---- */

static void take_terminal(RunAttach *attach) {
        ExecMessage message;
        autofd int fd = -1;

        bool received = exec_message_receive(attach->connection_fd, &message, &fd, NULL);
        cleanup_fd(&attach->connection_fd); /* nothing else ever comes */
        if (!received || message.kind != EXEC_TERMINAL || fd < 0)
                return;
        attach->terminal_fd = steal_fd(&fd);
        attach->output =
                (ExecPump){.from = fcntl(attach->terminal_fd, F_DUPFD_CLOEXEC, 3), .to = STDOUT_FILENO};
        if (!attach->is_interactive)
                return;
        attach->input = (ExecPump){.from = STDIN_FILENO, .to = attach->terminal_fd, .keeps_to = true};
        raw_terminal_enter(&attach->raw);
        raw_terminal_copy_size(attach->terminal_fd);
}

static void take_signals(RunAttach *attach, const RunAwaited *awaited) {
        struct signalfd_siginfo infos[SIGNALS_AT_ONCE];
        ssize_t n = read(attach->signal_fd, infos, sizeof infos);

        for (size_t i = 0; n > 0 && i < (size_t) n / sizeof *infos; i++)
                if (infos[i].ssi_signo == SIGWINCH)
                        raw_terminal_copy_size(attach->terminal_fd);
                else
                        awaited->signal(awaited->data, (int) infos[i].ssi_signo);
}

bool run_attach_wait(RunAttach *attach, const RunAwaited *awaited, GError **error) {
        g_autoptr(GError) failure = NULL;
        bool is_read = true;

        while (!awaited->step(awaited->data, &failure)) {
                struct pollfd events[] = {
                        {.fd = awaited->fd, .events = awaited->events},
                        {.fd = attach->signal_fd, .events = POLLIN},
                        {.fd = attach->connection_fd, .events = POLLIN},
                        exec_pump_event(&attach->input),
                        exec_pump_event(&attach->output),
                        {.fd = is_read ? STDOUT_FILENO : -1}, /* errors only */
                };
                if (poll(events, G_N_ELEMENTS(events), -1) < 0)
                        continue;
                exec_pump_run(&attach->output, events[4].revents);
                exec_pump_run(&attach->input, events[3].revents);
                if (events[2].revents)
                        take_terminal(attach);
                if (events[1].revents)
                        take_signals(attach, awaited);
                if (is_read && events[5].revents) {
                        /* `wolffia run … | head`: what would end any other program by SIGPIPE. */
                        is_read = false;
                        if (events[5].revents & POLLERR)
                                awaited->signal(awaited->data, SIGPIPE);
                }
        }
        if (!failure)
                return true;
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

void run_attach_close(RunAttach *attach) {
        exec_pump_drain(&attach->output);
        raw_terminal_leave(&attach->raw);
        exec_pump_close(&attach->input);
        exec_pump_close(&attach->output);
        run_attach_give(attach);
        cleanup_fd(&attach->connection_fd);
        cleanup_fd(&attach->terminal_fd);
        cleanup_fd(&attach->signal_fd);
        sigprocmask(SIG_SETMASK, &attach->before, NULL);
}
