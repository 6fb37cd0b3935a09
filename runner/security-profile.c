/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folder is the user's own, as the store is: what is in it needs no check but that it is whole, which the hash and a
 * rename see to. */

#include "runner/security-profile.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "runner/image.h"
#include "runner/security-caps.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX   (1 << 20)
#define FILTER_MAX (BPF_MAXINSNS * sizeof(struct sock_filter))

/* Raised when the same text has to become another program. */
#define KEY_VERSION 1

bool security_profile_is_file(const char *profile) {
        return profile && (strchr(profile, '/') || g_str_has_suffix(profile, ".json"));
}

char *security_profile_key(const char *text, gsize size, guint64 capabilities) {
        g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
        struct utsname names = {0};

        uname(&names);
        g_autofree char *rest = g_strdup_printf("%d %s %s %" G_GINT64_MODIFIER "x\n", KEY_VERSION,
                                                names.machine, names.release, capabilities);
        g_checksum_update(checksum, (const guchar *) rest, (gssize) strlen(rest));
        g_checksum_update(checksum, (const guchar *) text, (gssize) size);
        return g_strdup(g_checksum_get_string(checksum));
}

bool security_profile_read_file(const char *path, char **ret_text, gsize *ret_size, GError **error) {
        return file_read(AT_FDCWD, path, TEXT_MAX, ret_text, ret_size, error);
}

static bool load(const Run *run, const char *path, GByteArray **ret_filter, GError **error) {
        g_autofree char *data = NULL;
        gsize size;

        if (!file_read(run->store->fd, path, FILTER_MAX, &data, &size, error))
                return false;
        if (size == 0 || size % sizeof(struct sock_filter) != 0)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "%s/%s is damaged; remove it",
                            run->store->path, path);
        *ret_filter = g_byte_array_new_take((guint8 *) g_steal_pointer(&data), size);
        /* In use, so security_profile_prune() keeps it. A store that is read-only is pruned by nobody. */
        (void) utimensat(run->store->fd, path, NULL, 0);
        return true;
}

static bool compile(const char *profile, guint64 capabilities, GError **error) {
        g_autofree char *option = g_strdup_printf("--capabilities=%" G_GINT64_MODIFIER "x", capabilities);

        return image_run_wolffia((const char *const[]){"prepare-seccomp", option, profile, NULL}, error);
}

static bool acquire(Run *run, const char *profile, GError **error) {
        g_autoptr(GError) missing = NULL;
        g_autofree char *text = NULL;
        SecurityCaps capabilities;
        gsize size;

        if (!security_caps_plan(run->spec->capabilities_added, run->spec->capabilities_dropped,
                                &capabilities, NULL, error) ||
            !security_profile_read_file(profile, &text, &size, error))
                return false;
        g_autofree char *key = security_profile_key(text, size, capabilities.bounding);
        g_autofree char *path = g_build_filename(SECURITY_PROFILE_FOLDER, key, NULL);
        if (load(run, path, &run->seccomp_filter, &missing))
                return true;
        if (!g_error_matches(missing, ERRNO_ERROR, ENOENT)) {
                g_propagate_error(error, g_steal_pointer(&missing));
                return false;
        }
        return compile(profile, capabilities.bounding, error) &&
               load(run, path, &run->seccomp_filter, error);
}

bool security_profile_acquire(Run *run, GError **error) {
        const char *profile = run->spec->seccomp_profile;

        return !security_profile_is_file(profile) || acquire(run, profile, error) ||
               fail_prefix(error, "SeccompProfile=%s", profile);
}

void security_profile_prune(int folder_fd, gint64 now_sec) {
        autodir DIR *folder = folder_open(folder_fd, ".", 0);
        struct dirent *entry;
        struct stat status;

        while ((entry = folder_next(folder)))
                if (fstatat(folder_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                    !S_ISDIR(status.st_mode) &&
                    (gint64) status.st_mtime < now_sec - SECURITY_PROFILE_KEPT_DAYS * 86400)
                        (void) unlinkat(folder_fd, entry->d_name, 0);
}
