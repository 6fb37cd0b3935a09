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
        "and more for a signal, also when it has ended already and its unit is known; '?' for\n"
        "one that was started by hand, which only its starter knows.";

#define SETTLE_USEC (5 * G_USEC_PER_SEC)

typedef struct End {
        gint32 code, status; /* as waitid(2) has them; code 0: not known */
        bool is_settled;     /* the unit has ended too, ExecStopPost= and all, or begins anew */
} End;

/* What one signal tells. */
typedef struct Change {
        gint32 code, status;
        const char *state; /* the message's */
} Change;

static int read_property(sd_bus_message *message, const char *name, void *data) {
        Change *change = data;

        if (g_str_equal(name, "ExecMainCode"))
                return sd_bus_message_read(message, "v", "i", &change->code);
        if (g_str_equal(name, "ExecMainStatus"))
                return sd_bus_message_read(message, "v", "i", &change->status);
        if (g_str_equal(name, "ActiveState"))
                return sd_bus_message_read(message, "v", "s", &change->state);
        return sd_bus_message_skip(message, "v");
}

static int note_change(sd_bus_message *message, void *data, sd_bus_error *failure) {
        Change change = {0};
        End *end = data;

        manager_read_changes(message, read_property, &change);
        /* The first end is what was waited for: a restart's main process has none. */
        if (end->code == 0) {
                end->code = change.code;
                end->status = change.status;
        }
        /* systemd tells of the service first, then of the unit. With RemainAfterExit= that stays active. */
        if (end->code != 0 && change.state)
                end->is_settled = !g_str_equal(change.state, "deactivating");
        return 0;
}

static bool ask(Manager *manager, const char *unit, End *end, GError **error) {
        guint64 code = 0, status = 0;

        if (!manager_get_number(manager, unit, "Service", "ExecMainCode", &code, error) ||
            !manager_get_number(manager, unit, "Service", "ExecMainStatus", &status, error))
                return false;
        *end = (End){.code = (gint32) code, .status = (gint32) status};
        return true;
}

/* The manager learns of the end a moment after us, and tells it. To ask afterwards may be too late: a transient unit is gone
 * then, and one that is restarted has another main process. */
static bool listen(Manager *manager, const char *unit, End *end, GError **error) {
        gint64 deadline = g_get_monotonic_time() + SETTLE_USEC;

        while ((end->code == 0 || !end->is_settled) && g_get_monotonic_time() < deadline) {
                int result = sd_bus_process(manager->bus, NULL);
                if (result == 0)
                        result = sd_bus_wait(manager->bus, SETTLE_USEC / 50);
                if (result < 0 && result != -EINTR)
                        return fail_errno(error, result, "The service manager is not there any more");
        }
        return end->code != 0 || ask(manager, unit, end, error);
}

static void print(const End *end) {
        if (end->code == 0)
                puts("?");
        else
                printf("%d\n", end->code == CLD_EXITED ? end->status : 128 + end->status);
}

static void wait_for_supervisor(const Container *container) {
        autofd int fd = (int) syscall(SYS_pidfd_open, container->state->supervisor, 0);
        struct pollfd event = {.fd = fd, .events = POLLIN};

        while (fd >= 0 && poll(&event, 1, -1) < 0 && errno == EINTR)
                ;
}

static bool wait_for_end(Manager *manager, const Container *container, GError **error) {
        g_autofree char *path = manager_unit_path(container->unit);
        sd_bus_slot *slot = NULL;
        End end = {0};

        if (!*container->unit) {
                wait_for_supervisor(container);
                puts("?");
                return true;
        }
        if (!manager_subscribe(manager, error))
                return false;
        int result = sd_bus_match_signal(manager->bus, &slot, NULL, path, "org.freedesktop.DBus.Properties",
                                         "PropertiesChanged", note_change, &end);
        bool done = result >= 0 || fail_errno(error, result, "Cannot watch the unit %s", container->unit);
        if (done) {
                wait_for_supervisor(container);
                done = listen(manager, container->unit, &end, error);
        }
        sd_bus_slot_unref(slot);
        if (done)
                print(&end);
        return done;
}

/* What has ended already is known as long as its unit is. */
static bool print_ended(Manager *manager, const char *name) {
        g_autoptr(Container) container = NULL;
        End end = {0};

        if (!containers_find(manager, name, &container, NULL) || container->state || !*container->unit ||
            !ask(manager, container->unit, &end, NULL) || end.code == 0)
                return false;
        print(&end);
        return true;
}

static bool act(Manager *manager, const char *name, void *data, GError **error) {
        g_autoptr(Container) container = NULL;
        g_autoptr(GError) failure = NULL;
        bool done = containers_find_running(manager, name, &container, &failure)
                            ? wait_for_end(manager, container, error)
                            : print_ended(manager, name);

        if (failure && !done)
                g_propagate_error(error, g_steal_pointer(&failure));
        fflush(stdout);
        return done;
}

int verb_wait(const Verb *verb, int argc, char **argv) {
        return each_container(verb, NULL, description, argc, argv, act, NULL);
}
