/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The container's /etc/resolv.conf, kept like that of the host, or of the container or pod whose network it has, while that
 * changes. What the payload writes there itself stays. */

enum {
        SUPERVISOR_NAMES_SERVERS = 1,
        SUPERVISOR_NAMES_SEARCH = 2,
        SUPERVISOR_NAMES_OPTIONS = 4,
        SUPERVISOR_NAMES_LOOPBACK =
                8, /* also servers on the loopback, which only the host's network reaches */
};

typedef struct SupervisorNames {
        int fd;             /* the file; -1: it follows nothing */
        int head;           /* bytes at its beginning that are not from the source */
        int kept;           /* which lines of the source are in it */
        int time;           /* when we wrote it last, the nanoseconds alone */
        const char *source; /* absolute */
        const char *
                stub; /* ADDRESS=STUB: a server on the host's loopback, and how the container reaches it; NULL: it reaches none */
        int folder_fds[2]; /* that of the source, and that of what the source is a link to; -1: none */
} SupervisorNames;

/* From now on the kernel sends SIGIO after a change in one of the folders. Signals must be blocked. */
void supervisor_names_open(SupervisorNames *names);

/* After any sign of a change. A reader finds whole lines at any time: those before, or those of now. A source that
 * has no server, as while it is written anew, changes nothing; where all are on the host's loopback, and out of reach, the servers that these
 * ask themselves take their place, if they tell them. */
void supervisor_names_refresh(SupervisorNames *names);
