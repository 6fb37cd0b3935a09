/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia pause, unpause: the payload's cgroup is frozen, never the unit's, which systemd would refuse to stop. */

#include "cli/containers.h"
#include "cli/each.h"
#include "cli/usage.h"
#include "cli/verb.h"

static const char description[] = "NAME is a container's name or its unit's.";

static bool act(Manager *manager, const char *name, void *data, GError **error) {
        const bool *freeze = data;
        g_autoptr(Container) container = NULL;

        return containers_find_running(manager, name, &container, error) &&
               usage_freeze(container->state, *freeze, error);
}

int verb_pause(const Verb *verb, int argc, char **argv) {
        bool freeze = true;

        return each_container(verb, NULL, description, argc, argv, act, &freeze);
}

int verb_unpause(const Verb *verb, int argc, char **argv) {
        bool freeze = false;

        return each_container(verb, NULL, description, argc, argv, act, &freeze);
}
