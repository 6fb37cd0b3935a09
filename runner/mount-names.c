/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Into the writable layer, not as a mount: programs in the container may replace the files. */

#include "runner/mount-names.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/beneath.h"
#include "runner/payload-user.h"
#include "spec/value-userns.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { LIMIT = 1 << 20 };

/* NULL: the image has none that could be read. Caller frees. */
static char *read_list(int root_fd, const char *path) {
        autofd int fd = -1;
        struct stat status;

        if (!beneath_read(root_fd, path, &fd, NULL) || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
            status.st_size > LIMIT)
                return NULL;
        char *text = g_malloc0((gsize) status.st_size + 1);
        ssize_t size = read(fd, text, (size_t) status.st_size);
        if (size == status.st_size)
                return text;
        g_free(text);
        return NULL;
}

/* Whether a line has VALUE in the field of that number. */
static bool has_field(const char *text, guint number, const char *value) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                g_auto(GStrv) fields = g_strsplit(*line, ":", -1);
                if (g_strv_length(fields) > number && g_str_equal(fields[number], value))
                        return true;
        }
        return false;
}

static bool append(int root_fd, const char *path, const char *text, const char *line, GError **error) {
        autofd int path_fd = -1;

        if (!beneath_open(root_fd, path, &path_fd, error))
                return false;
        g_autofree char *opened = g_strdup_printf("/proc/self/fd/%d", path_fd);
        autofd int fd = open(opened, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot add a line to %s of the container", path);
        size_t size = strlen(text);
        g_autofree char *whole =
                g_strconcat(size > 0 && text[size - 1] != '\n' ? "\n" : "", line, "\n", NULL);
        return file_write_all(fd, whole, strlen(whole), error);
}

static bool add_groups(const Run *run, int root_fd, GError **error) {
        for (guint i = 0; i < run->granted->len; i++) {
                gid_t gid = g_array_index(run->granted, gid_t, i);
                g_autofree char *text = read_list(root_fd, "/etc/group"),
                                *number = g_strdup_printf("%u", gid);
                const char *name = run->granted_names[i];

                if (id_map_outside(run->map->groups, gid) != gid || !text || has_field(text, 2, number) ||
                    has_field(text, 0, name))
                        continue;
                g_autofree char *line = g_strdup_printf("%s:x:%u:", name, gid);
                if (!append(root_fd, "/etc/group", text, line, error))
                        return false;
        }
        return true;
}

/* --passwd-entry, --group-entry: VALUES are pairs of a variable and what it stands for, and end with NULL. Caller frees. */
static char *fill_in(const char *line, const char *const *values) {
        GString *text = g_string_new(line);

        for (; values[0]; values += 2)
                (void) g_string_replace(text, values[0], values[1], 0);
        return g_string_free(text, FALSE);
}

/* The group of a payload that runs under a number: it has no name of its own, but one that it can be looked up by. */
static bool add_own_group(const Run *run, int root_fd, gid_t gid, GError **error) {
        g_autofree char *text = read_list(root_fd, "/etc/group"), *number = g_strdup_printf("%u", gid);

        if (!text || has_field(text, 2, number) || has_field(text, 0, number))
                return true;
        const char *const values[] = {"$GROUPNAME", number, "$GID", number, "$USERLIST", "", NULL};
        const char *asked = run->spec->group_entry;
        g_autofree char *line = fill_in(asked ? asked : "$GROUPNAME:x:$GID:$USERLIST", values);
        return append(root_fd, "/etc/group", text, line, error);
}

static bool add_user(const Run *run, int root_fd, GError **error) {
        PayloadUser user = {0};
        g_autofree char *text = read_list(root_fd, "/etc/passwd");

        if (!text || !payload_user_find(root_fd, payload_user_chosen(run), run->spec->group, &user, error))
                return text == NULL;
        g_autofree char *number = g_strdup_printf("%u", user.uid);
        bool is_host_user = id_map_outside(run->map->users, user.uid) == run->uid && user.uid != 0;
        const char *name = is_host_user && !has_field(text, 0, run->user_name) ? run->user_name : number;
        g_autofree char *group = g_strdup_printf("%u", user.gid);
        const char *const values[] = {"$USERNAME",      name,    "$UID",    number, "$GID", group, "$NAME",
                                      "container user", "$HOME", user.home, NULL};
        const char *asked = run->spec->passwd_entry;
        g_autofree char *line = fill_in(asked ? asked : "$USERNAME:x:$UID:$GID:$NAME:$HOME:/bin/sh", values);
        gid_t gid = user.gid;
        payload_user_clear(&user);
        if (!add_own_group(run, root_fd, gid, error))
                return false;
        if (has_field(text, 2, number) || has_field(text, 0, name))
                return true;
        return append(root_fd, "/etc/passwd", text, line, error);
}

/* Names need no look: the image has them, or payload_user_find() fails. */
static bool is_number(const char *user) {
        return g_ascii_isdigit(*user);
}

bool mount_names_add(const Run *run, int root_fd, GError **error) {
        if (run->spec->rootfs || run->spec->passwd == TRISTATE_NO)
                return true;
        return (run->granted->len == 0 || add_groups(run, root_fd, error)) &&
               (!is_number(payload_user_chosen(run)) || add_user(run, root_fd, error));
}
