/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The spec goes as the command line that gives it back. */

#include "runner/exec-record.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/payload-user.h"
#include "runner/payload.h"
#include "spec/container-options.h"

#include <fcntl.h>
#include <sys/mman.h>

/* Version; command line, environment, user, folder, runtime folder, maps of users and groups, compiled
 * filter of system calls. */
#define RECORD_TYPE "(uaayaayayayayayayay)"
enum { RECORD_VERSION = 2, RECORD_SIZE_MAX = 64 << 20 };

void exec_record_free(ExecRecord *record) {
        if (!record)
                return;
        g_clear_pointer(&record->spec, container_spec_free);
        g_clear_pointer(&record->environment, g_ptr_array_unref);
        g_clear_pointer(&record->map, id_map_free);
        g_clear_pointer(&record->seccomp_filter, g_byte_array_unref);
        g_free(record->user);
        g_free(record->folder);
        g_free(record->container_dir);
        g_free(record);
}

static GVariant *strings(const GPtrArray *list) {
        return g_variant_new_bytestring_array((const char *const *) list->pdata, (gssize) list->len);
}

GPtrArray *exec_record_words(const Run *run) {
        GPtrArray *words = container_options_print(run->spec);

        if (run->image && !(run->spec->health_cmd && *run->spec->health_cmd))
                for (guint i = 0; run->image->health && run->image->health[i]; i++)
                        g_ptr_array_insert(words, (int) i, g_strdup(run->image->health[i]));
        return words;
}

static GVariant *bytes(const GByteArray *array) {
        return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, array ? array->data : NULL,
                                         array ? array->len : 0, 1);
}

bool exec_record_write(const Run *run, int *ret_fd, GError **error) {
        g_autoptr(GPtrArray) words = exec_record_words(run);
        g_autofree char *users = id_map_print(run->map->users), *groups = id_map_print(run->map->groups);
        g_autoptr(GVariant) variant = g_variant_ref_sink(
                g_variant_new("(u@aay@aay^ay^ay^ay^ay^ay@ay)", (guint) RECORD_VERSION, strings(words),
                              strings(run->environment), payload_user_chosen(run), payload_folder(run),
                              run->session.container_dir, users, groups, bytes(run->seccomp_filter)));

        autofd int fd = memfd_create("wolffia-container", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        if (!file_write_all(fd, g_variant_get_data(variant), g_variant_get_size(variant), error))
                return false;
        (void) fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
        *ret_fd = steal_fd(&fd);
        return true;
}

static ExecRecord *parse(GVariant *variant, GError **error) {
        g_autoptr(ExecRecord) record = g_new0(ExecRecord, 1);
        g_autofree const char **words = NULL, **environment = NULL;
        g_autoptr(GVariant) filter = NULL;
        const char *users, *groups;
        guint32 version;

        g_variant_get(variant, "(u^a&ay^a&ay^ay^ay^ay^&ay^&ay@ay)", &version, &words, &environment,
                      &record->user, &record->folder, &record->container_dir, &users, &groups, &filter);
        if (version != RECORD_VERSION) {
                fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                     "The container was started by another version of Wolffia; restart it");
                return NULL;
        }
        if (!container_options_parse(words, &record->spec, error))
                return NULL;
        record->environment = g_ptr_array_new_with_free_func(g_free);
        for (const char **entry = environment; *entry; entry++)
                g_ptr_array_add(record->environment, g_strdup(*entry));
        record->map = id_map_parse(users, groups);
        if (g_variant_get_size(filter) > 0) {
                record->seccomp_filter = g_byte_array_new();
                g_byte_array_append(record->seccomp_filter, g_variant_get_data(filter),
                                    (guint) g_variant_get_size(filter));
        }
        return g_steal_pointer(&record);
}

bool exec_record_read(int fd, ExecRecord **ret_record, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd), *text = NULL;
        size_t size;

        if (!file_read(AT_FDCWD, path, RECORD_SIZE_MAX, &text, &size, error))
                return false;
        g_autoptr(GVariant) variant = g_variant_ref_sink(
                g_variant_new_from_data(G_VARIANT_TYPE(RECORD_TYPE), text, size, FALSE, NULL, NULL));
        *ret_record = parse(variant, error);
        return *ret_record != NULL;
}
