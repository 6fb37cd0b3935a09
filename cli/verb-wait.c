/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia wait: until containers end; prints how. */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/containers.h"
#include "cli/each.h"
#include "cli/verb.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char description[] =
        "NAME is a container's name or its unit's. For each, its exit status is printed, 128\n"
        "and more for a signal; '?' for one that was started by hand, which only its starter\n"
        "knows.";

#define SETTLE_USEC (5 * G_USEC_PER_SEC)

/* The manager learns of the end a moment after us. A unit that is restarted meanwhile has another main process. */
static bool ask_status(Manager *manager, const Container *container, guint64 *ret_code, guint64 *ret_status,
                       GError **error) {
        gint64 deadline = g_get_monotonic_time() + SETTLE_USEC;

        for (;;) {
                if (!manager_get_number(manager, container->unit, "Service", "ExecMainCode", ret_code,
                                        error) ||
                    !manager_get_number(manager, container->unit, "Service", "ExecMainStatus", ret_status,
                                        error))
                        return false;
                if (*ret_code != 0 || g_get_monotonic_time() > deadline)
                        return true;
                g_usleep(1000);
        }
}

static bool wait_for_end(Manager *manager, const Container *container, GError **error) {
        autofd int fd = (int) syscall(SYS_pidfd_open, container->state->supervisor, 0);
        struct pollfd event = {.fd = fd, .events = POLLIN};
        guint64 code = 0, status = 0;

        while (fd >= 0 && poll(&event, 1, -1) < 0 && errno == EINTR)
                ;
        if (!*container->unit) {
                puts("?");
                return true;
        }
        if (!ask_status(manager, container, &code, &status, error))
                return false;
        /* waitid(2): 1 is an exit, everything else a signal. */
        if (code == 0)
                puts("?");
        else
                printf("%u\n", (unsigned) (code == CLD_EXITED ? status : 128 + status));
        return true;
}

static bool act(Manager *manager, const char *name, void *data, GError **error) {
        g_autoptr(Container) container = NULL;

        if (!containers_find_running(manager, name, &container, error) ||
            !wait_for_end(manager, container, error))
                return false;
        fflush(stdout);
        return true;
}

int verb_wait(const Verb *verb, int argc, char **argv) {
        return each_container(verb, description, argc, argv, act, NULL);
}
