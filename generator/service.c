/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The generated service: the user's own sections as they were written, less [Container], and what makes it a
 * container. */

#include "generator/service.h"

#include "config.h"
#include "generator/service-depend.h"
#include "spec/container-keys.h"
#include "spec/problem.h"
#include "spec/text.h"
#include "spec/unit-words.h"
#include "spec/value-basic.h"

#include <string.h>

#define INDENT "        "

/* The runner kills the payload when StopTimeout= is over; systemd only when that did not help. */
#define STOP_MARGIN_SEC 10

static const char *service_value(const ServiceInput *input, const char *key) {
        return unit_file_value(input->unit, "Service", key);
}

static bool is_oneshot(const ServiceInput *input) {
        return g_strcmp0(service_value(input, "Type"), "oneshot") == 0;
}

void service_complete(const ServiceInput *input, ContainerSpec *spec) {
        if (!spec->name) {
                const char *at = strchr(input->service, '@');
                size_t length = strlen(input->service) - strlen(".service");

                /* Instances differ by what systemd puts in for %i; "@" is no part of a name that programs
                 * like. */
                if (at && at[1] == '.')
                        spec->name =
                                g_strdup_printf("%.*s-%%i", (int) (at - input->service), input->service);
                else
                        spec->name = g_strndup(input->service, length);
                if (at && at[1] != '.')
                        spec->name[at - input->service] = '-';
        }
        if (!spec->unit)
                spec->unit = g_strdup("%n");
}

static void report(const ServiceInput *input, GPtrArray *problems, ProblemSeverity severity, const char *key,
                   const char *text) {
        const UnitAssignment *last = unit_file_last(input->unit, "Service", key);

        problem_add(problems, severity, last->file, last->line, key, "%s", text);
}

void service_check(const ServiceInput *input, GPtrArray *problems) {
        const char *type = service_value(input, "Type"), *kill_mode = service_value(input, "KillMode");

        if (type && !g_str_equal(type, "notify") && !g_str_equal(type, "oneshot"))
                report(input, problems, PROBLEM_ERROR, "Type",
                       "a container's service is of Type=notify, which is the default, or Type=oneshot");
        if (kill_mode && !g_str_equal(kill_mode, "mixed") && !g_str_equal(kill_mode, "control-group"))
                report(input, problems, PROBLEM_ERROR, "KillMode",
                       "only mixed, which is the default, and control-group end all of a container");
        if (service_value(input, "ExecStart"))
                report(input, problems, PROBLEM_ERROR, "ExecStart",
                       "it is made from [Container]; write Exec= there");
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

static void append_option(GString *text, const Key *key, const char *value) {
        text_append(text, " \\\n" INDENT);
        if (value)
                unit_words_quote_option(text, key->option, value, UNIT_WORDS_EXPAND);
        else {
                text_append(text, "--");
                text_append(text, key->option);
        }
}

static void append_options(const ContainerSpec *spec, GString *text) {
        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];

                if (!key->option || !key_has_field(key) || key->effect == KEY_UNIT)
                        continue;
                if (key_kind(key) == KEY_KIND_TEXT) {
                        if (*key_text(key, spec))
                                append_option(text, key, *key_text(key, spec));
                } else if (key_kind(key) == KEY_KIND_TRISTATE) {
                        if (*key_tristate(key, spec) != TRISTATE_UNSET)
                                append_option(text, key,
                                              *key_tristate(key, spec) == TRISTATE_YES ? NULL : "false");
                } else {
                        const GPtrArray *list = *key_list(key, spec);

                        for (guint j = 0; j < list->len; j++)
                                append_option(text, key, list->pdata[j]);
                }
        }
}

static void append_command(const ContainerSpec *spec, GString *text) {
        const char *separator = " \\\n" INDENT;

        text_append(text, "ExecStart=" WOLFFIA_RUNNER_PATH);
        append_options(spec, text);
        if (spec->image) {
                text_append(text, separator);
                unit_words_quote(text, spec->image, UNIT_WORDS_EXPAND);
                separator = " ";
        } else if (spec->command->len > 0 && *(const char *) spec->command->pdata[0] == '-') {
                text_append(text, separator);
                text_append(text, "--");
                separator = " ";
        }
        for (guint i = 0; i < spec->command->len; i++) {
                text_append(text, separator);
                unit_words_quote(text, spec->command->pdata[i], UNIT_WORDS_EXPAND);
                separator = " ";
        }
        g_string_append_c(text, '\n');
}

/* In the largest unit that needs no fraction. Caller frees. */
static char *print_size(guint64 bytes) {
        static const char units[] = "KMGT";
        size_t unit = 0;

        while (unit < strlen(units) && bytes >= 1024 && bytes % 1024 == 0) {
                bytes /= 1024;
                unit++;
        }
        return g_strdup_printf("%" G_GUINT64_FORMAT "%.1s", bytes, unit > 0 ? units + unit - 1 : "");
}

/* Limits are the unit's, where systemd enforces them and `systemctl set-property` changes them. */
static void append_limits(const ServiceInput *input, const ContainerSpec *spec, GString *text) {
        guint64 bytes;

        if (spec->memory && value_size_parse(spec->memory, &bytes, NULL)) {
                g_autofree char *value = print_size(bytes);
                append_default(input, text, "MemoryMax", value);
        }
        if (spec->pids_limit)
                append_default(input, text, "TasksMax",
                               *spec->pids_limit == '-' || g_str_equal(spec->pids_limit, "0")
                                       ? "infinity"
                                       : spec->pids_limit);
}

static void append_stop_timeout(const ServiceInput *input, const ContainerSpec *spec, GString *text) {
        guint64 usec;

        if (!spec->stop_timeout || !value_duration_parse(spec->stop_timeout, &usec, NULL))
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

static void append_service(const ServiceInput *input, const ContainerSpec *spec, GString *text,
                           GPtrArray *problems) {
        if (!is_oneshot(input))
                append_default(input, text, "Type", "notify");
        append_frame(input, text);
        append_limits(input, spec, text);
        append_stop_timeout(input, spec, text);

        gsize start = text->len;
        append_command(spec, text);
        if (text->len - start > LONGEST_COMMAND)
                problem_add(problems, PROBLEM_ERROR, input->path, 0, NULL,
                            "the container's command line is longer than the 1 MiB that systemd reads");
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
        append_path(text, "SourcePath", input->path);
}

void service_print(const ServiceInput *input, const ContainerSpec *spec, GString *text,
                   GPtrArray *problems) {
        const UnitFile *unit = input->unit;
        bool has_service = unit_file_find_section(unit, "Service") != UNIT_FILE_NO_SECTION;

        append_mark(input, text);
        append_unit_section(input, text, problems);
        for (guint i = 0; i < unit->sections->len; i++) {
                const char *name = unit->sections->pdata[i];

                /* Without a [Service] of the user's, ours comes where [Container] was. */
                if (g_str_equal(name, "Service") || (!has_service && g_str_equal(name, input->section))) {
                        append_header(text, "Service");
                        if (has_service) {
                                unit_file_print_section(unit, i, text);
                                g_string_append_c(text, '\n');
                        }
                        append_service(input, spec, text, problems);
                } else if (!g_str_equal(name, "Unit") && !g_str_equal(name, input->section) &&
                           !g_str_equal(name, "Quadlet")) {
                        append_header(text, name);
                        unit_file_print_section(unit, i, text);
                }
        }
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

void service_print_stub(const ServiceInput *input, const GPtrArray *problems, GString *text) {
        guint install = unit_file_find_section(input->unit, "Install"), count;
        size_t first = 0;
        g_autoptr(GString) reason = print_reason(problems, &first, &count);

        append_mark(input, text);
        append_header(text, "Unit");
        append_description(text, reason->str, first, count);
        append_line(text, "Documentation", "man:wolffia-container(5)");
        append_path(text, "SourcePath", input->path);

        append_header(text, "Service");
        append_line(text, "Type", "notify");
        append_frame(input, text);
        if (service_value(input, "TimeoutStopSec"))
                append_line(text, "TimeoutStopSec", service_value(input, "TimeoutStopSec"));
        text_append(text, "ExecStart=" WOLFFIA_RUNNER_PATH " --unit=%n \\\n" INDENT);
        unit_words_quote_option(text, "broken", reason->str, UNIT_WORDS_LITERAL);
        g_string_append_c(text, '\n');

        if (install != UNIT_FILE_NO_SECTION) {
                append_header(text, "Install");
                unit_file_print_section(input->unit, install, text);
        }
}
