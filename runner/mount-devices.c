/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether the kernel lets somebody open a node is told by the node's own mode: device cgroups are root's. */

#include "runner/mount-devices.h"

#include "base/error.h"
#include "base/id-ranges.h"
#include "spec/value-device.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void note_access(MountPlanning *planning, const char *text, const char *path,
                        const struct stat *status) {
        const struct group *group;

        if (!S_ISCHR(status->st_mode) && !S_ISBLK(status->st_mode))
                return;
        if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0 || errno != EACCES)
                return;
        group = getgrgid(status->st_gid);
        g_autofree char *user = id_ranges_user_name(getuid());
        g_autofree char *gid = g_strdup_printf("%u", status->st_gid);
        const char *name = group ? group->gr_name : gid;
        if ((status->st_mode & 060) == 060)
                g_ptr_array_add(
                        planning->notices,
                        g_strdup_printf(
                                "AddDevice=%s: only the group %s may open %s, and you are not in it; 'sudo "
                                "usermod --append --groups %s %s' and a new login change that",
                                text, name, path, name, user));
        else
                g_ptr_array_add(
                        planning->notices,
                        g_strdup_printf("AddDevice=%s: %s is open to root only (mode %04o), and root in the "
                                        "container is you; a rule for udev can give it to a group of yours",
                                        text, path, status->st_mode & 07777));
}

bool mount_devices_plan(MountPlanning *planning, const char *text, GError **error) {
        g_autoptr(DeviceValue) device = NULL;
        struct stat status;

        if (!value_device_parse(text, &device, error))
                return fail_prefix(error, "AddDevice=");
        if (device->is_cdi)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "AddDevice=%s: no CDI specification has been read for it", text);
        if (stat(device->source, &status) < 0) {
                if (device->is_optional && (errno == ENOENT || errno == ENOTDIR))
                        return true;
                if (errno == ENOENT)
                        return fail(
                                error, WOLFFIA_ERROR_NOT_FOUND,
                                "AddDevice=%s: the host has no %s; with '-' in front the container starts without",
                                text, device->source);
                return fail_errno(error, errno, "AddDevice=%s: cannot look at %s", text, device->source);
        }
        if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode) && !S_ISDIR(status.st_mode))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "AddDevice=%s: %s is no device; Volume= brings files in", text, device->source);
        if (device->is_limited)
                g_ptr_array_add(
                        planning->notices,
                        g_strdup_printf(
                                "AddDevice=%s: the kernel restricts the use of devices for root only, so "
                                "the mode of the node itself decides",
                                text));
        note_access(planning, text, device->source, &status);
        MountStep *step = mount_step_add(planning->own, MOUNT_BIND, device->target, device->source);
        step->attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
        step->is_device = true;
        step->origin = g_strdup_printf("AddDevice=%s", text);
        return true;
}
