/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia prepare-seccomp: compiles a profile into the store. The runner calls it for a profile that is not there yet: it links
 * neither libseccomp nor a reader of JSON. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/seccomp-profile.h"
#include "cli/verb.h"
#include "runner/security-profile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char description[] =
        "Compiles a system call filter (JSON) into your store, for payloads with the given\n"
        "capabilities, a mask in hexadecimal digits.";

static bool write_filter(const ImageStore *store, const char *key, const GByteArray *filter,
                         GError **error) {
        if (mkdirat(store->fd, SECURITY_PROFILE_FOLDER, 0700) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot make the folder %s/" SECURITY_PROFILE_FOLDER,
                                  store->path);
        autofd int folder_fd =
                openat(store->fd, SECURITY_PROFILE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder_fd < 0)
                return fail_errno(error, errno, "Cannot open %s/" SECURITY_PROFILE_FOLDER, store->path);
        security_profile_prune(folder_fd, (gint64) time(NULL));
        return file_write_atomic(folder_fd, key, filter->data, filter->len, 0600, error);
}

static bool run(const char *path, guint64 capabilities, GError **error) {
        SeccompProfileHost host = seccomp_profile_host(capabilities);
        g_autoptr(GByteArray) filter = NULL;
        g_autoptr(ImageStore) store = NULL;
        g_autofree char *text = NULL;
        gsize size;

        if (!security_profile_read_file(path, &text, &size, error))
                return false;
        if (!seccomp_profile_compile(text, size, &host, &filter, error))
                return fail_prefix(error, "%s", path);
        g_autofree char *key = security_profile_key(text, size, capabilities);
        return image_store_open(&store, error) && write_filter(store, key, filter, error);
}

int verb_prepare_seccomp(const Verb *verb, int argc, char **argv) {
        g_autofree char *mask = NULL;
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        guint64 capabilities = 0;
        int status;
        const GOptionEntry entries[] = {
                {"capabilities", 0, 0, G_OPTION_ARG_STRING, &mask, "Capabilities of the payload", "MASK"},
                {NULL},
        };

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 1)
                return verb_misuse(verb, "one file is needed");
        if (mask && !g_ascii_string_to_unsigned(mask, 16, 0, G_MAXUINT64, &capabilities, NULL))
                return verb_misuse(verb, "--capabilities=%s is not a hexadecimal number", mask);
        return run(arguments[0], capabilities, &error) ? VERB_SUCCESS : verb_fail(error);
}
