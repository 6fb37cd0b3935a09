/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia pause, unpause: the payload's cgroup is frozen, never the unit's, which systemd would refuse to stop. */

#include "cli/containers.h"
#include "cli/usage.h"
#include "cli/verb.h"

static const char description[] = "NAME is a container's name or its unit's.";

static bool act(Manager *manager, const char *name, bool freeze, GError **error) {
        g_autoptr(Container) container = NULL;

        return containers_find_running(manager, name, &container, error) &&
               usage_freeze(container->state, freeze, error);
}

static int act_on_all(const Verb *verb, bool freeze, int argc, char **argv) {
        g_auto(GStrv) arguments = NULL;
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, NULL, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a container is needed");
        if (!manager_open(&manager, &error))
                return verb_fail(error);
        status = VERB_SUCCESS;
        for (char **name = arguments; *name; name++) {
                g_autoptr(GError) failure = NULL;
                if (!act(manager, *name, freeze, &failure))
                        status = verb_fail(failure);
        }
        return status;
}

int verb_pause(const Verb *verb, int argc, char **argv) {
        return act_on_all(verb, true, argc, argv);
}

int verb_unpause(const Verb *verb, int argc, char **argv) {
        return act_on_all(verb, false, argc, argv);
}
