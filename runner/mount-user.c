/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each value becomes one step, which says in its origin where it comes from. */

#include "runner/mount-user.h"

#include "base/error.h"
#include "runner/mount-options.h"
#include "spec/value-mount.h"
#include "spec/value-volume.h"

#include <glob.h>
#include <string.h>
#include <sys/mount.h>

/* What Tmpfs= has beside the options of the kernel and of tmpfs(5). */
typedef struct TmpfsWords {
        bool no_copy, change_owner, suid, dev;
} TmpfsWords;

/* Caller frees what is left. */
static char *take_tmpfs_words(const char *options, TmpfsWords *words) {
        const struct {
                const char *word;
                bool *field, value;
        } known[] = {
                {"notmpcopyup", &words->no_copy, true},
                {"tmpcopyup", &words->no_copy, false},
                {"U", &words->change_owner, true},
                {"suid", &words->suid, true},
                {"dev", &words->dev, true},
        };
        g_auto(GStrv) all = g_strsplit(options, ",", -1);
        GString *rest = g_string_new(NULL);

        for (char **word = all; *word; word++) {
                bool found = false;
                for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                        if (g_str_equal(*word, known[i].word)) {
                                *known[i].field = known[i].value;
                                found = true;
                        }
                if (!found)
                        g_string_append_printf(rest, "%s%s", rest->len > 0 ? "," : "", *word);
        }
        return g_string_free(rest, FALSE);
}

bool mount_user_plan_tmpfs(MountPlanning *planning, const char *text, GError **error) {
        g_autofree char *target = NULL, *options = NULL, *kernel = NULL, *rest = NULL;
        guint64 attributes = 0;
        TmpfsWords words = {0};

        if (!value_tmpfs_parse(text, &target, &options, error))
                return false;
        if (options)
                kernel = take_tmpfs_words(options, &words);
        if (kernel && *kernel && !mount_options_split(kernel, &attributes, &rest, error))
                return false;

        /* As podman has it, whatever its manual says of noexec. */
        attributes |= (words.suid ? 0 : MOUNT_ATTR_NOSUID) | (words.dev ? 0 : MOUNT_ATTR_NODEV);
        bool has_mode = rest && strstr(rest, "mode=");
        g_autofree char *all =
                has_mode ? g_strdup(rest) : g_strconcat("mode=1777", rest && *rest ? "," : "", rest, NULL);
        MountStep *step = mount_step_add_file_system(planning->own, "tmpfs", target, attributes, all);
        step->copies_up = !words.no_copy;
        step->change_owner = words.change_owner;
        step->has_mode = has_mode;
        step->origin = g_strdup_printf("Tmpfs=%s", text);
        return true;
}

static guint64 propagation_flag(VolumePropagation propagation) {
        switch (propagation) {
        case VOLUME_PROPAGATION_DEFAULT:
        case VOLUME_SLAVE: /* as everything here is */
        case VOLUME_RSLAVE:
                return 0;
        case VOLUME_PRIVATE:
        case VOLUME_RPRIVATE:
                return MS_PRIVATE;
        case VOLUME_SHARED:
        case VOLUME_RSHARED:
                return MS_SHARED;
        case VOLUME_UNBINDABLE:
        case VOLUME_RUNBINDABLE:
                return MS_UNBINDABLE;
        }
        g_assert_not_reached();
}

static void add_idmap_notice(MountPlanning *planning, const char *origin, const char *advice) {
        g_ptr_array_add(planning->notices,
                        g_strdup_printf("%s: the kernel maps the ids of a mount for root only, so idmap "
                                        "is left out; %s",
                                        origin, advice));
}

static void add_notices(MountPlanning *planning, const Volume *volume, const char *origin) {
        if (volume->idmap)
                add_idmap_notice(planning, origin, "UserNS=keep-id or the option U may serve");
        if (propagation_flag(volume->propagation) == MS_SHARED)
                g_ptr_array_add(
                        planning->notices,
                        g_strdup_printf("%s: what the container mounts there does not reach the host, "
                                        "since the kernel keeps mounts of user namespaces to "
                                        "themselves; rslave brings the host's in",
                                        origin));
}

/* What a step of any kind has of the options of its volume. */
static void configure_step(MountStep *step, const Volume *volume, char *origin) {
        step->attributes |= volume->read_only ? MOUNT_ATTR_RDONLY : 0;
        step->attributes |= volume->no_exec ? MOUNT_ATTR_NOEXEC : 0;
        step->attributes |= volume->suid ? 0 : MOUNT_ATTR_NOSUID;
        step->attributes |= volume->dev ? 0 : MOUNT_ATTR_NODEV;
        step->propagation = propagation_flag(volume->propagation);
        step->is_flat = volume->not_recursive;
        step->change_owner = volume->change_owner;
        step->upper = g_strdup(volume->upper);
        step->work = g_strdup(volume->work);
        step->relabel = volume->relabel;
        step->origin = origin;
}

static const VolumeRecord *find_record(const MountPlanning *planning, const char *name) {
        for (guint i = 0; planning->facts->volumes && i < planning->facts->volumes->len; i++) {
                const MountVolume *volume = &g_array_index(planning->facts->volumes, MountVolume, i);
                if (g_str_equal(volume->name, name))
                        return volume->record;
        }
        return NULL;
}

static bool add_named(MountPlanning *planning, const Volume *volume, MountStep **ret_step, GError **error) {
        const VolumeRecord *record = find_record(planning, volume->source);
        g_autofree char *rest = NULL;
        guint64 attributes = 0;

        if (!record)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "there is no volume '%s'", volume->source);
        if (record->options && !mount_options_split(record->options, &attributes, &rest, error))
                return false;
        g_autofree char *data = volume_record_data_path(record);
        MountStep *step =
                record->source == VOLUME_SOURCE_TMPFS
                        ? mount_step_add_file_system(planning->own, "tmpfs", volume->target, 0, rest)
                        : mount_step_add(planning->own, volume->overlay ? MOUNT_OVERLAY : MOUNT_BIND,
                                         volume->target, data);
        step->attributes = attributes;
        if (record->source == VOLUME_SOURCE_FOLDER && record->is_fresh) {
                step->first_use = (MountFirstUse){
                        .folder = g_strdup(record->path),
                        .no_copy = record->no_copy || volume->no_copy,
                        .has_uid = record->has_uid,
                        .has_gid = record->has_gid,
                        .uid = record->uid,
                        .gid = record->gid,
                };
        }
        *ret_step = step;
        return true;
}

/* Without a name, what is written there goes with the container: in its root file system, or in a folder beside it where
 * that is read-only, with the image's files as a volume has them. */
static MountStep *add_anonymous(MountPlanning *planning, const char *target) {
        if (planning->spec->read_only != TRISTATE_YES || !planning->facts->own_dir)
                return mount_step_add(planning->own, MOUNT_FOLDER, target, NULL);

        g_autofree char *name = g_strdup_printf("anonymous-%u", planning->own->len);
        g_autofree char *folder = g_build_filename(planning->facts->own_dir, name, NULL);
        g_autofree char *data = g_build_filename(folder, "data", NULL);
        MountStep *step = mount_step_add(planning->own, MOUNT_BIND, target, data);
        step->first_use.folder = g_steal_pointer(&folder);
        step->first_use.is_own = true;
        return step;
}

void mount_user_plan_image_volume(MountPlanning *planning, const char *target) {
        g_autofree char *line = g_strconcat("/:", target, NULL);
        g_autoptr(Volume) volume = NULL;

        /* An image's slip must not keep its container from starting. */
        if (!value_volume_parse(line, &volume, NULL))
                return;
        for (guint i = 0; i < planning->own->len; i++)
                if (g_str_equal(((const MountStep *) planning->own->pdata[i])->target, target))
                        return;
        configure_step(add_anonymous(planning, target), volume, NULL);
}

/* Takes ORIGIN. IS_CREATED: a missing source is made, as podman-run(1) does for Volume=. */
static bool add_volume(MountPlanning *planning, const Volume *volume, char *origin, bool is_created,
                       GError **error) {
        MountStep *step = NULL;

        add_notices(planning, volume, origin);
        if (volume->kind == VOLUME_ANONYMOUS)
                step = add_anonymous(planning, volume->target);
        else if (volume->kind == VOLUME_PATH) {
                step = mount_step_add(planning->own, volume->overlay ? MOUNT_OVERLAY : MOUNT_BIND,
                                      volume->target, volume->source);
                step->is_created = is_created;
                /* In most images it is a link to the file of UTC, which is to stay what it is. */
                step->covers_link = g_str_equal(volume->target, "/etc/localtime");
        } else if (!add_named(planning, volume, &step, error)) {
                (void) fail_prefix(error, "%s", origin);
                g_free(origin);
                return false;
        }
        configure_step(step, volume, origin);
        return true;
}

bool mount_user_plan_volume(MountPlanning *planning, const char *text, GError **error) {
        g_autoptr(Volume) volume = NULL;

        if (!value_volume_parse(text, &volume, error))
                return fail_prefix(error, "Volume=%s", text);
        return add_volume(planning, volume, g_strdup_printf("Volume=%s", text), true, error);
}

bool mount_user_plan_rootfs(MountPlanning *planning, const char *text, GError **error) {
        g_autoptr(RootfsFolder) folder = NULL;
        g_autofree char *origin = g_strdup_printf("Rootfs=%s", text);

        if (!value_rootfs_parse(text, &folder, error))
                return fail_prefix(error, "Rootfs=");
        if (folder->idmap)
                add_idmap_notice(planning, origin,
                                 "'wolffia unshare chown' gives the files to the container's ids");
        return true;
}

static bool add_matches(MountPlanning *planning, const MountValue *value, const char *text, GError **error) {
        glob_t matches;
        bool done = true;
        int result = glob(value->volume.source, GLOB_NOSORT, NULL, &matches);

        if (result == GLOB_NOMATCH)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "Mount=%s: nothing matches %s", text,
                            value->volume.source);
        if (result != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "Mount=%s: cannot look for %s", text,
                            value->volume.source);
        for (size_t i = 0; done && i < matches.gl_pathc; i++) {
                g_autofree char *name = g_path_get_basename(matches.gl_pathv[i]);
                g_autofree char *target = value->volume.target
                                                  ? g_build_filename(value->volume.target, name, NULL)
                                                  : g_strdup(matches.gl_pathv[i]);
                Volume one = value->volume;
                one.source = matches.gl_pathv[i];
                one.target = target;
                one.kind = VOLUME_PATH;
                done = add_volume(planning, &one, g_strdup_printf("Mount=%s", text), false, error);
        }
        globfree(&matches);
        return done;
}

/* Writable for all like /tmp, as Tmpfs= is; devpts as the container's own. */
static void add_memory(MountPlanning *planning, const MountValue *value, const char *text) {
        static const char *const types[] = {
                [MOUNT_TYPE_TMPFS] = "tmpfs", [MOUNT_TYPE_RAMFS] = "ramfs", [MOUNT_TYPE_DEVPTS] = "devpts"};
        const char *usual = value->type == MOUNT_TYPE_DEVPTS ? "newinstance,ptmxmode=0666" : "mode=1777";
        bool has_mode =
                value->options && strstr(value->options, "mode=") && value->type != MOUNT_TYPE_DEVPTS;
        g_autofree char *options = has_mode         ? g_strdup(value->options)
                                   : value->options ? g_strconcat(usual, ",", value->options, NULL)
                                                    : g_strdup(usual);
        MountStep *step = mount_step_add_file_system(planning->own, types[value->type], value->volume.target,
                                                     0, options);

        configure_step(step, &value->volume, g_strdup_printf("Mount=%s", text));
        step->copies_up = value->type == MOUNT_TYPE_TMPFS && !value->volume.no_copy;
        step->has_mode = has_mode;
        if (value->type == MOUNT_TYPE_DEVPTS)
                step->attributes &= ~(guint64) MOUNT_ATTR_NODEV;
}

static bool add_image(MountPlanning *planning, const MountValue *value, const char *text, GError **error) {
        const MountFacts *facts = planning->facts;
        char **layers =
                facts->find_layers ? facts->find_layers(facts->find_data, value->volume.source) : NULL;

        if (!layers)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "Mount=%s: the image is not there", text);
        MountStep *step =
                mount_step_add(planning->own, MOUNT_IMAGE, value->volume.target, value->volume.source);
        step->layers = layers;
        step->subpath = g_strdup(value->subpath);
        configure_step(step, &value->volume, g_strdup_printf("Mount=%s", text));
        return true;
}

/* Of the volume that has just been added. */
static bool take_subpath(MountPlanning *planning, const MountValue *value, const char *text,
                         GError **error) {
        MountStep *step = planning->own->pdata[planning->own->len - 1];

        if (value->subpath && step->kind != MOUNT_BIND)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Mount=%s: a volume in memory is empty at the start and has no subpath=", text);
        step->subpath = g_strdup(value->subpath);
        return true;
}

bool mount_user_plan_mount(MountPlanning *planning, const char *text, GError **error) {
        g_autoptr(MountValue) value = NULL;

        if (!value_mount_parse(text, &value, error))
                return fail_prefix(error, "Mount=%s", text);
        switch (value->type) {
        case MOUNT_TYPE_BIND:
        case MOUNT_TYPE_VOLUME:
                return add_volume(planning, &value->volume, g_strdup_printf("Mount=%s", text), false,
                                  error) &&
                       take_subpath(planning, value, text, error);
        case MOUNT_TYPE_IMAGE:
                return add_image(planning, value, text, error);
        case MOUNT_TYPE_GLOB:
                return add_matches(planning, value, text, error);
        case MOUNT_TYPE_TMPFS:
        case MOUNT_TYPE_RAMFS:
        case MOUNT_TYPE_DEVPTS:
                add_memory(planning, value, text);
                return true;
        }
        g_assert_not_reached();
}
