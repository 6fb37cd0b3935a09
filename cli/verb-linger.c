/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia linger: whether the user's services outlive logins, and come up at boot. logind lets users decide that for themselves
 * (org.freedesktop.login1(5), SetUserLinger). */

#include "base/id-ranges.h"
#include "cli/linger.h"
#include "cli/verb.h"
#include "runner/session-explain.h"

#include <stdio.h>
#include <unistd.h>

static const char description[] =
        "Without lingering, all services of a user end with the last login, and none starts\n"
        "at boot. 'on' and 'off' ask logind, which lets users decide for themselves, and\n"
        "return when it is in force. Exit status of 'status': 0 on, 3 off, 1 not to be had.";

enum { STATUS_OFF = 3 };

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
                status = linger_set(on, &error) ? VERB_SUCCESS : verb_fail(error);
        else
                status = show_status(&facts, user);
        session_facts_clear(&facts);
        return status;
}
