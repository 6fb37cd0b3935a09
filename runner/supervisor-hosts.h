/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The line of the container's /etc/hosts that names the host, kept true while the host's address changes. */

typedef struct SupervisorHosts {
        int fd;       /* the file; -1: nothing to keep */
        int at;       /* where its field with the address is, SUPERVISOR_HOSTS_WIDTH wide */
        int event_fd; /* the kernel tells of changes here; -1: none */
} SupervisorHosts;

#define SUPERVISOR_HOSTS_WIDTH 15                            /* of the longest address; blanks fill it */
#define SUPERVISOR_HOSTS_NAME  "\thost.containers.internal " /* what stands behind the field */

/* Waits for changes from now on, and sees to one that was made before. */
void supervisor_hosts_open(SupervisorHosts *hosts);

/* After an event. The address is written over the one before, in one piece and of the same size, so that no reader finds
 * half a file. Without an address the last one stays, as does a file that has no such line there any more. */
void supervisor_hosts_refresh(const SupervisorHosts *hosts);
