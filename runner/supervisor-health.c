/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The report of a check: NEXT=MILLISECONDS, HEALTHY=0 or 1, ACTION=kill or stop, KILL=MILLISECONDS (after which a stop is not waited for any
 * longer), and lines for the service manager. A check that dies without a report is tried again after the same time. */

#include "runner/supervisor-health.h"

#include "runner/supervisor-notify.h"
#include "runner/supervisor-spawn.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long now_msec(void) {
        struct timespec now = {0};

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void supervisor_health_open(SupervisorHealth *health, long long first_msec, long long watchdog_msec) {
        int fds[2];

        *health = (SupervisorHealth){
                .report_fd = -1, .helper_fd = -1, .next_msec = -1, .kill_msec = -1, .ping_msec = -1};
        if (watchdog_msec > 0) {
                health->period_msec = watchdog_msec > 1 ? watchdog_msec / 2 : 1; /* sd_watchdog_enabled(3) */
                health->ping_msec = now_msec();
        }
        if (first_msec < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
                return;
        health->report_fd = fds[0];
        health->helper_fd = fds[1];
        health->delay_msec = first_msec;
        health->next_msec = now_msec() + first_msec;
}

static long long sooner(long long left, long long right) {
        return left < 0 || (right >= 0 && right < left) ? right : left;
}

int supervisor_health_timeout(const SupervisorHealth *health) {
        long long due = sooner(sooner(health->next_msec, health->kill_msec), health->ping_msec);

        if (due < 0)
                return -1;
        long long rest = due - now_msec();
        return rest < 0 ? 0 : rest > INT_MAX ? INT_MAX : (int) rest;
}

bool supervisor_health_run(SupervisorHealth *health, const char *runner, int record_fd) {
        const SupervisorFile files[] = {{"--record-fd=", record_fd}, {"--report-fd=", health->helper_fd}};
        long long now = now_msec();

        if (health->next_msec >= 0 && now >= health->next_msec) {
                pid_t pid = supervisor_spawn(runner, "--health", files, sizeof files / sizeof *files);
                health->pid = pid > 0 ? pid : 0;
                health->next_msec = pid > 0 ? -1 : now + health->delay_msec + 1000;
        }
        if (health->ping_msec >= 0 && now >= health->ping_msec) {
                if (!health->is_unhealthy)
                        supervisor_notify("WATCHDOG=1", sizeof "WATCHDOG=1" - 1);
                health->ping_msec = now + health->period_msec;
        }
        if (health->kill_msec < 0 || now < health->kill_msec)
                return false;
        health->kill_msec = -1;
        return true;
}

static const char *value_of(const char *line, size_t size, const char *name) {
        size_t length = strlen(name);

        return size >= length && memcmp(line, name, length) == 0 ? line + length : NULL;
}

static void take_health(SupervisorHealth *health, bool is_healthy) {
        /* The watchdog's time is running since then. */
        if (is_healthy && health->is_unhealthy && health->ping_msec >= 0)
                health->ping_msec = now_msec();
        health->is_unhealthy = !is_healthy;
}

SupervisorVerdict supervisor_health_take(SupervisorHealth *health) {
        SupervisorVerdict verdict = VERDICT_NONE;
        char message[4096];
        size_t kept = 0;

        ssize_t size = recv(health->report_fd, message, sizeof message - 1, MSG_DONTWAIT);
        if (size <= 0)
                return VERDICT_NONE;
        message[size] = '\0';
        for (size_t start = 0; start < (size_t) size;) {
                const char *line = message + start, *value;
                const char *newline = memchr(line, '\n', (size_t) size - start);
                size_t length = newline ? (size_t) (newline - line) : (size_t) size - start;

                if ((value = value_of(line, length, "NEXT=")))
                        health->delay_msec = (long long) strtoull(value, NULL, 10);
                else if ((value = value_of(line, length, "KILL=")))
                        health->kill_msec = now_msec() + (long long) strtoull(value, NULL, 10);
                else if ((value = value_of(line, length, "HEALTHY=")))
                        take_health(health, *value == '1');
                else if (value_of(line, length, "ACTION=kill"))
                        verdict = VERDICT_KILL;
                else if (value_of(line, length, "ACTION=stop"))
                        verdict = VERDICT_STOP;
                else {
                        memmove(message + kept, line, length);
                        kept += length;
                        message[kept++] = '\n';
                }
                start += length + 1;
        }
        if (kept > 0)
                supervisor_notify(message, kept);
        return verdict;
}

void supervisor_health_reap(SupervisorHealth *health, pid_t pid) {
        if (pid != health->pid)
                return;
        health->pid = 0;
        health->next_msec = now_msec() + health->delay_msec;
}
