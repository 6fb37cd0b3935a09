/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* When health checks run, and when the service manager hears that all is well (WatchdogSec=). What the checks are, and what follows, is the runner's business (runner/health-check.c), which is started
 * for each and reports back by a datagram of lines. */

#include <stdbool.h>
#include <sys/types.h>

typedef struct SupervisorHealth {
        int report_fd;        /* ours; -1: there are no checks */
        int helper_fd;        /* the check's */
        pid_t pid;            /* the one that runs; 0: none */
        long long delay_msec; /* what the last one wanted, or the first one's */
        long long
                next_msec; /* when the next one is due, on the monotonic clock; -1: not before the one that runs has ended */
        long long kill_msec;   /* when the payload is killed; -1: never */
        long long ping_msec;   /* when systemd is to hear next that all is well; -1: it does not ask */
        long long period_msec; /* and how often from then on */
        bool is_unhealthy;     /* then it does not hear it */
} SupervisorHealth;

typedef enum SupervisorVerdict { VERDICT_NONE, VERDICT_KILL, VERDICT_STOP } SupervisorVerdict;

/* With FIRST_MSEC below 0 there are no checks. WATCHDOG_MSEC is the time after which systemd gives a silent service up, 0 when it
 * does not ask, or the payload is the one to tell. */
void supervisor_health_open(SupervisorHealth *health, long long first_msec, long long watchdog_msec);

/* How long poll() may wait. */
int supervisor_health_timeout(const SupervisorHealth *health);

/* Starts what is due. True: the payload's time to stop is over. */
bool supervisor_health_run(SupervisorHealth *health, const char *runner, int record_fd);

/* Takes a report, and passes on what systemd is to know. */
SupervisorVerdict supervisor_health_take(SupervisorHealth *health);

/* PID has ended. */
void supervisor_health_reap(SupervisorHealth *health, pid_t pid);
