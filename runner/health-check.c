/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The check itself is a command in the container like any other: this process is a client of the container's exec socket
 * (runner/exec-message.h), and stays outside. To stop a check that takes too long, it hangs up. */

#include "runner/health-check.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "runner/exec-client.h"
#include "runner/exec-record.h"
#include "runner/health.h"
#include "runner/state.h"
#include "spec/value-basic.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { OUTPUT_KEPT = 4096, LINE_KEPT = 300, FILE_SIZE_MAX = 65536 };

typedef struct Check {
        int record_fd;
        int report_fd;
        ExecRecord *record;
        HealthPlan *plan;
        HealthState state;
        HealthStatus before;
        GString *output;
        int exit_status; /* -1: none */
        char *line;      /* what the check said last */
} Check;

/* ---- the file ---- */

static char *file_path(const Check *check) {
        return g_build_filename(check->record->container_dir, HEALTH_FILE_NAME, NULL);
}

static void load_state(Check *check) {
        g_autofree char *path = file_path(check), *text = NULL;
        g_autoptr(GKeyFile) file = g_key_file_new();
        HealthState *state = &check->state;

        *state = health_state_initial(check->plan, g_get_monotonic_time());
        if (!file_read(AT_FDCWD, path, FILE_SIZE_MAX, &text, NULL, NULL) ||
            !g_key_file_load_from_data(file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
                return;
        state->status = (HealthStatus) CLAMP(g_key_file_get_integer(file, "Check", "Status", NULL),
                                             HEALTH_STARTING, HEALTH_UNHEALTHY);
        state->begin = g_key_file_get_int64(file, "Check", "Begin", NULL);
        state->next_count = g_key_file_get_int64(file, "Check", "NextCount", NULL);
        state->failures = (guint) g_key_file_get_integer(file, "Health", "Failures", NULL);
        state->successes = (guint) g_key_file_get_integer(file, "Check", "Successes", NULL);
        state->early = (guint) g_key_file_get_integer(file, "Check", "Early", NULL);
        state->is_started = g_key_file_get_boolean(file, "Check", "Started", NULL);
        check->line = g_key_file_get_string(file, "Health", "Output", NULL);
}

static void save_state(const Check *check) {
        g_autofree char *path = file_path(check);
        g_autoptr(GKeyFile) file = g_key_file_new();
        const HealthState *state = &check->state;

        g_key_file_set_string(file, "Health", "Status", health_status_name(state->status));
        g_key_file_set_integer(file, "Health", "Failures", (int) state->failures);
        g_key_file_set_string(file, "Health", "Output", check->line);
        g_key_file_set_integer(file, "Health", "ExitStatus", check->exit_status);
        g_key_file_set_int64(file, "Health", "Time", g_get_real_time());
        g_key_file_set_integer(file, "Check", "Status", state->status);
        g_key_file_set_int64(file, "Check", "Begin", state->begin);
        g_key_file_set_int64(file, "Check", "NextCount", state->next_count);
        g_key_file_set_integer(file, "Check", "Successes", (int) state->successes);
        g_key_file_set_integer(file, "Check", "Early", (int) state->early);
        g_key_file_set_boolean(file, "Check", "Started", state->is_started);
        /* The next check begins anew without it, and that is all that can go wrong. */
        g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
        (void) file_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, NULL);
}

const char *health_check_find_status(const char *folder) {
        g_autofree char *path = g_build_filename(folder, HEALTH_FILE_NAME, NULL), *text = NULL;
        g_autoptr(GKeyFile) file = g_key_file_new();

        if (!file_read(AT_FDCWD, path, FILE_SIZE_MAX, &text, NULL, NULL) ||
            !g_key_file_load_from_data(file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
                return NULL;
        g_autofree char *name = g_key_file_get_string(file, "Health", "Status", NULL);
        for (HealthStatus status = HEALTH_STARTING; status <= HEALTH_UNHEALTHY; status++)
                if (g_strcmp0(name, health_status_name(status)) == 0)
                        return health_status_name(status);
        return NULL;
}

/* ---- the command ---- */

static ExecRequest *plan_request(const HealthCommand *command) {
        ExecRequest *request = exec_request_new();

        if (command->kind == HEALTH_SHELL) {
                g_ptr_array_add(request->words, g_strdup("/bin/sh"));
                g_ptr_array_add(request->words, g_strdup("-c"));
        }
        for (guint i = 0; i < command->words->len; i++)
                g_ptr_array_add(request->words, g_strdup(command->words->pdata[i]));
        return request;
}

/* The last of it is kept. False: nothing more comes. */
static bool read_output(Check *check, int fd) {
        char buffer[4096];
        ssize_t n = read(fd, buffer, sizeof buffer);

        if (n <= 0)
                return false;
        g_string_append_len(check->output, buffer, n);
        if (check->output->len > OUTPUT_KEPT)
                g_string_erase(check->output, 0, (gssize) (check->output->len - OUTPUT_KEPT));
        return true;
}

static bool fail_slow(gint64 timeout, GError **error) {
        if (timeout < G_USEC_PER_SEC)
                return fail(error, WOLFFIA_ERROR_HELPER, "the check took longer than %d ms",
                            (int) (timeout / 1000));
        return fail(error, WOLFFIA_ERROR_HELPER, "the check took longer than %" G_GINT64_FORMAT " s",
                    timeout / G_USEC_PER_SEC);
}

/* Waits until the check ends, or its time is over. */
static bool wait_for_check(Check *check, int connection_fd, int output_fd, GError **error) {
        gint64 deadline = g_get_monotonic_time() + health_next_timeout(check->plan, &check->state);

        for (;;) {
                gint64 rest = (deadline - g_get_monotonic_time()) / 1000;
                struct pollfd events[] = {{.fd = output_fd, .events = POLLIN},
                                          {.fd = connection_fd, .events = POLLIN}};
                if (rest < 0)
                        return fail_slow(health_next_timeout(check->plan, &check->state), error);
                if (poll(events, G_N_ELEMENTS(events), (int) MIN(rest + 1, 1000000)) <= 0)
                        continue;
                if (events[0].revents) {
                        if (!read_output(check, output_fd))
                                output_fd = -1;
                        continue;
                }
                ExecMessage message;
                if (!exec_message_receive(connection_fd, &message, NULL, error))
                        return false;
                if (message.kind == EXEC_FAILED)
                        return fail(error, WOLFFIA_ERROR_HELPER, "%s", message.text);
                if (message.kind == 0)
                        return fail(error, WOLFFIA_ERROR_HELPER, "the container has ended");
                if (message.kind == EXEC_ENDED) {
                        check->exit_status = WIFEXITED(message.value) ? WEXITSTATUS(message.value)
                                                                      : 128 + WTERMSIG(message.value);
                        return true;
                }
        }
}

static bool run_check(Check *check, GError **error) {
        g_autoptr(ExecRequest) request = plan_request(health_next_command(check->plan, &check->state));
        int fds[2];

        autofd int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        autofd int connection_fd = -1;
        if (null_fd < 0 || pipe2(fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        autofd int read_fd = fds[0], write_fd = fds[1];
        const int files[3] = {null_fd, write_fd, write_fd};
        if (!exec_client_connect(check->record->container_dir, &connection_fd, error) ||
            !exec_request_send(connection_fd, request, files, error))
                return false;
        cleanup_fd(&write_fd);
        return wait_for_check(check, connection_fd, read_fd, error);
}

/* The last line that says something; it goes into a status line, so no control characters. Caller frees. */
static char *last_line(const char *text) {
        g_autofree char *copy = g_strchomp(g_utf8_make_valid(text, -1));
        const char *newline = strrchr(copy, '\n');
        char *line = g_strndup(newline ? newline + 1 : copy, LINE_KEPT);

        for (char *c = line; *c; c++)
                if (g_ascii_iscntrl(*c))
                        *c = ' ';
        char *valid = g_utf8_make_valid(g_strstrip(line), -1);
        g_free(line);
        return valid;
}

/* ---- the result ---- */

static void tell_journal(const Check *check) {
        const char *status = health_status_name(check->state.status);
        bool is_bad = check->state.status == HEALTH_UNHEALTHY;

        if (check->state.status == check->before)
                return;
        /* The supervisor keeps no environment that would tell, and a process as short-lived as this has no unit by itself. */
        if (check->record->spec->unit && *check->record->spec->unit)
                log_set_target(LOG_TARGET_JOURNAL);
        g_autofree char *text =
                g_strdup_printf("The container is %s%s%s", status, *check->line ? ": " : "", check->line);
        log_entry(is_bad ? LOG_ERR : LOG_INFO, text, "MESSAGE_ID",
                  is_bad ? MESSAGE_UNHEALTHY : MESSAGE_HEALTHY, "USER_UNIT", check->record->spec->unit,
                  "WOLFFIA_CONTAINER", check->record->spec->name, "WOLFFIA_HEALTH", status, NULL);
}

/* podman-run(1), --stop-timeout. Here it is ours to keep, since systemd does not know of this stop. */
static gint64 stop_time(const ContainerSpec *spec) {
        guint64 usec = 10 * G_USEC_PER_SEC;

        if (spec->stop_timeout)
                (void) value_duration_parse(spec->stop_timeout, &usec, NULL);
        return (gint64) MIN(usec, (guint64) G_USEC_PER_SEC * 86400);
}

static void tell_supervisor(const Check *check, gint64 delay, HealthAction action) {
        static const char *const actions[] = {NULL, "kill", "stop",
                                              "stop"}; /* a restart is Restart='s, after the stop */
        GString *text = g_string_new(NULL);

        g_string_append_printf(text, "NEXT=%" G_GINT64_FORMAT "\nHEALTHY=%d\n", delay / 1000,
                               check->state.status != HEALTH_UNHEALTHY);
        if (check->state.status == HEALTH_HEALTHY && g_strcmp0(check->record->spec->notify, "healthy") == 0)
                g_string_append(text, "READY=1\n");
        g_string_append_printf(text, "STATUS=%s%s%s\n", health_status_name(check->state.status),
                               *check->line ? ": " : "", check->line);
        if (actions[action])
                g_string_append_printf(text, "ACTION=%s\nKILL=%" G_GINT64_FORMAT "\n", actions[action],
                                       stop_time(check->record->spec) / 1000);
        (void) send(check->report_fd, text->str, text->len, MSG_NOSIGNAL);
        g_string_free(text, TRUE);
}

/* Nothing runs in a container that is paused, so that a check says nothing of it: what is known stays. */
static bool is_paused(const Check *check) {
        g_autoptr(ContainerState) state = NULL;

        return state_load(check->record->container_dir, &state, NULL) && state_is_frozen(state);
}

static void skip(const Check *check) {
        gint64 delay = health_next_interval(check->plan, &check->state);
        g_autofree char *text = g_strdup_printf("NEXT=%" G_GINT64_FORMAT "\n", delay / 1000);

        (void) send(check->report_fd, text, strlen(text), MSG_NOSIGNAL);
}

static bool check_health(Check *check, GError **error) {
        g_autoptr(GError) reason = NULL;
        HealthAction action;
        gint64 delay;

        if (!exec_record_read(check->record_fd, &check->record, error) ||
            !health_plan_load(check->record->spec, &check->plan, error))
                return false;
        if (!check->plan)
                return fail(error, WOLFFIA_ERROR_VALUE, "There is no health check");
        load_state(check);
        check->before = check->state.status;
        if (is_paused(check)) {
                skip(check);
                return true;
        }
        g_clear_pointer(&check->line, g_free);

        bool success = run_check(check, &reason) && check->exit_status == 0;
        /* It was paused while the check ran. */
        if (!success && is_paused(check)) {
                skip(check);
                return true;
        }
        check->line = reason ? g_strdup(reason->message) : last_line(check->output->str);
        if (!success && !*check->line) {
                g_free(check->line);
                check->line = g_strdup_printf("the check ended with status %d", check->exit_status);
        }
        health_judge(check->plan, &check->state, success, g_get_monotonic_time(), &delay, &action);
        save_state(check);
        tell_journal(check);
        tell_supervisor(check, delay, action);
        return true;
}

int health_check_main(int argc, char **argv) {
        Check check = {.record_fd = -1, .report_fd = -1, .exit_status = -1, .output = g_string_new(NULL)};
        g_autoptr(GError) error = NULL;

        for (int i = 1; i < argc; i++) {
                if (g_str_has_prefix(argv[i], "--record-fd="))
                        check.record_fd = atoi(argv[i] + strlen("--record-fd="));
                else if (g_str_has_prefix(argv[i], "--report-fd="))
                        check.report_fd = atoi(argv[i] + strlen("--report-fd="));
        }
        bool done = check.record_fd > 2 && check.report_fd > 2 && check_health(&check, &error);
        g_string_free(check.output, TRUE);
        g_clear_pointer(&check.plan, health_plan_free);
        g_clear_pointer(&check.record, exec_record_free);
        g_free(check.line);
        return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
