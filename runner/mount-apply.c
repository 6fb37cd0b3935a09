/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By descriptors throughout: a mount is made detached, and moved onto a folder that openat2() has opened
 * inside the root. mount(2), and libmount which wraps it by path, would walk the image's links once more,
 * and that is how CVE-2021-30465 happened. */

#include "runner/mount-apply.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/beneath.h"
#include "runner/mount-copy-up.h"
#include "runner/mount-first-use.h"
#include "runner/mount-owner.h"
#include "runner/mount-upper.h"

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

/* For those kinds of which SELinux takes it from users; its commas are not the options'. */
static bool set_label(const MountStep *step, const char *label, int fs_fd, GError **error) {
        if (!label || (!g_str_equal(step->type, "tmpfs") && !g_str_equal(step->type, "devpts")))
                return true;
        return fsconfig(fs_fd, FSCONFIG_SET_STRING, "context", label, 0) == 0 ||
               fail_errno(error, errno, "The kernel does not take the label %s for %s", label, step->target);
}

static bool is_filled(const MountStep *step) {
        return step->copies_up || step->change_owner;
}

static bool make_file_system(const MountStep *step, const char *label, int *ret_fd, GError **error) {
        autofd int fs_fd = fsopen(step->type, FSOPEN_CLOEXEC);
        if (fs_fd < 0)
                return fail_errno(error, errno, "Cannot mount %s on %s", step->type, step->target);
        /* What mountinfo shows in the first column. */
        (void) fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", step->type, 0);
        if (!configure(fs_fd, step->options, error) || !set_label(step, label, fs_fd, error))
                return false;

        int fd = -1;
        if (fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
                fd = fsmount(fs_fd, FSMOUNT_CLOEXEC,
                             (unsigned) (step->attributes & (is_filled(step) ? ~MOUNT_ATTR_RDONLY : ~0)));
        if (fd < 0)
                return fail_errno(error, errno, "Cannot mount %s on %s", step->type, step->target);
        *ret_fd = fd;
        return true;
}

static bool copy_fd(int fd, int *ret_fd, GError **error) {
        *ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot copy a descriptor");
}

static int clone_tree(const char *source, bool is_flat) {
        return open_tree(AT_FDCWD, source,
                         OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (is_flat ? 0 : AT_RECURSIVE));
}

static bool explain_source(const MountStep *step, int errno_value, GError **error) {
        if (errno_value == EINVAL && step->is_flat)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "Something is mounted below %s, and the kernel lets users take it along only: write "
                        "rbind instead of bind",
                        step->source);
        return fail_errno(error, errno_value, "Cannot use %s of the host", step->source);
}

/* As a mount of its own; but where it is mounted if a part of it is taken, by the container's root, since the user may have no way
 * into what is another id's, or a layer lies over it: before Linux 6.15 overlay takes nothing that is mounted nowhere. */
static int open_once(const MountStep *step) {
        return step->kind == MOUNT_OVERLAY || step->subpath ? open(step->source, O_PATH | O_CLOEXEC)
                                                            : clone_tree(step->source, step->is_flat);
}

static bool open_source(const MountStep *step, int *ret_fd, GError **error) {
        autofd int fd = open_once(step);

        if (fd < 0 && errno == ENOENT && step->is_created) {
                if (!file_make_folders(AT_FDCWD, step->source, 0777, error))
                        return fail_prefix(error, "The source of a volume is missing");
                fd = open_once(step);
        }
        if (fd < 0)
                return explain_source(step, errno, error);
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool restrict_mount(const MountStep *step, int fd, GError **error) {
        struct mount_attr attributes = {.attr_set = step->attributes, .propagation = step->propagation};
        unsigned flags = AT_EMPTY_PATH | (step->is_flat ? 0 : AT_RECURSIVE);

        if (mount_setattr(fd, "", flags, &attributes, sizeof attributes) < 0)
                return fail_errno(error, errno, "Cannot restrict the mount of %s", step->source);
        return true;
}

/* Read-only once all is in it. */
static bool fill(const MountStep *step, int fd, const MountPlace *place, GError **error) {
        if (step->copies_up && !mount_copy_up(step, fd, place, error))
                return false;
        if (step->change_owner && !mount_owner_change(fd, place->uid, place->gid, error))
                return false;
        return !is_filled(step) || restrict_mount(step, fd, error);
}

static bool open_layers(MountStep *step, GError **error) {
        step->layer_fds = g_array_new(FALSE, FALSE, sizeof(int));
        for (char **path = step->layers; *path; path++) {
                int fd = open(*path, O_PATH | O_DIRECTORY | O_CLOEXEC);
                if (fd < 0)
                        return fail_errno(error, errno, "Cannot open the folder %s", *path);
                g_array_append_val(step->layer_fds, fd);
        }
        return true;
}

/* The folder of a first use is not a mount yet: what lies in it is replaced before. */
static bool open_volume(const MountStep *step, int *ret_fd, GError **error) {
        *ret_fd = open(step->first_use.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot open the volume %s", step->first_use.folder);
}

static bool open_step(MountStep *step, GError **error) {
        if (step->kind == MOUNT_IMAGE)
                return open_layers(step, error);
        if (step->kind != MOUNT_OVERLAY && (step->kind != MOUNT_BIND || step->is_fallback_bind))
                return true;
        if (step->first_use.folder ? !open_volume(step, &step->source_fd, error)
            : step->given_fd >= 0  ? !copy_fd(step->given_fd, &step->source_fd, error)
                                   : !open_source(step, &step->source_fd, error))
                return false;
        return mount_upper_open(step, error);
}

bool mount_open(const MountPlan *plan, GError **error) {
        for (guint i = 0; i < plan->steps->len; i++) {
                MountStep *step = plan->steps->pdata[i];
                if (!open_step(step, error))
                        return step->origin ? fail_prefix(error, "%s", step->origin) : false;
        }
        return true;
}

static bool is_folder(int fd) {
        struct stat status;

        return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool attach_to(int mount_fd, int target_fd, const char *target, GError **error) {
        if (move_mount(mount_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
                if (errno == ENOTDIR || is_folder(mount_fd) != is_folder(target_fd))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "One of the source and %s in the image is a folder and the other is not",
                                    target);
                return fail_errno(error, errno, "Cannot mount on %s", target);
        }
        return true;
}

static bool attach(int mount_fd, int root_fd, const char *target, BeneathKind kind, GError **error) {
        autofd int target_fd = -1;

        return beneath_make(root_fd, target, kind, &target_fd, error) &&
               attach_to(mount_fd, target_fd, target, error);
}

/* A folder or file below TOP_FD as a mount of its own; what lies in there is as hostile as an image. */
static bool clone_part(const MountStep *step, int top_fd, int *ret_fd, GError **error) {
        autofd int part_fd = -1;

        if (!beneath_open(top_fd, step->subpath ? step->subpath : "/", &part_fd, error))
                return fail_prefix(error, "subpath=%s", step->subpath);
        *ret_fd = open_tree(part_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot take a part of %s", step->source);
}

/* What mount_open() has opened; of a new volume its data, once it has what the image has for it. */
static bool take_top(const MountStep *step, const MountPlace *place, int *ret_fd, GError **error) {
        if (!step->first_use.folder)
                return copy_fd(step->source_fd, ret_fd, error);
        if (!mount_first_use(step, step->source_fd, place, error))
                return false;
        *ret_fd = openat(step->source_fd, "data", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot use %s/data", step->first_use.folder);
}

static bool take_source(const MountStep *step, const MountPlace *place, int *ret_fd, GError **error) {
        autofd int top_fd = -1;

        if (step->source_fd < 0)
                return open_source(step, ret_fd, error);
        if (!take_top(step, place, &top_fd, error))
                return false;
        if (step->first_use.folder || step->subpath)
                return clone_part(step, top_fd, ret_fd, error);
        *ret_fd = steal_fd(&top_fd);
        return true;
}

static bool apply_bind(const MountStep *step, const MountPlace *place, GError **error) {
        struct stat status;

        autofd int fd = -1;
        if (!take_source(step, place, &fd, error))
                return false;
        if (step->change_owner && place->can_give && !mount_owner_change(fd, place->uid, place->gid, error))
                return false;
        if (!restrict_mount(step, fd, error))
                return false;
        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", step->source);
        if (step->covers_link && !S_ISDIR(status.st_mode)) {
                autofd int target_fd = -1;
                return beneath_make_on_link(place->root_fd, step->target, &target_fd, error) &&
                       attach_to(fd, target_fd, step->target, error);
        }
        return attach(fd, place->root_fd, step->target,
                      S_ISDIR(status.st_mode) ? BENEATH_FOLDER : BENEATH_FILE, error);
}

static bool explain_overlay(const MountStep *step, int errno_value, GError **error) {
        if (errno_value == ENOTDIR)
                return fail(error, WOLFFIA_ERROR_VALUE, "%s is a file; the option O needs a folder",
                            step->source);
        return fail_errno(error, errno_value, "Cannot put a layer over %s", step->source);
}

static bool explain_layer(const MountStep *step, GError **error) {
        if (step->upper && error && g_error_matches(*error, ERRNO_ERROR, EINVAL))
                return fail_prefix(
                        error,
                        "upperdir= and workdir= have to be folders of one local file system, neither of them in "
                        "the other");
        return fail_prefix(error, "A layer over %s", step->source);
}

static bool apply_overlay(const MountStep *step, const MountPlace *place, GError **error) {
        struct stat status;

        autofd int lower_fd = -1, upper_fd = -1, work_fd = -1, fd = -1;
        if (!take_top(step, place, &lower_fd, error))
                return false;
        if (fstat(lower_fd, &status) < 0 || !S_ISDIR(status.st_mode))
                return explain_overlay(step, ENOTDIR, error);
        if (!mount_upper_make(step, place, &status, &upper_fd, &work_fd, error))
                return false;

        g_autofree char *options = g_strdup_printf(
                "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d,userxattr",
                lower_fd, upper_fd, work_fd);
        MountStep overlay = {.type = (char *) "overlay",
                             .source = step->source,
                             .target = step->target,
                             .options = options,
                             .change_owner = step->change_owner && place->can_give,
                             .attributes = step->attributes};
        return make_file_system(&overlay, NULL, &fd, error)
                       ? fill(&overlay, fd, place, error) &&
                                 attach(fd, place->root_fd, step->target, BENEATH_FOLDER, error)
                       : explain_layer(step, error);
}

/* mount(2), since fsconfig(2) takes no more than 255 characters of lower layers. One that is read-only has an empty layer too:
 * overlay wants two, and images may have one. */
static bool mount_layers(const MountStep *step, const MountPlace *place, const char *top, GError **error) {
        g_autoptr(GString) options = g_string_new("lowerdir=");

        autofd int upper_fd = -1, work_fd = -1;
        if (!mount_upper_make(step, place, NULL, &upper_fd, &work_fd, error))
                return false;
        for (guint i = 0; i < step->layer_fds->len; i++)
                g_string_append_printf(options, "%s/proc/self/fd/%d", i > 0 ? ":" : "",
                                       g_array_index(step->layer_fds, int, i));
        g_string_append_printf(options, ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d,userxattr",
                               upper_fd, work_fd);
        if (place->file_label)
                g_string_append_printf(options, ",context=\"%s\"", place->file_label);
        if (options->len >= 4096)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "The image %s has %u layers, more than one overlay can be told of", step->source,
                            step->layer_fds->len);
        return mount("overlay", top, "overlay", 0, options->str) == 0 ||
               fail_errno(error, errno, "Cannot mount the image %s", step->source);
}

/* A folder or file of what is mounted at TOP. */
static bool take_part(const MountStep *step, const char *top, int *ret_fd, GError **error) {
        autofd int top_fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);

        return top_fd >= 0 ? clone_part(step, top_fd, ret_fd, error)
                           : fail_errno(error, errno, "Cannot open the image %s", step->source);
}

/* Mounted aside first: the kernel clones parts of what is mounted somewhere only. */
static bool apply_image(const MountStep *step, const MountPlace *place, GError **error) {
        g_autofree char *top =
                g_strdup_printf("/proc/self/fd/%d/top-%08x", place->folder_fd, g_random_int());
        struct stat status;

        autofd int fd = -1;
        if (mkdir(top, 0755) < 0)
                return fail_errno(error, errno, "Cannot make a folder to mount the image %s on",
                                  step->source);
        if (!mount_layers(step, place, top, error))
                return false;
        bool taken = take_part(step, top, &fd, error);
        (void) umount2(top, MNT_DETACH); /* else it goes with the host's other mounts */
        if (!taken || !restrict_mount(step, fd, error))
                return false;
        if (fstat(fd, &status) < 0)
                return fail_errno(error, errno, "Cannot look at %s", step->target);
        return attach(fd, place->root_fd, step->target,
                      S_ISDIR(status.st_mode) ? BENEATH_FOLDER : BENEATH_FILE, error);
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

static bool apply_file_system(const MountStep *step, const MountPlace *place, GError **error) {
        g_autoptr(GError) refusal = NULL;

        autofd int fd = -1;
        if (make_file_system(step, place->file_label, &fd, &refusal))
                return fill(step, fd, place, error) &&
                       attach(fd, place->root_fd, step->target, BENEATH_FOLDER, error);
        if (step->is_fallback_bind && refusal->domain == ERRNO_ERROR)
                return apply_bind(step, place, error);

        bool is_refused = g_error_matches(refusal, ERRNO_ERROR, EPERM);
        g_propagate_error(error, g_steal_pointer(&refusal));
        return is_refused ? explain_refusal(step, error) : false;
}

/* CVE-2025-31133: what hides a file must be the real null device, and the container's /dev was made by us a
 * moment ago, but a volume may lie over it. */
static bool open_null(int *ret_fd, GError **error) {
        struct stat status;

        autofd int fd = clone_tree("/dev/null", false);
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
        if (S_ISDIR(status.st_mode) ? !make_file_system(&empty, NULL, &mask_fd, error)
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

/* Images declare volumes that they have no folder for; such a one is the payload's, as with podman. */
static bool apply_folder(const MountStep *step, const MountPlace *place, GError **error) {
        autofd int fd = -1;

        if (beneath_open(place->root_fd, step->target, &fd, NULL))
                return true;
        if (!beneath_make(place->root_fd, step->target, BENEATH_FOLDER, &fd, error))
                return false;
        /* EINVAL: with a single id, or a map of the user's own, the payload cannot be that user either. */
        if (fchownat(fd, "", place->uid, place->gid, AT_EMPTY_PATH) < 0 && errno != EINVAL)
                return fail_errno(error, errno, "Cannot give %s to the payload's user", step->target);
        return true;
}

static bool apply_step(const MountStep *step, const MountPlace *place, GError **error) {
        switch (step->kind) {
        case MOUNT_FILE_SYSTEM:
                return apply_file_system(step, place, error);
        case MOUNT_BIND:
                return apply_bind(step, place, error);
        case MOUNT_IMAGE:
                return apply_image(step, place, error);
        case MOUNT_OVERLAY:
                return apply_overlay(step, place, error);
        case MOUNT_FOLDER:
                return apply_folder(step, place, error);
        case MOUNT_LINK:
                return beneath_link(place->root_fd, step->target, step->source, error);
        case MOUNT_MASK:
                return apply_mask(step, place->root_fd, error);
        case MOUNT_READ_ONLY:
                return apply_read_only(step, place->root_fd, error);
        }
        g_assert_not_reached();
}

bool mount_apply(const MountPlan *plan, const MountPlace *place, GError **error) {
        for (guint i = 0; i < plan->steps->len; i++) {
                MountStep *step = plan->steps->pdata[i];
                if (!apply_step(step, place, error))
                        return step->origin ? fail_prefix(error, "%s", step->origin) : false;
                cleanup_fd(&step->source_fd);
        }
        return true;
}
