/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia linger: whether the user's services outlive logins, and come up at boot. logind lets users decide that for themselves
 * (org.freedesktop.login1(5), SetUserLinger). */

#include "base/error.h"
#include "base/id-ranges.h"
#include "cli/verb.h"
#include "runner/session-explain.h"

#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

static const char description[] =
        "Without lingering, all services of a user end with the last login, and none starts\n"
        "at boot. 'on' and 'off' ask logind, which lets users decide for themselves, and\n"
        "return when it is in force. Exit status of 'status': 0 on, 3 off, 1 not to be had.";

#define POLKIT "/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service"

enum { STATUS_OFF = 3, PATIENCE_MSEC = 15000 };

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

static int show_status(const SessionFacts *facts, const char *user) {
        g_autofree char *folder = g_strdup_printf("/run/user/%u", (unsigned) getuid());

        printf("%s\n", facts->is_lingering ? "on" : "off");
        if (access(folder, F_OK) < 0) {
                g_autofree char *text = session_explain(facts, user, getuid(), folder);
                verb_warn(text);
                return VERB_FAILURE;
        }
        return facts->is_lingering ? VERB_SUCCESS : STATUS_OFF;
}

int verb_linger(const Verb *verb, int argc, char **argv) {
        g_autofree char *user = id_ranges_user_name(getuid());
        g_auto(GStrv) words = NULL;
        g_autoptr(GError) error = NULL;
        SessionFacts facts;
        int status;

        if (!verb_parse(verb, NULL, description, false, argc, argv, &words, &status))
                return status;
        const char *word = words[0] ? words[0] : "status";
        bool on = g_str_equal(word, "on"), off = g_str_equal(word, "off");
        if ((words[0] && words[1]) || !(on || off || g_str_equal(word, "status")))
                return verb_misuse(verb, "one of on, off and status is wanted");

        session_find_facts(user, &facts);
        if (on || off)
                status = ask_logind(on, &error) && (off || wait_for_manager(&error)) ? VERB_SUCCESS
                                                                                     : verb_fail(error);
        else
                status = show_status(&facts, user);
        session_facts_clear(&facts);
        return status;
}
