/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* flock(2) waits without a limit or not at all, so it is asked again and again. */

#include "network/lock.h"

#include "base/error.h"
#include "base/notify.h"

#include <sys/file.h>

#define PAUSE_USEC (10 * G_TIME_SPAN_MILLISECOND)

bool lock_wait(int fd, const char *path, guint patience_msec, GError **error) {
        gint64 end = g_get_monotonic_time() + patience_msec * G_TIME_SPAN_MILLISECOND;
        bool is_told = false;

        while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno != EWOULDBLOCK && errno != EINTR)
                        return fail_errno(error, errno, "Cannot lock %s", path);
                if (g_get_monotonic_time() >= end)
                        return fail(
                                error, WOLFFIA_ERROR_HELPER,
                                "Another start of a network or of a member has held the lock of %s for %u s "
                                "('systemctl --user list-jobs' shows what starts, 'fuser %s' who it is)",
                                path, patience_msec / 1000, path);
                if (!is_told)
                        (void) notify_sendf("STATUS=Waiting for another start, which has the lock of %s",
                                            path);
                is_told = true;
                g_usleep(PAUSE_USEC);
        }
        if (is_told)
                (void) notify_send("STATUS=");
        return true;
}
