/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Progress, held back to a rate that a person can read. */

#include "image/progress.h"

#include "base/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
        TERMINAL_USEC = 100 * 1000,
        LINE_USEC = 5 * G_USEC_PER_SEC,
        MESSAGE_USEC = 2 * G_USEC_PER_SEC,
        EXTENSION_USEC =
                60 * G_USEC_PER_SEC, /* the longest step without a report: a large file system's sync */
};

void image_progress_init(ImageProgress *progress, bool quiet) {
        const char *terminal = getenv("TERM");

        *progress = (ImageProgress){
                .quiet = quiet,
                .is_terminal = isatty(STDERR_FILENO) && terminal && !g_str_equal(terminal, "dumb"),
        };
        /* What started us reads our standard error for the reason of a failure, and hears of progress otherwise. */
        if (!progress->is_terminal && getenv("NOTIFY_SOCKET"))
                progress->quiet = true;
        /* Short work needs no lines in a log. */
        progress->next_line = g_get_monotonic_time() + (progress->is_terminal ? TERMINAL_USEC : LINE_USEC);
}

static void show_line(ImageProgress *progress, const char *text, gint64 now) {
        if (progress->quiet || now < progress->next_line)
                return;
        if (progress->is_terminal) {
                fprintf(stderr, "\r%.*s\033[K", 100, text);
                progress->is_shown = true;
        } else {
                fprintf(stderr, "%s\n", text);
        }
        fflush(stderr);
        progress->next_line = now + (progress->is_terminal ? TERMINAL_USEC : LINE_USEC);
}

static void send_message(ImageProgress *progress, const char *text, gint64 now) {
        if (now < progress->next_message)
                return;
        (void) notify_sendf("STATUS=%s\nEXTEND_TIMEOUT_USEC=%d", text, EXTENSION_USEC);
        progress->next_message = now + MESSAGE_USEC;
}

void image_progress_show(ImageProgress *progress, const char *task, guint64 done_bytes,
                         guint64 total_bytes) {
        gint64 now = g_get_monotonic_time();

        if (!progress || (now < progress->next_line && now < progress->next_message))
                return;

        g_autofree char *done = g_format_size(done_bytes);
        g_autofree char *total = g_format_size(total_bytes);
        g_autofree char *text = total_bytes > 0 ? g_strdup_printf("%s: %s of %s", task, done, total)
                                                : g_strdup_printf("%s: %s", task, done);
        show_line(progress, text, now);
        send_message(progress, text, now);
}

void image_progress_say(ImageProgress *progress, const char *task) {
        gint64 now = g_get_monotonic_time();

        if (!progress)
                return;
        progress->next_message = 0;
        if (progress->is_terminal)
                progress->next_line = 0;
        show_line(progress, task, now);
        send_message(progress, task, now);
}

void image_progress_clear(ImageProgress *progress) {
        if (!progress || !progress->is_shown)
                return;
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress->is_shown = false;
}
