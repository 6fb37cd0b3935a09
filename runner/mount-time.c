/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Time zones: the host's files, since few images have any. What is mounted as /etc/localtime is what programs look at unless
 * they have a variable TZ, tzset(3). */

#include "runner/mount-time.h"

#include "base/error.h"

#include <string.h>

#define ZONES      "/usr/share/zoneinfo"
#define LOCAL_TIME "/etc/localtime"

bool mount_time_find(const char *time_zone, char **ret_path, GError **error) {
        g_autofree char *path = NULL;

        *ret_path = NULL;
        if (!time_zone || !*time_zone)
                return true;
        if (g_str_equal(time_zone, "local")) {
                if (g_file_test(LOCAL_TIME, G_FILE_TEST_IS_REGULAR))
                        *ret_path = g_strdup(LOCAL_TIME);
                return true;
        }
        path = g_build_filename(ZONES, time_zone, NULL);
        if (!strstr(time_zone, "..") && g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
                *ret_path = g_steal_pointer(&path);
                return true;
        }
        if (!g_file_test(ZONES, G_FILE_TEST_IS_DIR))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "Timezone=%s: this host has no " ZONES " ('sudo apt install tzdata')",
                            time_zone);
        return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                    "Timezone=%s: " ZONES
                    " has no such zone; 'timedatectl list-timezones' shows those that are there",
                    time_zone);
}
