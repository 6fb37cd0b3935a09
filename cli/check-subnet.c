/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The addresses of a .network file, as its service would plan them now. */

#include "cli/check.h"

#include "network/holder-plan.h"

#include <string.h>

static bool has_open_values(const GPtrArray *list) {
        for (guint i = 0; i < list->len; i++)
                if (strpbrk(list->pdata[i], "%$"))
                        return true;
        return false;
}

static void report(Translation *translation, ProblemSeverity severity, const char *text) {
        problem_add(translation->problems, severity, translation->path, 0, NULL, "%s", text);
}

void check_subnet(Translation *translation) {
        const NetworkSpec *spec = translation->spec;
        g_autoptr(NetworkState) state = NULL;
        g_autoptr(GError) error = NULL;

        if (translation->source->kind != SOURCE_NETWORK || problems_have_errors(translation->problems) ||
            has_open_values(spec->subnets) || has_open_values(spec->gateways) ||
            has_open_values(spec->ranges) || has_open_values(spec->options))
                return;
        g_autoptr(GArray) taken = subnet_routed();
        if (!holder_plan(spec, taken, &state, &error)) {
                report(translation, PROBLEM_ERROR, error->message);
                return;
        }
        for (guint i = 0; spec->subnets->len > 0 && i < REGISTRY_FAMILIES; i++) {
                g_autofree char *text = holder_plan_find_overlap(state, i, taken);
                if (text)
                        report(translation, PROBLEM_WARNING, text);
        }
}
