/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Byte N of the file stands for the Nth subordinate id. */

#include "runner/ids-auto.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/id-free.h"
#include "runner/payload-user.h"
#include "spec/value-userns.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

enum { LEAST = 1024, MOST = 65536 };

static guint32 count_ids(const GArray *ranges) {
        guint64 count = 0;

        for (guint i = 0; i < ranges->len; i++)
                count += g_array_index(ranges, IdRange, i).count;
        return (guint32) MIN(count, G_MAXUINT32 - 1);
}

/* nobody and nogroup are there by number only; files of theirs are rare, and would cost 65535 ids. */
static bool is_nobody(guint32 id) {
        return id >= 65533;
}

static guint32 highest_listed(int layer_fd) {
        const struct passwd *user;
        const struct group *group;
        guint32 highest = 0;

        autofile FILE *passwd = payload_user_open_list(layer_fd, "/etc/passwd");
        while (passwd && (user = fgetpwent(passwd))) {
                highest = MAX(highest, is_nobody(user->pw_uid) ? 0 : user->pw_uid);
                highest = MAX(highest, is_nobody(user->pw_gid) ? 0 : user->pw_gid);
        }
        autofile FILE *groups = payload_user_open_list(layer_fd, "/etc/group");
        while (groups && (group = fgetgrent(groups)))
                highest = MAX(highest, is_nobody(group->gr_gid) ? 0 : group->gr_gid);
        return highest;
}

/* The image as it was unpacked by its import or pull, for the default map. */
static guint32 highest_of_image(const Run *run, const IdOwn *own) {
        g_autoptr(IdMap) map = id_own_plan_default(own);
        g_autofree char *key = id_map_key(map);
        guint32 highest = 0;

        for (guint i = 0; run->image && run->image->layers[i]; i++) {
                g_autofree char *name = image_store_layer_name(run->image->layers[i]);
                g_autofree char *path = g_strdup_printf("layers/%s/%s", key, name);
                autofd int fd = openat(run->store->fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0)
                        highest = MAX(highest, highest_listed(fd));
        }
        return highest;
}

static guint32 choose_size(const Run *run, const IdOwn *own, const UserNamespaceMode *mode) {
        guint32 size = LEAST, highest;

        if (mode->has_size)
                return mode->size;
        highest = highest_of_image(run, own);
        while (size <= highest && size < MOST)
                size *= 2;
        return size;
}

static bool open_file(const Run *run, int *ret_fd, GError **error) {
        int fd = openat(run->store->fd, "ids", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s/ids", run->store->path);
        *ret_fd = fd;
        return true;
}

/* FNV-1a: the same on every machine and in every version, which g_str_hash() does not promise. */
guint32 ids_auto_first(const char *unit, guint32 slots) {
        guint32 hash = 2166136261U;

        for (const char *c = unit ? unit : ""; *c; c++)
                hash = (hash ^ (guchar) *c) * 16777619U;
        return unit && *unit && slots > 0 ? hash % slots : 0;
}

bool ids_auto_take(const Run *run, const IdOwn *own, IdsAuto *ret_auto, int *ret_fd, GError **error) {
        g_autoptr(UserNamespaceMode) mode = NULL;

        if (!value_userns_parse(run->spec->user_namespace, &mode, error))
                return fail_prefix(error, "UserNS=%s", run->spec->user_namespace);
        guint32 total = MIN(count_ids(own->users), count_ids(own->groups));
        guint32 size = choose_size(run, own, mode);
        if (total == 0) /* ids_plan() says so */
                return true;

        autofd int fd = -1;
        if (!open_file(run, &fd, error))
                return false;
        guint32 slots = size > 0 ? total / size : 0, first = ids_auto_first(run->spec->unit, slots);
        for (guint32 i = 0; i < slots; i++) {
                guint32 start = (guint32) (((guint64) first + i) % slots) * size;
                struct flock lock = {
                        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t) start, .l_len = size};
                if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
                        *ret_auto = (IdsAuto){start, size};
                        *ret_fd = steal_fd(&fd);
                        return true;
                }
                if (errno != EAGAIN && errno != EACCES)
                        return fail_errno(error, errno, "Cannot lock a part of your subordinate ids");
        }
        g_autofree char *advice = id_free_advise(own->name, ID_KINDS_BOTH, MAX(size, ID_FREE_USUAL));
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "UserNS=auto: of your %u subordinate ids no %u in a row are free, since other containers have them; "
                "%s adds more, UserNS=auto:size=1024 takes fewer",
                total, size, advice);
}
