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

/* By hand there is no unit: the supervisor is asked to stop it, and waited for. */
static bool stop_by_hand(const Container *container, GError **error) {
        autofd int fd = (int) syscall(SYS_pidfd_open, container->state->supervisor, 0);

        if (fd < 0)
                return errno == ESRCH ||
                       fail_errno(error, errno, "Cannot find the supervisor of '%s'", container->name);
        if (syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) < 0 && errno != ESRCH)
                return fail_errno(error, errno, "Cannot stop '%s'", container->name);
        struct pollfd event = {.fd = fd, .events = POLLIN};
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

static bool act(Manager *manager, const char *name, void *data, GError **error) {
        const char *method = data;
        g_autoptr(Container) container = NULL;

        if (!containers_find(manager, name, &container, error))
                return false;
        /* What is frozen does not hear its stop signal, and would be killed after the timeout. */
        if (!g_str_equal(method, "StartUnit") && container->state && state_is_frozen(container->state))
                (void) usage_freeze(container->state, false, NULL);
        if (*container->unit && !g_str_equal(method, "StopUnit"))
                warn_of_change(manager, container);
        if (*container->unit)
                return manager_run_job(manager, method, container->unit, error) ||
                       explain(manager, container, error);
        if (g_str_equal(method, "StopUnit"))
                return stop_by_hand(container, error);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' was started by hand and has no unit; the command that started it does so again",
                    container->name);
}

int verb_start(const Verb *verb, int argc, char **argv) {
        return each_container(verb, description, argc, argv, act, (void *) "StartUnit");
}

int verb_stop(const Verb *verb, int argc, char **argv) {
        return each_container(verb, description, argc, argv, act, (void *) "StopUnit");
}

int verb_restart(const Verb *verb, int argc, char **argv) {
        return each_container(verb, description, argc, argv, act, (void *) "RestartUnit");
}
