/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The unit's own log, and its status: a process that is gone so soon is in neither by itself. */

#include "runner/report.h"

#include "base/log.h"
#include "base/message-ids.h"
#include "base/notify.h"

void report_failure(const ContainerSpec *spec, const char *stage, const GError *failure) {
        const char *unit = spec && spec->unit && *spec->unit ? spec->unit : NULL;

        notify_status(failure->message);
        log_entry(LOG_ERR, failure->message, "MESSAGE_ID", MESSAGE_START_FAILED, "USER_UNIT", unit,
                  "WOLFFIA_CONTAINER", spec ? spec->name : NULL, "WOLFFIA_STAGE", stage, NULL);
}
