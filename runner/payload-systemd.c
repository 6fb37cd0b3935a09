/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How it works
 *
 * A service inside that asks for namespaces asks the kernel for what the container's root may not do, unless it has
 * CAP_SYS_ADMIN. systemd goes on without most of them, and its newer versions without more (tried with 247, 252 and 257).
 * What it insists on is taken out by drop-ins: since version 244 one in service.d/ counts for all services; older versions
 * need one beside each service that has such an option.
 *
 * DynamicUser= is among what it insists on: of all that makes a mount namespace, it goes on without what only hides things or
 * makes them read-only, but never without that (its services fail with 226/NAMESPACE). Switched off by a drop-in for all
 * services they would run as the container's root, so each that has it becomes the user nobody, and keeps what of DynamicUser=
 * needs no namespace; a generator (payload-systemd-generator.h) does the same to those that come later. */

#include "runner/payload-systemd.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "runner/beneath.h"
#include "runner/cgroup.h"
#include "runner/payload-systemd-generator.h"
#include "runner/payload.h"
#include "runner/security-caps.h"
#include "spec/value-basic.h"
#include "spec/value-capability.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIT_DIR     "/run/systemd/system"
#define DROPIN_NAME  "90-wolffia.conf"
#define TYPE_DROPINS 244 /* the first version that reads service.d/ */
#define KEEPS_ADMIN  255
#define OLDEST       219 /* what an image has whose version is not in a file's name */

#define BIT(capability) (G_GUINT64_CONSTANT(1) << (capability))

#define NAMESPACES BIT(CAP_SYS_ADMIN)

/* What systemd insists on, and in which versions. */
static const struct {
        const char *option;
        guint first, last;
} options[] = {
        {"PrivateNetwork", 33, 244},
        {"PrivatePIDs", 257, G_MAXUINT},
        {"PrivateUsers", 232, G_MAXUINT},
};

bool payload_systemd_is_wanted(const ContainerSpec *spec, const GPtrArray *words) {
        static const char *const known[] = {"/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init"};
        const char *program = words->len > 0 && words->pdata[0] ? words->pdata[0] : "";

        if (g_strcmp0(spec->systemd, "false") == 0)
                return false;
        if (g_strcmp0(spec->systemd, "always") == 0)
                return true;
        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (g_str_equal(program, known[i]))
                        return true;
        return g_str_equal(program, "systemd") || g_str_has_suffix(program, "/systemd");
}

bool payload_systemd_find(const ContainerSpec *spec, const ImageRecord *image) {
        g_autoptr(GPtrArray) words = NULL;

        return payload_plan_command(spec, image, &words, NULL) && payload_systemd_is_wanted(spec, words);
}

char *payload_systemd_print_identity(const char *name) {
        g_autofree char *machine_id = NULL;

        /* A host without one has containers of the same name with the same id; nobody minds. */
        (void) file_read(AT_FDCWD, "/etc/machine-id", 64, &machine_id, NULL, NULL);
        g_autofree char *uuid = payload_systemd_print_uuid(machine_id ? machine_id : "", name);
        return g_strconcat("container_uuid=", uuid, NULL);
}

/* Not the host's machine id, which would tell the host's to the payload, and would be the same in all containers. */
char *payload_systemd_print_uuid(const char *machine_id, const char *name) {
        g_autofree char *text = g_strjoin("\n", "wolffia", machine_id, name, NULL);
        char *uuid = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

        uuid[32] = '\0';
        uuid[12] = '4'; /* RFC 9562, version 4 */
        uuid[16] = "89ab"[g_ascii_xdigit_value(uuid[16]) & 3];
        return uuid;
}

guint payload_systemd_parse_version(const char *file_name) {
        static const char prefix[] = "libsystemd-shared-";

        if (!g_str_has_prefix(file_name, prefix) || !strstr(file_name, ".so"))
                return 0;
        return (guint) g_ascii_strtoull(file_name + strlen(prefix), NULL, 10);
}

char *payload_systemd_print_dropin(guint version, guint64 capabilities, bool all, char **ret_names) {
        g_autoptr(GString) text = g_string_new(NULL), names = g_string_new(NULL);

        for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
                bool is_insisted_on = version >= options[i].first && version <= options[i].last;

                if (!all && (!is_insisted_on || (capabilities & NAMESPACES)))
                        continue;
                g_string_append_printf(text, "%s=no\n", options[i].option);
                g_string_append_printf(names, "%s%s=", names->len ? ", " : "", options[i].option);
        }
        if (text->len == 0)
                return NULL;
        *ret_names = g_string_free(g_steal_pointer(&names), FALSE);
        g_string_prepend(text, PAYLOAD_SYSTEMD_DROPIN_HEAD);
        return g_string_free(g_steal_pointer(&text), FALSE);
}

guint64 payload_systemd_more_capabilities(guint version, const GPtrArray *dropped) {
        for (guint i = 0; i < dropped->len; i++) {
                const char *name = NULL;

                if (value_capability_parse(dropped->pdata[i], &name, NULL) &&
                    (g_str_equal(name, "CAP_SYS_ADMIN") || g_str_equal(name, "ALL")))
                        return 0;
        }
        return version >= KEEPS_ADMIN ? NAMESPACES : 0;
}

bool payload_systemd_has_option(const char *text, const char *option) {
        size_t length = strlen(option);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        bool is_set = false;

        for (char **line = lines; *line; line++)
                if (strncmp(*line, option, length) == 0 && (*line)[length] == '=' &&
                    !value_boolean_parse(g_strstrip(*line + length + 1), &is_set, NULL))
                        is_set = true; /* a word for a kind of it, as PrivateUsers=self */
        return is_set;
}

/* ---- looking into the image ---- */

/* NULL: the image has no such folder. */
static DIR *open_folder(int root_fd, const char *path) {
        autofd int fd = -1;

        return beneath_open_folder(root_fd, path, &fd, NULL) ? folder_open(fd, ".", 0) : NULL;
}

static guint find_version_in(int root_fd, const char *path) {
        DIR *folder = open_folder(root_fd, path);
        struct dirent *entry;
        guint version = 0;

        while (folder && version == 0 && (entry = readdir(folder)))
                version = payload_systemd_parse_version(entry->d_name);
        if (folder)
                closedir(folder);
        return version;
}

/* Debian has it in a folder of the architecture's name since 249. 0: older than 231, or not found. */
static guint find_version(int root_fd) {
        static const char *const folders[] = {"/usr/lib/systemd", "/usr/lib64/systemd", "/lib/systemd",
                                              "/lib64/systemd"};
        guint version = 0;

        for (size_t i = 0; version == 0 && i < G_N_ELEMENTS(folders); i++)
                version = find_version_in(root_fd, folders[i]);

        DIR *libraries = version == 0 ? open_folder(root_fd, "/usr/lib") : NULL;
        struct dirent *entry;
        while (libraries && version == 0 && (entry = readdir(libraries)))
                if (strstr(entry->d_name, "-linux-gnu")) {
                        g_autofree char *path = g_build_filename("/usr/lib", entry->d_name, "systemd", NULL);
                        version = find_version_in(root_fd, path);
                }
        if (libraries)
                closedir(libraries);
        return version;
}

/* ---- drop-ins ---- */

static bool write_dropin(int root_fd, const char *unit, const char *name, const char *text, GError **error) {
        g_autofree char *path = g_strconcat(UNIT_DIR "/", unit, ".d", NULL);

        autofd int folder_fd = -1;
        if (!beneath_make(root_fd, path, BENEATH_FOLDER, &folder_fd, error))
                return false;
        autofd int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot write %s/%s in the container", path, name);
        return file_write_all(fd, text, strlen(text), error);
}

typedef struct Relaxation {
        int root_fd;
        guint version;
        const char *text; /* the drop-in for all services, or NULL */
        GString *former;  /* services whose DynamicUser= is replaced */
} Relaxation;

static bool read_unit(int root_fd, const char *folder, const char *unit, char **ret_text) {
        g_autofree char *path = g_build_filename(folder, unit, NULL);
        struct stat status;

        autofd int path_fd = -1;
        if (!beneath_open(root_fd, path, &path_fd, NULL) || fstat(path_fd, &status) < 0 ||
            !S_ISREG(status.st_mode))
                return false;
        g_autofree char *own = g_strdup_printf("/proc/self/fd/%d", path_fd);
        return file_read(AT_FDCWD, own, 1 << 18, ret_text, NULL, NULL);
}

static bool relax_unit(Relaxation *relaxation, const char *folder, const char *unit, GError **error) {
        g_autofree char *unit_text = NULL;
        bool has_any = false;

        /* One that cannot be read is no concern of systemd's either. */
        if (!g_str_has_suffix(unit, ".service") || !read_unit(relaxation->root_fd, folder, unit, &unit_text))
                return true;
        for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
                has_any = has_any || payload_systemd_has_option(unit_text, options[i].option);
        if (has_any && relaxation->text && relaxation->version < TYPE_DROPINS &&
            !write_dropin(relaxation->root_fd, unit, DROPIN_NAME, relaxation->text, error))
                return false;
        if (!payload_systemd_has_option(unit_text, "DynamicUser"))
                return true;
        g_string_append_printf(relaxation->former, "%s%s", relaxation->former->len ? ", " : "", unit);
        return write_dropin(relaxation->root_fd, unit, PAYLOAD_SYSTEMD_USER_DROPIN,
                            PAYLOAD_SYSTEMD_WITHOUT_USER, error);
}

static bool is_same_folder(int root_fd, const char *left, const char *right) {
        struct stat left_status, right_status;

        autofd int left_fd = -1, right_fd = -1;
        return beneath_open(root_fd, left, &left_fd, NULL) &&
               beneath_open(root_fd, right, &right_fd, NULL) && fstat(left_fd, &left_status) == 0 &&
               fstat(right_fd, &right_status) == 0 && left_status.st_ino == right_status.st_ino &&
               left_status.st_dev == right_status.st_dev;
}

static bool relax_units_in(Relaxation *relaxation, const char *path, GError **error) {
        DIR *folder = open_folder(relaxation->root_fd, path);
        struct dirent *entry;
        bool done = true;

        while (folder && done && (entry = readdir(folder)))
                done = relax_unit(relaxation, path, entry->d_name, error);
        if (folder)
                closedir(folder);
        return done;
}

static bool relax_units(Relaxation *relaxation, GError **error) {
        return relax_units_in(relaxation, "/etc/systemd/system", error) &&
               relax_units_in(relaxation, "/usr/local/lib/systemd/system", error) &&
               relax_units_in(relaxation, "/usr/lib/systemd/system", error) &&
               (is_same_folder(relaxation->root_fd, "/lib", "/usr/lib") ||
                relax_units_in(relaxation, "/lib/systemd/system", error));
}

static void tell(const Relaxation *relaxation, const char *names, Sync *sync) {
        g_autoptr(GString) text = g_string_new("The systemd inside");

        if (relaxation->version > 0)
                g_string_append_printf(text, " (%u)", relaxation->version);
        if (names)
                g_string_append_printf(text, " cannot set up %s, which is switched off for its services",
                                       names);
        g_string_append_printf(
                text, "%s services with DynamicUser=%s%s%s become the user nobody",
                names ? "; its" : " gives no users of their own:", relaxation->former->len > 0 ? " (" : "",
                relaxation->former->str, relaxation->former->len > 0 ? ")" : "");
        g_string_append(
                text,
                " (AddCapability=SYS_ADMIN makes it possible, PrivateNetworkOverride=no leaves the services as they are)");
        sync_note(sync, text->str);
}

bool payload_systemd_relax(const ContainerSpec *spec, int root_fd, Sync *sync, guint *ret_version,
                           GError **error) {
        bool all = g_strcmp0(spec->private_network_override, "yes") == 0;
        g_autoptr(GString) former = g_string_new(NULL);
        g_autofree char *names = NULL;
        SecurityCaps capabilities;

        guint version = *ret_version = find_version(root_fd);
        if (g_strcmp0(spec->private_network_override, "no") == 0)
                return true;
        if (!security_caps_plan(spec->capabilities_added, spec->capabilities_dropped, &capabilities, NULL,
                                error))
                return false;
        g_autofree char *text = payload_systemd_print_dropin(version > 0 ? version : OLDEST,
                                                             capabilities.bounding, all, &names);
        Relaxation relaxation = {.root_fd = root_fd, .version = version, .text = text, .former = former};

        if (!all && (capabilities.bounding & NAMESPACES))
                return true;
        if (text && version >= TYPE_DROPINS && !write_dropin(root_fd, "service", DROPIN_NAME, text, error))
                return false;
        if (!relax_units(&relaxation, error) || !payload_systemd_generator_write(root_fd, error))
                return false;
        tell(&relaxation, names, sync);
        return true;
}

/* ---- the cgroup ---- */

bool payload_systemd_divide_cgroup(int cgroup_fd, GError **error) {
        if (cgroup_fd < 0)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "A systemd in a container needs a cgroup that it may divide, and the runner was started in one "
                        "that it may not; start it as a unit, or by 'systemd-run --user --pty -p Delegate=yes' "
                        "(--systemd=false runs the container without)");
        return cgroup_divide(cgroup_fd, error);
}

/* What the kernel lets the owner of a delegated cgroup write, see /sys/kernel/cgroup/delegate; the newer ones are missing on
 * older kernels. With keep-id the user is not the container's root, and has made them. */
bool payload_systemd_own_cgroup(int root_fd, GError **error) {
        static const char *const names[] = {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control",
                                            "memory.oom.group", "memory.reclaim"};
        struct stat status;

        autofd int fd = -1;
        if (!beneath_open(root_fd, "/sys/fs/cgroup", &fd, error))
                return false;
        if (fstat(fd, &status) == 0 && status.st_uid == 0)
                return true;
        if (fchownat(fd, "", 0, 0, AT_EMPTY_PATH) < 0)
                return fail_errno(error, errno, "Cannot give the container's cgroup to its root");
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (fchownat(fd, names[i], 0, 0, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
                        return fail_errno(error, errno,
                                          "Cannot give %s of the container's cgroup to its root", names[i]);
        return true;
}
