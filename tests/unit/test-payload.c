/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which words are executed: the unit's, the image's, or both; and what must not be open any more by then. */

#include "runner/payload.h"

#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

        g_assert_cmpstr(words, ==, "/bin/sh -c true");
}

/* ---- the last steps, in a user namespace, with the host's root ---- */

typedef struct Attempt {
        const Scratch *scratch;
        const char *working_directory;
        const char *script;
        bool is_output_lost; /* LogDriver=none */
        int expected;        /* exit status; -1: refused */
} Attempt;

static void execute(const Attempt *attempt) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) map = id_map_plan_default(0, 0, none, none);
        g_autoptr(GPtrArray) environment = g_ptr_array_new();
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        const char *const words[] = {"/bin/sh", "-c", attempt->script};

        if (!sync_open(&sync, NULL))
                _exit(101);
        sync_become_child(&sync);
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                g_ptr_array_add(spec->command, g_strdup(words[i]));
        spec->name = g_strdup("test");
        spec->working_directory = g_strdup(attempt->working_directory);
        g_ptr_array_add(environment, (void *) "PATH=/usr/bin:/bin");
        Run run = {
                .spec = spec,
                .map = map,
                .environment = environment,
                .sync = sync,
                .network = NETWORK_INITIAL,
                .folder_fd = attempt->scratch->fd,
                .containers_fd = -1,
                .cgroup_fd = -1,
                .store_lock_fd = -1,
                .output_fd = -1,
                .payload_fd = attempt->is_output_lost ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1,
                .notify_fd = -1,
                .namespace_fd = -1,
        };
        payload_execute(&run, &error);
        _exit(strstr(error->message, "WorkingDir=") ? 100 : 102);
}

static bool work(void *data, GError **error) {
        const Attempt *attempt = data;
        int status, expected = attempt->expected < 0 ? 100 : attempt->expected;
        pid_t child = fork();

        if (child == 0)
                execute(attempt);
        if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != expected)
                return fail(error, WOLFFIA_ERROR_VALUE, "it ended with %#x", (unsigned) status);
        return true;
}

static void the_program_runs(Scratch *scratch, gconstpointer data) {
        Attempt attempt = {scratch, "/usr", "test \"$PWD\" = /usr && exit 42", false, 42};

        mapped_run_single(work, &attempt);
}

static bool run_attempt(Attempt *attempt) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) map = id_map_plan_default(getuid(), getgid(), none, none);

        return user_namespace_run(map, work, attempt, NULL);
}

/* CVE-2024-21626: an image's WorkingDir of /proc/self/fd/7 is a folder of the host, if that is open. */
static void no_folder_of_the_host_is_open(Scratch *scratch, gconstpointer data) {
        g_autofree char *folder = g_strdup_printf("/proc/self/fd/%d", scratch->fd);
        Attempt attempt = {scratch, folder, "exit 42", false, -1};

        if (!run_attempt(&attempt))
                g_test_incomplete("AN IMAGE CAN ESCAPE: WorkingDir=/proc/self/fd/N is the host's folder");
}

static void output_may_be_thrown_away(Scratch *scratch, gconstpointer data) {
        Attempt attempt = {scratch, "/", "echo lost; exit 42", true, 42};

        if (!run_attempt(&attempt))
                g_test_incomplete("LogDriver=none does not start: /dev/null cannot be given to the payload");
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
        scratch_test_add("/payload/execute/runs-the-program", the_program_runs);
        scratch_test_add("/payload/execute/leaves-no-folder-of-the-host-open",
                         no_folder_of_the_host_is_open);
        scratch_test_add("/payload/execute/throws-output-away-on-request", output_may_be_thrown_away);
        return g_test_run();
}
