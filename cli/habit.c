/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The nearest verb in letters would be wrong advice for these: `rm` is not `rmi`, and `status` is not `stats`. */

#include "cli/habit.h"

#include <glib.h>

#define FILES "a container is a file in ~/.config/wolffia/"
#define ELSEWHERE                                                                                           \
        "the store is for running; buildah(1) makes images, skopeo(1) copies them between registries and archives"
#define SAVED                                                                                                          \
        "only root can write down a process with its mounts and its network; 'wolffia volume export' keeps data, and " \
        "'wolffia explain C8' tells more"
#define ENGINES "no engine is behind this; "

static const struct {
        const char *name, *answer;
} habits[] = {
        {"attach", "'wolffia logs -f NAME' shows what it writes, 'wolffia shell NAME' opens a shell in it"},
        {"auto-update", "'wolffia pull NAME' fetches the image anew, 'wolffia restart NAME' uses it"},
        {"cat", "'systemctl --user cat NAME' shows the unit, ~/.config/wolffia/ has the file"},
        {"checkpoint", SAVED},
        {"commit", ELSEWHERE},
        {"compose", "each service is a file in ~/.config/wolffia/, see wolffia-container(5)"},
        {"container",
         "'wolffia ps --all' lists containers, and what is done with them are verbs without this word"},
        {"create", FILES "; 'wolffia run --save=NAME IMAGE' writes one"},
        {"daemon-reload", "'systemctl --user daemon-reload' reads the files"},
        {"disable", "[Install] in the file says what starts it: without WantedBy=, nothing does; "
                    "'systemctl --user daemon-reload' reads that"},
        {"down", "'wolffia stop NAME' stops a container"},
        {"edit", FILES "; 'systemctl --user daemon-reload' reads it when it has changed"},
        {"enable",
         "WantedBy=default.target in [Install] of the file has it started, at boot with 'wolffia linger on'; "
         "'systemctl --user daemon-reload' reads that"},
        {"events", "'journalctl --user -f' shows what happens"},
        {"generate",
         "'wolffia run --save=NAME' writes a file, and 'systemctl --user daemon-reload' makes a unit of it"},
        {"healthcheck", "'wolffia ps' shows health; checks run by themselves"},
        {"history", ELSEWHERE},
        {"image", "'wolffia images', 'pull', 'import', 'build' and 'rmi' are about images"},
        {"info", ENGINES "'wolffia doctor' tells of the host"},
        {"init", "there is nothing to set up: " FILES},
        {"list", "'wolffia ps --all' lists containers, 'wolffia images' images"},
        {"load", "'wolffia import NAME FILE' takes what `podman save` and `docker save` write"},
        {"login", "'skopeo login REGISTRY' does that, and 'wolffia pull' uses its logins"},
        {"logout", "'skopeo logout REGISTRY' does that"},
        {"ls", "'wolffia ps --all' lists containers, 'wolffia images' images"},
        {"network connect", "the networks of a container are the Network= lines of its file"},
        {"network create", "a .network file in ~/.config/wolffia/ makes one, see wolffia-network(5)"},
        {"network disconnect", "the networks of a container are the Network= lines of its file"},
        {"network prune", "a network goes with its unit; 'wolffia network list' shows units"},
        {"network remove",
         "a network goes with its unit: 'systemctl --user stop UNIT', which 'wolffia network list' shows"},
        {"play", "'wolffia adopt' takes Quadlet files; of Kubernetes' nothing is read"},
        {"kube", "'wolffia adopt' takes Quadlet files; of Kubernetes' nothing is read"},
        {"pod", "a .pod file in ~/.config/wolffia/ makes one, see wolffia-pod(5)"},
        {"prune",
         "'wolffia rmi --unnamed' and 'wolffia volume prune' remove what nothing uses; containers leave nothing"},
        {"push", ELSEWHERE},
        {"reload", "'systemctl --user reload NAME' does what ReloadCmd= or ReloadSignal= says, "
                   "'systemctl --user daemon-reload' reads the files"},
        {"remove",
         "a container that is stopped has left nothing; without its file (~/.config/wolffia/NAME.container), after "
         "'systemctl --user daemon-reload', it is gone, and 'wolffia volume remove' removes its data"},
        {"rename", FILES ", and has the file's name"},
        {"restore", SAVED},
        {"rm",
         "a container that is stopped has left nothing; without its file (~/.config/wolffia/NAME.container), after "
         "'systemctl --user daemon-reload', it is gone, and 'wolffia volume remove' removes its data"},
        {"save", ELSEWHERE},
        {"search", ELSEWHERE},
        {"status", "'systemctl --user status NAME' tells how one is, 'wolffia ps --all' of all"},
        {"system", ENGINES
         "'wolffia doctor' tells of the host, 'wolffia rmi --unnamed' and 'wolffia volume prune' make room"},
        {"tag", "'wolffia pull --tag=NAME' and 'wolffia import NAME' give an image its name"},
        {"up",
         "'wolffia start NAME' starts a container, WantedBy=default.target in [Install] of its file all at once"},
        {"update",
         "'systemctl --user set-property NAME MemoryMax=1G' and the like change limits; all else is in its file"},
        {"version", "'wolffia --version' prints it"},
};

const char *habit_answer(const char *name) {
        for (gsize i = 0; i < G_N_ELEMENTS(habits); i++)
                if (g_str_equal(habits[i].name, name))
                        return habits[i].answer;
        return NULL;
}
