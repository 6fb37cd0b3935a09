/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The generated service: the user's own sections as they were written, less [Container], and what makes it a
 * container. */

#include "generator/service.h"

#include "config.h"
#include "generator/service-command.h"
#include "generator/service-depend.h"
#include "generator/service-limits.h"
#include "spec/container-spec.h"
#include "spec/pod-spec.h"
#include "spec/problem.h"
#include "spec/text.h"
#include "spec/unit-words.h"
#include "spec/value-basic.h"

#include <string.h>

/* The runner kills the payload when StopTimeout= is over; systemd only when that did not help. */
#define STOP_MARGIN_SEC 10

static const char *service_value(const ServiceInput *input, const char *key) {
        return unit_file_value(input->unit, "Service", key);
}

static bool is_container(const ServiceInput *input) {
        return input->source_kind == SOURCE_CONTAINER;
}

static bool is_oneshot(const ServiceInput *input) {
        return input->kind->is_oneshot || g_strcmp0(service_value(input, "Type"), "oneshot") == 0;
}

static bool is_possible_type(const ServiceInput *input, const char *type) {
        return (!input->kind->is_oneshot && g_str_equal(type, "notify")) ||
               ((input->kind->is_oneshot || is_container(input)) && g_str_equal(type, "oneshot"));
}

static const char *type_text(const ServiceInput *input) {
        if (is_container(input))
                return "a container's service is of Type=notify, which is the default, or Type=oneshot";
        return input->kind->is_oneshot ? "this service is of Type=oneshot, which is the default"
                                       : "this service is of Type=notify, which is the default";
}

static void report(const ServiceInput *input, GPtrArray *problems, ProblemSeverity severity, const char *key,
                   const char *text) {
        const UnitAssignment *last = unit_file_last(input->unit, "Service", key);

        problem_add(problems, severity, last->file, last->line, key, "%s", text);
}

void service_check(const ServiceInput *input, GPtrArray *problems) {
        const char *type = service_value(input, "Type"), *kill_mode = service_value(input, "KillMode");

        if (type && !is_possible_type(input, type))
                report(input, problems, PROBLEM_ERROR, "Type", type_text(input));
        if (kill_mode && !g_str_equal(kill_mode, "mixed") && !g_str_equal(kill_mode, "control-group"))
                report(input, problems, PROBLEM_ERROR, "KillMode",
                       "only mixed, which is the default, and control-group end all of a container");
        if (service_value(input, "ExecStart")) {
                g_autofree char *text =
                        g_strdup_printf("it is made from [%s]%s", unit_kind_section(input->kind),
                                        is_container(input) ? "; write Exec= there" : "");
                report(input, problems, PROBLEM_ERROR, "ExecStart", text);
        }
}

static void append_line(GString *text, const char *key, const char *value) {
        text_append(text, key);
        g_string_append_c(text, '=');
        text_append(text, value);
        g_string_append_c(text, '\n');
}

/* Unless the user said otherwise. */
static void append_default(const ServiceInput *input, GString *text, const char *key, const char *value) {
        if (!service_value(input, key))
                append_line(text, key, value);
}

static void append_stop_timeout(const ServiceInput *input, const char *timeout, GString *text) {
        guint64 usec;

        if (!timeout || !value_duration_parse(timeout, &usec, NULL))
                return;
        if (usec == G_MAXUINT64)
                append_default(input, text, "TimeoutStopSec", "infinity");
        else {
                g_autofree char *value =
                        g_strdup_printf("%" G_GUINT64_FORMAT, usec / G_USEC_PER_SEC + STOP_MARGIN_SEC);
                append_default(input, text, "TimeoutStopSec", value);
        }
}

/* The frame that the runner needs, also for a stub, which may take the place of a running service's
 * definition. */
static void append_frame(const ServiceInput *input, GString *text) {
        append_default(input, text, "NotifyAccess", "all");
        append_default(input, text, "KillMode", "mixed");
        append_default(input, text, "Delegate", "yes");
        append_default(input, text, "SyslogIdentifier", "%N");
        append_line(text, "RuntimeDirectory", "wolffia/%N");
        append_default(input, text, "RuntimeDirectoryMode", "0700");
}

/* systemd's LONG_LINE_MAX, continued lines counted as one. */
#define LONGEST_COMMAND (1024 * 1024 - 1)

/* HealthOnFailure=restart, ReloadCmd= and ReloadSignal=. */
static void append_reactions(const ServiceInput *input, const ContainerSpec *spec, GString *text) {
        if (g_strcmp0(spec->health_on_failure, "restart") == 0)
                append_default(input, text, "Restart", "on-failure");
        if (service_value(input, "ExecReload"))
                return;
        if (spec->reload_command->len > 0) {
                text_append(text, "ExecReload=" WOLFFIA_RUNNER_PATH " --exec=%t/wolffia/%N --");
                for (guint i = 0; i < spec->reload_command->len; i++) {
                        g_string_append_c(text, ' ');
                        unit_words_quote(text, spec->reload_command->pdata[i], UNIT_WORDS_EXPAND);
                }
                g_string_append_c(text, '\n');
        } else if (spec->reload_signal) {
                text_append(text, "ExecReload=" WOLFFIA_RUNNER_PATH " --signal=");
                text_append(text, spec->reload_signal);
                text_append(text, " $MAINPID\n");
        }
}

static void append_oneshot(const ServiceInput *input, GString *text) {
        append_default(input, text, "Type", "oneshot");
        append_default(input, text, "RemainAfterExit", "yes");
        append_default(input, text, "NotifyAccess", "all");
        append_default(input, text, "SyslogIdentifier", "%N");
}

static void append_notify(const ServiceInput *input, const void *spec, GString *text) {
        if (!is_oneshot(input))
                append_default(input, text, "Type", "notify");
        append_frame(input, text);
        if (input->kind->restarts)
                append_default(input, text, "Restart", "on-failure");
        if (is_container(input)) {
                service_limits_print(input, spec, text);
                append_reactions(input, spec, text);
                append_stop_timeout(input, ((const ContainerSpec *) spec)->stop_timeout, text);
        } else if (input->source_kind == SOURCE_POD)
                append_stop_timeout(input, ((const PodSpec *) spec)->stop_timeout, text);
}

void service_print_properties(const ServiceInput *input, const void *spec, GString *text) {
        append_notify(input, spec, text);
}

static void append_service(const ServiceInput *input, const void *spec, GString *text, GPtrArray *problems) {
        if (input->kind->is_oneshot)
                append_oneshot(input, text);
        else
                append_notify(input, spec, text);

        if (is_container(input) && g_strcmp0(((const ContainerSpec *) spec)->systemd, "false") != 0)
                text_append(text, "ExecStopPost=-" WOLFFIA_RUNNER_PATH " --sweep-cgroups\n");
        gsize start = text->len;
        service_command_print(input->kind->loader->table, spec, input->kind->command, text);
        if (text->len - start > LONGEST_COMMAND)
                problem_add(problems, PROBLEM_ERROR, input->path, 0, NULL,
                            "the command line is longer than the 1 MiB that systemd reads");
}

static void append_header(GString *text, const char *section) {
        text_append(text, "\n[");
        text_append(text, section);
        text_append(text, "]\n");
}

/* A path in a unit file: "%" is a specifier there. */
static void append_path(GString *text, const char *key, const char *path) {
        text_append(text, key);
        g_string_append_c(text, '=');
        for (const char *p = path; *p; p++) {
                if (*p == '%')
                        g_string_append_c(text, '%');
                g_string_append_c(text, *p);
        }
        g_string_append_c(text, '\n');
}

static void append_mark(const ServiceInput *input, GString *text) {
        text_append(text, SERVICE_MARK " from ");
        text_append(text, input->path);
        text_append(text, "; edit that file, then `systemctl --user daemon-reload`.\n");
}

static void append_unit_section(const ServiceInput *input, GString *text, GPtrArray *problems) {
        guint section = unit_file_find_section(input->unit, "Unit");

        append_header(text, "Unit");
        if (section != UNIT_FILE_NO_SECTION)
                service_depend_print(input, section, text, problems);
        service_depend_print_references(input, text);
        append_path(text, "SourcePath", input->path);
}

/* What a user's line of the other sections says, and systemd cannot read; all of the unit would be lost. */
static void check_lines(const ServiceInput *input, GPtrArray *problems) {
        for (guint i = 0; i < input->unit->assignments->len; i++) {
                const UnitAssignment *line = unit_file_at(input->unit, i);

                if (line->section != UNIT_FILE_NO_SECTION && strlen(line->value) > LONGEST_COMMAND - 256 &&
                    !g_str_equal(input->unit->sections->pdata[line->section],
                                 unit_kind_section(input->kind)))
                        problem_add(problems, PROBLEM_ERROR, line->file, line->line, line->key,
                                    "the line is longer than the 1 MiB that systemd reads");
        }
}

void service_print(const ServiceInput *input, const void *spec, GString *text, GPtrArray *problems) {
        const UnitFile *unit = input->unit;
        const char *section = unit_kind_section(input->kind);
        bool has_service = unit_file_find_section(unit, "Service") != UNIT_FILE_NO_SECTION,
             has_own = unit_file_find_section(unit, section) != UNIT_FILE_NO_SECTION;

        append_mark(input, text);
        append_unit_section(input, text, problems);
        for (guint i = 0; i < unit->sections->len; i++) {
                const char *name = unit->sections->pdata[i];

                /* Without a [Service] of the user's, ours comes where [Container] was. */
                if (g_str_equal(name, "Service") || (!has_service && g_str_equal(name, section))) {
                        append_header(text, "Service");
                        if (has_service) {
                                unit_file_print_section(unit, i, text);
                                g_string_append_c(text, '\n');
                        }
                        append_service(input, spec, text, problems);
                } else if (!g_str_equal(name, "Unit") && !g_str_equal(name, section) &&
                           !g_str_equal(name, "Quadlet")) {
                        append_header(text, name);
                        unit_file_print_section(unit, i, text);
                }
        }
        if (!has_service && !has_own) {
                append_header(text, "Service");
                append_service(input, spec, text, problems);
        }
        if (text->len > LONGEST_COMMAND)
                check_lines(input, problems);
}

/* A value that systemd reads as it stands, in one line. */
static void append_literal(GString *text, const char *value) {
        for (const char *p = value; *p; p++) {
                if (*p == '%')
                        g_string_append_c(text, '%');
                g_string_append_c(text, *p == '\n' ? ' ' : *p);
        }
        if (g_str_has_suffix(text->str, "\\"))
                g_string_append_c(text, '.');
}

/* A reason is read by people, and must fit into a command line. */
#define LONGEST_REASON 500
#define MOST_REASONS   5

static void shorten(char *text) {
        if (strlen(text) > LONGEST_REASON)
                strcpy(g_utf8_find_prev_char(text, text + LONGEST_REASON), "…");
}

/* All errors in one line; RET_FIRST is the length of the first of them, RET_COUNT how many there are. */
static GString *print_reason(const GPtrArray *problems, size_t *ret_first, guint *ret_count) {
        GString *reason = g_string_new(NULL);

        *ret_count = 0;
        for (guint i = 0; i < problems->len; i++) {
                const Problem *problem = problems->pdata[i];

                if (problem->severity != PROBLEM_ERROR)
                        continue;
                if ((*ret_count)++ >= MOST_REASONS)
                        continue;
                g_autofree char *line = problem_print_short(problem);
                shorten(line);
                if (*ret_count > 1)
                        g_string_append(reason, "; ");
                g_string_append(reason, line);
                if (*ret_count == 1)
                        *ret_first = reason->len;
        }
        if (*ret_count > MOST_REASONS)
                g_string_append_printf(reason, "; and %u more, see `wolffia check`",
                                       *ret_count - MOST_REASONS);
        return reason;
}

/* There is room for one fault in what `systemctl status` and `list-units` show. */
static void append_description(GString *text, const char *reason, size_t first, guint count) {
        g_autofree char *shown = g_strndup(reason, first);

        text_append(text, "Description=");
        append_literal(text, shown);
        if (count > 1)
                g_string_append_printf(text, " (and %u more)", count - 1);
        g_string_append_c(text, '\n');
}

static void append_documentation(const ServiceInput *input, GString *text) {
        text_append(text, "Documentation=man:wolffia-");
        text_append(text, input->kind ? input->kind->manual : "container");
        text_append(text, "(5)\n");
}

void service_print_stub(const ServiceInput *input, const GPtrArray *problems, GString *text) {
        guint install = unit_file_find_section(input->unit, "Install"), count;
        size_t first = 0;
        g_autoptr(GString) reason = print_reason(problems, &first, &count);

        append_mark(input, text);
        append_header(text, "Unit");
        append_description(text, reason->str, first, count);
        append_documentation(input, text);
        append_path(text, "SourcePath", input->path);

        append_header(text, "Service");
        append_line(text, "Type", "notify");
        append_frame(input, text);
        if (service_value(input, "TimeoutStopSec"))
                append_line(text, "TimeoutStopSec", service_value(input, "TimeoutStopSec"));
        text_append(text, "ExecStart=" WOLFFIA_RUNNER_PATH " --unit=%n \\\n" SERVICE_COMMAND_INDENT);
        unit_words_quote_option(text, "broken", reason->str, UNIT_WORDS_LITERAL);
        g_string_append_c(text, '\n');

        if (install != UNIT_FILE_NO_SECTION) {
                append_header(text, "Install");
                unit_file_print_section(input->unit, install, text);
        }
}
