/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-runner: what generated units execute. Options are those of the key table
 * (spec/container-keys.c). */

#include "base/arguments.h"
#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "config.h"
#include "runner/cdi.h"
#include "runner/cgroup-sweep.h"
#include "runner/exec-client.h"
#include "runner/exec-serve.h"
#include "runner/health-check.h"
#include "runner/own-program.h"
#include "runner/pod.h"
#include "runner/report.h"
#include "runner/run.h"
#include "spec/container-keys.h"
#include "spec/container-options.h"
#include "spec/problem.h"
#include "spec/settings.h"
#include "spec/value-basic.h"
#include "spec/value-name.h"
#include "spec/value-signal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(FILE *stream) {
        fputs("Usage: wolffia-runner [OPTION…] IMAGE [COMMAND…]\n"
              "       wolffia-runner [OPTION…] --rootfs=FOLDER COMMAND…\n\n"
              "Runs one container in the foreground, as the units do that wolffia-generator writes. See wolffia-runner(1).\n\n",
              stream);
        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];
                if (!key->option || (key->effect != KEY_WORKS && key->effect != KEY_UNIT))
                        continue;
                g_autofree char *option = g_strconcat("--", key->option, key->metavariable ? "=" : "",
                                                      key->metavariable, NULL);
                fprintf(stream, "  %-34s %s\n", option, key->description);
        }
        fputs("  --help, --version\n", stream);
}

static int report_broken(const ContainerSpec *spec) {
        g_autoptr(GError) reason = NULL;

        fail(&reason, WOLFFIA_ERROR_VALUE, "%s", spec->broken);
        report_failure(spec, "spec", reason);
        return EXIT_STATUS_CONFIG;
}

static bool complete(ContainerSpec *spec, GError **error) {
        if (!spec->name || !*spec->name) {
                /* By hand without a name: podman invents one from words, we from the process id. */
                g_free(spec->name);
                spec->name = g_strdup_printf("run-%d", (int) getpid());
        }
        return value_name_check(NAME_CONTAINER, spec->name, error) || fail_prefix(error, "ContainerName=");
}

/* Every user of the host can read a command line, and passwords stand in --env= and in the command. */
static void hide_arguments(int argc, char **argv, const ContainerSpec *spec) {
        g_autofree char *name = spec->name ? g_strconcat("--name=", spec->name, NULL) : NULL;

        arguments_hide(argc, argv, name);
}

/* ReloadSignal=: the supervisor passes it on. */
static int send_signal(const char *name, const char *process) {
        g_autoptr(GError) error = NULL;
        guint64 pid;
        int number;

        if (!value_signal_parse(name, &number, &error) ||
            !value_number_parse(process, G_MAXINT32, &pid, &error) || pid == 0)
                fprintf(stderr, "--signal=%s %s: %s\n", name, process,
                        error ? error->message : "not a process");
        else if (kill((pid_t) pid, number) < 0)
                fprintf(stderr, "Process %s cannot be signalled: %s\n", process, g_strerror(errno));
        else
                return EXIT_SUCCESS;
        return EXIT_FAILURE;
}

/* What is wrong in wolffia.conf keeps no container from starting. */
static void settle(ContainerSpec *spec, const Settings *settings, const GPtrArray *problems) {
        settings_apply(settings);
        for (guint i = 0; i < problems->len; i++) {
                g_autofree char *text = problem_print(problems->pdata[i]);
                log_entry(LOG_WARNING, text, "MESSAGE_ID", MESSAGE_SOURCE_NOTED, "USER_UNIT", spec->unit,
                          "WOLFFIA_CONTAINER", spec->name, NULL);
        }
        if (settings->network && spec->networks->len == 0 && !spec->pod)
                g_ptr_array_add(spec->networks, g_strdup(settings->network));
}

int main(int argc, char **argv) {
        g_autoptr(ContainerSpec) spec = NULL;
        g_autoptr(GError) error = NULL;

        log_open("wolffia-runner");
        if (!own_program_protect(argv, &error)) {
                report_failure(NULL, "preflight", error);
                return EXIT_STATUS_NOT_STARTED;
        }
        if (argc == 2 && g_str_equal(argv[1], "--version")) {
                puts("wolffia-runner " WOLFFIA_VERSION);
                return EXIT_SUCCESS;
        }
        if (argc >= 2 && g_str_has_prefix(argv[1], "--exec="))
                return exec_client_main(argc - 1, argv + 1);
        if (argc == 3 && g_str_has_prefix(argv[1], "--signal="))
                return send_signal(argv[1] + strlen("--signal="), argv[2]);
        if (argc == 2 && g_str_equal(argv[1], "--sweep-cgroups"))
                return cgroup_sweep_main();
        if (argc >= 2 && g_str_equal(argv[1], "--health"))
                return health_check_main(argc, argv);
        if (argc >= 2 && g_str_equal(argv[1], "--serve-exec"))
                return exec_serve_main(argc, argv);
        if (argc < 2 || g_str_equal(argv[1], "--help")) {
                print_help(argc < 2 ? stderr : stdout);
                return argc < 2 ? EXIT_STATUS_USAGE : EXIT_SUCCESS;
        }
        if (g_str_equal(argv[1], "--pod-infra"))
                return pod_main((const char *const *) argv + 2);
        if (!container_options_parse((const char *const *) argv + 1, &spec, &error)) {
                report_failure(NULL, "spec", error);
                return EXIT_STATUS_USAGE;
        }
        hide_arguments(argc, argv, spec);
        if (spec->broken)
                return report_broken(spec);
        if (!complete(spec, &error)) {
                report_failure(spec, "spec", error);
                return EXIT_STATUS_CONFIG;
        }
        /* The host's specification may come yet: at boot, a driver's service writes it. */
        if (!cdi_expand(spec, &error)) {
                report_failure(spec, "preflight", error);
                return EXIT_STATUS_NOT_STARTED;
        }

        g_autoptr(GPtrArray) problems = problems_new();
        g_autoptr(Settings) settings = settings_load(problems);
        settle(spec, settings, problems);
        Run run = RUN_INITIAL(spec);
        run.settings = settings;
        run_container(&run, &error);
        report_failure(spec, run.stage, error);
        return (int) run.failure;
}
