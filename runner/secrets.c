/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Nothing is written to a disk, and nothing stands on a command line. */

#include "runner/secrets.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "runner/environment.h"
#include "runner/run.h"
#include "spec/value-secret.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

enum { SECRET_SIZE_MAX = 1 << 20 };

static void secret_file_free(void *data) {
        SecretFile *file = data;

        g_free(file->target);
        g_free(file->content);
        g_free(file);
}

/* ---- values ---- */

/* Reads FOLDER/NAME if it is there; false with no error: it is not. */
static bool read_present(const char *folder, const char *name, char **ret_value, gsize *ret_size,
                         GError **error) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(GError) failure = NULL;

        if (file_read(AT_FDCWD, path, SECRET_SIZE_MAX, ret_value, ret_size, &failure))
                return true;
        if (!g_error_matches(failure, ERRNO_ERROR, ENOENT))
                g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

static bool decrypt(const char *name, const char *path, char **ret_value, gsize *ret_size, GError **error) {
        g_autofree char *name_option = g_strconcat("--name=", name, NULL);
        const char *const argv[] = {"systemd-creds", "--user", name_option, "decrypt", path, "-", NULL};
        g_autoptr(GError) failure = NULL;

        autofd int memory_fd = memfd_create("wolffia-secret", MFD_CLOEXEC);
        if (memory_fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        const ProcessFiles files = {.input_fd = -1, .output_fd = memory_fd};
        if (!process_run(argv, &files, &failure))
                return fail(
                        error, WOLFFIA_ERROR_HELPER,
                        "%s cannot be decrypted, which takes systemd 256 and the machine that encrypted it: %s",
                        path, failure->message);
        g_autofree char *memory_path = g_strdup_printf("/proc/self/fd/%d", memory_fd);
        return file_read(AT_FDCWD, memory_path, SECRET_SIZE_MAX, ret_value, ret_size, error);
}

static bool find_value(const char *name, char **ret_value, gsize *ret_size, GError **error) {
        g_autofree char *store = value_secret_store();
        g_autofree char *encrypted = g_strconcat(name, VALUE_SECRET_ENCRYPTED, NULL);
        g_autofree char *encrypted_path = g_build_filename(store, encrypted, NULL);
        const char *given = g_getenv("CREDENTIALS_DIRECTORY");
        g_autoptr(GError) failure = NULL;

        if ((given && *given && read_present(given, name, ret_value, ret_size, &failure)) ||
            (!failure && read_present(store, name, ret_value, ret_size, &failure)))
                return true;
        if (!failure && g_file_test(encrypted_path, G_FILE_TEST_EXISTS))
                return decrypt(name, encrypted_path, ret_value, ret_size, error);
        if (failure) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return false;
        }
        return fail(
                error, WOLFFIA_ERROR_NOT_FOUND,
                "There is no secret '%s'; 'wolffia secret create %s FILE' makes it, LoadCredential=%s:FILE in "
                "[Service] gives it to this unit alone",
                name, name, name);
}

/* ---- what they become ---- */

static void add_file(Run *run, const char *target, char *content, gsize size, SecretFile owner) {
        SecretFile *file = g_new0(SecretFile, 1);

        *file = owner;
        file->target = g_strdup(target);
        file->content = content;
        file->size = size;
        g_ptr_array_add(run->secret_files, file);
}

static bool load_secret(Run *run, const char *text, GError **error) {
        g_autoptr(Secret) secret = NULL;
        g_autofree char *value = NULL;
        gsize size;

        if (!value_secret_parse(text, &secret, error) || !find_value(secret->name, &value, &size, error))
                return false;
        if (secret->kind == SECRET_MOUNT) {
                add_file(run, secret->target, g_steal_pointer(&value), size,
                         (SecretFile){.uid = secret->uid, .gid = secret->gid, .mode = secret->mode});
                return true;
        }
        if (strlen(value) != size)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The secret has a zero byte in it, which no variable can hold; use type=mount");
        g_autofree char *assignment = g_strconcat(secret->target, "=", value, NULL);
        environment_set(run->environment, assignment);
        return true;
}

/* All that the unit was given, whether Secret= names it or not: it was meant for this service. */
static bool load_credentials(Run *run, GError **error) {
        const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
        g_autoptr(GDir) dir = folder && *folder ? g_dir_open(folder, 0, NULL) : NULL;
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *target = g_build_filename(SECRETS_CREDENTIALS, name, NULL), *value = NULL;
                gsize size;

                if (!read_present(folder, name, &value, &size, error)) {
                        if (error && *error)
                                return false;
                        continue;
                }
                add_file(run, target, g_steal_pointer(&value), size,
                         (SecretFile){.mode = 0400, .is_credential = true});
        }
        if (run->secret_files->len > 0)
                environment_set(run->environment, "CREDENTIALS_DIRECTORY=" SECRETS_CREDENTIALS);
        return true;
}

bool secrets_load(Run *run, GError **error) {
        run->secret_files = g_ptr_array_new_with_free_func(secret_file_free);
        if (!load_credentials(run, error))
                return fail_prefix(error, "The unit's credentials");
        for (guint i = 0; i < run->spec->secrets->len; i++)
                if (!load_secret(run, run->spec->secrets->pdata[i], error))
                        return fail_prefix(error, "Secret=%s", (const char *) run->spec->secrets->pdata[i]);
        return true;
}

bool secrets_need_user(const GPtrArray *files) {
        for (guint i = 0; i < files->len; i++)
                if (((const SecretFile *) files->pdata[i])->is_credential)
                        return true;
        return false;
}
