/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where entries go, and which. */

#include "base/log.h"

#include "base/journal.h"
#include "base/printable.h"

#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct {
        const char *program;
        int level;
        bool level_is_chosen; /* by the environment */
        LogTarget target;
} log_state = {"wolffia", LOG_INFO, false, LOG_TARGET_AUTO};

static const char *const level_names[] = {"emerg",   "alert",  "crit", "err",
                                          "warning", "notice", "info", "debug"};

bool log_level_parse(const char *name, int *ret_priority) {
        for (size_t i = 0; i < G_N_ELEMENTS(level_names); i++)
                if (g_str_equal(name, level_names[i])) {
                        *ret_priority = (int) i;
                        return true;
                }
        return false;
}

void log_open(const char *program) {
        log_state.program = program;

        const char *level = g_getenv("WOLFFIA_LOG_LEVEL");
        log_state.level_is_chosen = level && log_level_parse(level, &log_state.level);

        const char *target = g_getenv("WOLFFIA_LOG_TARGET");
        if (g_strcmp0(target, "journal") == 0)
                log_state.target = LOG_TARGET_JOURNAL;
        else if (g_strcmp0(target, "stderr") == 0)
                log_state.target = LOG_TARGET_STDERR;
}

void log_set_target(LogTarget target) {
        log_state.target = target;
}

void log_set_level(int priority) {
        if (!log_state.level_is_chosen)
                log_state.level = priority;
}

bool log_is_wanted(int priority) {
        return priority <= log_state.level;
}

/* systemd gives $JOURNAL_STREAM=DEVICE:INODE to whatever it connects to the journal (systemd.exec(5)). */
static bool stderr_is_journal(void) {
        const char *stream = g_getenv("JOURNAL_STREAM");
        struct stat status;

        if (!stream || fstat(STDERR_FILENO, &status) < 0)
                return false;
        g_autofree char *expected =
                g_strdup_printf("%ju:%ju", (uintmax_t) status.st_dev, (uintmax_t) status.st_ino);
        return g_str_equal(stream, expected);
}

static void add_number(GString *entry, const char *name, int number) {
        char text[16];

        g_snprintf(text, sizeof text, "%d", number);
        journal_add_field(entry, name, text);
}

static bool send_to_journal(const char *file, int line, const char *function, int priority,
                            const char *message, va_list pairs) {
        g_autoptr(GString) entry = g_string_sized_new(512);

        journal_add_field(entry, "MESSAGE", message);
        add_number(entry, "PRIORITY", priority);
        journal_add_field(entry, "SYSLOG_IDENTIFIER", log_state.program);
        journal_add_field(entry, "CODE_FILE", file);
        add_number(entry, "CODE_LINE", line);
        journal_add_field(entry, "CODE_FUNC", function);

        const char *name;
        while ((name = va_arg(pairs, const char *))) {
                const char *value = va_arg(pairs, const char *);
                if (value)
                        journal_add_field(entry, name, value);
        }
        return journal_send(entry);
}

static void print_to_stderr(int priority, const char *message) {
        g_autofree char *shown = printable(message, true);
        const char *colour = "", *reset = "";

        if (isatty(STDERR_FILENO) && !g_getenv("NO_COLOR")) {
                colour = priority <= LOG_ERR ? "\033[1;31m" : priority == LOG_WARNING ? "\033[1;33m" : "";
                reset = *colour ? "\033[0m" : "";
        }
        /* sd-daemon(3): a service's plain line may carry its priority in front. */
        if (stderr_is_journal())
                fprintf(stderr, "<%d>%s\n", priority, shown);
        else
                fprintf(stderr, "%s%s%s\n", colour, shown, reset);
}

void log_entry_at(const char *file, int line, const char *function, int priority, const char *message, ...) {
        if (!log_is_wanted(priority))
                return;

        bool journal = log_state.target == LOG_TARGET_JOURNAL ||
                       (log_state.target == LOG_TARGET_AUTO && stderr_is_journal());
        bool sent = false;
        if (journal) {
                va_list pairs;
                va_start(pairs, message);
                sent = send_to_journal(file, line, function, priority, message, pairs);
                va_end(pairs);
        }
        if (!sent)
                print_to_stderr(priority, message);
}
