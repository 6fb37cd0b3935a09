/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* logind lets users decide for themselves (org.freedesktop.login1(5), SetUserLinger). */

#include "cli/linger.h"

#include "base/error.h"

#include <systemd/sd-bus.h>
#include <unistd.h>

#define POLKIT "/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service"

enum { PATIENCE_MSEC = 15000 };

static bool ask_logind(bool on, GError **error) {
        sd_bus_error failure = SD_BUS_ERROR_NULL;
        sd_bus *bus = NULL;

        int result = sd_bus_open_system(&bus);
        if (result >= 0)
                result = sd_bus_call_method(bus, "org.freedesktop.login1", "/org/freedesktop/login1",
                                            "org.freedesktop.login1.Manager", "SetUserLinger", &failure,
                                            NULL, "ubb", (guint32) getuid(), on, false);
        bool done = result >= 0;
        if (!done && sd_bus_error_is_set(&failure))
                (void) fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "logind refuses: %s%s; the administrator can: 'sudo loginctl %s-linger %u'",
                            failure.message ? failure.message : failure.name,
                            access(POLKIT, F_OK) == 0 ? "" : " (it asks polkit, which is not installed)",
                            on ? "enable" : "disable", (unsigned) getuid());
        else if (!done)
                (void) fail_errno(error, result, "Cannot ask logind over the system bus");
        sd_bus_error_free(&failure);
        sd_bus_flush_close_unref(bus);
        return done;
}

/* The manager's own socket: from then on units can be started. */
static bool wait_for_manager(GError **error) {
        g_autofree char *socket = g_strdup_printf("/run/user/%u/systemd/private", (unsigned) getuid());

        for (int waited = 0; waited < PATIENCE_MSEC; waited += 20) {
                if (access(socket, F_OK) == 0)
                        return true;
                g_usleep(20000);
        }
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "Lingering is on, but the user manager does not come up; 'systemctl status user@%u' says why",
                (unsigned) getuid());
}

bool linger_set(bool on, GError **error) {
        return ask_logind(on, error) && (!on || wait_for_manager(error));
}
