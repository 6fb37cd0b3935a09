/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parent decides what is missing; one child, root of a user namespace with the map, does the work and the renames:
 * a folder that belongs to a subordinate id can be moved by nobody else. */

#include "image/layers.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id-free.h"
#include "base/id-own.h"
#include "base/user-namespace.h"
#include "image/blob.h"
#include "image/stream.h"
#include "image/trash.h"
#include "image/unpack.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct LayersWork {
        const ImageStore *store;
        const ImageRecord *record;
        const IdMap *map;
        const char *key;
        const char *user_name; /* as the host has it: where the work is done it would be root's */
        const char *aside;     /* "trash/…" */
        ImageProgress *progress;
        guint64 done_bytes, total_bytes;
        UnpackNotes *notes; /* in memory shared with the parent */
} LayersWork;

static bool is_unpacked(const LayersWork *work, const char *diff_id) {
        g_autofree char *name = image_store_layer_name(diff_id);
        g_autofree char *path = g_strconcat("layers/", work->key, "/", name, NULL);

        return faccessat(work->store->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static guint64 blob_size(const LayersWork *work, const char *digest) {
        g_autofree char *path = image_store_blob_path(digest);
        struct stat status;

        return fstatat(work->store->fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? (guint64) status.st_size
                                                                                 : 0;
}

static bool check_ids(const LayersWork *work, GError **error) {
        const UnpackNotes *notes = work->notes;

        if (notes->highest_id == 0)
                return true;
        if (notes->highest_id == UNPACK_ID_NONSENSE)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' belongs to an id that no system has",
                            notes->first_unmapped);
        g_autofree char *advice =
                id_free_advise(work->user_name, ID_KINDS_BOTH, MAX(notes->highest_id, ID_FREE_USUAL));
        return fail(
                error, WOLFFIA_ERROR_UNSUPPORTED,
                "'%s' and perhaps more belong to ids beyond the container's range; the highest is %u: UIDMap=, GIDMap= or "
                "a size= in UserNS=, where the file has them, must reach to it; where it has none, /etc/subuid and "
                "/etc/subgid must give you at least %u ids, and %s adds as many",
                *notes->first_unmapped ? notes->first_unmapped : "/", notes->highest_id, notes->highest_id,
                advice);
}

/* Unpacks one blob into FOLDER_FD and checks what it was. */
static bool unpack_blob(LayersWork *work, guint index, int folder_fd, GError **error) {
        g_autofree char *task = g_strdup_printf("Unpacking layer %u of %u", index + 1,
                                                g_strv_length((char **) work->record->layers));
        g_autofree char *found = NULL;

        autofd int fd = -1;
        if (!image_store_open_blob(work->store, work->record->blobs[index], &fd, error))
                return false;

        g_autoptr(ImageStream) stream = NULL;
        if (!image_stream_open(fd, &stream, error))
                return false;
        image_progress_say(work->progress, task);
        image_stream_set_progress(stream, work->progress, task, work->done_bytes, work->total_bytes);

        struct archive *tar;
        if (!image_stream_open_tar(stream, &tar, error))
                return false;
        bool unpacked = unpack_layer(tar, folder_fd, work->map, work->notes, error);
        archive_read_free(tar);
        if (!unpacked || !image_stream_finish(stream, &found, error))
                return false;
        if (!g_str_equal(found, work->record->layers[index]))
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "it is not what the image's configuration says: %s instead of %s", found,
                            work->record->layers[index]);
        return check_ids(work, error);
}

/* What a file server answers to who gives files away, or makes them as another; no full disk, and no fault of the layer. */
static bool is_refusal(const GError *failure) {
        return g_error_matches(failure, ERRNO_ERROR, EPERM) ||
               g_error_matches(failure, ERRNO_ERROR, EACCES) ||
               g_error_matches(failure, ERRNO_ERROR, EINVAL);
}

/* A layer that cannot be unpacked: because the store's copy rotted, which the next import can cure, or because it was
 * never better. */
static bool fail_layer(const LayersWork *work, guint index, GError *failure, GError **error) {
        const char *blob = work->record->blobs[index];

        if (g_error_matches(failure, WOLFFIA_ERROR, WOLFFIA_ERROR_SYNTAX) &&
            image_blob_exists(work->store, blob) && !image_blob_verify(work->store, blob, NULL)) {
                g_error_free(failure);
                return fail(
                        error, WOLFFIA_ERROR_SYNTAX,
                        "The stored copy of layer %s is damaged; it has been removed, import or pull the image again",
                        blob);
        }
        g_autofree char *note = is_refusal(failure) && !id_map_is_single(work->map)
                                        ? image_store_note_server(work->store)
                                        : NULL;
        g_propagate_error(error, failure);
        return note ? fail_prefix(error, "%s (layer %u, %s)", note, index + 1, blob)
                    : fail_prefix(error, "Layer %u (%s)", index + 1, blob);
}

/* A layer that somebody else has just put there is as good as ours. */
static bool move_layer(const LayersWork *work, const char *aside, const char *name, GError **error) {
        g_autofree char *path = g_strconcat("layers/", work->key, "/", name, NULL);

        if (renameat2(work->store->fd, aside, work->store->fd, path, RENAME_NOREPLACE) < 0 &&
            errno != EEXIST)
                return fail_errno(error, errno, "Cannot move a layer to %s/%s", work->store->path, path);
        return true;
}

static bool unpack_one(LayersWork *work, guint index, GError **error) {
        g_autofree char *name = image_store_layer_name(work->record->layers[index]);
        g_autofree char *aside = g_strconcat(work->aside, "/", name, NULL);
        GError *failure = NULL;

        if (mkdirat(work->store->fd, aside, 0755) < 0)
                return fail_errno(error, errno, "Cannot make the folder %s/%s", work->store->path, aside);
        autofd int fd = openat(work->store->fd, aside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the folder %s/%s", work->store->path, aside);

        if (!unpack_blob(work, index, fd, &failure))
                return fail_layer(work, index, failure, error);
        work->done_bytes += blob_size(work, work->record->blobs[index]);

        /* One sync of the file system instead of one for each of ten thousand files. */
        image_progress_show(work->progress, "Writing to disk", work->done_bytes, work->total_bytes);
        if (syncfs(fd) < 0)
                return fail_errno(error, errno, "Cannot write a layer to disk");
        return move_layer(work, aside, name, error);
}

static bool unpack_missing(LayersWork *work, GError **error) {
        for (guint i = 0; work->record->layers[i]; i++)
                if (!is_unpacked(work, work->record->layers[i]) && !unpack_one(work, i, error))
                        return false;
        return true;
}

/* A process of its own, whose line of progress only it knows to be there. */
static bool unpack_all(void *data, GError **error) {
        LayersWork *work = data;

        umask(0);
        /* Names in pax headers are UTF-8, and libarchive converts them to the locale's encoding. */
        (void) setlocale(LC_CTYPE, "C.UTF-8");

        bool done = unpack_missing(work, error);
        image_progress_clear(work->progress);
        if (!done)
                return false;

        g_autofree char *path = g_strconcat("layers/", work->key, NULL);
        autofd int fd = openat(work->store->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
                return fail_errno(error, errno, "Cannot write %s/%s to disk", work->store->path, path);
        return true;
}

/* Whoever has chosen a single id (UserNS=single) is told nothing. */
static void add_lack(const UnpackNotes *notes, GPtrArray *warnings) {
        g_autoptr(IdOwn) own = NULL;

        if (notes->squashed == 0 || !id_own_load(NULL, NULL, &own, NULL) || !own->lacking)
                return;
        g_autofree char *advice = id_free_advise(own->name, own->lacking, ID_FREE_USUAL);
        g_ptr_array_add(warnings,
                        g_strdup_printf("%s, so all files of the image belong to you; %s adds some",
                                        id_own_tell_lack(own->lacking), advice));
}

static void add_warnings(const LayersWork *work, GPtrArray *warnings) {
        const UnpackNotes *notes = work->notes;

        add_lack(notes, warnings);
        if (notes->devices > 0)
                g_ptr_array_add(warnings,
                                g_strdup_printf("%" G_GUINT64_FORMAT
                                                " device nodes in the image were left out, since "
                                                "no user may make them; a container gets its own /dev",
                                                notes->devices));
        if (notes->attributes > 0)
                g_ptr_array_add(warnings,
                                g_strdup_printf("%" G_GUINT64_FORMAT
                                                " extended attributes of the image's files were "
                                                "refused by the kernel or the file system, ignoring",
                                                notes->attributes));
}

static bool run(LayersWork *work, GPtrArray *warnings, GError **error) {
        g_autofree char *folder = g_strconcat("layers/", work->key, NULL);
        g_autoptr(ImageTrash) aside = NULL;

        if (!file_make_folders(work->store->fd, folder, 0700, error) ||
            !image_trash_open(work->store, &aside, error))
                return false;
        work->aside = aside->path;

        work->notes =
                mmap(NULL, sizeof *work->notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (work->notes == MAP_FAILED)
                return fail_errno(error, errno, "Cannot share memory with a child");
        /* With a map that the user is not in, root of the namespace would have no way into the store. */
        g_autoptr(IdMap) map = id_own_add_user(work->map);
        bool done = user_namespace_run(map, unpack_all, work, error);
        if (done && warnings)
                add_warnings(work, warnings);
        munmap(work->notes, sizeof *work->notes);
        return done;
}

bool image_layers_unpack(const ImageStore *store, const ImageRecord *record, const IdMap *map,
                         ImageProgress *progress, GPtrArray *warnings, GError **error) {
        g_autofree char *key = id_map_key(map);
        g_autofree char *user_name = id_ranges_user_name(getuid());
        LayersWork work = {.store = store,
                           .record = record,
                           .map = map,
                           .key = key,
                           .user_name = user_name,
                           .progress = progress};
        bool missing = false;

        for (guint i = 0; record->layers[i]; i++) {
                if (is_unpacked(&work, record->layers[i]))
                        continue;
                missing = true;
                work.total_bytes += blob_size(&work, record->blobs[i]);
        }
        return !missing || run(&work, warnings, error);
}
