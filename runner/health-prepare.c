/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is wrong with a check is told before anything is made. */

#include "runner/health-prepare.h"

#include "base/error.h"
#include "base/log.h"
#include "runner/exec-record.h"
#include "runner/health-check.h"
#include "runner/health.h"
#include "spec/container-options.h"

#include <unistd.h>

/* The spec's own, or the image's. */
static bool load_health(const Run *run, HealthPlan **ret_plan, GError **error) {
        if (!run->image || !run->image->health[0] || (run->spec->health_cmd && *run->spec->health_cmd))
                return health_plan_load(run->spec, ret_plan, error);

        g_autoptr(GPtrArray) words = exec_record_words(run);
        g_autoptr(ContainerSpec) spec = NULL;
        g_autoptr(GError) failure = NULL;
        g_ptr_array_add(words, NULL);
        /* An image's slip must not keep its container from starting. */
        if (!container_options_parse((const char *const *) words->pdata, &spec, &failure) ||
            !health_plan_load(spec, ret_plan, &failure)) {
                g_autofree char *text =
                        g_strdup_printf("The image's HEALTHCHECK is not used: %s", failure->message);
                log_entry(LOG_WARNING, text, "USER_UNIT", run->spec->unit, "WOLFFIA_CONTAINER",
                          run->spec->name, NULL);
        }
        return true;
}

bool health_prepare(Run *run, GError **error) {
        g_autofree char *file = g_build_filename(run->session.container_dir, HEALTH_FILE_NAME, NULL);
        g_autoptr(HealthPlan) plan = NULL;

        if (!load_health(run, &plan, error))
                return false;
        (void) unlink(file); /* of an earlier life */
        if (plan)
                run->first_check = (int) (health_first_delay(plan) / 1000);
        else if (g_strcmp0(run->spec->notify, "healthy") == 0 &&
                 g_strcmp0(run->spec->health_interval, "disable") == 0)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "Notify=healthy waits for a health check, and HealthInterval=disable leaves none; write a time "
                        "there, or Notify=no");
        else if (g_strcmp0(run->spec->notify, "healthy") == 0)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "Notify=healthy waits for a health check, and there is none, the image has none either; write HealthCmd=, or Notify=no");
        return true;
}
