/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/service-correct.h"
#include "spec/problem.h"
#include "spec/unit-read.h"

#include <stdlib.h>
#include <string.h>

/* TEXT becomes EXPECTED, all sections printed without headers; PROBLEMS are parts of what is said, in order. */
typedef struct Case {
        const char *text;
        const char *expected; /* NULL: what it was */
        const char *problems[4];
} Case;

static char *correct(const char *text, GPtrArray *problems) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        GString *printed = g_string_new(NULL);

        unit_read_text(reader, text, strlen(text), "f", unit, problems);
        service_correct(unit, problems);
        for (guint i = 0; i < unit->sections->len; i++) {
                g_string_append_printf(printed, "[%s]\n", (const char *) unit->sections->pdata[i]);
                unit_file_print_section(unit, i, printed);
        }
        return g_string_free(printed, FALSE);
}

static void check(const Case *cases, size_t count) {
        for (size_t i = 0; i < count; i++) {
                g_autoptr(GPtrArray) problems = problems_new();
                g_autofree char *printed = correct(cases[i].text, problems);
                guint expected = 0;

                g_assert_cmpstr(printed, ==, cases[i].expected ? cases[i].expected : cases[i].text);
                while (expected < 4 && cases[i].problems[expected]) {
                        g_assert_cmpuint(problems->len, >, expected);
                        g_autofree char *text = problem_print(problems->pdata[expected]);
                        if (!strstr(text, cases[i].problems[expected]))
                                g_error("'%s' is not in '%s'", cases[i].problems[expected], text);
                        expected++;
                }
                g_assert_cmpuint(problems->len, ==, expected);
        }
}

static void test_restart(void) {
        static const Case cases[] = {
                {"[Service]\nRestart=always\n", NULL, {NULL}},
                {"[Service]\nRestart=\n", NULL, {NULL}},
                {"[Service]\nRestart=unless-stopped\n", "[Service]\nRestart=always\n", {"taken as always"}},
                {"[Service]\nRestart=on-failure:5\n",
                 "[Service]\nRestart=on-failure\n",
                 {"StartLimitBurst="}},
                {"[Service]\nRestart=on_failure\n",
                 "[Service]\nRestart=on-failure\n",
                 {"taken as on-failure"}},
                {"[Service]\nRestart=on-failur\n",
                 "[Service]\nRestart=on-failure\n",
                 {"taken as on-failure"}},
                {"[Service]\nRestart=True\n", "[Service]\nRestart=always\n", {"taken as always"}},
                {"[Service]\nRestart=never\n", "[Service]\nRestart=no\n", {"taken as no"}},
                {"[Service]\nRestart=sometimes-maybe\n", NULL, {"there is no 'sometimes-maybe'"}},
        };

        check(cases, G_N_ELEMENTS(cases));
}

static void test_units_of_podman(void) {
        static const Case cases[] = {
                {"[Unit]\nRequires=podman.socket\nAfter=podman.socket db.service\n",
                 "[Unit]\nAfter=db.service\n",
                 {"f:2: Requires=: podman.socket is left out", "f:3: After=: podman.socket is left out"}},
                {"[Unit]\nWants=podman-user-wait-network-online.service\nWants=\n",
                 "[Unit]\nWants=\n",
                 {"is left out"}},
                {"[Unit]\nRequires=podman.socket a.service\n[Container]\nVolume=%t/podman/podman.sock:/s\n",
                 "[Unit]\nRequires=a.service\nWants=podman.socket\n[Container]\nVolume=%t/podman/podman.sock:/s\n",
                 {"wanted, not required"}},
                {"[Unit]\nAfter=podman.socket\n[Container]\nVolume=%t/podman/podman.sock:/s\n",
                 NULL,
                 {NULL}},
                {"[Unit]\nAfter=podmanager.service podman-exporter.service\nDescription=podman.socket\n",
                 NULL,
                 {NULL}},
        };

        check(cases, G_N_ELEMENTS(cases));
}

static void test_calls_of_podman(void) {
        static const Case cases[] = {
                {"[Service]\nExecReload=podman exec caddy caddy reload\n", NULL, {"write `wolffia exec`"}},
                {"[Service]\nExecStartPre=-/usr/bin/podman --log-level error rm -f x\n",
                 NULL,
                 {"leaves nothing behind"}},
                {"[Service]\nExecStartPre=/bin/sh -c 'until podman cp a:/b c; do sleep 1; done'\n",
                 NULL,
                 {"`podman cp`"}},
                {"[Service]\nExecStartPre=@/usr/bin/podman podman generate kube x\n",
                 NULL,
                 {"without podman"}},
                {"[Service]\nExecStartPre=mkdir -p /srv/podman %h/podman-data\n", NULL, {NULL}},
                {"[Service]\nExecStartPre=podmanager run\n", NULL, {NULL}},
        };

        check(cases, G_N_ELEMENTS(cases));
}

static void test_names(void) {
        static const Case cases[] = {
                {"[Install]\nWWantedBy=default.target\n", NULL, {"did you mean WantedBy=?"}},
                {"[Install]\nWantBy=default.target\n", NULL, {"did you mean WantedBy=?"}},
                {"[Unit]\nDocumenation=x\n", NULL, {"[Unit]; did you mean Documentation=?"}},
                {"[Service]\nTimeoutStartSecs=5\n", NULL, {"did you mean TimeoutStartSec=?"}},
                {"[Service]\nAfter=x\n", NULL, {"belongs into [Unit]"}},
                {"[Unit]\nRestart=no\n", NULL, {"belongs into [Service]"}},
                {"[Unit]\nX-Mine=a\nXyzzyPlugh=b\n", NULL, {"systemd ignores it"}},
                {"[Serivce]\nRestart=no\n[X-Mine]\na=b\n", NULL, {"did you mean [Service]?"}},
                {"[Timer]\nOnCalendar=daily\n", NULL, {"no section [Timer], systemd ignores it"}},
        };

        check(cases, G_N_ELEMENTS(cases));
}

static void test_data_home(void) {
        static const Case cases[] = {
                {"[Container]\nVolume=%D/web:/data\n",
                 "[Container]\nVolume=%h/.local/share/web:/data\n",
                 {NULL}},
                {"[Container]\nExec=%%D %%%D %d %\n",
                 "[Container]\nExec=%%D %%%h/.local/share %d %\n",
                 {NULL}},
                {"[Service]\nExecStartPre=ls %D\n", "[Service]\nExecStartPre=ls %h/.local/share\n", {NULL}},
        };
        static const Case of_user = {
                "[Unit]\nAssertPathExists=%D/x\n", "[Unit]\nAssertPathExists=/data/x\n", {NULL}};
        static const Case awkward = {
                "[Unit]\nAssertPathExists=%D/x\n", "[Unit]\nAssertPathExists=%h/.local/share/x\n", {NULL}};

        check(cases, G_N_ELEMENTS(cases));
        g_setenv("XDG_DATA_HOME", "/data", TRUE);
        check(&of_user, 1);
        g_setenv("XDG_DATA_HOME", "/my data", TRUE);
        check(&awkward, 1);
        g_unsetenv("XDG_DATA_HOME");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_unsetenv("XDG_DATA_HOME");
        g_test_add_func("/service-correct/restart", test_restart);
        g_test_add_func("/service-correct/units-of-podman", test_units_of_podman);
        g_test_add_func("/service-correct/calls-of-podman", test_calls_of_podman);
        g_test_add_func("/service-correct/names", test_names);
        g_test_add_func("/service-correct/data-home", test_data_home);
        return g_test_run();
}
