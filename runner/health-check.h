/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* `wolffia-runner --health`: one health check. Started by the supervisor, which knows when.
 *
 * What is known so far lies in the file `health` of the container's runtime folder, a GKeyFile, for `wolffia ps` too:
 *
 *   [Health]
 *   Status=starting        starting, healthy, unhealthy
 *   Failures=0             in a row
 *   Output=…               of the last check, its last line
 *   ExitStatus=0           of the last check; -1: it took too long, or could not be run
 *   Time=…                 of the last check, microseconds since the epoch
 *
 * and what only the next check needs, in [Check]. */

#define HEALTH_FILE_NAME "health"

/* The arguments are --record-fd=, --report-fd=: a datagram socket that the supervisor hears NEXT=MILLISECONDS and
 * ACTION=kill or stop by, and what it is to tell systemd. Returns an exit status. */
int health_check_main(int argc, char **argv);

/* "starting", "healthy" or "unhealthy", by that file in the runtime folder FOLDER, which a payload cannot write, as opposed
 * to the unit's STATUS=; NULL when no check has ended yet. Static. */
const char *health_check_find_status(const char *folder);
