/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What takes long is shown: one line that is written over on a terminal, a line every few seconds elsewhere. Inside a
 * unit that is starting, the service manager hears of it too, and gives it more time ($NOTIFY_SOCKET, sd_notify(3)). */

#include <glib.h>
#include <stdbool.h>

typedef struct ImageProgress {
        bool quiet;
        bool is_terminal;
        bool is_shown;       /* a line stands on the terminal */
        gint64 next_line;    /* monotonic time, µs */
        gint64 next_message; /* the same, to the service manager */
} ImageProgress;

/* Looks at standard error. */
void image_progress_init(ImageProgress *progress, bool quiet);

/* Says how far TASK has come; may be called for each block. A TOTAL of 0 is unknown. NULL for PROGRESS is silent. */
void image_progress_show(ImageProgress *progress, const char *task, guint64 done_bytes, guint64 total_bytes);

/* Something that has no bytes to count, said at once. */
void image_progress_say(ImageProgress *progress, const char *task);

/* Clears the line on the terminal, before anything else is written there. */
void image_progress_clear(ImageProgress *progress);
