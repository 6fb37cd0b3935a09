/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-supervisor: what stays while a container runs. Started by the runner alone (runner/supervise.c),
 * as the same process. It includes nothing but its own family and links nothing, where base/bare-system.c has the few
 * functions of the C library that it uses; no stdio and no heap, since one of it stays for each container.
 *
 * How it works: one poll() loop over
 *   - a signalfd: signals for the payload, and the ends of our children,
 *   - the payload's output, a pipe, copied to our standard output. While that does not take any more (a stalled journal)
 *     the pipe is not read, and signals still work,
 *   - the payload's notifications, of which the harmless ones are passed on,
 *   - connections of those who want to run something in the container, for whom the runner is started,
 *   - reports of health checks, for which the runner is started when their time has come,
 *   - pasta's complaints,
 *   - changes of the host's address, which is named in the container's /etc/hosts; those of its /etc/resolv.conf are
 *     signals.
 * After the payload's end the pipe is drained until it is empty, never until its end of file: a process that
 * somebody else holds the pipe in must not delay us. Then the writable layer is removed, and we end as the
 * payload has ended. */

#include "runner/supervisor-cgroup.h"
#include "runner/supervisor-health.h"
#include "runner/supervisor-heard.h"
#include "runner/supervisor-hold.h"
#include "runner/supervisor-hosts.h"
#include "runner/supervisor-journal.h"
#include "runner/supervisor-names.h"
#include "runner/supervisor-notify.h"
#include "runner/supervisor-output.h"
#include "runner/supervisor-remove.h"
#include "runner/supervisor-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEARING_USEC  500000
#define OUT_OF_MEMORY "the payload was killed for want of memory (MemoryMax= says how much it may have)"

typedef struct Supervisor {
        const char *name;
        const char *runner; /* its path, for what is too large for us */
        pid_t payload;
        pid_t pasta; /* 0: none */
        pid_t log;   /* 0: none; writes a log file */
        int stop_signal;

        int signal_fd;
        int notify_fd;       /* -1: the payload says nothing */
        int pasta_errors_fd; /* -1: no pasta, or it has ended */
        int payload_fd;      /* a pidfd */
        int owner_fd;        /* a pidfd: who holds the network that the payload is in; -1: we */
        int member_fd;       /* only held open: the pod sees by it that we live */
        int exec_fd;         /* who wants to run something in the container connects here */
        int record_fd;       /* what the runner needs for that */
        int first_check;     /* msec until the first health check; -1: there are none */
        int watchdog;        /* msec after which systemd gives us up if it hears nothing; 0: never */
        SupervisorHealth health;
        SupervisorHosts hosts;
        SupervisorNames names;
        int namespace_fd;
        int containers_fd;
        int folder_fd;
        int cgroup_fd;           /* of the payload; -1: it has none */
        const char *runtime_dir; /* NULL: systemd removes it */

        bool has_ended;  /* the payload */
        bool is_asked;   /* to stop */
        bool is_waiting; /* whether a stop signal was heard is to be looked at again */
        bool is_killed;  /* by us, in the place of a stop signal that the kernel kept from it */
        int interrupted; /* the start was; the runner has killed the child, and we are to clean up */
        bool has_failed; /* a helper of ours: success would be a lie */
        int status;

        SupervisorOutput output;
} Supervisor;

/* ---- words ---- */

/* sd-daemon(3): "<3>" in front makes the line an error in the journal. */
static void complain(const Supervisor *supervisor, const char *text) {
        if (supervisor->output.is_socket)
                (void) !write(STDERR_FILENO, "<3>", 3);
        (void) !write(STDERR_FILENO, supervisor->name, strlen(supervisor->name));
        (void) !write(STDERR_FILENO, text, strlen(text));
        (void) !write(STDERR_FILENO, "\n", 1);
}

/* ---- signals ---- */

/* What ends any program of a shell, and so one that was started by hand. */
static bool is_of_terminal(int number) {
        return number == SIGINT || number == SIGQUIT || number == SIGHUP;
}

static void pass_signal(Supervisor *supervisor, int number) {
        if (supervisor->has_ended)
                return;
        if (supervisor->runtime_dir && is_of_terminal(number) &&
            !supervisor_is_heard(supervisor->payload, number))
                number = SIGTERM;
        if (number == SIGTERM) {
                supervisor->is_asked = true;
                supervisor_thaw(supervisor->cgroup_fd);
                number = supervisor->stop_signal;
                supervisor->is_waiting = !supervisor_is_heard(supervisor->payload, number);
                if (supervisor->is_waiting) {
                        const struct itimerval timer = {.it_value = {.tv_usec = HEARING_USEC}};
                        setitimer(ITIMER_REAL, &timer, NULL); /* its SIGALRM calls insist() */
                }
        }
        if (number == SIGABRT && !supervisor_is_heard(supervisor->payload, number)) {
                /* The watchdog's, most likely: a payload that takes it has its chance to say why. */
                complain(
                        supervisor,
                        ": asked to abort (WatchdogSec= is over, unless somebody sent it), so it is killed");
                supervisor->has_failed = true;
                number = SIGKILL;
        }
        kill(supervisor->payload, number);
}

/* Half a second after a stop signal that was not heard: a payload that has installed its handler meanwhile
 * gets it once more, any other is ended, as the signal would have ended it were it not process 1. Nobody
 * waits for a timeout. */
static void insist(Supervisor *supervisor) {
        supervisor->is_waiting = false;
        if (supervisor->has_ended)
                return;
        if (supervisor_is_heard(supervisor->payload, supervisor->stop_signal)) {
                kill(supervisor->payload, supervisor->stop_signal);
                return;
        }
        supervisor->is_killed = true;
        complain(
                supervisor,
                ": the payload does not handle the stop signal, and the kernel keeps that from process 1 of a "
                "container; ended at once (RunInit=yes, or another StopSignal=, lets it end by itself)");
        kill(supervisor->payload, SIGKILL);
}

/* Something that the container cannot be without is gone. STATUS begins with "STATUS=". */
static void lose(Supervisor *supervisor, const char *status, const char *complaint) {
        if (supervisor->has_ended || supervisor->interrupted)
                return;
        supervisor->has_failed = true;
        complain(supervisor, complaint);
        supervisor_notify(status, strlen(status));
        pass_signal(supervisor, SIGTERM);
}

static void lose_pasta(Supervisor *supervisor) {
        supervisor->pasta = 0;
        lose(supervisor,
             "STATUS=What connects the container (pasta, or its relay) has ended; it is being stopped",
             ": what connects the container (pasta, or its relay) has ended, so it is stopped; Restart= in "
             "[Service] starts it again");
}

static void lose_log(Supervisor *supervisor) {
        supervisor->log = 0;
        lose(supervisor, "STATUS=What writes the log file has ended; the container is being stopped",
             ": what writes the log file (wolffia-log) has ended, so the container is stopped");
}

/* The pasta, or the interfaces, of what the payload is connected by are gone. */
static void lose_owner(Supervisor *supervisor) {
        close(supervisor->owner_fd);
        supervisor->owner_fd = -1;
        if (!supervisor->is_asked)
                lose(supervisor,
                     "STATUS=The container or pod whose network this one uses has ended; it is being stopped",
                     ": the container or pod whose network this one uses has ended, so this one is stopped; "
                     "Restart= in [Service] starts it again with the new network");
}

static void reap(Supervisor *supervisor) {
        int status;
        pid_t pid;

        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
                if (pid == supervisor->payload) {
                        supervisor->has_ended = true;
                        supervisor->status = status;
                } else if (pid == supervisor->pasta)
                        lose_pasta(supervisor);
                else if (pid == supervisor->log)
                        lose_log(supervisor);
                else
                        supervisor_health_reap(&supervisor->health, pid);
        }
        if (pid < 0 &&
            errno == ECHILD) /* the runner was interrupted when it had waited for the payload already */
                supervisor->has_ended = true;
}

static void take_signal(Supervisor *supervisor) {
        struct signalfd_siginfo info;

        while (read(supervisor->signal_fd, &info, sizeof info) == sizeof info) {
                if (info.ssi_signo == SIGCHLD)
                        reap(supervisor);
                else if (info.ssi_signo == SIGALRM && supervisor->is_waiting)
                        insist(supervisor);
                else if (info.ssi_signo == SIGIO && info.ssi_code == SI_KERNEL)
                        supervisor_names_refresh(&supervisor->names);
                else if (info.ssi_signo != SIGPIPE)
                        pass_signal(supervisor, (int) info.ssi_signo);
        }
}

/* ---- the loop ---- */

static void relay_pasta(Supervisor *supervisor) {
        char text[512];
        ssize_t n = read(supervisor->pasta_errors_fd, text, sizeof text);

        if (n > 0) {
                (void) !write(STDERR_FILENO, text, (size_t) n);
                return;
        }
        close(supervisor->pasta_errors_fd);
        supervisor->pasta_errors_fd = -1;
}

/* A command to run in the container. The runner is its parent, in this unit; whoever asks is not. */
static void take_exec(const Supervisor *supervisor) {
        int connection_fd = accept4(supervisor->exec_fd, NULL, NULL, SOCK_CLOEXEC);
        const SupervisorFile files[] = {
                {"--payload-fd=", supervisor->payload_fd},
                {"--record-fd=", supervisor->record_fd},
                {"--connection-fd=", connection_fd},
        };

        if (connection_fd < 0)
                return;
        (void) supervisor_spawn(supervisor->runner, "--serve-exec", files, sizeof files / sizeof *files);
        close(connection_fd);
}

/* HealthOnFailure=, for an unhealthy container. It failed, however it ends now, so that Restart= starts it again. */
static void take_verdict(Supervisor *supervisor) {
        SupervisorVerdict verdict = supervisor_health_take(&supervisor->health);

        if (verdict == VERDICT_NONE || supervisor->has_ended)
                return;
        supervisor->has_failed = verdict == VERDICT_STOP;
        complain(supervisor, verdict == VERDICT_STOP ? ": the container is unhealthy, so it is stopped"
                                                     : ": the container is unhealthy, so it is killed");
        if (verdict == VERDICT_STOP)
                pass_signal(supervisor, SIGTERM);
        else
                kill(supervisor->payload, SIGKILL);
}

static void supervise(Supervisor *supervisor) {
        while (!supervisor->has_ended) {
                bool full = supervisor_output_is_full(&supervisor->output);
                struct pollfd events[] = {
                        {.fd = supervisor->signal_fd, .events = POLLIN},
                        {.fd = full ? supervisor->output.sink_fd : supervisor->output.fd,
                         .events = full ? POLLOUT : POLLIN},
                        {.fd = supervisor->notify_fd, .events = POLLIN},
                        {.fd = supervisor->pasta_errors_fd, .events = POLLIN},
                        {.fd = supervisor->exec_fd, .events = POLLIN},
                        {.fd = supervisor->health.report_fd, .events = POLLIN},
                        {.fd = supervisor->owner_fd, .events = POLLIN},
                        {.fd = supervisor->hosts.event_fd, .events = POLLIN},
                };
                int timeout = supervisor_health_timeout(&supervisor->health);
                if (poll(events, sizeof events / sizeof *events, timeout) < 0)
                        continue;
                if (timeout >= 0 &&
                    supervisor_health_run(&supervisor->health, supervisor->runner, supervisor->record_fd))
                        kill(supervisor->payload, SIGKILL);
                if (events[1].revents)
                        (void) supervisor_output_copy(&supervisor->output);
                if (events[2].revents)
                        supervisor_notify_relay(supervisor->notify_fd, supervisor->health.is_unhealthy);
                if (events[3].revents)
                        relay_pasta(supervisor);
                if (events[7].revents) {
                        supervisor_hosts_refresh(&supervisor->hosts);
                        supervisor_names_refresh(&supervisor->names);
                }
                if (events[5].revents)
                        take_verdict(supervisor);
                if (events[4].revents)
                        take_exec(supervisor);
                if (events[0].revents)
                        take_signal(supervisor);
                if (events[6].revents && supervisor->owner_fd >= 0)
                        lose_owner(supervisor);
        }
}

/* ---- the end ---- */

static void tell_end(const Supervisor *supervisor) {
        if (!WIFSIGNALED(supervisor->status) || WTERMSIG(supervisor->status) != SIGKILL ||
            supervisor->is_killed || !supervisor_is_out_of_memory(supervisor->cgroup_fd))
                return;
        complain(supervisor, ": " OUT_OF_MEMORY);
        supervisor_notify("STATUS=" OUT_OF_MEMORY, sizeof "STATUS=" OUT_OF_MEMORY - 1);
}

static void clean_up(Supervisor *supervisor) {
        supervisor_output_drain(&supervisor->output);
        if (supervisor->output.sink_fd != STDOUT_FILENO)
                close(supervisor->output.sink_fd);
        while (supervisor->log > 0 && waitpid(supervisor->log, NULL, 0) < 0 && errno == EINTR)
                ; /* all is in the file when its writer is gone */
        tell_end(supervisor);
        if (supervisor->pasta > 0)
                kill(supervisor->pasta, SIGKILL);
        if (supervisor->runtime_dir) {
                supervisor_remove_folder(supervisor->runtime_dir);
                /* By hand: the published ports are free when we are gone. In a unit systemd waits for that,
                 * and we need not: the kernel takes 20 ms to close pasta's tap. */
                while (supervisor->pasta > 0 && waitpid(supervisor->pasta, NULL, 0) < 0 && errno == EINTR)
                        ;
        }
        if (supervisor->output.is_socket && supervisor->output.has_written)
                supervisor_journal_settle();
        if (supervisor->folder_fd >= 0)
                supervisor_remove_layer(supervisor->namespace_fd, supervisor->cgroup_fd,
                                        supervisor->containers_fd, supervisor->folder_fd, supervisor->name);
}

/* Ends as the payload has: by its exit status, or by the signal that ended it, so that systemd sees the
 * same. */
static int mirror(const Supervisor *supervisor) {
        const struct rlimit none = {0, 0};
        sigset_t set;

        if (supervisor->has_failed)
                return 125;
        /* Shells, inits and Java say by 128 + N that they end because of signal N. Asked for, that is no failure. */
        bool is_stopped = supervisor->is_asked && WIFEXITED(supervisor->status) &&
                          WEXITSTATUS(supervisor->status) == 128 + supervisor->stop_signal;
        if (WIFEXITED(supervisor->status) && !is_stopped && !supervisor->interrupted)
                return WEXITSTATUS(supervisor->status);
        bool is_ours = supervisor->is_killed || supervisor->interrupted || is_stopped;
        int number = is_ours ? SIGTERM : WTERMSIG(supervisor->status);
        setrlimit(RLIMIT_CORE, &none); /* the payload's core is of interest, not ours */
        signal(number, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, number);
        raise(number);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        return 128 + number;
}

/* ---- the start ---- */

static bool parse(int argc, char **argv, Supervisor *supervisor) {
        const struct {
                const char *option;
                const char **value;
        } texts[] = {
                {"--names-from=", &supervisor->names.source},
                {"--names-stub=", &supervisor->names.stub},
                {"--runner=", &supervisor->runner},
                {"--runtime-dir=", &supervisor->runtime_dir},
        };
        const struct {
                const char *option;
                int *value;
        } numbers[] = {
                {"--payload=", &supervisor->payload},
                {"--pasta=", &supervisor->pasta},
                {"--log=", &supervisor->log},
                {"--log-fd=", &supervisor->output.sink_fd},
                {"--stop-signal=", &supervisor->stop_signal},
                {"--pasta-errors-fd=", &supervisor->pasta_errors_fd},
                {"--output-fd=", &supervisor->output.fd},
                {"--notify-fd=", &supervisor->notify_fd},
                {"--exec-fd=", &supervisor->exec_fd},
                {"--record-fd=", &supervisor->record_fd},
                {"--first-check=", &supervisor->first_check},
                {"--watchdog=", &supervisor->watchdog},
                {"--namespace-fd=", &supervisor->namespace_fd},
                {"--containers-fd=", &supervisor->containers_fd},
                {"--folder-fd=", &supervisor->folder_fd},
                {"--cgroup-fd=", &supervisor->cgroup_fd},
                {"--owner-fd=", &supervisor->owner_fd},
                {"--member-fd=", &supervisor->member_fd},
                {"--hosts-fd=", &supervisor->hosts.fd},
                {"--hosts-at=", &supervisor->hosts.at},
                {"--names-fd=", &supervisor->names.fd},
                {"--names-head=", &supervisor->names.head},
                {"--names-kept=", &supervisor->names.kept},
                {"--names-time=", &supervisor->names.time},
                {"--interrupted=", &supervisor->interrupted},
        };

        for (int i = 1; i < argc; i++) {
                if (strncmp(argv[i], "--", 2) != 0)
                        supervisor->name = argv[i];
                for (size_t j = 0; j < sizeof texts / sizeof *texts; j++) {
                        size_t size = strlen(texts[j].option);
                        if (strncmp(argv[i], texts[j].option, size) == 0)
                                *texts[j].value = argv[i] + size;
                }
                for (size_t j = 0; j < sizeof numbers / sizeof *numbers; j++) {
                        size_t size = strlen(numbers[j].option);
                        if (strncmp(argv[i], numbers[j].option, size) == 0)
                                *numbers[j].value = (int) strtoull(argv[i] + size, NULL, 10);
                }
        }
        return supervisor->name && supervisor->runner &&
               (supervisor->payload > 0 || supervisor->interrupted) && supervisor->stop_signal > 0;
}

static bool prepare(Supervisor *supervisor) {
        sigset_t all;

        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        supervisor->signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
        supervisor_health_open(&supervisor->health, supervisor->first_check, supervisor->watchdog);
        supervisor_hosts_open(&supervisor->hosts);
        supervisor_names_open(&supervisor->names);
        supervisor->payload_fd = pidfd_open(supervisor->payload, 0);
        supervisor_output_open(&supervisor->output);
        return supervisor->signal_fd >= 0;
}

int main(int argc, char **argv) {
        Supervisor supervisor = {
                .signal_fd = -1,
                .output = {.fd = -1, .sink_fd = STDOUT_FILENO},
                .notify_fd = -1,
                .payload_fd = -1,
                .owner_fd = -1,
                .member_fd = -1,
                .exec_fd = -1,
                .record_fd = -1,
                .first_check = -1,
                .pasta_errors_fd = -1,
                .namespace_fd = -1,
                .containers_fd = -1,
                .folder_fd = -1,
                .cgroup_fd = -1,
                .hosts = {.fd = -1, .event_fd = -1},
                .names = {.fd = -1, .folder_fds = {-1, -1}},
        };

        if (argc == 2 && strcmp(argv[1], "--hold") == 0)
                return supervisor_hold();
        if (!parse(argc, argv, &supervisor)) {
                static const char usage[] = "wolffia-supervisor is started by wolffia-runner, not by hand\n";
                (void) !write(STDERR_FILENO, usage, sizeof usage - 1);
                return 64;
        }
        if (!prepare(&supervisor)) {
                complain(&supervisor, ": cannot wait for signals");
                kill(supervisor.payload, SIGKILL);
                while (waitpid(supervisor.payload, &supervisor.status, 0) < 0 && errno == EINTR)
                        ;
                supervisor.has_ended = supervisor.has_failed = true;
        }
        reap(&supervisor); /* whoever ended before the signals were blocked */
        supervise(&supervisor);
        clean_up(&supervisor);
        return mirror(&supervisor);
}
