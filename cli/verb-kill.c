/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia kill: a signal for the payload. Who made a user namespace may signal whatever lives in it (capabilities(7)). */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/containers.h"
#include "cli/verb.h"
#include "spec/value-signal.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

static const char description[] =
        "NAME is a container's name or its unit's. Process 1 of a container gets only those\n"
        "signals that it has a handler for, and SIGKILL.";

static bool send_signal(Manager *manager, const char *name, int number, GError **error) {
        g_autoptr(Container) container = NULL;

        if (!containers_find_running(manager, name, &container, error))
                return false;
        autofd int fd = containers_open_payload(container->state);
        if (fd < 0)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "'%s' has just ended", container->name);
        return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) == 0 ||
               fail_errno(error, errno, "Cannot signal '%s'", container->name);
}

static int run(const Verb *verb, char **names, const char *text) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GError) error = NULL;
        int number = SIGKILL, status = VERB_SUCCESS;

        if (text && !value_signal_parse(text, &number, &error))
                return verb_misuse(verb, "%s", error->message);
        if (!manager_open(&manager, &error))
                return verb_fail(error);
        for (; *names; names++) {
                g_autoptr(GError) failure = NULL;
                if (!send_signal(manager, *names, number, &failure))
                        status = verb_fail(failure);
        }
        return status;
}

int verb_kill(const Verb *verb, int argc, char **argv) {
        char *text = NULL;
        const GOptionEntry entries[] = {
                {"signal", 's', 0, G_OPTION_ARG_STRING, &text, "Name or number; default: KILL", "SIGNAL"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        status = *arguments ? run(verb, arguments, text)
                            : verb_misuse(verb, "the name of a container is needed");
        g_free(text);
        return status;
}
