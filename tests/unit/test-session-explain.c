/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which of the causes is named. */

#include "runner/session-explain.h"

#include "tests/lib/scratch.h"

#include <string.h>

static void assert_named(SessionFacts facts, const char *word) {
        g_autofree char *text = session_explain(&facts, "alice", 1000, "/run/user/1000");

        if (!strstr(text, word))
                g_error("'%s' lacks '%s'", text, word);
}

static void the_first_cause_is_named(void) {
        assert_named((SessionFacts){.has_pam = true}, "systemctl start systemd-logind");
        assert_named((SessionFacts){.has_logind = true, .is_lingering = true}, "systemctl start user@1000");
        assert_named((SessionFacts){.has_logind = true, .pam_commented = (char *) "/etc/pam.d/x:3"},
                     "/etc/pam.d/x:3");
        assert_named((SessionFacts){.has_logind = true}, "libpam-systemd");
        assert_named((SessionFacts){.has_logind = true, .has_pam = true},
                     "neither a login session nor lingering");
}

static void comments_are_told_from_lines(Scratch *scratch, gconstpointer data) {
        g_autofree char *dir = scratch_path(scratch, "");
        SessionFacts facts = {0};

        scratch_write(scratch, "systemd-user", "session optional pam_systemd.so\n");
        scratch_write(scratch, "common-session",
                      "session required pam_unix.so\n#session optional pam_systemd.so\n");
        session_find_pam(dir, &facts);
        g_assert_false(facts.has_pam);
        g_assert_true(g_str_has_suffix(facts.pam_commented, "/common-session:2"));
        session_facts_clear(&facts);

        scratch_write(scratch, "other", "session optional pam_systemd.so # keep\n");
        facts = (SessionFacts){0};
        session_find_pam(dir, &facts);
        g_assert_true(facts.has_pam);
        g_assert_null(facts.pam_commented);
        session_facts_clear(&facts);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/session-explain/causes", the_first_cause_is_named);
        scratch_test_add("/session-explain/pam", comments_are_told_from_lines);
        return g_test_run();
}
