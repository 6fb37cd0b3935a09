/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Locks of open file descriptions (fcntl(2), F_OFD_SETLK): like those of flock(2) they pass through fork and exec, and
 * besides one can ask for them without taking them. */

#include "network/lease.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "network/lock.h"

#include <fcntl.h>
#include <string.h>

#define GROUP "Member"

void lease_free(Lease *lease) {
        if (!lease)
                return;
        g_free(lease->container);
        g_strfreev(lease->names);
        g_strfreev(lease->upstreams);
        g_free(lease);
}

bool lease_lock(const char *folder, int *ret_fd, GError **error) {
        g_autofree char *path = g_build_filename(folder, "lock", NULL);

        autofd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);
        if (!lock_wait(fd, path, LOCK_PATIENCE_MSEC, error))
                return false;
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool is_held(int fd) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static void read_address(GKeyFile *file, const char *key, Address *address) {
        g_autofree char *text = g_key_file_get_string(file, GROUP, key, NULL);

        if (text)
                (void) subnet_parse_address(text, address, NULL); /* written by us; else there is none */
}

static Lease *load(int members_fd, const char *name) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autofree char *text = NULL;
        gsize size;

        autofd int fd = openat(members_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || !is_held(fd) || !file_read(members_fd, name, 1 << 16, &text, &size, NULL) ||
            !g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, NULL))
                return NULL;
        Lease *lease = g_new0(Lease, 1);
        lease->container = g_strdup(name);
        lease->pid = g_key_file_get_integer(file, GROUP, "Pid", NULL);
        lease->namespace_fd = g_key_file_get_integer(file, GROUP, "NamespaceFd", NULL);
        read_address(file, "Address", &lease->addresses[0]);
        read_address(file, "Address6", &lease->addresses[1]);
        lease->names = g_key_file_get_string_list(file, GROUP, "Names", NULL, NULL);
        lease->upstreams = g_key_file_get_string_list(file, GROUP, "Upstreams", NULL, NULL);
        return lease;
}

static int open_members(const char *folder) {
        g_autofree char *path = g_build_filename(folder, "members", NULL);

        return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

GPtrArray *lease_list(const char *folder) {
        GPtrArray *leases = g_ptr_array_new_with_free_func((GDestroyNotify) lease_free);
        autofd int members_fd = open_members(folder);
        int copy = members_fd < 0 ? -1 : fcntl(members_fd, F_DUPFD_CLOEXEC, 3);
        autodir DIR *dir = copy < 0 ? NULL : fdopendir(copy);

        for (struct dirent *entry; dir && (entry = readdir(dir));) {
                Lease *lease = entry->d_name[0] == '.' ? NULL : load(members_fd, entry->d_name);
                if (lease)
                        g_ptr_array_add(leases, lease);
        }
        return leases;
}

Lease *lease_find(const char *folder, const char *container) {
        autofd int members_fd = open_members(folder);

        return members_fd < 0 ? NULL : load(members_fd, container);
}

void lease_sweep(const char *folder) {
        autofd int members_fd = open_members(folder);
        int copy = members_fd < 0 ? -1 : fcntl(members_fd, F_DUPFD_CLOEXEC, 3);
        autodir DIR *dir = copy < 0 ? NULL : fdopendir(copy);

        for (struct dirent *entry; (entry = folder_next(dir));) {
                autofd int fd = openat(members_fd, entry->d_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
                if (fd >= 0 && !is_held(fd))
                        (void) unlinkat(members_fd, entry->d_name, 0);
        }
}

static void set_list(GKeyFile *file, const char *key, char **list) {
        if (list)
                g_key_file_set_string_list(file, GROUP, key, (const char *const *) list,
                                           g_strv_length(list));
}

static char *print(const Lease *lease, gsize *ret_size) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        static const char *const keys[] = {"Address", "Address6"};

        g_key_file_set_integer(file, GROUP, "Pid", lease->pid);
        g_key_file_set_integer(file, GROUP, "NamespaceFd", lease->namespace_fd);
        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
                g_autofree char *text = subnet_print_address(&lease->addresses[i]);
                if (*text)
                        g_key_file_set_string(file, GROUP, keys[i], text);
        }
        set_list(file, "Names", lease->names);
        set_list(file, "Upstreams", lease->upstreams);
        return g_key_file_to_data(file, ret_size, NULL);
}

bool lease_take(const char *folder, const Lease *lease, int *ret_fd, GError **error) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        g_autofree char *aside = g_strconcat(".", lease->container, NULL);
        gsize size;
        g_autofree char *text = print(lease, &size);

        autofd int members_fd = open_members(folder);
        if (members_fd < 0)
                return fail_errno(error, errno, "Cannot open %s/members", folder);
        (void) unlinkat(members_fd, aside, 0); /* of a start that was killed; usually there is none */
        autofd int fd = openat(members_fd, aside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        /* Before it has its name, so that nobody sees it without its lock. */
        if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0)
                return fail_errno(error, errno, "Cannot make a lease in %s", folder);
        if (!file_write_all(fd, text, size, error))
                return false;
        if (renameat(members_fd, aside, members_fd, lease->container) < 0)
                return fail_errno(error, errno, "Cannot name a lease in %s", folder);
        *ret_fd = steal_fd(&fd);
        return true;
}
