/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which words are executed: the unit's, the image's, or both. What payload_execute() does is for tests on a machine. */

#include "runner/payload.h"

#include "base/error.h"

#include <string.h>

typedef struct Case {
        const char *entrypoint; /* of the unit; NULL: not said */
        const char *exec;       /* of the unit, words between blanks */
        const char *image_entrypoint;
        const char *image_command;
        const char *expected; /* NULL: there is nothing to run */
} Case;

static char *plan(const Case *one, bool has_init, GError **error) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_auto(GStrv) image_entrypoint = g_strsplit(one->image_entrypoint, " ", -1);
        g_auto(GStrv) image_command = g_strsplit(one->image_command, " ", -1);
        g_auto(GStrv) exec = g_strsplit(one->exec, " ", -1);
        g_autoptr(GPtrArray) words = NULL;
        ImageRecord image = {
                .entrypoint = (const char *const *) image_entrypoint,
                .command = (const char *const *) image_command,
        };

        spec->entrypoint = g_strdup(one->entrypoint);
        spec->init = has_init ? TRISTATE_YES : TRISTATE_UNSET;
        for (char **word = exec; *word; word++)
                g_ptr_array_add(spec->command, g_strdup(*word));
        if (!payload_plan_command(spec, &image, &words, error))
                return NULL;
        g_assert_null(words->pdata[words->len - 1]);
        return g_strjoinv(" ", (char **) words->pdata);
}

static void assert_planned(const Case *cases, size_t count) {
        for (size_t i = 0; i < count; i++) {
                g_autoptr(GError) error = NULL;
                g_autofree char *words = plan(&cases[i], false, &error);
                g_assert_cmpstr(words, ==, cases[i].expected);
                if (!cases[i].expected)
                        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

static void the_image_runs_as_it_is(void) {
        const Case cases[] = {
                {NULL, "", "/docker-entrypoint.sh", "nginx -g", "/docker-entrypoint.sh nginx -g"},
                {NULL, "", "", "nginx -g", "nginx -g"},
                {NULL, "", "/server --all", "", "/server --all"},
        };
        assert_planned(cases, G_N_ELEMENTS(cases));
}

static void exec_replaces_the_command_only(void) {
        const Case cases[] = {
                {NULL, "sh -c true", "/docker-entrypoint.sh", "nginx", "/docker-entrypoint.sh sh -c true"},
                {NULL, "sh", "", "nginx", "sh"},
        };
        assert_planned(cases, G_N_ELEMENTS(cases));
}

static void entrypoint_replaces_both(void) {
        const Case cases[] = {
                {"/mine", "", "/docker-entrypoint.sh", "nginx", "/mine"},
                {"/mine", "a b", "/docker-entrypoint.sh", "nginx", "/mine a b"},
                {"", "a b", "/docker-entrypoint.sh", "nginx", "a b"},
        };
        assert_planned(cases, G_N_ELEMENTS(cases));
}

static void nothing_to_run_is_said(void) {
        const Case cases[] = {
                {NULL, "", "", "", NULL},
                {"", "", "/docker-entrypoint.sh", "nginx", NULL},
        };
        g_autoptr(GError) error = NULL;

        assert_planned(cases, G_N_ELEMENTS(cases));
        g_assert_null(plan(&cases[0], true, &error));
        g_assert_nonnull(strstr(error->message, "Exec="));
}

static void init_comes_first(void) {
        const Case one = {NULL, "", "/server", "--all", NULL};
        g_autofree char *words = plan(&one, true, NULL);

        g_assert_cmpstr(words, ==, "/run/podman-init -- /server --all");
}

static void a_root_folder_has_no_words_of_its_own(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GPtrArray) words = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(payload_plan_command(spec, NULL, &words, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_null(words);
        g_ptr_array_add(spec->command, g_strdup("/bin/true"));
        g_assert_true(payload_plan_command(spec, NULL, &words, NULL));
        g_assert_cmpuint(words->len, ==, 2);
}

/* spec/container-spec.h: "a word, or a JSON list", as podman-run(1). */
static void entrypoint_may_be_a_list(void) {
        const Case one = {"[\"/bin/sh\", \"-c\"]", "true", "", "", NULL};
        g_autofree char *words = plan(&one, false, NULL);

        if (g_strcmp0(words, "/bin/sh -c true") != 0)
                g_test_incomplete("a JSON list is taken for the name of a program");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/payload/plan-command/runs-the-image-as-it-is", the_image_runs_as_it_is);
        g_test_add_func("/payload/plan-command/replaces-the-command-with-exec",
                        exec_replaces_the_command_only);
        g_test_add_func("/payload/plan-command/replaces-both-with-entrypoint", entrypoint_replaces_both);
        g_test_add_func("/payload/plan-command/says-that-there-is-nothing-to-run", nothing_to_run_is_said);
        g_test_add_func("/payload/plan-command/puts-init-first", init_comes_first);
        g_test_add_func("/payload/plan-command/needs-words-for-a-root-folder",
                        a_root_folder_has_no_words_of_its_own);
        g_test_add_func("/payload/plan-command/takes-a-list-as-entrypoint", entrypoint_may_be_a_list);
        return g_test_run();
}
