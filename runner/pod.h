/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A pod: the namespaces that its members share, and what is said for all of them. Nothing runs in it but a process of
 * 12 KiB that stands for them. */

#include "runner/run.h"

/* wolffia-runner --pod-infra OPTION…; ARGUMENTS are the options, ended by NULL. Returns the exit status, in case of
 * failure only. */
int pod_main(const char *const *arguments);

/* Adds the pod's volumes to the spec of a member, and lets the pod know that there is one.
 *
 * Runs in:  the runner of a member
 * Needs:    run->peer_folder, the pod's
 * Leaves:   run->member_fd: the pod's last member has ended when nobody has it open any more */
bool pod_join(Run *run, GError **error);
