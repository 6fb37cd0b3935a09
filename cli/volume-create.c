/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume create: also what the units of .volume files run. */

#include "base/error.h"
#include "base/notify.h"
#include "cli/volume.h"
#include "spec/value-user.h"

#include <stdio.h>

static const char description[] =
        "The first container that uses the volume gives it the files that its image has\n"
        "at that place, and their owner. Options (--opt): copy, nocopy; type=tmpfs, for\n"
        "a file system in memory; type=bind with device=FOLDER, for a folder of yours;\n"
        "o=OPTIONS of the mount (size=1g, noexec; uid= and gid= are the owner);\n"
        "image=IMAGE with --driver=image, whose files are copied into the volume.";

typedef struct Create {
        char *driver, *uid, *gid, *unit;
        char **options, **labels;
        gboolean ignore;
} Create;

static bool take_ids(const Create *create, VolumeRecord *fields, GError **error) {
        if (create->uid && !value_id_parse(create->uid, &fields->uid))
                return fail(error, WOLFFIA_ERROR_VALUE, "--uid=%s: that is not a number", create->uid);
        if (create->gid && !value_id_parse(create->gid, &fields->gid))
                return fail(error, WOLFFIA_ERROR_VALUE, "--gid=%s: that is not a number", create->gid);
        fields->has_uid = fields->has_uid || create->uid;
        fields->has_gid = fields->has_gid || create->gid;
        return true;
}

static bool check_driver(const Create *create, const VolumeRecord *fields, GError **error) {
        const char *driver = create->driver && *create->driver ? create->driver : "local";
        bool is_image = g_str_equal(driver, "image");

        if (!is_image && !g_str_equal(driver, "local"))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "--driver=%s: it is not known; local and image are", driver);
        if (is_image && !(fields->image && *fields->image))
                return fail(error, WOLFFIA_ERROR_VALUE, "--driver=image needs --opt=image=NAME");
        if (!is_image && fields->image)
                return fail(error, WOLFFIA_ERROR_VALUE, "--opt=image=%s needs --driver=image",
                            fields->image);
        return true;
}

static bool take_all(const Create *create, VolumeRecord *fields, GError **error) {
        for (char **option = create->options; option && *option; option++)
                if (!volume_record_take_option(fields, *option, error))
                        return fail_prefix(error, "--opt=%s", *option);
        for (char **label = create->labels; label && *label; label++)
                g_ptr_array_add(fields->labels, g_strdup(*label));
        return take_ids(create, fields, error) && check_driver(create, fields, error) &&
               volume_record_check(fields, error);
}

/* One that is there already has the options that it was made with; that others were asked for is said. */
static void warn_of_difference(const VolumeRecord *existing, const VolumeRecord *fields) {
        g_autofree char *is = volume_record_print(existing), *should = volume_record_print(fields);

        if (g_strcmp0(is, should) == 0)
                return;
        g_autofree char *text = g_strdup_printf(
                "The volume %s exists with other options than these; 'wolffia volume inspect %s' shows them, and "
                "export, remove and create change them",
                existing->name, existing->name);
        verb_warn(text);
}

static bool create(const Create *options, const char *name, GError **error) {
        g_autoptr(VolumeRecord) fields = volume_record_new(name), existing = NULL;
        g_autoptr(VolumeStore) store = NULL;
        g_autoptr(GError) failure = NULL;

        if (!take_all(options, fields, error) || !volume_store_open(&store, error) ||
            !volume_store_find(store, name, &existing, error))
                return false;
        if (existing && options->ignore) {
                warn_of_difference(existing, fields);
                return true;
        }
        if (existing)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The volume %s exists already (--ignore is content with that)", existing->name);
        if ((fields->image ? volume_image_create : volume_store_create)(store, fields, &failure) ||
            (options->ignore && g_error_matches(failure, ERRNO_ERROR, EEXIST)))
                return true;
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

int volume_create(const Verb *verb, int argc, char **argv) {
        Create options = {0};
        const GOptionEntry entries[] = {
                {"ignore", 0, 0, G_OPTION_ARG_NONE, &options.ignore, "Be content with one that exists",
                 NULL},
                {"opt", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &options.options, "How it is made",
                 "NAME[=VALUE]"},
                {"label", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &options.labels, "Metadata", "NAME=VALUE"},
                {"uid", 0, 0, G_OPTION_ARG_STRING, &options.uid, "Owner, as containers see it", "ID"},
                {"gid", 0, 0, G_OPTION_ARG_STRING, &options.gid, "Group, likewise", "ID"},
                {"driver", 'd', 0, G_OPTION_ARG_STRING, &options.driver,
                 "local, or image: the files of --opt=image=NAME", "NAME"},
                {"unit", 0, 0, G_OPTION_ARG_STRING, &options.unit, "The unit that calls, for messages",
                 "UNIT"},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 1)
                status = verb_misuse(verb, "the name of one volume is needed");
        else if (create(&options, arguments[0], &error)) {
                status = VERB_SUCCESS;
                if (!options.unit)
                        puts(arguments[0]);
        } else {
                notify_status(error->message);
                status = verb_fail(error);
        }
        g_strfreev(options.options);
        g_strfreev(options.labels);
        g_free(options.driver);
        g_free(options.uid);
        g_free(options.gid);
        g_free(options.unit);
        return status;
}
