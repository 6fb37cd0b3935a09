/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SeccompProfile= of a file: the JSON that containers/common, Docker and the OCI runtime specification have
 * (config-linux.md, "Seccomp"), made into a program for the kernel by libseccomp. */

#include <glib.h>
#include <stdbool.h>

/* What the profile's conditions are asked about. */
typedef struct SeccompProfileHost {
        guint64 capabilities;     /* of the payload, bit CAP_… each: includes.caps, excludes.caps */
        const char *architecture; /* Go's name, "amd64": includes.arches, excludes.arches */
        const char *kernel;       /* its release, "6.1.0-13": includes.minKernel */
} SeccompProfileHost;

/* This host and its kernel. */
SeccompProfileHost seccomp_profile_host(guint64 capabilities);

/* Compiles TEXT to instructions (struct sock_filter). Names of system calls that libseccomp does not know are passed over, as
 * by all programs that read the format: they are newer than it, or of another architecture. Caller unrefs. */
bool seccomp_profile_compile(const char *text, gsize size, const SeccompProfileHost *host,
                             GByteArray **ret_filter, GError **error);
