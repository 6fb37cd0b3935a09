/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three processes take part:
 *
 *   client                           server (this file)                 command
 *   exec_request_send()   ────────►  exec_request_receive()
 *                                    exec_record_read(), exec_join_find()
 *                                    exec_join_spawn()       ────────►  exec_join_complete()
 *                         ◄────────────────────────────────────────────  EXEC_TERMINAL, where asked for
 *                         ◄────────  EXEC_STARTED            ◄────────  payload_execute_also()
 *   EXEC_SIGNAL           ────────►  kill()
 *                         ◄────────  EXEC_ENDED              ◄────────  ends
 *
 * The server is the command's parent, and never waits for the client: a process that was put into a container from outside
 * keeps that from ending until its parent has noticed its end, and a client may be stopped (MECHANISMS.md, "exec").
 *
 * What protects us from the container: the server is in none of its process namespaces, so nothing in there can name it. The
 * command is, from its first instruction on; until it executes the container's program it is not dumpable, which closes
 * /proc/PID/exe, /proc/PID/fd and ptrace to the container's root, and holds nothing but pipes, a socket to us and to the
 * client, and the pidfd. No path of the host is open. */

#include "runner/exec-serve.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"
#include "runner/environment.h"
#include "runner/exec-join.h"
#include "runner/exec-message.h"
#include "runner/exec-program.h"
#include "runner/exec-record.h"
#include "runner/exec-terminal.h"
#include "runner/payload.h"
#include "runner/security-label.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Serve {
        int payload_fd;
        int record_fd;
        int connection_fd;
        int files[3]; /* for the command; -1 with a terminal */
        ExecRequest *request;
        ExecRecord *record;
        ExecPlace place;
        Run run; /* what payload_execute_also() needs of it */
        pid_t child;
        int child_fd; /* a pidfd */
        ExitStatus failure;
} Serve;

/* ---- the command ---- */

static bool connect_files(const Serve *serve, GError **error) {
        for (int i = 0; i < 3; i++)
                if (dup2(serve->files[i], i) < 0)
                        return fail_errno(error, errno, "Cannot connect the command's standard files");
        return true;
}

static bool run_command(Serve *serve, GError **error) {
        sync_become_child(&serve->run.sync);
        cleanup_fd(&serve->place.cgroup_fd); /* a folder of the host */
        if (!exec_join_complete(&serve->place, error) || !exec_program_mount(serve->request, error))
                return false;
        if (serve->request->has_terminal
                    ? !exec_terminal_open(serve->connection_fd, &serve->request->size, error)
                    : !connect_files(serve, error))
                return false;
        g_ptr_array_add(serve->request->words, NULL);
        return payload_execute_also(&serve->run, serve->request->words, serve->request->has_terminal, error);
}

static void become_command(Serve *serve) {
        g_autoptr(GError) failure = NULL;

        if (!run_command(serve, &failure))
                sync_fail(&serve->run.sync, failure);
        _exit(EXIT_FAILURE);
}

/* ---- the server ---- */

/* What concerns process 1 alone. */
static void plan_environment(const Serve *serve) {
        static const char *const never[] = {"NOTIFY_SOCKET=",  "LISTEN_PID=",   "LISTEN_FDS=",
                                            "LISTEN_FDNAMES=", "WATCHDOG_PID=", "WATCHDOG_USEC="};
        GPtrArray *environment = serve->record->environment;

        for (guint i = environment->len; i > 0; i--)
                for (size_t j = 0; j < G_N_ELEMENTS(never); j++)
                        if (g_str_has_prefix(environment->pdata[i - 1], never[j])) {
                                g_ptr_array_remove_index(environment, i - 1);
                                break;
                        }
        for (guint i = 0; i < serve->request->environment->len; i++)
                environment_set(environment, serve->request->environment->pdata[i]);
        if (serve->request->programs->len > 0) {
                const char *path = environment_find(environment, "PATH");
                g_autofree char *longer =
                        g_strconcat("PATH=", path ? path : "", path ? ":" : "", EXEC_PROGRAM_FOLDER, NULL);
                environment_set(environment, longer);
        }
}

static void replace(char **text, const char *by) {
        g_free(*text);
        *text = g_strdup(by);
}

static void plan(Serve *serve) {
        ContainerSpec *spec = serve->record->spec;

        plan_environment(serve);
        replace(&spec->working_directory,
                serve->request->folder ? serve->request->folder : serve->record->folder);
        if (serve->request->user) {
                replace(&spec->user, serve->request->user);
                replace(&spec->group, NULL); /* the container's group goes with the container's user */
        } else
                replace(&spec->user, serve->record->user);
        serve->run.spec = spec;
        serve->run.map = serve->record->map;
        serve->run.has_user = id_map_inside(serve->run.map->users, getuid()) != G_MAXUINT32;
        serve->run.seccomp_filter = serve->record->seccomp_filter;
        serve->run.environment = serve->record->environment;
        security_label_load(&serve->run);
}

/* The socket is in a folder that only the user can enter; this is the second door. */
static bool check_client(const Serve *serve, GError **error) {
        struct ucred client;
        socklen_t size = sizeof client;

        if (getsockopt(serve->connection_fd, SOL_SOCKET, SO_PEERCRED, &client, &size) < 0)
                return fail_errno(error, errno, "Cannot find out who asks");
        return client.uid == getuid() ||
               fail(error, WOLFFIA_ERROR_VALUE, "Only the container's owner may run commands in it");
}

static bool prepare(Serve *serve, GError **error) {
        if (prctl(PR_SET_DUMPABLE, 0) < 0)
                return fail_errno(error, errno, "Cannot shield the process");
        if (!check_client(serve, error) ||
            !exec_request_receive(serve->connection_fd, &serve->request, serve->files, error) ||
            !exec_record_read(serve->record_fd, &serve->record, error) ||
            !exec_join_find(serve->payload_fd, &serve->place, error))
                return false;
        cleanup_fd(&serve->record_fd);
        plan(serve);
        return sync_open(&serve->run.sync, error);
}

static bool spawn(Serve *serve, GError **error) {
        if (!exec_join_spawn(&serve->place, &serve->child, &serve->child_fd, error))
                return false;
        if (serve->child == 0)
                become_command(serve);
        sync_become_parent(&serve->run.sync);
        for (int i = 0; i < 3; i++)
                cleanup_fd(&serve->files[i]);
        cleanup_fd(&serve->place.cgroup_fd);
        if (sync_wait_exec(&serve->run.sync, error))
                return true;
        if (g_error_matches(*error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                serve->failure = EXIT_STATUS_NOT_FOUND;
        else if ((*error)->domain == ERRNO_ERROR)
                serve->failure = EXIT_STATUS_NOT_EXECUTED;
        return false;
}

/* With it what it has started in the background, unless that has made itself a session. */
static void kill_command(const Serve *serve, int number) {
        (void) kill(-serve->child, number);
        (void) kill(serve->child, number);
}

static void take_message(Serve *serve) {
        ExecMessage message;

        if (exec_message_receive(serve->connection_fd, &message, NULL, NULL) && message.kind != 0) {
                if (message.kind == EXEC_SIGNAL)
                        (void) kill(serve->child, message.value);
                return;
        }
        /* The client is gone. */
        if (!serve->request->is_detached)
                kill_command(serve, SIGKILL);
        cleanup_fd(&serve->connection_fd);
}

static void wait_for_end(Serve *serve) {
        int status = 0;

        for (;;) {
                struct pollfd events[] = {{.fd = serve->child_fd, .events = POLLIN},
                                          {.fd = serve->connection_fd, .events = POLLIN}};
                if (poll(events, G_N_ELEMENTS(events), -1) < 0)
                        continue;
                if (events[0].revents)
                        break;
                if (events[1].revents)
                        take_message(serve);
        }
        process_wait(serve->child, &status);
        if (serve->connection_fd >= 0)
                (void) exec_message_send(serve->connection_fd, EXEC_ENDED, status, NULL, -1, NULL);
}

static bool parse(int argc, char **argv, Serve *serve) {
        const struct {
                const char *option;
                int *value;
        } numbers[] = {
                {"--payload-fd=", &serve->payload_fd},
                {"--record-fd=", &serve->record_fd},
                {"--connection-fd=", &serve->connection_fd},
        };

        for (int i = 1; i < argc; i++)
                for (size_t j = 0; j < G_N_ELEMENTS(numbers); j++)
                        if (g_str_has_prefix(argv[i], numbers[j].option))
                                *numbers[j].value = atoi(argv[i] + strlen(numbers[j].option));
        return serve->payload_fd > 2 && serve->record_fd > 2 && serve->connection_fd > 2;
}

int exec_serve_main(int argc, char **argv) {
        Serve serve = {
                .payload_fd = -1,
                .record_fd = -1,
                .connection_fd = -1,
                .files = {-1, -1, -1},
                .place = {.cgroup_fd = -1},
                .run = {.payload_fd = -1, .output_fd = -1, .sync = SYNC_NONE},
                .failure = EXIT_STATUS_NOT_STARTED,
        };
        g_autoptr(GError) error = NULL;

        if (!parse(argc, argv, &serve))
                return EXIT_STATUS_USAGE;
        if (!prepare(&serve, &error) || !spawn(&serve, &error)) {
                (void) exec_message_send(serve.connection_fd, EXEC_FAILED, (int) serve.failure,
                                         error->message, -1, NULL);
                return (int) serve.failure;
        }
        (void) exec_message_send(serve.connection_fd, EXEC_STARTED, 0, NULL, -1, NULL);
        wait_for_end(&serve);
        return EXIT_SUCCESS;
}
