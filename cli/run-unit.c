/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Transient units, made by systemd-run(1), which knows how to tell the manager of every property there is. The frame is the
 * one that generated units have (generator/service.c). */

#include "cli/run.h"

#include "base/error.h"
#include "base/process.h"
#include "cli/containers.h"
#include "cli/describe.h"
#include "cli/verb.h"
#include "config.h"
#include "generator/service-limits.h"
#include "runner/exit-status.h"
#include "spec/container-options.h"
#include "spec/value-basic.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_VARIABLE_PREFIX "WOLFFIA_RUN_"
#define STOP_MARGIN_SEC     10 /* generator/service.c: the runner kills first */

static void add(GPtrArray *argv, const char *word) {
        g_ptr_array_add(argv, g_strdup(word));
}

static void add_property(GPtrArray *argv, const char *assignment) {
        g_ptr_array_add(argv, g_strconcat("--property=", assignment, NULL));
}

static void add_limits(GPtrArray *argv, const ContainerSpec *spec) {
        g_autoptr(UnitFile) none = unit_file_new();
        const ServiceInput input = {
                .unit = none, .path = "", .service = "", .source_kind = SOURCE_CONTAINER};
        g_autoptr(GString) text = g_string_new(NULL);
        guint64 usec;

        service_limits_print(&input, spec, text);
        g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
        for (char **line = lines; *line; line++)
                if (**line)
                        add_property(argv, *line);
        if (spec->stop_timeout && value_duration_parse(spec->stop_timeout, &usec, NULL) &&
            usec != G_MAXUINT64) {
                g_autofree char *stop = g_strdup_printf("TimeoutStopSec=%" G_GUINT64_FORMAT,
                                                        usec / G_USEC_PER_SEC + STOP_MARGIN_SEC);
                add_property(argv, stop);
        }
}

/* systemd puts the environment in for "$" when it executes the command. */
static char *escape(const char *word) {
        GString *text = g_string_new(NULL);

        for (; *word; word++) {
                if (*word == '$')
                        g_string_append_c(text, '$');
                g_string_append_c(text, *word);
        }
        return g_string_free(text, FALSE);
}

/* Every user of the host can read the command line of systemd-run, which stays as long as a container in the foreground, and
 * passwords stand in variables. So their values go to the manager as variables, by the environment, and it puts them
 * in. Control characters are what it takes in no variable (systemd.exec(5), Environment=). */
static bool hide(GPtrArray *argv, const char *word, guint number, char **ret_word) {
        const char *assignment = g_str_has_prefix(word, "--env=") ? word + strlen("--env=") : "";
        bool is_fit = strchr(assignment, '=') && g_utf8_validate(assignment, -1, NULL);

        for (const char *c = assignment; *c; c++)
                is_fit = is_fit && (!g_ascii_iscntrl(*c) || *c == '\n' || *c == '\t');
        if (!is_fit)
                return false;
        g_autofree char *name = g_strdup_printf(RUN_VARIABLE_PREFIX "%u", number);
        g_setenv(name, assignment, true);
        g_ptr_array_add(argv, g_strconcat("--setenv=", name, NULL));
        *ret_word = g_strconcat("--env=${", name, "}", NULL);
        return true;
}

static void add_command(GPtrArray *argv, const ContainerSpec *spec) {
        const char *runner = g_getenv("WOLFFIA_RUNNER"); /* for running from a build folder */
        g_autoptr(GPtrArray) words = container_options_print(spec);
        guint command = words->len - spec->command->len;

        for (guint i = 0; i < words->len; i++) {
                char *word;
                if (i >= command || !hide(argv, words->pdata[i], i, &word))
                        word = escape(words->pdata[i]);
                g_free(words->pdata[i]);
                words->pdata[i] = word;
        }
        add(argv, "--");
        add(argv, runner ? runner : WOLFFIA_RUNNER_PATH);
        for (guint i = 0; i < words->len; i++)
                add(argv, words->pdata[i]);
}

static GPtrArray *plan(const ContainerSpec *spec, bool attached) {
        GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
        static const char *const frame[] = {"NotifyAccess=all", "KillMode=mixed", "Delegate=yes",
                                            "RuntimeDirectoryMode=0700"};
        g_autofree char *unit = g_strconcat("--unit=", spec->unit, NULL);
        g_autofree char *identifier = g_strconcat("SyslogIdentifier=", spec->name, NULL);
        g_autofree char *folder = g_strconcat("RuntimeDirectory=wolffia/", spec->name, NULL);
        g_autofree char *what =
                g_strconcat("--description=wolffia run ", spec->image ? spec->image : spec->rootfs, NULL);

        add(argv, "systemd-run");
        add(argv, "--user");
        add(argv, "--quiet");
        add(argv, unit);
        add(argv, what);
        add(argv, "--service-type=notify");
        for (size_t i = 0; i < G_N_ELEMENTS(frame); i++)
                add_property(argv, frame[i]);
        add_property(argv, identifier);
        add_property(argv, folder);
        add_limits(argv, spec);
        if (attached) {
                add(argv, "--pipe");
                add(argv, "--wait");
                add(argv, "--collect");
        }
        add_command(argv, spec);
        g_ptr_array_add(argv, NULL);
        return argv;
}

/* ---- detached ---- */

static bool start(Manager *manager, const ContainerSpec *spec, GError **error) {
        g_autoptr(GPtrArray) argv = plan(spec, false);
        ProcessFiles files = PROCESS_FILES_NONE;
        g_autofree char *reason = NULL;

        if (process_run((const char *const *) argv->pdata, &files, error))
                return true;
        /* The runner's own words are worth more than that a job has failed. */
        if (manager_get_string(manager, spec->unit, "Service", "StatusText", &reason, NULL) && *reason) {
                g_clear_error(error);
                fail(error, WOLFFIA_ERROR_HELPER, "%s", reason);
        }
        (void) manager_reset_failed(manager, spec->unit, NULL); /* nothing is to be left of it */
        return false;
}

/* A name that is taken would be refused by systemd with less to go on. */
static bool check_name(Manager *manager, const ContainerSpec *spec, GError **error) {
        g_autofree char *load = NULL;

        if (!manager_require(manager, error) ||
            !manager_get_string(manager, spec->unit, "Unit", "LoadState", &load, error))
                return false;
        return g_str_equal(load, "not-found") ||
               fail(error, WOLFFIA_ERROR_VALUE, "There is a unit %s already; choose another --name",
                    spec->unit);
}

bool run_unit_start(Manager *manager, const ContainerSpec *spec, GError **error) {
        return check_name(manager, spec, error) && start(manager, spec, error);
}

/* ---- attached ---- */

static pid_t start_attached(const ContainerSpec *spec) {
        g_autoptr(GPtrArray) argv = plan(spec, true);
        pid_t pid = fork();

        if (pid != 0)
                return pid;
        /* Ctrl-C is for us, who stop the unit: systemd-run would leave it alone. */
        (void) setpgid(0, 0);
        (void) signal(SIGTTOU, SIG_IGN);
        (void) execvp("systemd-run", (char **) argv->pdata);
        fprintf(stderr, "wolffia: Cannot start systemd-run: %s\n", g_strerror(errno));
        _exit(EXIT_STATUS_NOT_STARTED);
}

/* Until systemd-run ends; any of these signals stops the unit, once. */
static int wait_attached(Manager *manager, const ContainerSpec *spec, pid_t pid, const sigset_t *set) {
        bool is_stopped = false;
        int number, status;

        for (;;) {
                if (sigwait(set, &number) != 0)
                        continue;
                if (number == SIGCHLD) {
                        if (waitpid(pid, &status, WNOHANG) == pid)
                                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
                } else if (!is_stopped) {
                        is_stopped = true;
                        (void) manager_run_job(manager, "StopUnit", spec->unit,
                                               NULL); /* it may have ended */
                }
        }
}

static int run_attached(Manager *manager, const ContainerSpec *spec) {
        g_autoptr(GError) error = NULL;
        sigset_t set, before;

        sigemptyset(&set);
        for (size_t i = 0; i < 4; i++)
                sigaddset(&set, ((const int[]){SIGCHLD, SIGINT, SIGTERM, SIGHUP})[i]);
        sigprocmask(SIG_BLOCK, &set, &before);
        pid_t pid = start_attached(spec);
        if (pid < 0) {
                (void) fail_errno(&error, errno, "Cannot fork");
                return verb_fail(error);
        }
        int status = wait_attached(manager, spec, pid, &set);
        sigprocmask(SIG_SETMASK, &before, NULL);
        return status;
}

int run_unit(const ContainerSpec *spec, bool detach) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GError) error = NULL;

        if (!manager_open(&manager, &error) || !check_name(manager, spec, &error)) {
                (void) verb_fail(error);
                return EXIT_STATUS_NOT_STARTED;
        }
        if (!detach)
                return run_attached(manager, spec);
        if (!start(manager, spec, &error)) {
                (void) verb_fail(error);
                return EXIT_STATUS_NOT_STARTED;
        }
        puts(spec->name);
        return VERB_SUCCESS;
}

/* ---- without a manager: the runner names what cannot be had (SHORTCOMINGS.md, row B12) ---- */

int run_foreground(const ContainerSpec *spec) {
        const char *runner = g_getenv("WOLFFIA_RUNNER");
        g_autoptr(GPtrArray) argv = container_options_print(spec);
        g_autoptr(GError) error = NULL;

        if (!runner)
                runner = WOLFFIA_RUNNER_PATH;
        g_ptr_array_insert(argv, 0, g_strdup(runner));
        g_ptr_array_add(argv, NULL);
        (void) execv(runner, (char **) argv->pdata);
        (void) fail_errno(&error, errno, "Cannot start %s", runner);
        (void) verb_fail(error);
        return EXIT_STATUS_NOT_STARTED;
}
