/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The plain text never lies in a file unless that is what is asked for: it goes to systemd-creds through a pipe. */

#include "cli/secret-store.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "spec/value-secret.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void stored_secret_free(StoredSecret *secret) {
        if (!secret)
                return;
        g_free(secret->name);
        g_free(secret->path);
        g_free(secret);
}

/* What Secret= takes, and no suffix that would make it look encrypted. */
static bool check_name(const char *name, GError **error) {
        return value_secret_check_name(name, error) &&
               (!g_str_has_suffix(name, VALUE_SECRET_ENCRYPTED) ||
                fail(error, WOLFFIA_ERROR_VALUE,
                     "'%s' cannot be the name of a secret here: " VALUE_SECRET_ENCRYPTED
                     " at its end says that it is encrypted",
                     name));
}

/* ---- finding ---- */

/* NULL when PATH is no regular file. */
static StoredSecret *look_at(const char *folder, const char *file) {
        g_autofree char *path = g_build_filename(folder, file, NULL);
        bool is_encrypted = g_str_has_suffix(file, VALUE_SECRET_ENCRYPTED);
        gsize length = strlen(file) - (is_encrypted ? strlen(VALUE_SECRET_ENCRYPTED) : 0);
        struct stat status;

        if (lstat(path, &status) < 0 || !S_ISREG(status.st_mode))
                return NULL;
        StoredSecret *secret = g_new(StoredSecret, 1);
        *secret = (StoredSecret){
                .name = g_strndup(file, length),
                .path = g_steal_pointer(&path),
                .is_encrypted = is_encrypted,
                .change_usec = (gint64) status.st_mtime * G_USEC_PER_SEC,
        };
        return secret;
}

static int compare_names(const void *a, const void *b) {
        const StoredSecret *const *left = a, *const *right = b;

        return strcmp((*left)->name, (*right)->name);
}

GPtrArray *secret_store_list(void) {
        GPtrArray *secrets = g_ptr_array_new_with_free_func((GDestroyNotify) stored_secret_free);
        g_autofree char *path = value_secret_store();
        autodir DIR *folder = opendir(path); /* not there: there are none */
        struct dirent *entry;

        while (folder && (entry = readdir(folder))) {
                /* Files that are being written end with .new. */
                StoredSecret *secret = entry->d_name[0] == '.' || g_str_has_suffix(entry->d_name, ".new")
                                               ? NULL
                                               : look_at(path, entry->d_name);
                if (secret)
                        g_ptr_array_add(secrets, secret);
        }
        g_ptr_array_sort(secrets, compare_names);
        return secrets;
}

static StoredSecret *find(const char *name) {
        g_autofree char *folder = value_secret_store(),
                        *file = g_strconcat(name, VALUE_SECRET_ENCRYPTED, NULL);
        StoredSecret *secret = look_at(folder, file);

        return secret ? secret : look_at(folder, name);
}

bool secret_store_find(const char *name, StoredSecret **ret_secret, GError **error) {
        if (!check_name(name, error))
                return false;
        *ret_secret = find(name);
        return *ret_secret ||
               fail(error, WOLFFIA_ERROR_NOT_FOUND,
                    "There is no secret '%s'; 'wolffia secret list' shows those that are", name);
}

/* ---- systemd-creds ---- */

/* DATA as something that a program can read. */
static int open_data(const char *data, gsize size, GError **error) {
        autofd int fd = memfd_create("secret", MFD_CLOEXEC);

        if (fd < 0 || !file_write_all(fd, data, size, error) || lseek(fd, 0, SEEK_SET) < 0)
                return -1;
        return steal_fd(&fd);
}

static bool read_from_start(int fd, char **ret_data, gsize *ret_size, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

        return file_read(AT_FDCWD, path, 4 * SECRET_STORE_LARGEST, ret_data, ret_size, error);
}

/* VERB is encrypt or decrypt; the result comes through a file in memory. */
static bool run_creds(const char *verb, const char *name, int input_fd, char **ret_data, gsize *ret_size,
                      GError **error) {
        g_autofree char *option = g_strconcat("--name=", name, NULL);
        const char *const argv[] = {"systemd-creds", "--user", option, verb, "-", "-", NULL};
        autofd int output_fd = memfd_create("secret", MFD_CLOEXEC);
        if (output_fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");

        ProcessFiles files = {.input_fd = input_fd, .output_fd = output_fd};
        return process_run(argv, &files, error) && read_from_start(output_fd, ret_data, ret_size, error);
}

static bool encrypt(const char *name, const char *data, gsize size, char **ret_data, gsize *ret_size,
                    GError **error) {
        autofd int fd = open_data(data, size, error);

        return fd >= 0 && run_creds("encrypt", name, fd, ret_data, ret_size, error);
}

bool secret_store_read(const StoredSecret *secret, char **ret_data, gsize *ret_size, GError **error) {
        if (!secret->is_encrypted)
                return file_read(AT_FDCWD, secret->path, SECRET_STORE_LARGEST, ret_data, ret_size, error);
        autofd int fd = open(secret->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", secret->path);
        return run_creds("decrypt", secret->name, fd, ret_data, ret_size, error) ||
               fail_prefix(error, "The secret '%s'", secret->name);
}

/* ---- making and removing ---- */

static bool write_file(const char *name, bool is_encrypted, const char *data, gsize size, GError **error) {
        g_autofree char *folder = value_secret_store(),
                        *file = g_strconcat(name, is_encrypted ? VALUE_SECRET_ENCRYPTED : "", NULL);

        if (!file_make_folders(AT_FDCWD, folder, 0700, error))
                return false;
        autofd int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", folder);
        return file_write_atomic(folder_fd, file, data, size, 0600, error) ||
               fail_prefix(error, "The secret '%s'", name);
}

bool secret_store_create(const char *name, const char *data, gsize size, SecretStoreKind kind, bool replace,
                         StoredSecret **ret_secret, GError **error) {
        g_autoptr(GError) failure = NULL;
        g_autofree char *sealed = NULL;
        gsize sealed_size = 0;

        if (!check_name(name, error))
                return false;
        if (size > SECRET_STORE_LARGEST)
                return fail(error, WOLFFIA_ERROR_VALUE, "A secret holds 512 KiB at most");
        g_autoptr(StoredSecret) before = find(name);
        if (before && !replace)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "There is a secret '%s' already; --replace replaces it", name);

        bool is_encrypted =
                kind != SECRET_STORE_PLAIN && encrypt(name, data, size, &sealed, &sealed_size, &failure);
        if (kind == SECRET_STORE_ENCRYPTED && !is_encrypted) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return fail_prefix(error,
                                   "Cannot encrypt it for you, which systemd can do from version 256 on");
        }
        if (!write_file(name, is_encrypted, is_encrypted ? sealed : data, is_encrypted ? sealed_size : size,
                        error))
                return false;
        /* Of the other kind: it would be found first, or stay for ever. */
        if (before && before->is_encrypted != is_encrypted && unlink(before->path) < 0 && errno != ENOENT)
                return fail_errno(error, errno, "Cannot remove %s", before->path);
        *ret_secret = find(name);
        return *ret_secret ||
               fail(error, WOLFFIA_ERROR_NOT_FOUND, "The secret '%s' has just been removed", name);
}

bool secret_store_remove(const char *name, GError **error) {
        g_autoptr(StoredSecret) secret = NULL;

        return secret_store_find(name, &secret, error) &&
               (unlink(secret->path) == 0 || fail_errno(error, errno, "Cannot remove %s", secret->path));
}
