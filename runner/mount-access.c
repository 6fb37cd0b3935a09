/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Component by component, each by trying: modes, ACLs and security modules are the kernel's to weigh. */

#include "runner/mount-access.h"

#include "base/error.h"
#include "base/file-server.h"
#include "base/id-ranges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *group_name(gid_t gid) {
        const struct group *entry = getgrgid(gid);

        return entry ? g_strdup(entry->gr_name) : g_strdup_printf("%u", gid);
}

static bool explain_folder(const char *folder, const char *path, GError **error) {
        struct stat status;
        g_autofree char *user = id_ranges_user_name(getuid());

        if (stat(folder, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", folder);
        g_autofree char *owner = id_ranges_user_name(status.st_uid), *group = group_name(status.st_gid);
        return fail_errno(
                error, EACCES,
                "Cannot reach %s: the folder %s belongs to %s:%s with mode %04o, and lets you (%s) not pass; let its "
                "owner run 'setfacl -m u:%s:x %s', or choose a folder that you can reach",
                path, folder, owner, group, status.st_mode & 07777, user, user, folder);
}

bool mount_access_check(const char *path, GError **error) {
        if (faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0 || errno != EACCES)
                return true;
        for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
                g_autofree char *folder =
                        slash == path ? g_strdup("/") : g_strndup(path, (gsize) (slash - path));
                if (faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) < 0 && errno == EACCES)
                        return explain_folder(folder, path, error);
        }
        return fail_errno(error, EACCES, "Cannot use %s of the host", path);
}

bool mount_access_has_labels(const char *folder) {
        g_autofree char *path = g_build_filename(folder, "enforce", NULL);

        return access(path, R_OK) == 0;
}

char *mount_access_note_server(const char *path, long type) {
        const char *server = file_server_of_type(type);

        return server ? g_strdup_printf(
                                "%s lies on %s, whose server knows you but none of your subordinate ids: only what "
                                "runs under your own id in the container may make files there; UserNS=keep-id "
                                "with User= makes the payload that",
                                path, server)
                      : NULL;
}
