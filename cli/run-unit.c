/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A transient unit, from its start to its end. What became of it comes with the manager's signals, since a unit that has ended
 * is not there to be asked any more. */

#include "cli/run.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/containers.h"
#include "cli/run-attach.h"
#include "cli/transient.h"
#include "cli/verb.h"
#include "generator/service-limits.h"
#include "runner/exit-status.h"
#include "runner/state.h"
#include "spec/problem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- before the start ---- */

/* A name that is taken would be refused by systemd with less to go on. What is left of a run that failed is in nobody's way. */
static bool check_name(Manager *manager, const ContainerSpec *spec, bool replace, GError **error) {
        g_autofree char *load = NULL, *active = NULL;
        guint64 is_transient = 0;

        if (!manager_require(manager, error) ||
            !manager_get_string(manager, spec->unit, "Unit", "LoadState", &load, error) ||
            !manager_get_string(manager, spec->unit, "Unit", "ActiveState", &active, error))
                return false;
        if (g_str_equal(load, "not-found"))
                return true;
        if (!manager_get_number(manager, spec->unit, "Unit", "Transient", &is_transient, error))
                return false;
        if (is_transient && replace && !g_str_equal(active, "failed") &&
            !manager_run_job(manager, "StopUnit", spec->unit, error))
                return false;
        if (is_transient && (replace || g_str_equal(active, "failed"))) {
                /* Where stopping it was its end there is nothing to forget. */
                (void) manager_reset_failed(manager, spec->unit, NULL);
                return true;
        }
        return fail(error, WOLFFIA_ERROR_VALUE, "There is a unit %s already; choose another --name%s",
                    spec->unit, is_transient ? ", or --replace it" : "");
}

/* systemd would name the unit, and not that its file is newer than the last reload. */
static bool check_required(Manager *manager, const GPtrArray *required, GError **error) {
        for (guint i = 0; i < required->len; i++) {
                const char *unit = required->pdata[i];
                g_autofree char *load = NULL;

                if (!manager_get_string(manager, unit, "Unit", "LoadState", &load, error))
                        return false;
                if (g_str_equal(load, "not-found"))
                        return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                                    "The service manager does not know %s yet; 'systemctl --user "
                                    "daemon-reload' tells it",
                                    unit);
        }
        return true;
}

/* Whether one of those has failed: it, and its own words, are the reason. */
static bool explain_required(Manager *manager, const GPtrArray *required, GError **error) {
        for (guint i = 0; i < required->len; i++) {
                const char *unit = required->pdata[i];
                g_autofree char *active = NULL, *reason = NULL;

                if (!manager_get_string(manager, unit, "Unit", "ActiveState", &active, NULL) ||
                    g_str_equal(active, "active"))
                        continue;
                (void) manager_get_string(manager, unit, "Service", "StatusText", &reason, NULL);
                fail(error, WOLFFIA_ERROR_HELPER, "%s, which it needs, has not started: %s", unit,
                     reason && *reason ? reason : "'journalctl --user' has its reason");
                return true;
        }
        return false;
}

static bool check_limits(ContainerSpec *spec, const UnitFile *service, GError **error) {
        const ServiceInput input = {
                .unit = service, .path = "", .service = "", .source_kind = SOURCE_CONTAINER};
        g_autoptr(GPtrArray) problems = problems_new();

        service_limits_check(&input, spec, problems);
        for (guint i = 0; i < problems->len; i++) {
                const Problem *problem = problems->pdata[i];
                if (problem->severity == PROBLEM_ERROR)
                        return fail(error, WOLFFIA_ERROR_VALUE, "%s", problem->text);
        }
        return true;
}

/* ---- detached ---- */

static bool start_detached(Manager *manager, const ContainerSpec *spec, const RunOptions *options,
                           GError **error) {
        const Transient transient = {.spec = spec,
                                     .service = options->service,
                                     .required = options->references.required,
                                     .files = {-1, -1, -1}};
        g_autofree char *reason = NULL;
        ManagerJob job;

        if (!manager_job_prepare(manager, &job, error))
                return false;
        bool made = transient_start(manager, &transient, &job, error);
        bool started = made && manager_job_wait(manager, &job, spec->unit, error);
        manager_job_clear(&job);
        if (started || !made)
                return started;
        /* The runner's own words are worth more than that a job has failed. */
        g_autoptr(GError) cause = NULL;
        if (explain_required(manager, options->references.required, &cause)) {
                g_clear_error(error);
                g_propagate_error(error, g_steal_pointer(&cause));
        } else if (manager_get_string(manager, spec->unit, "Service", "StatusText", &reason, NULL) &&
                   *reason) {
                g_clear_error(error);
                fail(error, WOLFFIA_ERROR_HELPER, "%s", reason);
        }
        (void) manager_reset_failed(manager, spec->unit, NULL); /* nothing is to be left of it */
        return false;
}

/* ---- attached ---- */

typedef struct Attached {
        Manager *manager;
        const ContainerSpec *spec;
        ManagerJob job;
        bool has_ended;
        bool restarts;       /* systemd may start it again */
        bool is_stopped;     /* by us */
        gint32 code, status; /* of the runner's process, as waitid(2) has them; 0: it has not run */
        char *result;        /* "success", "timeout", … */
} Attached;

static int read_property(sd_bus_message *message, const char *name, void *data) {
        Attached *attached = data;
        const char *active = "", *result = NULL;
        int read;

        if (g_str_equal(name, "ExecMainCode"))
                return sd_bus_message_read(message, "v", "i", &attached->code);
        if (g_str_equal(name, "ExecMainStatus"))
                return sd_bus_message_read(message, "v", "i", &attached->status);
        if (g_str_equal(name, "Result")) {
                read = sd_bus_message_read(message, "v", "s", &result);
                g_free(attached->result);
                attached->result = g_strdup(result);
                return read;
        }
        if (!g_str_equal(name, "ActiveState"))
                return sd_bus_message_skip(message, "v");
        read = sd_bus_message_read(message, "v", "s", &active);
        /* It is so before the start as well. */
        if (attached->job.path && g_hash_table_contains(attached->job.ended, attached->job.path))
                attached->has_ended = g_str_equal(active, "inactive") || g_str_equal(active, "failed");
        return read;
}

static int note_change(sd_bus_message *message, void *data, sd_bus_error *failure) {
        manager_read_changes(message, read_property, data);
        return 0;
}

/* A start that failed has no further change to wait for. */
static bool has_failed(const Attached *attached) {
        const char *result =
                attached->job.path ? g_hash_table_lookup(attached->job.ended, attached->job.path) : NULL;

        return result && !g_str_equal(result, "done");
}

/* Before a restart it is inactive or failed for a moment, which is told as well. By the time of the answer that is over. */
static bool is_back(const Attached *attached) {
        g_autofree char *active = NULL;

        return manager_get_string(attached->manager, attached->spec->unit, "Unit", "ActiveState", &active,
                                  NULL) &&
               !g_str_equal(active, "inactive") && !g_str_equal(active, "failed");
}

static bool step(void *data, GError **error) {
        Attached *attached = data;

        for (;;) {
                int result = sd_bus_process(attached->manager->bus, NULL);
                if (result < 0)
                        return !fail_errno(error, result, "The service manager is not there any more");
                if (result > 0)
                        continue;
                if (!attached->has_ended || !attached->restarts || !is_back(attached))
                        return attached->has_ended || has_failed(attached);
                attached->has_ended = false; /* and what has come meanwhile is next */
        }
}

/* Process 1 of a container hears only what it has a handler for, or waits for; proc(5), status. */
static bool is_heard(pid_t payload, int number) {
        g_autofree char *path = g_strdup_printf("/proc/%d/status", (int) payload), *text = NULL;
        static const char *const fields[] = {"\nSigCgt:", "\nSigBlk:"};

        if (!g_file_get_contents(path, &text, NULL, NULL))
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
                const char *line = strstr(text, fields[i]);
                if (line && g_ascii_strtoull(line + strlen(fields[i]), NULL, 16) >> (number - 1) & 1)
                        return true;
        }
        return false;
}

static bool pass_on(const Attached *attached, int number) {
        g_autofree char *folder =
                g_build_filename(attached->manager->runtime_dir, "wolffia", attached->spec->name, NULL);
        g_autoptr(ContainerState) state = NULL;

        if (!state_load(folder, &state, NULL))
                return false;
        autofd int fd = containers_open_payload(state);
        return fd >= 0 && is_heard(state->payload, number) &&
               syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) == 0;
}

/* What would end us ends a container that does not hear it, by its stop signal. The loop goes on meanwhile. */
static void send_signal(void *data, int number) {
        Attached *attached = data;

        if (pass_on(attached, number) || attached->is_stopped || number == SIGUSR1 || number == SIGUSR2)
                return;
        attached->is_stopped = true;
        (void) sd_bus_call_method_async(attached->manager->bus, NULL, "org.freedesktop.systemd1",
                                        "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                                        "StopUnit", NULL, NULL, "ss", attached->spec->unit, "replace");
        (void) sd_bus_flush(attached->manager->bus);
}

/* The runner has said why on standard error; where it has not even run, nobody has. */
static int judge(const Attached *attached, const GPtrArray *required) {
        g_autoptr(GError) error = NULL;

        if (attached->code != 0)
                return attached->code == CLD_EXITED ? attached->status : 128 + attached->status;
        if (!attached->is_stopped) {
                if (!explain_required(attached->manager, required, &error))
                        (void) fail(&error, WOLFFIA_ERROR_HELPER, "%s could not be started (%s)",
                                    attached->spec->unit,
                                    attached->result ? attached->result : "no reason is known");
                (void) verb_fail(error);
        }
        return EXIT_STATUS_NOT_STARTED;
}

static bool follow(Attached *attached, const RunOptions *options, RunAttach *attach, GError **error) {
        sd_bus *bus = attached->manager->bus;
        g_autofree char *path = manager_unit_path(attached->spec->unit);
        Transient transient = {.spec = attached->spec,
                               .service = options->service,
                               .required = options->references.required,
                               .collect = true};
        sd_bus_slot *slot = NULL;

        memcpy(transient.files, attach->given, sizeof transient.files);
        int result = sd_bus_match_signal(bus, &slot, NULL, path, "org.freedesktop.DBus.Properties",
                                         "PropertiesChanged", note_change, attached);
        const RunAwaited awaited = {.fd = sd_bus_get_fd(bus),
                                    .events = POLLIN,
                                    .step = step,
                                    .signal = send_signal,
                                    .data = attached};
        bool done =
                result >= 0 || fail_errno(error, result, "Cannot watch the unit %s", attached->spec->unit);
        done = done && transient_start(attached->manager, &transient, &attached->job, error);
        run_attach_give(attach);
        done = done && run_attach_wait(attach, &awaited, error);
        sd_bus_slot_unref(slot);
        return done;
}

static int run_attached(Manager *manager, const ContainerSpec *spec, const RunOptions *options) {
        Attached attached = {.manager = manager, .spec = spec, .restarts = options->restarts};
        g_autoptr(GError) error = NULL;
        RunAttach attach;

        bool done = run_attach_open(options, &attach, &error) &&
                    manager_job_prepare(manager, &attached.job, &error) &&
                    follow(&attached, options, &attach, &error);
        run_attach_close(&attach);
        int status = done ? judge(&attached, options->references.required) : EXIT_STATUS_NOT_STARTED;
        if (!done)
                (void) verb_fail(error);
        manager_job_clear(&attached.job);
        g_free(attached.result);
        return status;
}

int run_unit(ContainerSpec *spec, const RunOptions *options) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GError) error = NULL;

        if (!manager_open(&manager, &error) || !check_name(manager, spec, options->replace, &error) ||
            !check_required(manager, options->references.required, &error) ||
            !check_limits(spec, options->service, &error)) {
                (void) verb_fail(error);
                return EXIT_STATUS_NOT_STARTED;
        }
        if (!options->detach)
                return run_attached(manager, spec, options);
        if (!start_detached(manager, spec, options, &error)) {
                (void) verb_fail(error);
                return EXIT_STATUS_NOT_STARTED;
        }
        puts(spec->name);
        return VERB_SUCCESS;
}
