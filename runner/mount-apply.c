/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By descriptors throughout: a mount is made detached, and moved onto a folder that openat2() has opened
 * inside the root. mount(2), and libmount which wraps it by path, would walk the image's links once more,
 * and that is how CVE-2021-30465 happened. */

#include "runner/mount-apply.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/beneath.h"
#include "runner/mount-plan.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static bool configure(int fs_fd, const char *options, GError **error) {
        g_auto(GStrv) words = g_strsplit(options ? options : "", ",", -1);

        for (char **word = words; *word; word++) {
                char *value = strchr(*word, '=');
                if (**word == '\0')
                        continue;
                if (value)
                        *value++ = '\0';
                int result = value ? fsconfig(fs_fd, FSCONFIG_SET_STRING, *word, value, 0)
                                   : fsconfig(fs_fd, FSCONFIG_SET_FLAG, *word, NULL, 0);
                if (result < 0)
                        return fail_errno(error, errno, "The kernel does not take the mount option '%s%s%s'",
                                          *word, value ? "=" : "", value ? value : "");
        }
        return true;
}

static bool make_file_system(const MountStep *step, int *ret_fd, GError **error) {
        autofd int fs_fd = fsopen(step->type, FSOPEN_CLOEXEC);
        if (fs_fd < 0)
                return fail_errno(error, errno, "Cannot mount %s on %s", step->type, step->target);
        /* What mountinfo shows in the first column. */
        (void) fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", step->type, 0);
        if (!configure(fs_fd, step->options, error))
                return false;

        int fd = -1;
        if (fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
                fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, (unsigned) step->attributes);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot mount %s on %s", step->type, step->target);
        *ret_fd = fd;
        return true;
}

static int clone_tree(const char *source) {
        return open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static bool clone_source(const MountStep *step, int *ret_fd, GError **error) {
        autofd int fd = clone_tree(step->source);

        if (fd < 0 && errno == ENOENT && step->is_created &&
            file_make_folders(AT_FDCWD, step->source, 0777, error))
                fd = clone_tree(step->source);
        if (fd < 0) {
                if (error && *error)
                        return fail_prefix(error, "The source of a volume is missing");
                if (errno == EACCES)
                        return fail_errno(
                                error, errno,
                                "Cannot reach %s (each folder on the way must let you pass: 'namei -l %s' shows "
                                "which does not)",
                                step->source, step->source);
                return fail_errno(error, errno, "Cannot use %s of the host", step->source);
        }

        struct mount_attr attributes = {.attr_set = step->attributes};
        if (mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0)
                return fail_errno(error, errno, "Cannot restrict the mount of %s", step->source);
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool attach(int mount_fd, int root_fd, const char *target, BeneathKind kind, GError **error) {
        autofd int target_fd = -1;

        if (!beneath_make(root_fd, target, kind, &target_fd, error))
                return false;
        if (move_mount(mount_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
                if (errno == ENOTDIR)
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "One of the source and %s in the image is a folder and the other is not",
                                    target);
                return fail_errno(error, errno, "Cannot mount on %s", target);
        }
        return true;
}

static bool apply_bind(const MountStep *step, int root_fd, GError **error) {
        struct stat status;

        autofd int fd = -1;
        if (!clone_source(step, &fd, error))
                return false;
        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", step->source);
        return attach(fd, root_fd, step->target, S_ISDIR(status.st_mode) ? BENEATH_FOLDER : BENEATH_FILE,
                      error);
}

/* The kernel refuses a fresh procfs where none is fully visible, as inside of another container. */
static bool explain_refusal(const MountStep *step, GError **error) {
        if (g_str_equal(step->type, "proc"))
                return fail_prefix(
                        error, "The kernel refuses a fresh /proc, since a part of the one here is hidden (a "
                               "container around this system does that; mount another proc there, anywhere, "
                               "as its root)");
        return fail_prefix(error, "%s", step->type);
}

static bool apply_file_system(const MountStep *step, int root_fd, GError **error) {
        g_autoptr(GError) refusal = NULL;

        autofd int fd = -1;
        if (make_file_system(step, &fd, &refusal))
                return attach(fd, root_fd, step->target, BENEATH_FOLDER, error);
        if (step->is_fallback_bind && refusal->domain == ERRNO_ERROR)
                return apply_bind(step, root_fd, error);

        bool is_refused = g_error_matches(refusal, ERRNO_ERROR, EPERM);
        g_propagate_error(error, g_steal_pointer(&refusal));
        return is_refused ? explain_refusal(step, error) : false;
}

/* CVE-2025-31133: what hides a file must be the real null device, and the container's /dev was made by us a
 * moment ago, but a volume may lie over it. */
static bool open_null(int *ret_fd, GError **error) {
        struct stat status;

        autofd int fd = clone_tree("/dev/null");
        if (fd < 0 || fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot open /dev/null");
        if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "/dev/null of this host is not the null device");
        *ret_fd = steal_fd(&fd);
        return true;
}

/* What this kernel does not have need not be hidden: -1 then. Any other failure must not leave it visible. */
static bool open_present(int root_fd, const char *target, int *ret_fd, GError **error) {
        g_autoptr(GError) failure = NULL;

        if (beneath_open(root_fd, target, ret_fd, &failure))
                return true;
        if (g_error_matches(failure, ERRNO_ERROR, ENOENT) ||
            g_error_matches(failure, ERRNO_ERROR, ENOTDIR)) {
                *ret_fd = -1;
                return true;
        }
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

static bool apply_mask(const MountStep *step, int root_fd, GError **error) {
        struct stat status;

        autofd int target_fd = -1, mask_fd = -1;
        if (!open_present(root_fd, step->target, &target_fd, error))
                return false;
        if (target_fd < 0)
                return true;
        if (fstat(target_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", step->target);

        static const MountStep empty = {
                .type = (char *) "tmpfs",
                .target = (char *) "a hidden folder",
                .options = (char *) "mode=555,size=0,nr_inodes=2",
                .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
        };
        if (S_ISDIR(status.st_mode) ? !make_file_system(&empty, &mask_fd, error)
                                    : !open_null(&mask_fd, error))
                return false;
        if (move_mount(mask_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
                return fail_errno(error, errno, "Cannot hide %s", step->target);
        return true;
}

static bool apply_read_only(const MountStep *step, int root_fd, GError **error) {
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};

        autofd int target_fd = -1, tree_fd = -1;
        if (!open_present(root_fd, step->target, &target_fd, error))
                return false;
        if (target_fd < 0)
                return true;
        tree_fd =
                open_tree(target_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
        if (tree_fd < 0 ||
            mount_setattr(tree_fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0 ||
            move_mount(tree_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
                return fail_errno(error, errno, "Cannot make %s read-only", step->target);
        return true;
}

static bool apply_step(const MountStep *step, int root_fd, GError **error) {
        switch (step->kind) {
        case MOUNT_FILE_SYSTEM:
                return apply_file_system(step, root_fd, error);
        case MOUNT_BIND:
                return apply_bind(step, root_fd, error);
        case MOUNT_LINK:
                return beneath_link(root_fd, step->target, step->source, error);
        case MOUNT_MASK:
                return apply_mask(step, root_fd, error);
        case MOUNT_READ_ONLY:
                return apply_read_only(step, root_fd, error);
        }
        g_assert_not_reached();
}

bool mount_apply(const GPtrArray *steps, int root_fd, GError **error) {
        for (guint i = 0; i < steps->len; i++) {
                const MountStep *step = steps->pdata[i];
                if (!apply_step(step, root_fd, error))
                        return step->origin ? fail_prefix(error, "%s", step->origin) : false;
        }
        return true;
}
