/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fgetpwent(3) and fgetgrent(3) parse a stream and load nothing, unlike getpwnam(3). */

#include "runner/payload-user.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/beneath.h"
#include "spec/value-user.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void payload_user_clear(PayloadUser *user) {
        g_clear_pointer(&user->groups, g_array_unref);
        g_clear_pointer(&user->home, g_free);
}

/* Of all users of a university there are not as many. */
enum { LIST_MAX = 16 << 20 };

/* The image's author may have put anything in their place: a fifo would hang us, a device feed us for ever, and a line of a
 * terabyte, which costs no disk, would be read into memory. */
FILE *payload_user_open_list(int root_fd, const char *path) {
        struct stat status;
        autofd int fd = -1;

        if (root_fd < 0)
                fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        else
                (void) beneath_read(root_fd, path, &fd, NULL);
        if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > LIST_MAX)
                return NULL;
        FILE *file = fdopen(fd, "r");
        if (file)
                (void) steal_fd(&fd);
        return file;
}

/* Fills what passwd(5) knows. A number need not be listed there; a name must be. */
static bool find_in_passwd(int root_fd, const char *name, PayloadUser *user, char **ret_name,
                           GError **error) {
        guint32 id = 0;
        bool is_number = value_id_parse(name, &id);
        struct passwd *entry = NULL;

        /* An image without the file has numbers only. */
        autofile FILE *passwd = payload_user_open_list(root_fd, "/etc/passwd");
        while (passwd && (entry = fgetpwent(passwd)))
                if (is_number ? entry->pw_uid == id : g_str_equal(entry->pw_name, name))
                        break;
        if (entry) {
                user->uid = entry->pw_uid;
                user->gid = entry->pw_gid;
                user->home = g_strdup(entry->pw_dir);
                *ret_name = g_strdup(entry->pw_name);
                return true;
        }
        if (!is_number)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The image's /etc/passwd has no user '%s'; write one that it has, or a number",
                            name);
        user->uid = id;
        user->gid = 0;
        *ret_name = NULL;
        return true;
}

static bool find_group(int root_fd, const char *name, gid_t *ret_gid, GError **error) {
        guint32 id;
        struct group *entry;

        if (value_id_parse(name, &id)) {
                *ret_gid = id;
                return true;
        }
        autofile FILE *file = payload_user_open_list(root_fd, "/etc/group");
        while (file && (entry = fgetgrent(file)))
                if (g_str_equal(entry->gr_name, name)) {
                        *ret_gid = entry->gr_gid;
                        return true;
                }
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "The image's /etc/group has no group '%s'; write one that it has, or a number", name);
}

static void find_memberships(int root_fd, const char *name, PayloadUser *user) {
        struct group *entry;

        autofile FILE *file = payload_user_open_list(root_fd, "/etc/group");
        while (file && (entry = fgetgrent(file)))
                if (g_strv_contains((const char *const *) entry->gr_mem, name))
                        g_array_append_val(user->groups, entry->gr_gid);
}

bool payload_user_find(int root_fd, const char *text, const char *group_text, PayloadUser *ret_user,
                       GError **error) {
        g_autofree char *user_name = NULL, *group_name = NULL, *name = NULL;
        PayloadUser user = {.groups = g_array_new(FALSE, FALSE, sizeof(gid_t))};
        bool found = value_user_parse(text && *text ? text : "0", &user_name, &group_name, error) &&
                     find_in_passwd(root_fd, user_name, &user, &name, error);

        if (found && name)
                find_memberships(root_fd, name, &user);
        const char *group = group_text && *group_text ? group_text : group_name;
        if (found && group && *group)
                found = find_group(root_fd, group, &user.gid, error);
        /* To setresuid(2) these mean "as it is", and that is root. */
        if (found && (user.uid == (uid_t) -1 || user.gid == (gid_t) -1))
                found = fail(error, WOLFFIA_ERROR_VALUE,
                             "The image gives user '%s' an id that does not exist, 4294967295", user_name);
        if (!found) {
                payload_user_clear(&user);
                return false;
        }
        if (!user.home || !*user.home) {
                g_free(user.home);
                user.home = g_strdup(user.uid == 0 ? "/root" : "/");
        }
        *ret_user = user;
        return true;
}

bool payload_user_check_ids(const Run *run, const PayloadUser *user, GError **error) {
        bool has_user = id_map_outside(run->map->users, user->uid) != G_MAXUINT32;

        /* A single id has names for all (runner/security-single.h). */
        if (id_map_is_single(run->map) ||
            (has_user && id_map_outside(run->map->groups, user->gid) != G_MAXUINT32))
                return true;
        return fail(
                error, WOLFFIA_ERROR_VALUE,
                "The payload's %s %u is none of the container's ids: %s in the container file say which it has, and "
                "%s how many there can be",
                has_user ? "group" : "user", has_user ? user->gid : user->uid,
                has_user ? "GIDMap= and UserNS= (size=, gid=)" : "UIDMap= and UserNS= (size=, uid=)",
                has_user ? "/etc/subgid" : "/etc/subuid");
}

#define KEEP_GROUPS "keep-groups"

static bool has_group(const PayloadUser *user, gid_t gid) {
        for (guint i = 0; i < user->groups->len; i++)
                if (g_array_index(user->groups, gid_t, i) == gid)
                        return true;
        return false;
}

bool payload_user_add_groups(int root_fd, const Run *run, PayloadUser *user, GError **error) {
        for (guint i = 0; i < run->spec->groups->len; i++) {
                const char *name = run->spec->groups->pdata[i];
                gid_t gid;

                if (g_str_equal(name, KEEP_GROUPS))
                        continue;
                if (!find_group(root_fd, name, &gid, error))
                        return fail_prefix(error, "GroupAdd=%s", name);
                if (id_map_outside(run->map->groups, gid) == G_MAXUINT32)
                        return fail(
                                error, WOLFFIA_ERROR_VALUE,
                                "GroupAdd=%s: the container has no group %u; your own groups of the host come along by "
                                "GroupAdd=keep-groups, or by a line '%s:%u:1' in /etc/subgid",
                                name, gid, run->user_name, gid);
                if (!has_group(user, gid))
                        g_array_append_val(user->groups, gid);
        }
        for (guint i = 0; run->granted && i < run->granted->len; i++) {
                gid_t gid = g_array_index(run->granted, gid_t, i);
                if (id_map_outside(run->map->groups, gid) == gid && !has_group(user, gid))
                        g_array_append_val(user->groups, gid);
        }
        return true;
}

/* Of a user's own group alone the payload needs nothing: kept, it would put every user of the container into the
 * container's root group. */
static bool has_unmapped_groups(void) {
        gid_t groups[NGROUPS_MAX];
        int count = getgroups(NGROUPS_MAX, groups);

        for (int i = 0; i < count; i++)
                if (groups[i] == 65534) /* the kernel's overflow id */
                        return true;
        return false;
}

bool payload_user_keeps_groups(const Run *run, const PayloadUser *user) {
        bool asked = false;

        for (guint i = 0; i < run->spec->groups->len; i++)
                asked = asked || g_str_equal(run->spec->groups->pdata[i], KEEP_GROUPS);
        if (id_map_is_single(run->map) || asked)
                return true;
        /* UserNS=auto and nomap are to have nothing of the user's. */
        if (!run->has_user || !has_unmapped_groups())
                return false;
        for (guint i = 0; i < user->groups->len; i++) {
                gid_t gid = g_array_index(user->groups, gid_t, i);
                if (id_map_outside(run->map->groups, gid) != gid) /* not one that stays anyway */
                        return false;
        }
        return true;
}

const char *payload_user_chosen(const Run *run) {
        if (run->spec->user && *run->spec->user)
                return run->spec->user;
        return run->image ? run->image->user : "";
}
