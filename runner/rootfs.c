/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The option string of mount(2) is one page, and fsconfig(2) takes lower layers one by one only since Linux
 * 6.5: so the overlay is mounted with descriptors as paths, 17 bytes a layer. That also lets a container's
 * root that has no way into the user's folders (UserNS=auto) mount what was opened for it. */

#include "runner/rootfs.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "spec/value-volume.h"

#include "runner/mount-images.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The overlay keeps nothing over a crash, so it need not wait for the disk: `volatile` (Linux 5.10) leaves
 * out all fsync() and the sync at the end, which takes seconds on a busy disk. */
#define OVERLAY_OPTIONS                                                                                     \
        ",upperdir=/proc/self/fd/%1$d/upper,workdir=/proc/self/fd/%1$d/work,userxattr,volatile"

static bool lock_folder(const char *name, int folder_fd, GError **error) {
        if (flock(folder_fd, LOCK_EX | LOCK_NB) == 0)
                return true;
        if (errno == EWOULDBLOCK)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "A container named '%s' is running already; stop it, or give this one another "
                            "ContainerName=",
                            name);
        return fail_errno(error, errno, "Cannot lock the container's folder");
}

/* Opens containers/NAME and takes its lock. -1 in RET_FD: another start has moved it away meanwhile. */
static bool open_locked(const Run *run, const char *name, int *ret_fd, GError **error) {
        struct stat held, named;

        *ret_fd = -1;
        autofd int fd = openat(run->containers_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ||
                       fail_errno(error, errno, "Cannot open the folder containers/%s of the store", name);
        if (!lock_folder(name, fd, error))
                return false;
        if (fstat(fd, &held) == 0 && fstatat(run->containers_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
            held.st_ino == named.st_ino && held.st_dev == named.st_dev)
                *ret_fd = steal_fd(&fd);
        return true;
}

/* Its contents belong to subordinate ids, the folder itself is ours: so it can be renamed as a whole. */
static bool move_leftover(const Run *run, const char *name, GError **error) {
        g_autofree char *aside = g_strdup_printf("../trash/%s.%08x", name, g_random_int());

        return renameat(run->containers_fd, name, run->containers_fd, aside) == 0 ||
               fail_errno(error, errno, "Cannot move aside what an earlier life of '%s' left", name);
}

/* Between mkdir() and flock() another start of the same name may take the folder for a leftover: then it is made anew. */
static bool make_folder(Run *run, const char *name, GError **error) {
        for (int tries = 0; tries < 100; tries++) {
                bool is_fresh = mkdirat(run->containers_fd, name, 0700) == 0;
                if (!is_fresh && errno != EEXIST)
                        return fail_errno(error, errno, "Cannot make the folder %s/containers/%s",
                                          run->store->path, name);

                autofd int fd = -1;
                if (!open_locked(run, name, &fd, error))
                        return false;
                if (fd < 0)
                        continue;
                if (is_fresh) {
                        run->folder_fd = steal_fd(&fd);
                        return true;
                }
                if (!move_leftover(run, name, error))
                        return false;
        }
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "Too many starts of '%s' at once", name);
}

/* What keeps `wolffia rmi` from removing the image while the container lives (image/store.h). */
static bool link_image(const Run *run, GError **error) {
        if (!run->image)
                return true;
        g_autofree char *record = image_store_record_path(run->image->digest);
        g_autofree char *target = g_strconcat("../../", record, NULL);
        if (symlinkat(target, run->folder_fd, "image") < 0)
                return fail_errno(error, errno, "Cannot name the image in the container's folder");
        return true;
}

bool rootfs_reserve(Run *run, GError **error) {
        const char *name = run->spec->name;

        if (mkdirat(run->store->fd, "containers", 0700) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot make the folder %s/containers", run->store->path);
        if (mkdirat(run->store->fd, "trash", 0700) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot make the folder %s/trash", run->store->path);
        run->containers_fd = openat(run->store->fd, "containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (run->containers_fd < 0)
                return fail_errno(error, errno, "Cannot open the folder %s/containers", run->store->path);

        if (!make_folder(run, name, error))
                return false;
        /* A root that is not the user, and has no power over what is the user's, makes its folders in here. Nobody
         * else comes as far: the store is closed to others. */
        if (!run->has_user && fchmod(run->folder_fd, 0777) < 0)
                return fail_errno(error, errno, "Cannot open the container's folder to its root");
        return link_image(run, error) && mount_images_link(run, error);
}

void rootfs_close(Rootfs *rootfs) {
        cleanup_fd(&rootfs->folder_fd);
        cleanup_fd(&rootfs->tree_fd);
        for (guint i = 0; i < rootfs->layer_fds->len; i++)
                close(g_array_index(rootfs->layer_fds, int, i));
        g_clear_pointer(&rootfs->layer_fds, g_array_unref);
}

static bool open_layer(Rootfs *rootfs, const char *path, GError **error) {
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder %s", path);
        g_array_append_val(rootfs->layer_fds, fd);
        return true;
}

static bool open_image(const Run *run, Rootfs *rootfs, GError **error) {
        /* overlay wants the topmost first, images name the lowest first. */
        for (guint i = g_strv_length((char **) run->image->layers); i > 0; i--) {
                g_autofree char *name = image_store_layer_name(run->image->layers[i - 1]);
                g_autofree char *path =
                        g_strdup_printf("%s/layers/%s/%s", run->store->path, run->map_key, name);
                if (!open_layer(rootfs, path, error))
                        return false;
        }
        return true;
}

static bool open_folder(const Run *run, Rootfs *rootfs, GError **error) {
        g_autoptr(RootfsFolder) folder = NULL;

        if (!value_rootfs_parse(run->spec->rootfs, &folder, error))
                return false;
        if (folder->overlay)
                return open_layer(rootfs, folder->path, error);
        rootfs->tree_fd =
                open_tree(AT_FDCWD, folder->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        return rootfs->tree_fd >= 0 ||
               fail_errno(error, errno, "Cannot use %s as the root file system", folder->path);
}

bool rootfs_open(const Run *run, Rootfs *ret_rootfs, GError **error) {
        g_autofree char *path = g_build_filename(run->store->path, "containers", run->spec->name, NULL);
        Rootfs rootfs = {.layer_fds = g_array_new(FALSE, FALSE, sizeof(int)), .tree_fd = -1};

        /* Slave, not private: what the host unmounts goes away in here too, and nothing goes the other
         * way. */
        bool done = mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 ||
                    fail_errno(error, errno, "Cannot separate the container's mounts from the host's");
        /* By path, not by the runner's descriptors: those lead to the runner's mounts, where we may mount
         * nothing. */
        rootfs.folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (done && rootfs.folder_fd < 0)
                done = fail_errno(error, errno, "Cannot open the container's folder %s", path);
        if (done &&
            (run->spec->rootfs ? open_folder(run, &rootfs, error) : open_image(run, &rootfs, error))) {
                *ret_rootfs = rootfs;
                return true;
        }
        rootfs_close(&rootfs);
        return false;
}

static bool make_inside(int folder_fd, const char *name, mode_t mode, GError **error) {
        if (mkdirat(folder_fd, name, mode) < 0)
                return fail_errno(error, errno, "Cannot make the container's folder '%s'", name);
        return true;
}

static char *print_options(const Run *run, const Rootfs *rootfs) {
        GString *text = g_string_new("lowerdir=");

        for (guint i = 0; i < rootfs->layer_fds->len; i++)
                g_string_append_printf(text, "%s/proc/self/fd/%d", i > 0 ? ":" : "",
                                       g_array_index(rootfs->layer_fds, int, i));
        g_string_append_printf(text, OVERLAY_OPTIONS, rootfs->folder_fd);
        if (run->file_label)
                g_string_append_printf(text, ",context=\"%s\"", run->file_label);
        return g_string_free(text, FALSE);
}

bool rootfs_explain_overlay(int errno_value, const char *upper, GError **error) {
        if (errno_value == ENODEV)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "This kernel has no overlay file system; 'modprobe overlay' as root loads it");
        if (errno_value == EPERM)
                return fail_errno(
                        error, errno_value,
                        "The kernel does not let users mount an overlay (Linux 5.11 is needed, 5.13 with SELinux)");
        if (errno_value == EINVAL)
                return fail_errno(
                        error, errno_value,
                        "The file system that holds %s cannot carry a container's writable layer (NFS, another "
                        "overlay, or one without extended attributes); set Folder= in [Store] of wolffia.conf to one on a local disk",
                        upper);
        return fail_errno(error, errno_value, "Cannot mount the image's layers");
}

static bool explain_label(const char *label, int errno_value, GError **error) {
        return fail_errno(
                error, errno_value,
                "Cannot mount the image's layers with the SELinux label %s, which the host's policy may not know; "
                "SecurityLabelFileType= and SecurityLabelLevel= make it up, SecurityLabelDisable=yes does without",
                label);
}

static bool mount_overlay(const Run *run, const Rootfs *rootfs, GError **error) {
        struct stat status;
        g_autofree char *options = print_options(run, rootfs);
        g_autofree char *target = g_strdup_printf("/proc/self/fd/%d/root", rootfs->folder_fd);

        if (strlen(options) >= 4096)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The image has %u layers, more than one overlay can be told of; build it as one layer "
                        "('wolffia build --squash')",
                        rootfs->layer_fds->len);
        if (!make_inside(rootfs->folder_fd, "upper", 0755, error) ||
            !make_inside(rootfs->folder_fd, "work", 0700, error))
                return false;

        /* The root folder's own mode is the image's: what the upper folder has is what "/" has. */
        if (fstat(g_array_index(rootfs->layer_fds, int, 0), &status) == 0)
                (void) fchmodat(rootfs->folder_fd, "upper", status.st_mode & 07777, 0);

        if (mount("overlay", target, "overlay", 0, options) < 0)
                return run->file_label ? explain_label(run->file_label, errno, error)
                                       : rootfs_explain_overlay(errno, run->store->path, error);
        return true;
}

static bool mount_tree(const Run *run, const Rootfs *rootfs, GError **error) {
        if (move_mount(rootfs->tree_fd, "", rootfs->folder_fd, "root", MOVE_MOUNT_F_EMPTY_PATH) < 0)
                return fail_errno(error, errno, "Cannot use %s as the root file system", run->spec->rootfs);
        return true;
}

bool rootfs_mount(const Run *run, const Rootfs *rootfs, int *ret_fd, GError **error) {
        if (!make_inside(rootfs->folder_fd, "root", 0700, error))
                return false;
        if (rootfs->tree_fd >= 0 ? !mount_tree(run, rootfs, error) : !mount_overlay(run, rootfs, error))
                return false;

        int fd = openat(rootfs->folder_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the root file system");
        *ret_fd = fd;
        return true;
}

bool rootfs_enter(int root_fd, bool read_only, GError **error) {
        if (fchdir(root_fd) < 0)
                return fail_errno(error, errno, "Cannot enter the root file system");
        if (read_only) {
                struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
                if (mount_setattr(root_fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
                        return fail_errno(error, errno, "Cannot make the root file system read-only");
        }
        /* With both folders the same the old root ends up on top of the new one, and needs no folder of its
         * own (pivot_root(2)). */
        if (syscall(SYS_pivot_root, ".", ".") < 0)
                return fail_errno(error, errno, "Cannot make the container's root file system the root");
        if (umount2(".", MNT_DETACH) < 0)
                return fail_errno(error, errno, "Cannot detach the host's file systems");
        if (chdir("/") < 0)
                return fail_errno(error, errno, "Cannot enter the container's root folder");
        return true;
}
