/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties are the lines that a generated unit has. No command line in between shows what is in them: passwords stand in
 * variables. */

#include "cli/transient.h"

#include "base/error.h"
#include "cli/unit-property.h"
#include "config.h"
#include "generator/service.h"
#include "spec/container-options.h"

#include <string.h>

/* A message is built by calls that each fail only when an earlier one did, or memory is short: the first result counts. */
typedef struct Build {
        sd_bus_message *message;
        int result;
} Build;

static void note(Build *build, int result) {
        if (build->result >= 0)
                build->result = result;
}

static void add_text(Build *build, const char *name, const char *value) {
        note(build, sd_bus_message_append(build->message, "(sv)", name, "s", value));
}

static void add_variant(Build *build, const char *name, GVariant *variant) {
        sd_bus_message *message = build->message;
        const char *type = g_variant_get_type_string(variant);
        gsize size;

        if (*type == 's')
                add_text(build, name, g_variant_get_string(variant, NULL));
        else if (*type == 'b')
                note(build, sd_bus_message_append(message, "(sv)", name, type,
                                                  (int) g_variant_get_boolean(variant)));
        else if (*type == 'u')
                note(build,
                     sd_bus_message_append(message, "(sv)", name, type, g_variant_get_uint32(variant)));
        else if (*type == 'i')
                note(build,
                     sd_bus_message_append(message, "(sv)", name, type, g_variant_get_int32(variant)));
        else if (*type == 't')
                note(build,
                     sd_bus_message_append(message, "(sv)", name, type, g_variant_get_uint64(variant)));
        else { /* a list of one word, or bytes */
                note(build, sd_bus_message_open_container(message, 'r', "sv"));
                note(build, sd_bus_message_append(message, "s", name));
                note(build, sd_bus_message_open_container(message, 'v', type));
                if (g_str_equal(type, "ay")) {
                        const void *bytes = g_variant_get_fixed_array(variant, &size, 1);
                        note(build, sd_bus_message_append_array(message, 'y', bytes, size));
                } else {
                        g_autofree const char **words = g_variant_get_strv(variant, NULL);
                        note(build, sd_bus_message_append_strv(message, (char **) words));
                }
                note(build, sd_bus_message_close_container(message));
                note(build, sd_bus_message_close_container(message));
        }
}

/* The lines that a generated unit would have. */
static bool add_lines(Build *build, const Transient *transient, GError **error) {
        const ServiceInput input = {
                .unit = transient->service,
                .path = "",
                .service = "",
                .source_kind = SOURCE_CONTAINER,
                .kind = unit_kind_find(SOURCE_CONTAINER),
        };
        g_autoptr(GString) text = g_string_new(NULL);

        for (guint i = 0; i < transient->service->assignments->len; i++) {
                const UnitAssignment *line = unit_file_at(transient->service, i);
                g_string_append_printf(text, "%s=%s\n", line->key, line->value);
        }
        service_print_properties(&input, transient->spec, text);
        g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
        for (char **line = lines; *line; line++) {
                char *value = strchr(*line, '=');
                g_autoptr(GVariant) variant = NULL;
                const char *property;

                if (!value)
                        continue;
                *value++ = '\0';
                if (!unit_property_parse(*line, value, transient->spec->name, &property, &variant, error))
                        return false;
                add_variant(build, property, variant);
        }
        return true;
}

/* Requires= and After=, as for a file that refers to others. */
static void add_required(Build *build, const GPtrArray *required) {
        static const char *const names[] = {"Requires", "After"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                for (guint j = 0; j < required->len; j++)
                        note(build, sd_bus_message_append(build->message, "(sv)", names[i], "as", 1,
                                                          (const char *) required->pdata[j]));
}

static void add_files(Build *build, const int files[3]) {
        static const char *const names[] = {"StandardInputFileDescriptor", "StandardOutputFileDescriptor",
                                            "StandardErrorFileDescriptor"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (files[i] >= 0)
                        note(build, sd_bus_message_append(build->message, "(sv)", names[i], "h", files[i]));
}

/* systemd puts the environment in for "$" when it executes the command. */
static void escape(GPtrArray *words) {
        for (guint i = 0; i < words->len; i++) {
                g_auto(GStrv) parts = g_strsplit(words->pdata[i], "$", -1);
                g_free(words->pdata[i]);
                words->pdata[i] = g_strjoinv("$$", parts);
        }
}

static bool add_command(Build *build, const ContainerSpec *spec, GError **error) {
        const char *runner = g_getenv("WOLFFIA_RUNNER"); /* for running from a build folder */
        g_autoptr(GPtrArray) words = container_options_print(spec);

        escape(words);
        g_ptr_array_insert(words, 0, g_strdup(runner ? runner : WOLFFIA_RUNNER_PATH));
        for (guint i = 0; i < words->len; i++)
                if (!g_utf8_validate(words->pdata[i], -1, NULL)) {
                        g_autofree char *shown = g_utf8_make_valid(words->pdata[i], -1);
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is not UTF-8, which is all that a unit's command line may be; "
                                    "--foreground takes it",
                                    shown);
                }
        g_ptr_array_add(words, NULL);
        note(build, sd_bus_message_open_container(build->message, 'r', "sv"));
        note(build, sd_bus_message_append(build->message, "s", "ExecStart"));
        note(build, sd_bus_message_open_container(build->message, 'v', "a(sasb)"));
        note(build, sd_bus_message_open_container(build->message, 'a', "(sasb)"));
        note(build, sd_bus_message_open_container(build->message, 'r', "sasb"));
        note(build, sd_bus_message_append(build->message, "s", words->pdata[0]));
        note(build, sd_bus_message_append_strv(build->message, (char **) words->pdata));
        note(build, sd_bus_message_append(build->message, "b", false));
        for (int i = 0; i < 4; i++)
                note(build, sd_bus_message_close_container(build->message));
        return true;
}

static bool fill(Build *build, const Transient *transient, GError **error) {
        const ContainerSpec *spec = transient->spec;
        g_autofree char *what = g_strconcat("wolffia run ", spec->image ? spec->image : spec->rootfs, NULL);

        note(build, sd_bus_message_append(build->message, "ss", spec->unit, "fail"));
        note(build, sd_bus_message_open_container(build->message, 'a', "(sv)"));
        add_text(build, "Description", what);
        if (transient->collect)
                add_text(build, "CollectMode", "inactive-or-failed");
        add_files(build, transient->files);
        add_required(build, transient->required);
        if (!add_lines(build, transient, error) || !add_command(build, spec, error))
                return false;
        note(build, sd_bus_message_close_container(build->message));
        note(build, sd_bus_message_append(build->message, "a(sa(sv))", 0));
        return build->result >= 0 ||
               fail_errno(error, build->result, "Cannot tell the service manager of %s", spec->unit);
}

static bool call(Manager *manager, Build *build, const char *unit, ManagerJob *job, GError **error) {
        sd_bus_error failure = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *path = NULL;

        int result = sd_bus_call(manager->bus, build->message, 0, &failure, &reply);
        if (result >= 0)
                result = sd_bus_message_read(reply, "o", &path);
        if (result >= 0)
                job->path = g_strdup(path);
        else
                manager_fail(&failure, result, unit, error);
        sd_bus_error_free(&failure);
        sd_bus_message_unref(reply);
        return result >= 0;
}

bool transient_start(Manager *manager, const Transient *transient, ManagerJob *job, GError **error) {
        Build build = {0};

        note(&build,
             sd_bus_message_new_method_call(manager->bus, &build.message, "org.freedesktop.systemd1",
                                            "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                                            "StartTransientUnit"));
        if (build.result < 0)
                return fail_errno(error, build.result, "Cannot speak to the service manager");
        bool done =
                fill(&build, transient, error) && call(manager, &build, transient->spec->unit, job, error);
        sd_bus_message_unref(build.message);
        return done;
}
