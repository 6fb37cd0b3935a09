/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is the same for all of a user's containers. */

#include "cli/doctor.h"

#include "base/error.h"
#include "base/file.h"
#include "base/id-own.h"
#include "base/process.h"
#include "base/user-namespace.h"
#include "config.h"
#include "image/store.h"
#include "image/trash.h"
#include "runner/preflight.h"
#include "runner/rootfs.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- cgroups ---- */

static void check_hierarchy(Doctor *doctor) {
        g_autoptr(GError) error = NULL;

        if (preflight_check_cgroup(&error))
                doctor_say(doctor, DOCTOR_OK, "C1", "cgroups", "Version 2");
        else
                doctor_say(doctor, DOCTOR_PROBLEM, "C1", "cgroups", "%s", error->message);
}

static void check_controllers(Doctor *doctor) {
        static const char *const wanted[] = {"cpu", "cpuset", "io", "memory", "pids"};
        g_autofree char *path =
                g_strdup_printf("/sys/fs/cgroup/user.slice/user-%u.slice/user@%u.service/cgroup.controllers",
                                (unsigned) getuid(), (unsigned) getuid());
        g_autofree char *text = NULL;
        g_autoptr(GString) missing = g_string_new(NULL);

        if (!file_read(AT_FDCWD, path, 4096, &text, NULL, NULL)) {
                doctor_say(doctor, DOCTOR_ADVICE, "C3", "controllers",
                           "Your services have no cgroup of a user manager, so that limits have no effect");
                return;
        }
        g_auto(GStrv) delegated = g_strsplit(g_strstrip(text), " ", -1);
        for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
                if (!g_strv_contains((const char *const *) delegated, wanted[i]))
                        g_string_append_printf(missing, "%s%s", missing->len > 0 ? ", " : "", wanted[i]);
        if (missing->len == 0)
                doctor_say(doctor, DOCTOR_OK, "C3", "controllers",
                           "All that limits need are delegated to your services");
        else
                doctor_say(
                        doctor, DOCTOR_ADVICE, "C3", "controllers",
                        "Not delegated to your services: %s; limits that need them have no effect. 'sudo install -D -m 644 -t "
                        "/etc/systemd/system/user@.service.d " WOLFFIA_DATA_DIR
                        "/user@.service.d/wolffia-delegate.conf' and a restart of the host delegate them",
                        missing->str);
}

/* ---- storage ---- */

typedef struct Overlay {
        const char *folder; /* to be gone in a moment */
        const char *store;  /* where it lies, which is what can be told */
} Overlay;

static bool try_overlay(void *data, GError **error) {
        const Overlay *overlay = data;
        g_autofree char *options =
                g_strdup_printf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work,userxattr",
                                overlay->folder, overlay->folder, overlay->folder);

        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return fail_errno(error, errno, "Cannot make a mount namespace");
        return mount("overlay", overlay->folder, "overlay", 0, options) == 0 ||
               rootfs_explain_overlay(errno, overlay->store, error);
}

/* In the trash: whoever comes next removes what a doctor that was killed leaves there. */
static bool try_overlay_in(const ImageStore *store, GError **error) {
        static const char *const parts[] = {"lower", "upper", "work"};
        g_autoptr(ImageTrash) trash = NULL;
        g_autoptr(IdOwn) own = NULL;

        if (!id_own_load(NULL, NULL, &own, error) || !image_trash_open(store, &trash, error))
                return false;
        g_autofree char *folder = g_build_filename(store->path, trash->path, NULL);
        bool done = true;
        for (size_t i = 0; done && i < G_N_ELEMENTS(parts); i++) {
                g_autofree char *path = g_build_filename(folder, parts[i], NULL);
                done = mkdir(path, 0700) == 0 || fail_errno(error, errno, "Cannot make the folder %s", path);
        }
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) single = id_map_plan_default(own->uid, own->gid, none, none);
        Overlay overlay = {folder, store->path};
        return done && user_namespace_run(single, try_overlay, &overlay, error);
}

static void check_store(Doctor *doctor) {
        g_autoptr(ImageStore) store = NULL;
        g_autoptr(GError) error = NULL;

        if (!image_store_open(&store, &error)) {
                doctor_say(doctor, DOCTOR_PROBLEM, "F1", "storage", "%s", error->message);
                return;
        }
        g_autofree char *note = image_store_note_server(store);
        if (note)
                doctor_say(doctor, DOCTOR_PROBLEM, "F1", "storage", "%s", note);
        else if (try_overlay_in(store, &error))
                doctor_say(doctor, DOCTOR_OK, "F3", "storage", "Layers can be mounted in %s", store->path);
        else
                doctor_say(doctor, DOCTOR_PROBLEM, "F3", "storage", "%s", error->message);
}

/* ---- the rest ---- */

static void check_seccomp(Doctor *doctor) {
        guint32 action = SECCOMP_RET_ERRNO;

        if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
                doctor_say(doctor, DOCTOR_OK, "U12", "seccomp", "The kernel filters system calls");
        else
                doctor_say(
                        doctor, DOCTOR_PROBLEM, "U12", "seccomp",
                        "The kernel has no filter of system calls (CONFIG_SECCOMP_FILTER), so that containers do not start; "
                        "SeccompProfile=unconfined does without");
}

static void check_programs(Doctor *doctor) {
        static const struct {
                const char *program, *package, *purpose;
        } optional[] = {
                {"skopeo", "skopeo", "fetching images"},
                {"buildah", "buildah", "building images"},
                {"nft", "nftables", "published ports of networks"},
        };
        g_autoptr(GString) missing = g_string_new(NULL), packages = g_string_new(NULL);

        for (size_t i = 0; i < G_N_ELEMENTS(optional); i++) {
                g_autofree char *path = process_find_program(optional[i].program);
                if (path)
                        continue;
                g_string_append_printf(missing, "%s%s (for %s)", missing->len > 0 ? ", " : "",
                                       optional[i].program, optional[i].purpose);
                g_string_append_printf(packages, " %s", optional[i].package);
        }
        if (missing->len > 0)
                doctor_say(doctor, DOCTOR_ADVICE, "B11", "programs",
                           "Not installed: %s; 'sudo apt install%s'", missing->str, packages->str);
        else
                doctor_say(doctor, DOCTOR_OK, "B11", "programs", "All that may be called are installed");
}

void doctor_check_host(Doctor *doctor) {
        check_hierarchy(doctor);
        check_controllers(doctor);
        check_store(doctor);
        doctor_check_network(doctor);
        check_seccomp(doctor);
        check_programs(doctor);
}
