/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A service has no terminal, and its payload shall never hold one of the caller's. So the container of `wolffia run -it` only
 * waits (catatonit -P), and the command is run in it by the means of `wolffia exec`: with a terminal of the container's,
 * ours being copied to it. When the command ends, the unit is stopped. */

#include "cli/run.h"

#include "base/error.h"
#include "cli/verb.h"
#include "image/store.h"
#include "runner/exec-client.h"
#include "runner/exit-status.h"
#include "runner/payload.h"

#include <string.h>

#define WAIT_FOR_EVER "[\"/run/podman-init\",\"-P\"]" /* where RunInit= has the host's catatonit */

/* What the container would have run, once its image is in the store. */
static bool plan_words(const ContainerSpec *asked, ExecRequest *request, GError **error) {
        g_autoptr(ImageStore) store = NULL;
        g_autoptr(ImageRecord) image = NULL;
        g_autoptr(GPtrArray) words = NULL;

        if (asked->image &&
            (!image_store_open(&store, error) || !image_store_find(store, asked->image, &image, error)))
                return false;
        if (!payload_plan_command(asked, image, &words, error))
                return false;
        for (guint i = 0; words->pdata[i]; i++)
                g_ptr_array_add(request->words, g_strdup(words->pdata[i]));
        return true;
}

static bool run_command(Manager *manager, const ContainerSpec *asked, const RunOptions *options,
                        int *ret_status, GError **error) {
        g_autoptr(ExecRequest) request = exec_request_new();
        g_autofree char *folder = g_build_filename(manager->runtime_dir, "wolffia", asked->name, NULL);
        const char *kind = g_getenv("TERM");

        request->has_terminal = options->terminal;
        if (options->terminal && kind)
                g_ptr_array_add(request->environment, g_strconcat("TERM=", kind, NULL));
        return plan_words(asked, request, error) &&
               exec_client_run(folder, request, options->interactive, ret_status, error);
}

/* The words of the command move out of SPEC, for the container to wait in their place. */
static ContainerSpec *take_command(ContainerSpec *spec) {
        ContainerSpec *asked = container_spec_new();

        asked->name = g_strdup(spec->name);
        asked->image = g_strdup(spec->image);
        asked->entrypoint = g_steal_pointer(&spec->entrypoint);
        while (spec->command->len > 0)
                g_ptr_array_add(asked->command, g_ptr_array_steal_index(spec->command, 0));
        spec->entrypoint = g_strdup(WAIT_FOR_EVER);
        spec->init = TRISTATE_YES;
        return asked;
}

int run_interactive(ContainerSpec *spec, const RunOptions *options) {
        g_autoptr(ContainerSpec) asked = take_command(spec);
        g_autoptr(Manager) manager = NULL;
        g_autoptr(GError) error = NULL;
        int status = EXIT_STATUS_NOT_STARTED;

        if (!manager_open(&manager, &error) || !run_unit_start(manager, spec, &error)) {
                (void) verb_fail(error);
                return status;
        }
        if (!run_command(manager, asked, options, &status, &error))
                (void) verb_fail(error);
        g_clear_error(&error);
        if (!manager_run_job(manager, "StopUnit", spec->unit, &error))
                verb_warn(error->message);
        return status;
}
