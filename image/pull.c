/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* skopeo does what speaks to the network: registries' protocols, credentials ($REGISTRY_AUTH_FILE,
 * $XDG_RUNTIME_DIR/containers/auth.json, ~/.docker/config.json), mirrors (registries.conf(5)), signatures
 * (policy.json(5)). It writes an OCI layout into a working folder, with the blobs in the store: each appears there by a
 * rename, whole and verified. */

#include "image/pull.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/folder.h"
#include "base/process.h"
#include "image/architecture.h"
#include "image/list.h"
#include "image/remove.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

/* How long silence of the network counts as progress: then the start timeout is no longer extended. */
enum { POLL_MSEC = 300, PATIENCE_USEC = 30 * G_USEC_PER_SEC };

typedef struct Pull {
        const ImageStore *store;
        const ImageImport *import;
        const char *name;   /* full */
        const char *layout; /* below the store */
        const ImagePullOptions *options;
        GHashTable *before; /* names of the blobs that were there */
} Pull;

static guint64 file_size(const ImageStore *store, const char *folder, const char *name) {
        g_autofree char *path = g_strconcat(folder, "/", name, NULL);
        struct stat status;

        return fstatat(store->fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? (guint64) status.st_size : 0;
}

/* What has arrived: whole blobs, and those under way, which skopeo writes to the layout's folder. */
static guint64 count_bytes(const Pull *pull) {
        g_autoptr(GPtrArray) blobs = folder_list(pull->store->fd, "blobs/sha256");
        g_autoptr(GPtrArray) partial = folder_list(pull->store->fd, pull->layout);
        guint64 bytes = 0;

        for (guint i = 0; i < blobs->len; i++)
                if (!g_hash_table_contains(pull->before, blobs->pdata[i]))
                        bytes += file_size(pull->store, "blobs/sha256", blobs->pdata[i]);
        for (guint i = 0; i < partial->len; i++)
                bytes += file_size(pull->store, pull->layout, partial->pdata[i]);
        return bytes;
}

static void watch(const Pull *pull, const Process *process) {
        g_autofree char *task = g_strdup_printf("Fetching %s", pull->name);
        autofd int fd = pidfd_open(process->pid, 0);
        struct pollfd end = {.fd = fd, .events = POLLIN};
        guint64 last_bytes = 0;
        gint64 last_change = g_get_monotonic_time();

        image_progress_say(pull->import->progress, task);
        /* Without a pidfd the pull works, and shows nothing. */
        while (fd >= 0 && poll(&end, 1, POLL_MSEC) == 0) {
                guint64 bytes = count_bytes(pull);
                if (bytes != last_bytes)
                        last_change = g_get_monotonic_time();
                last_bytes = bytes;
                if (g_get_monotonic_time() - last_change < PATIENCE_USEC)
                        image_progress_show(pull->import->progress, task, bytes, 0);
        }
        image_progress_clear(pull->import->progress);
}

/* skopeo refuses everything when there is no policy at all, as on a Debian without golang-github-containers-common. The
 * policy that distributions install accepts everything, so a missing one is taken for that; one that is there is obeyed. */
static bool has_policy(void) {
        g_autofree char *own = g_build_filename(g_get_home_dir(), ".config/containers/policy.json", NULL);

        return access(own, F_OK) == 0 || access("/etc/containers/policy.json", F_OK) == 0 ||
               access("/usr/share/containers/policy.json", F_OK) == 0;
}

/* VALUE may be NULL. */
static void add_option(GPtrArray *argv, const char *option, const char *value) {
        if (value)
                g_ptr_array_add(argv, g_strconcat(option, "=", value, NULL));
}

static void add_options(GPtrArray *argv, const Pull *pull, const ImageReference *reference) {
        const ImagePullOptions *options = pull->options;
        /* What does not leave this machine needs no encryption (Docker has the same rule), and no second chance. */
        bool is_near = image_reference_is_loopback(reference);

        if (options->verify_tls == 0 || (is_near && options->verify_tls < 0))
                g_ptr_array_add(argv, g_strdup("--src-tls-verify=false"));
        if (options->retries >= 0 || !is_near)
                g_ptr_array_add(argv, g_strdup_printf("--retry-times=%d",
                                                      options->retries >= 0 ? options->retries : 2));
        add_option(argv, "--authfile", options->auth_file);
        add_option(argv, "--src-cert-dir", options->certificates);
        add_option(argv, "--src-creds", options->credentials);
        add_option(argv, "--decryption-key", options->decryption_key);
}

static GPtrArray *plan_command(const Pull *pull, const ImageReference *reference) {
        GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
        const char *architecture =
                pull->import->architecture ? pull->import->architecture : image_architecture_host();

        g_ptr_array_add(argv, g_strdup("skopeo"));
        if (!has_policy())
                g_ptr_array_add(argv, g_strdup("--insecure-policy"));
        g_ptr_array_add(argv, g_strconcat("--override-arch=", architecture, NULL));
        add_option(argv, "--override-os", pull->options->os ? pull->options->os : "linux");
        add_option(argv, "--override-variant", pull->options->variant);
        g_ptr_array_add(argv, g_strdup("copy"));
        g_ptr_array_add(argv, g_strdup("--quiet"));
        add_options(argv, pull, reference);
        g_ptr_array_add(argv, g_strdup_printf("--dest-shared-blob-dir=%s/blobs", pull->store->path));
        g_ptr_array_add(argv, g_strconcat("docker://", pull->name, NULL));
        g_ptr_array_add(argv, g_strdup_printf("oci:%s/%s:image", pull->store->path, pull->layout));
        g_ptr_array_add(argv, NULL);
        return argv;
}

/* The text of logrus' last line: time="…" level=fatal msg="…". */
static char *take_message(const char *complaint) {
        const char *start = NULL;

        for (const char *next = strstr(complaint, "msg=\""); next; next = strstr(next + 1, "msg=\""))
                start = next + strlen("msg=\"");
        if (!start)
                return g_strdelimit(g_strdup(complaint), "\n\r\t", ' ');

        g_autofree char *quoted = g_strdup(start);
        char *end = strrchr(quoted, '"');
        if (end)
                *end = '\0';
        /* Registries may answer with several errors, one a line. */
        return g_strstrip(g_strdelimit(g_strcompress(quoted), "\n\r\t", ' '));
}

char *image_pull_explain(const char *name, const char *complaint) {
        static const struct {
                const char *sign;
                const char *text;
        } signs[] = {
                {"no image found in", "has no image for this machine's architecture"},
                {"toomanyrequests",
                 "was refused because of too many requests; log in ('skopeo login') or wait"},
                {"manifest unknown", "is not known to the registry; check the name and the tag"},
                {"name unknown", "is not known to the registry; check the name"},
                {"repository name not known", "is not known to the registry; check the name"},
                {"authentication required",
                 "needs a login, or does not exist; try 'skopeo login REGISTRY', or check the name"},
                {"access to the resource is denied",
                 "needs a login, or does not exist; try 'skopeo login REGISTRY', or check the name"},
                {"unauthorized",
                 "needs a login, or does not exist; try 'skopeo login REGISTRY', or check the name"},
                {"invalid username/password",
                 "was refused: the login that is stored for the registry is wrong; renew it with 'skopeo login'"},
                {"denied:", "was refused by the registry; try 'skopeo login REGISTRY', or check the name"},
                {"server gave HTTP response to HTTPS client",
                 "cannot be fetched: the registry speaks no TLS; allow that with 'insecure = true' for it in registries.conf"},
                {"x509:",
                 "cannot be fetched: the registry's certificate is not trusted; put its CA into /etc/containers/certs.d/REGISTRY/ca.crt"},
                {"tls:", "cannot be fetched: TLS with the registry failed"},
                {"no such host",
                 "cannot be fetched: the registry's name is not known, or there is no network"},
                {"dial tcp: lookup ",
                 "cannot be fetched: the registry's name cannot be looked up; is there a network?"},
                {"server misbehaving",
                 "cannot be fetched: the registry's name cannot be looked up; is there a network?"},
                {"Temporary failure in name resolution",
                 "cannot be fetched: the registry's name cannot be looked up; is there a network?"},
                {"network is unreachable", "cannot be fetched: there is no network"},
                {"no route to host", "cannot be fetched: the registry cannot be reached"},
                {"connection refused", "cannot be fetched: nothing listens at the registry's address"},
                {"i/o timeout", "cannot be fetched: the registry does not answer"},
                {"context deadline exceeded", "cannot be fetched: the registry does not answer"},
                {"no space left on device", "cannot be fetched: the disk is full"},
                {"disk quota exceeded", "cannot be fetched: your disk quota is used up"},
                {"policy", "is refused by the signature policy in policy.json"},
        };
        g_autofree char *message = take_message(complaint);

        for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
                if (strstr(message, signs[i].sign))
                        return g_strdup_printf("'%s' %s (skopeo: %s)", name, signs[i].text, message);
        return g_strdup_printf("'%s' cannot be fetched: %s", name, message);
}

static bool fetch(const Pull *pull, const ImageReference *reference, GError **error) {
        g_autoptr(GPtrArray) argv = plan_command(pull, reference);
        Process process = PROCESS_NONE;
        g_autoptr(GError) failure = NULL;

        if (!process_start((const char *const *) argv->pdata, &PROCESS_FILES_NONE, &process, &failure)) {
                if (g_error_matches(failure, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND))
                        return fail(
                                error, WOLFFIA_ERROR_NOT_FOUND,
                                "'%s' cannot be fetched: skopeo is not installed ('sudo apt install skopeo')",
                                pull->name);
                g_propagate_error(error, g_steal_pointer(&failure));
                return false;
        }
        watch(pull, &process);
        if (process_finish(&process, NULL, &failure))
                return true;

        g_autofree char *text = image_pull_explain(pull->name, failure->message);
        return fail(error, WOLFFIA_ERROR_HELPER, "%s", text);
}

static bool import_layout(const Pull *pull, const ImageTrash *aside, char **ret_digest, GError **error) {
        ImageChoice choice = {
                .architecture =
                        pull->import->architecture ? pull->import->architecture : image_architecture_host(),
        };
        g_autoptr(ImageManifest) manifest = NULL;

        autofd int fd = openat(pull->store->fd, pull->layout, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s/%s", pull->store->path, pull->layout);
        g_autoptr(ImageMembers) members = image_members_new(aside, fd);
        return (image_manifest_load_oci(members, &choice, pull->import->progress, &manifest, error) &&
                image_import_manifest(pull->store, pull->import, manifest, ret_digest, error)) ||
               fail_prefix(error, "%s", pull->name);
}

static bool run(const ImageStore *store, const ImageImport *import, const ImageReference *reference,
                const ImagePullOptions *options, char **ret_digest, GError **error) {
        g_autofree char *name = image_reference_print(reference, IMAGE_REFERENCE_DEFAULT_REGISTRY);
        g_autoptr(GHashTable) before = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GPtrArray) blobs = folder_list(store->fd, "blobs/sha256");
        g_autoptr(ImageTrash) aside = NULL;

        if (!image_trash_open(store, &aside, error))
                return false;
        for (guint i = 0; i < blobs->len; i++)
                g_hash_table_add(before, blobs->pdata[i]);

        g_autofree char *layout = g_strconcat(aside->path, "/layout", NULL);
        Pull pull = {store, import, name, layout, options, before};
        return fetch(&pull, reference, error) && import_layout(&pull, aside, ret_digest, error);
}

bool image_pull(const ImageStore *store, const ImageImport *import, const ImageReference *reference,
                const ImagePullOptions *options, char **ret_digest, GError **error) {
        autofd int lock_fd = -1;

        if (g_strcmp0(reference->registry, IMAGE_REFERENCE_LOCAL_REGISTRY) == 0)
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "'%s' cannot be fetched: names below localhost/ are those of images of your own; 'wolffia import' "
                        "adds one",
                        import->name);
        if (!image_store_lock(store, IMAGE_STORE_USE_SHARED, true, &lock_fd, error))
                return false;
        bool done = run(store, import, reference, options, ret_digest, error);
        image_progress_clear(import->progress);

        /* What earlier attempts and this one left; the pull has succeeded or failed by itself. */
        cleanup_fd(&lock_fd);
        image_remove_leftovers(store);
        return done;
}
