/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of `wolffia doctor`: what of the host keeps containers from running, or from running well. Each is found by trying where
 * it can be tried, and told by the code that meets it at a start; a finding names its row of the table of shortcomings. */

#include "base/id-ranges.h"

#include <glib.h>
#include <stdbool.h>

typedef enum DoctorVerdict {
        DOCTOR_OK,
        DOCTOR_ADVICE,  /* containers run; something is missed */
        DOCTOR_PROBLEM, /* containers do not run, or are not safe */
} DoctorVerdict;

typedef struct DoctorFinding {
        DoctorVerdict verdict;
        const char *row;  /* "U4" */
        const char *name; /* a word for the line */
        char *text;       /* what is so; where it is not well, also what to do */
} DoctorFinding;

typedef struct Doctor {
        GArray *findings; /* of DoctorFinding */
        bool fixes;       /* --fix: what the user may do is done */
} Doctor;

Doctor *doctor_new(bool fixes);
void doctor_free(Doctor *doctor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Doctor, doctor_free)

void doctor_say(Doctor *doctor, DoctorVerdict verdict, const char *row, const char *name, const char *format,
                ...) G_GNUC_PRINTF(5, 6);

/* The worst of all. */
DoctorVerdict doctor_verdict(const Doctor *doctor);

/* Lines for people, or one JSON object, on standard output. */
void doctor_print(const Doctor *doctor);
void doctor_print_json(const Doctor *doctor);

/* Subordinate ids, newuidmap, user namespaces. */
void doctor_check_ids(Doctor *doctor);
/* The runtime folder, the manager, the bus, lingering, the journal. */
void doctor_check_session(Doctor *doctor);
/* The kernel, cgroups, storage, the network, programs. */
void doctor_check_host(Doctor *doctor);
/* pasta, its device, the host's sockets and ports. */
void doctor_check_network(Doctor *doctor);

/* The first line of a subuid(5) file, TEXT, that gives some of the ids in RANGE to somebody else; NULL: none. Pure; caller frees. */
char *doctor_find_overlap(const char *text, const char *user_name, uid_t uid, IdRange range);

/* What to do about a /proc/sys/net/ipv4/tcp_wmem of TEXT, by which containers send slowly; NULL: nothing. Pure. */
const char *doctor_advise_send_buffer(const char *text);
