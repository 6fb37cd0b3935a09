/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A runtime folder with the states of a pod, of a container that lives (this test is its payload), and of one that is
 * gone. */

#include "runner/peer.h"

#include "base/error.h"
#include "tests/lib/scratch.h"

#include <string.h>
#include <unistd.h>

static void write_state(Scratch *scratch, const char *folder, const char *name, bool is_pod, pid_t payload,
                        const char *time) {
        g_autofree char *path = g_strdup_printf("wolffia/%s/state", folder);
        g_autofree char *text = g_strdup_printf("[Container]\nName=%s\nPod=%s\nPayload=%d\nPayloadTime=%s\n",
                                                name, is_pod ? "true" : "false", (int) payload, time);

        scratch_write(scratch, path, text);
}

/* The start time of this process, proc(5). */
static char *own_time(void) {
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents("/proc/self/stat", &text, NULL, NULL));
        g_auto(GStrv) fields = g_strsplit(strrchr(text, ')') + 2, " ", -1);
        return g_strdup(fields[19]);
}

static void open_states(Scratch *scratch, Session *session) {
        g_autofree char *time = own_time();

        *session = (Session){.runtime_dir = scratch->path};
        write_state(scratch, "web", "site", false, getpid(), time);
        write_state(scratch, "app-pod", "site", true, getpid(), time);
        write_state(scratch, "old", "old", false, getpid(), "1");
        scratch_write(scratch, "wolffia/broken/state", "[");
        scratch_write(scratch, "wolffia/starting", NULL);
}

static void assert_found(const Session *session, const char *name, bool is_pod, const char *folder) {
        g_autoptr(GError) error = NULL;
        Peer peer = {0};

        (void) peer_find(session, name, is_pod, &peer, &error);
        g_assert_no_error(error);
        g_assert_true(g_str_has_suffix(peer.folder, folder));
        peer_clear(&peer);
}

static void names_are_those_of_containers(Scratch *scratch, gconstpointer data) {
        Session session;

        (void) data;
        open_states(scratch, &session);
        assert_found(&session, "site", false, "/web");
        assert_found(&session, "systemd-site", false, "/web");
        assert_found(&session, "site", true, "/app-pod");
}

static void who_does_not_run_is_not_found(Scratch *scratch, gconstpointer data) {
        static const char *const names[] = {"old", "web", "nobody", "", "systemd-"};
        Session session;

        (void) data;
        open_states(scratch, &session);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(GError) error = NULL;
                Peer peer = {0};
                g_assert_false(peer_find(&session, names[i], false, &peer, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        }
}

static void nothing_runs_at_all(Scratch *scratch, gconstpointer data) {
        Session session = {.runtime_dir = scratch->path};
        g_autoptr(GError) error = NULL;
        Peer peer = {0};

        (void) data;
        g_assert_false(peer_find(&session, "web", true, &peer, &error));
        g_assert_nonnull(strstr(error->message, "no pod of the name 'web'"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/peer/find/goes-by-the-containers-name", names_are_those_of_containers);
        scratch_test_add("/peer/find/passes-over-who-does-not-run", who_does_not_run_is_not_found);
        scratch_test_add("/peer/find/needs-no-folder", nothing_runs_at_all);
        return g_test_run();
}
