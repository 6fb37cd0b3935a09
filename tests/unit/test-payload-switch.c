/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/payload-switch.h"

static void scripts_that_start_themselves_again_are_found(void) {
        static const struct {
                const char *line;
                const char *user;
        } cases[] = {
                {"exec gosu postgres \"$BASH_SOURCE\" \"$@\"", "postgres"},
                {"exec su-exec redis:redis \"$0\" \"$@\"", "redis"},
                {"exec setpriv --reuid redis --regid redis --clear-groups -- \"$0\" \"$@\"", "redis"},
                {"exec setpriv --reuid=999 -- \"$0\"", "999"},
                {"exec setpriv --reuid=redis -- \"$0\"", "redis"},
                {"exec runuser -u mysql -- \"$0\" \"$@\"", "mysql"},
                {"exec su -m postgres -c start", "postgres"},
                {"exec su redis -c 'exec redis-server'", NULL},
                {"exec gosu nobody redis-server", NULL},
                {"gosu postgres \"$0\" \"$@\"", NULL},
                {"exec gosu \"$user\" \"$0\" \"$@\"", NULL},
                {"exec gosu", NULL},
                {"exec setpriv --reuid", NULL},
                {"exec \"$0\" gosu", NULL},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *script = g_strdup_printf(
                        "#!/bin/sh\nset -e\nif [ \"$(id -u)\" = 0 ]; then\n\t%s\nfi\nexec \"$@\"\n",
                        cases[i].line);
                g_autofree char *user = payload_switch_find(script, "start");
                g_test_message("%s", cases[i].line);
                g_assert_cmpstr(user, ==, cases[i].user);
        }
}

static void what_is_no_script_is_left_alone(void) {
        g_assert_null(payload_switch_find("\177ELF\nexec gosu redis \"$0\"\n", "start"));
        g_assert_null(payload_switch_find("", "start"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/payload-switch/find/knows-how-official-images-do-it",
                        scripts_that_start_themselves_again_are_found);
        g_test_add_func("/payload-switch/find/looks-into-scripts-only", what_is_no_script_is_left_alone);
        return g_test_run();
}
