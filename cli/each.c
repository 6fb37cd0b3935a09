/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every failure is said when it happens; the exit status is that of the worst. */

#include "cli/each.h"

int each_container(const Verb *verb, const GOptionEntry *entries, const char *description, int argc,
                   char **argv, EachAct act, void *data) {
        g_auto(GStrv) arguments = NULL;
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a container is needed");
        if (!manager_open(&manager, &error))
                return verb_fail(error);
        status = VERB_SUCCESS;
        for (char **name = arguments; *name; name++) {
                g_autoptr(GError) failure = NULL;
                if (!act(manager, *name, data, &failure))
                        status = verb_fail(failure);
        }
        return status;
}
