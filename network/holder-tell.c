/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Nothing is passed over in silence. */

#include "network/holder-tell.h"

#include "base/log.h"
#include "network/holder-plan.h"

static void tell(const NetworkSpec *spec, const char *text) {
        log_entry(LOG_NOTICE, text, "USER_UNIT", spec->unit, NULL);
}

static void tell_of_options(const NetworkSpec *spec) {
        for (guint i = 0; i < spec->options->len; i++) {
                const char *option = spec->options->pdata[i];
                if (holder_plan_knows_option(option))
                        continue;
                g_autofree char *text =
                        g_strdup_printf("Options=%s is without effect; mtu= is known", option);
                tell(spec, text);
        }
}

/* No refusal: a laptop may have come into a network that has the same addresses. */
static void tell_of_overlaps(const NetworkSpec *spec, const NetworkState *state, const GArray *taken) {
        for (guint i = 0; spec->subnets->len > 0 && i < REGISTRY_FAMILIES; i++) {
                g_autofree char *text = holder_plan_find_overlap(state, i, taken);
                if (text)
                        tell(spec, text);
        }
}

void holder_tell(const NetworkSpec *spec, const NetworkState *state, const GArray *taken) {
        tell_of_options(spec);
        tell_of_overlaps(spec, state, taken);
}
