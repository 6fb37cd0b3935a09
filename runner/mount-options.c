/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which words are flags of the kernel, libmount knows. */

#include "runner/mount-options.h"

#include "base/error.h"

#include <dlfcn.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

/* libmount brings blkid, SELinux and a regular expression library along, 1 ms of each start, and is needed
 * only where a file of the user's has mount options: so it is loaded only then. */
typedef struct LibMount {
        int (*split_optstr)(const char *options, char **user, char **vfs, char **fs, int ignore_user,
                            int ignore_vfs);
        int (*get_flags)(const char *options, unsigned long *flags, const struct libmnt_optmap *map);
        const struct libmnt_optmap *(*get_optmap)(int id);
} LibMount;

static const LibMount *load_libmount(void) {
        static LibMount library;
        static const char *const names[] = {"mnt_split_optstr", "mnt_optstr_get_flags",
                                            "mnt_get_builtin_optmap"};
        void *targets[] = {&library.split_optstr, &library.get_flags, &library.get_optmap};

        void *handle = library.get_optmap ? NULL : dlopen("libmount.so.1", RTLD_NOW | RTLD_LOCAL);
        for (size_t i = 0; handle && i < G_N_ELEMENTS(names); i++) {
                void *symbol = dlsym(handle, names[i]);
                memcpy(targets[i], &symbol, sizeof symbol); /* as in base/log.c */
        }
        return library.split_optstr && library.get_flags && library.get_optmap ? &library : NULL;
}

bool mount_options_split(const char *options, guint64 *ret_attributes, char **ret_rest, GError **error) {
        static const struct {
                unsigned long flag;
                guint64 attribute;
        } known[] = {
                {MS_RDONLY, MOUNT_ATTR_RDONLY},         {MS_NOSUID, MOUNT_ATTR_NOSUID},
                {MS_NODEV, MOUNT_ATTR_NODEV},           {MS_NOEXEC, MOUNT_ATTR_NOEXEC},
                {MS_NOATIME, MOUNT_ATTR_NOATIME},       {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
                {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME}, {MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
        };
        char *kernel = NULL, *rest = NULL;
        unsigned long flags = 0;

        const LibMount *library = load_libmount();
        if (!library)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The mount options '%s' cannot be read without libmount ('sudo apt install libmount1')",
                        options);
        int result = library->split_optstr(options, NULL, &kernel, &rest, 0, 0);
        if (result == 0 && kernel)
                result = library->get_flags(kernel, &flags, library->get_optmap(MNT_LINUX_MAP));
        free(kernel);
        if (result < 0) {
                free(rest);
                return fail_errno(error, result, "Cannot read the mount options '%s'", options);
        }

        *ret_attributes = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (flags & known[i].flag)
                        *ret_attributes |= known[i].attribute;
        *ret_rest = g_strdup(rest);
        free(rest);
        return true;
}
