/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Warnings only: what a payload cannot reach it may not need. */

#include "runner/mount-report.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/user-namespace.h"
#include "runner/mount-owner.h"
#include "runner/mount-plan.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Who has more volumes than that is told of the first ones. */
enum { MAX_STEPS = 500 };

struct MountReport {
        uid_t uid;
        gid_t gid;
        guint8 denied[MAX_STEPS]; /* R_OK, W_OK, by the number of the step */
};

static bool is_looked_at(const MountStep *step) {
        return step->origin && step->kind == MOUNT_BIND;
}

bool mount_report_open(Run *run, GError **error) {
        bool needed = false;

        for (guint i = 0; i < run->mounts->steps->len; i++)
                needed = needed || is_looked_at(run->mounts->steps->pdata[i]);
        if (!needed)
                return true;
        void *memory = mmap(NULL, sizeof(struct MountReport), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
                return fail_errno(error, errno, "Cannot share memory with a child");
        run->report = memory;
        return true;
}

void mount_report_user(const Run *run, uid_t uid, gid_t gid) {
        if (!run->report)
                return;
        /* With a single id the payload's user is a name for the container's root. */
        run->report->uid = id_map_is_single(run->map) ? 0 : uid;
        run->report->gid = id_map_is_single(run->map) ? 0 : gid;
}

void mount_report_access(const Run *run) {
        for (guint i = 0; run->report && i < MIN(run->mounts->steps->len, MAX_STEPS); i++) {
                const MountStep *step = run->mounts->steps->pdata[i];
                struct stat status;

                if (!is_looked_at(step) || stat(step->target, &status) < 0)
                        continue;
                bool is_folder = S_ISDIR(status.st_mode);
                int reading = R_OK | (is_folder                                            ? X_OK
                                      : S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) ? W_OK
                                                                                           : 0);
                if (faccessat(AT_FDCWD, step->target, reading, AT_EACCESS) < 0 && errno == EACCES)
                        run->report->denied[i] = R_OK;
                /* A file that cannot be written is usually configuration; a folder usually is for data. */
                else if (is_folder && !step->is_device && !(step->attributes & MOUNT_ATTR_RDONLY) &&
                         faccessat(AT_FDCWD, step->target, W_OK, AT_EACCESS) < 0 && errno == EACCES)
                        run->report->denied[i] = W_OK;
        }
}

/* ---- the option U ---- */

static bool give_mapped(void *data, GError **error) {
        const Run *run = data;

        for (guint i = 0; i < run->mounts->steps->len; i++) {
                const MountStep *step = run->mounts->steps->pdata[i];
                if (!step->change_owner || step->kind != MOUNT_BIND || !step->source)
                        continue;
                autofd int fd = open(step->source, O_PATH | O_CLOEXEC);
                if (fd < 0)
                        return fail_errno(error, errno, "Cannot open %s", step->source);
                if (!mount_owner_change(fd, run->report->uid, run->report->gid, error))
                        return fail_prefix(error, "%s", step->origin);
        }
        return true;
}

bool mount_report_give(const Run *run, GError **error) {
        bool needed = false;

        if (!run->report || run->has_user)
                return true;
        for (guint i = 0; i < run->mounts->steps->len; i++)
                needed = needed || ((const MountStep *) run->mounts->steps->pdata[i])->change_owner;
        if (!needed)
                return true;
        g_autoptr(IdMap) map = id_own_add_user(run->map);
        return user_namespace_run(map, give_mapped, (void *) run, error);
}

/* ---- words ---- */

static char *group_name(gid_t gid) {
        const struct group *entry = getgrgid(gid);

        return entry ? g_strdup(entry->gr_name) : g_strdup_printf("%u", gid);
}

/* What the user may not do either takes the owner's leave, or is not needed at all. */
static char *advise_own(const MountStep *step, const char *owner, bool is_reading) {
        if (!is_reading)
                return g_strdup("with ro among the options nothing is to be written there");
        return g_strdup_printf("nor may you; 'setfacl -m u:%u:rX %s' by %s lets you", getuid(), step->source,
                               owner);
}

static char *advise(const Run *run, const MountStep *step, const struct stat *status, const char *owner,
                    bool is_reading) {
        guint32 outside = id_map_outside(run->map->users, run->report->uid);

        if (step->is_device)
                return g_strdup("GroupAdd=keep-groups gives it your groups");
        if (outside == getuid())
                return advise_own(step, owner, is_reading);
        if (status->st_uid == getuid())
                return g_strdup_printf(
                        "UserNS=keep-id:uid=%u,gid=%u makes that user you, the option U gives the files "
                        "to it",
                        run->report->uid, run->report->gid);
        return g_strdup_printf(
                "'setfacl -m u:%u:%s %s' by %s lets it, UserNS=keep-id brings your own rights along",
                outside, is_reading ? "rX" : "rwX", step->source, owner);
}

static void tell(const Run *run, const MountStep *step, bool is_reading) {
        guint32 outside = id_map_outside(run->map->users, run->report->uid);
        struct stat status;

        /* What the user cannot open either has been told of. */
        if (stat(step->source, &status) < 0 ||
            (step->is_device && faccessat(AT_FDCWD, step->source, R_OK | W_OK, AT_EACCESS) < 0))
                return;
        g_autofree char *owner = id_ranges_user_name(status.st_uid), *group = group_name(status.st_gid);
        g_autofree char *advice = advise(run, step, &status, owner, is_reading);
        g_autofree char *text = g_strdup_printf(
                "%s: the payload, user %u (on the host %u), may not %s %s, which belongs to %s:%s with mode %04o; %s",
                step->origin, run->report->uid, outside, is_reading ? "read" : "write into", step->source,
                owner, group, status.st_mode & 07777, advice);
        log_entry(is_reading ? LOG_WARNING : LOG_NOTICE, text, "MESSAGE_ID", MESSAGE_HOST_DEGRADED,
                  "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER", run->spec->name, "WOLFFIA_STAGE",
                  "mount", NULL);
}

void mount_report_tell(const Run *run) {
        for (guint i = 0; run->report && i < MIN(run->mounts->steps->len, MAX_STEPS); i++)
                if (run->report->denied[i])
                        tell(run, run->mounts->steps->pdata[i], run->report->denied[i] == R_OK);
}
