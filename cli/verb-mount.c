/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia mount: the files of a container that runs, for programs of the host. A mount by a user is seen in the user's own
 * namespaces only; what everybody can use is the way that the kernel keeps to a process's root. */

#include "base/error.h"
#include "cli/containers.h"
#include "cli/inside.h"
#include "cli/verb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char description[] =
        "Runs COMMAND, or your shell, as root of the container's ids, in its root folder: with\n"
        "programs of this host, whatever the image has. $ROOT is that folder. Links that begin\n"
        "with / lead to the host's files, not to the container's. Where there is no terminal and\n"
        "no COMMAND, the folder is printed; it is gone when the container ends.";

static bool become(const ContainerState *state, char **command, GError **error) {
        g_autofree char *root = g_strdup_printf("/proc/%d/root", (int) state->payload);

        if (!inside_enter(state, false, error))
                return false;
        if (chdir(root) < 0)
                return fail_errno(error, errno, "Cannot enter %s", root);
        g_setenv("ROOT", root, TRUE);
        g_setenv("PWD", root,
                 TRUE); /* no other name leads there from here, and shells would complain of it */
        execvp(command[0], command);
        return fail_errno(error, errno, "Cannot start %s", command[0]);
}

static bool run(const char *name, char **command, GError **error) {
        const char *shell = getenv("SHELL");
        char *fallback[] = {(char *) (shell && *shell ? shell : "/bin/sh"), NULL};
        g_autoptr(Manager) manager = NULL;
        g_autoptr(Container) container = NULL;

        if (!manager_open(&manager, error) || !containers_find_running(manager, name, &container, error))
                return false;
        if (!*command && !isatty(STDIN_FILENO)) {
                printf("/proc/%d/root\n", (int) container->state->payload);
                return true;
        }
        return become(container->state, *command ? command : fallback, error);
}

int verb_mount(const Verb *verb, int argc, char **argv) {
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, NULL, description, true, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a container is needed");
        return run(arguments[0], arguments + 1, &error) ? VERB_SUCCESS : verb_fail(error);
}
