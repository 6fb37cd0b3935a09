/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The generator's own search and finder, so that a name means here what it means in a file. Reads nothing where no name is. */

#include "cli/run.h"

#include "base/error.h"
#include "generator/lookup.h"
#include "spec/settings.h"
#include "spec/value-network.h"

/* A list of the spec whose values may name files. */
typedef struct Named {
        const char *option; /* as the user knows it */
        GPtrArray *values;
        bool (*replace)(References *references, const char *here, char **value, GError **error);
} Named;

static bool replace_network(References *references, const char *here, char **value, GError **error) {
        bool is_made; /* with the defaults, which a file's author is told of and a caller has asked for */

        return reference_network(references, value, &is_made, error);
}

static bool replace_image(References *references, const char *here, char **value, GError **error) {
        return reference_image(references, value, error);
}

static bool replace_all(References *references, const Named *named, const char *here, GError **error) {
        for (guint i = 0; i < named->values->len; i++)
                if (!named->replace(references, here, (char **) &named->values->pdata[i], error))
                        return fail_prefix(error, "%s", named->option);
        return true;
}

/* As the generator does for files: the unit of wolffia.conf's network is to be there first. Returns whose value it is. */
static const char *add_default_network(ContainerSpec *spec) {
        g_autoptr(Settings) settings = spec->networks->len > 0 || spec->pod ? NULL : settings_load(NULL);

        if (!settings || !settings->network || !value_network_is_of_unit(settings->network))
                return "--network";
        g_ptr_array_add(spec->networks, g_strdup(settings->network));
        return "wolffia.conf: Network=";
}

bool run_reference(ContainerSpec *spec, RunOptions *options, GError **error) {
        References *references = &options->references;
        g_autoptr(GPtrArray) images = g_ptr_array_new(); /* of one, as the others are lists */
        const Named lists[] = {
                {"image", images, replace_image},
                {add_default_network(spec), spec->networks, replace_network},
                {"--volume", spec->volumes, reference_volume},
                {"--mount", spec->mounts, reference_mount},
        };
        g_autofree char *folder = g_get_current_dir(), *here = g_build_filename(folder, "run", NULL);
        g_autoptr(Search) search = NULL;
        g_autoptr(UnitReader) reader = NULL;
        g_autoptr(Lookup) lookup = NULL;
        bool done = true;

        options->has_image_unit = spec->image && reference_is_image_file(spec->image);
        if (options->has_image_unit)
                g_ptr_array_add(images, spec->image);

        for (size_t i = 0; done && i < G_N_ELEMENTS(lists); i++) {
                if (lists[i].values->len > 0 && !search) {
                        g_autoptr(GArray) roots = search_roots();
                        search = search_run(roots);
                        reader = unit_reader_new();
                        lookup = lookup_new(search, reader);
                        lookup_connect(lookup, references);
                }
                done = replace_all(references, &lists[i], here, error);
        }
        if (images->len > 0)
                spec->image = images->pdata[0];
        references->data = NULL; /* the finder ends here */
        references->find = NULL;
        references->owner = NULL;
        return done;
}
