/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Descriptors go over by number, since exec keeps them; the command line names each, so that a reader of
 * `ps` sees what the supervisor holds. */

#include "runner/supervise.h"

#include "base/error.h"
#include "config.h"
#include "runner/network-join.h"
#include "runner/own-program.h"
#include "spec/value-signal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

bool supervise_find_stop_signal(Run *run, GError **error) {
        const char *asked = run->spec->stop_signal;

        if (asked && *asked)
                return value_signal_parse(asked, &run->stop_signal, error) ||
                       fail_prefix(error, "StopSignal=%s", asked);
        /* An image's slip must not keep its container from starting. */
        if (!run->image || !*run->image->stop_signal ||
            !value_signal_parse(run->image->stop_signal, &run->stop_signal, NULL))
                run->stop_signal = run->is_systemd ? SIGRTMIN + 3 : SIGTERM; /* systemd(1): halt */
        return true;
}

static void add_descriptor(GPtrArray *argv, const char *option, int fd) {
        if (fd >= 0)
                g_ptr_array_add(argv, g_strdup_printf("--%s=%d", option, fd));
}

/* The same program as now, also from a build folder. */
static void add_runner(GPtrArray *argv) {
        g_autofree char *path = own_program_path();

        g_ptr_array_add(argv, g_strconcat("--runner=", path ? path : WOLFFIA_RUNNER_PATH, NULL));
}

static void add_names(GPtrArray *argv, const Run *run) {
        if (run->names_fd < 0)
                return;
        add_descriptor(argv, "names-fd", run->names_fd);
        g_ptr_array_add(argv, g_strdup_printf("--names-head=%u", run->names_head));
        g_ptr_array_add(argv, g_strdup_printf("--names-kept=%u", run->names_kept));
        g_ptr_array_add(argv, g_strdup_printf("--names-time=%u", run->names_time));
        if (run->network.stub_of)
                g_ptr_array_add(argv, g_strdup_printf("--names-stub=%s=%s", run->network.stub_of,
                                                      run->network.dns_address));
        g_ptr_array_add(argv, run->peer_folder
                                      ? g_strconcat("--names-from=", run->peer_folder, "/resolv.conf", NULL)
                                      : g_strdup("--names-from=/etc/resolv.conf"));
}

/* What the supervisor is told. Caller frees. */
static GPtrArray *plan_arguments(const Run *run, int stop_signal) {
        GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

        g_ptr_array_add(argv, g_strdup("wolffia-supervisor"));
        add_runner(argv);
        if (run->child > 0)
                g_ptr_array_add(argv, g_strdup_printf("--payload=%d", (int) run->child));
        g_ptr_array_add(argv, g_strdup_printf("--stop-signal=%d", stop_signal));
        if (run->network.pasta.pid > 0)
                g_ptr_array_add(argv, g_strdup_printf("--pasta=%d", (int) run->network.pasta.pid));
        add_descriptor(argv, "pasta-errors-fd", run->network.pasta.error_fd);
        add_descriptor(argv, "output-fd", run->output_fd);
        if (run->log.pid > 0)
                g_ptr_array_add(argv, g_strdup_printf("--log=%d", (int) run->log.pid));
        add_descriptor(argv, "log-fd", run->log_fd);
        add_descriptor(argv, "notify-fd", run->notify_fd);
        add_descriptor(argv, "exec-fd", run->exec_fd);
        add_descriptor(argv, "record-fd", run->record_fd);
        if (run->first_check >= 0)
                g_ptr_array_add(argv, g_strdup_printf("--first-check=%d", run->first_check));
        if (run->watchdog_usec >= 1000 &&
            run->notify_fd < 0) /* a payload that speaks to systemd says it itself */
                g_ptr_array_add(argv, g_strdup_printf("--watchdog=%" G_GUINT64_FORMAT,
                                                      MIN(run->watchdog_usec / 1000, G_MAXINT32)));
        add_descriptor(argv, "namespace-fd", run->namespace_fd);
        add_descriptor(argv, "containers-fd", run->containers_fd);
        add_descriptor(argv, "folder-fd", run->folder_fd);
        add_descriptor(argv, "cgroup-fd", run->cgroup_fd);
        add_descriptor(argv, "ids-fd", run->ids_fd); /* only held */
        add_descriptor(argv, "terminal-fd", run->terminal_hold_fd);
        add_descriptor(argv, "owner-fd", run->owner_fd);
        add_descriptor(argv, "member-fd", run->member_fd);
        add_descriptor(argv, "hosts-fd", run->hosts_fd);
        if (run->hosts_fd >= 0)
                g_ptr_array_add(argv, g_strdup_printf("--hosts-at=%u", run->hosts_at));
        add_names(argv, run);
        if (run->session.owns_container_dir)
                g_ptr_array_add(argv, g_strconcat("--runtime-dir=", run->session.container_dir, NULL));
        g_ptr_array_add(argv, g_strdup(run->spec->name));
        g_ptr_array_add(argv, NULL);
        return argv;
}

/* Async-signal-safe: called from a handler too. Returns only on failure. */
static void execute(const Run *run, char *const *argv, char *const *environment, const char *program) {
        const int handed_over[] = {run->network.pasta.error_fd,
                                   run->output_fd,
                                   run->log_fd,
                                   run->notify_fd,
                                   run->namespace_fd,
                                   run->containers_fd,
                                   run->folder_fd,
                                   run->exec_fd,
                                   run->record_fd,
                                   run->owner_fd,
                                   run->member_fd,
                                   run->hosts_fd,
                                   run->names_fd,
                                   run->cgroup_fd,
                                   run->ids_fd,
                                   run->terminal_hold_fd};

        for (size_t i = 0; i < G_N_ELEMENTS(handed_over); i++)
                if (handed_over[i] >= 0)
                        (void) fcntl(handed_over[i], F_SETFD, 0);
        network_join_keep(&run->network);
        /* The payload has its own; one that it closes must not stay open here. */
        for (guint i = 0; i < run->listen_count; i++)
                (void) fcntl((int) (3 + i), F_SETFD, FD_CLOEXEC);
        execve(program, argv, environment);
}

const char *supervise_find_program(void) {
        const char *program = g_getenv("WOLFFIA_SUPERVISOR"); /* for running from a build folder */

        return program ? program : WOLFFIA_SUPERVISOR_PATH;
}

static const int interruptions[] = {SIGTERM, SIGINT, SIGHUP};

void supervise_hold_interruptions(bool hold) {
        sigset_t set;

        sigemptyset(&set);
        for (size_t i = 0; i < G_N_ELEMENTS(interruptions); i++)
                sigaddset(&set, interruptions[i]);
        sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

bool supervise_become(const Run *run, GError **error) {
        const char *program = supervise_find_program(), *notify_socket = g_getenv("NOTIFY_SOCKET");
        g_autofree char *notify_variable = g_strconcat("NOTIFY_SOCKET=", notify_socket, NULL);
        char *const environment[] = {notify_socket ? notify_variable : NULL, NULL};

        g_autoptr(GPtrArray) argv = plan_arguments(run, run->stop_signal);
        /* Handlers do not outlive it: what comes until the supervisor has blocked signals itself would end it. */
        supervise_hold_interruptions(true);
        execute(run, (char *const *) argv->pdata, environment, program);
        int refusal = errno;
        supervise_hold_interruptions(false);
        return fail_errno(error, refusal, "Cannot start %s", program);
}

/* All that the handler needs: it may not allocate. */
static struct {
        const Run *run;
        GPtrArray *argv;
        const char *program;
        pid_t runner;
} interruption;

static void give_up(int number) {
        static char *const environment[] = {NULL};

        /* A helper between fork and exec is none of ours to clean up for. */
        if (getpid() != interruption.runner)
                _exit(EXIT_STATUS_NOT_STARTED);
        if (interruption.run->child > 0)
                kill(interruption.run->child, SIGKILL);
        execute(interruption.run, (char *const *) interruption.argv->pdata, environment,
                interruption.program);
        _exit(EXIT_STATUS_NOT_STARTED);
}

void supervise_when_interrupted(const Run *run) {
        struct sigaction action = {.sa_handler = give_up};

        /* The handler sees either the old plan or the new one. */
        supervise_hold_interruptions(true);
        interruption.run = run;
        g_clear_pointer(&interruption.argv, g_ptr_array_unref);
        interruption.argv = plan_arguments(run, SIGKILL);
        g_ptr_array_insert(interruption.argv, 1, g_strdup("--interrupted=1"));
        interruption.program = supervise_find_program();
        interruption.runner = getpid();
        sigfillset(&action.sa_mask);
        for (size_t i = 0; i < G_N_ELEMENTS(interruptions); i++)
                (void) sigaction(interruptions[i], &action, NULL);
        supervise_hold_interruptions(false);
}
