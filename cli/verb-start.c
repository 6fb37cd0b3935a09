/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia start, stop, restart: systemctl's verbs, by the names of containers, and with the reason of a failure. */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/containers.h"
#include "cli/describe.h"
#include "cli/each.h"
#include "cli/usage.h"
#include "cli/verb.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

static const char description[] = "NAME is a container's name or its unit's. It waits until that is done.";

/* The runner says as STATUS= why it could not start the container; systemd only that it has failed. */
static bool explain(Manager *manager, const Container *container, GError **error) {
        /* As it is now: what ran before a restart does not run any more. */
        g_autoptr(Container) present = NULL;
        bool found = containers_find(manager, container->unit, &present, NULL);
        g_autofree char *reason = describe_reason(manager, found ? present : container);

        if (!reason)
                return fail_prefix(error, "%s", container->name);
        g_clear_error(error);
        return fail(error, WOLFFIA_ERROR_HELPER, "%s: %s", container->unit, reason);
}

/* ---- patience ---- */

typedef struct Stop {
        const char *method;
        int seconds; /* after which the payload is killed; negative: nothing was said, so the unit's timeout counts */
        const char *name;
        int payload_fd; /* a pidfd; -1: no payload runs */
} Stop;

/* A ManagerLate. */
static void kill_payload(void *data) {
        const Stop *stop = data;

        if (stop->payload_fd < 0 || syscall(SYS_pidfd_send_signal, stop->payload_fd, SIGKILL, NULL, 0) < 0 ||
            stop->seconds == 0)
                return;
        g_autofree char *text =
                g_strdup_printf("'%s' has not ended in %d s, so it was killed", stop->name, stop->seconds);
        verb_warn(text);
}

/* systemd's own timeout is of the unit, and comes first where it is shorter. */
static void warn_of_timeout(Manager *manager, const Container *container, const Stop *stop) {
        guint64 usec = G_MAXUINT64;

        if (stop->seconds < 0 ||
            !manager_get_number(manager, container->unit, "Service", "TimeoutStopUSec", &usec, NULL) ||
            usec >= (guint64) stop->seconds * G_USEC_PER_SEC)
                return;
        g_autofree char *text = g_strdup_printf(
                "systemd gives %s %g s to end, so --time=%d comes too late; TimeoutStopSec=%d in [Service] of "
                "its file gives it more",
                container->unit, (double) usec / G_USEC_PER_SEC, stop->seconds, stop->seconds);
        verb_warn(text);
}

/* By hand there is no unit: the supervisor is asked to stop it, and waited for. */
static bool stop_by_hand(const Container *container, Stop *stop, GError **error) {
        autofd int fd = (int) syscall(SYS_pidfd_open, container->state->supervisor, 0);
        int patience = stop->seconds < 0 ? -1 : (int) MIN((gint64) stop->seconds * 1000, G_MAXINT);

        if (fd < 0)
                return errno == ESRCH ||
                       fail_errno(error, errno, "Cannot find the supervisor of '%s'", container->name);
        if (syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) < 0 && errno != ESRCH)
                return fail_errno(error, errno, "Cannot stop '%s'", container->name);
        struct pollfd event = {.fd = fd, .events = POLLIN};
        int ended;
        while ((ended = poll(&event, 1, patience)) < 0 && errno == EINTR)
                ;
        if (ended == 0)
                kill_payload(stop);
        while (poll(&event, 1, -1) < 0 && errno == EINTR)
                ;
        return true;
}

/* systemd compares the times of the unit and of its source. */
static void warn_of_change(Manager *manager, const Container *container) {
        guint64 changed = 0;

        if (!manager_get_number(manager, container->unit, "Unit", "NeedDaemonReload", &changed, NULL) ||
            !changed)
                return;
        g_autofree char *text =
                g_strdup_printf("the file of %s has changed since it was read; 'systemctl --user "
                                "daemon-reload' reads it",
                                container->unit);
        verb_warn(text);
}

static bool run_unit(Manager *manager, const Container *container, Stop *stop, GError **error) {
        return manager_run_job_within(manager, stop->method, container->unit,
                                      (guint64) MAX(stop->seconds, 0) * G_USEC_PER_SEC,
                                      stop->seconds < 0 ? NULL : kill_payload, stop, error) ||
               explain(manager, container, error);
}

static bool act(Manager *manager, const char *name, void *data, GError **error) {
        Stop stop = *(const Stop *) data;
        g_autoptr(Container) container = NULL;

        if (!containers_find(manager, name, &container, error))
                return false;
        /* Before anything is asked for: a restart has another payload in the end. */
        autofd int payload_fd =
                stop.seconds >= 0 && container->state ? containers_open_payload(container->state) : -1;
        stop.payload_fd = payload_fd;
        stop.name = container->name;
        /* What is frozen does not hear its stop signal, and would be killed after the timeout. */
        if (!g_str_equal(stop.method, "StartUnit") && container->state && state_is_frozen(container->state))
                (void) usage_freeze(container->state, false, NULL);
        if (*container->unit && !g_str_equal(stop.method, "StopUnit"))
                warn_of_change(manager, container);
        if (*container->unit) {
                warn_of_timeout(manager, container, &stop);
                return run_unit(manager, container, &stop, error);
        }
        if (g_str_equal(stop.method, "StopUnit"))
                return stop_by_hand(container, &stop, error);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' was started by hand and has no unit; the command that started it does so again",
                    container->name);
}

static int stop(const Verb *verb, int argc, char **argv, const char *method) {
        Stop stop = {.method = method, .seconds = -1};
        const GOptionEntry entries[] = {
                {"time", 't', 0, G_OPTION_ARG_INT, &stop.seconds,
                 "Kill what has not ended by then; default: what TimeoutStopSec= says", "SECONDS"},
                {NULL},
        };

        return each_container(verb, entries, description, argc, argv, act, &stop);
}

int verb_start(const Verb *verb, int argc, char **argv) {
        Stop none = {.method = "StartUnit", .seconds = -1};

        return each_container(verb, NULL, description, argc, argv, act, &none);
}

int verb_stop(const Verb *verb, int argc, char **argv) {
        return stop(verb, argc, argv, "StopUnit");
}

int verb_restart(const Verb *verb, int argc, char **argv) {
        return stop(verb, argc, argv, "RestartUnit");
}
