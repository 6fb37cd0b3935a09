/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* AppArmor= and SecurityLabel*=: what a security module of the host's kernel adds to the rest. The files are the kernel's own
 * (proc(5), /proc/PID/attr; user_namespaces do not change them), so no library is needed.
 *
 * As podman-run(1) has it, a profile of AppArmor that cannot be in force keeps the container from starting, and labels of SELinux
 * have no effect where there is no SELinux. Unlike there, a container has no label unless one is asked for. */

#include "runner/run.h"

/* What the host's kernel and policy have. */
typedef struct SecurityLabelHost {
        bool has_apparmor;
        bool has_selinux;
        char *process; /* the policy's label for containers, USER:ROLE:TYPE:LEVEL */
        char *file;    /* and for their files */
} SecurityLabelHost;

void security_label_host_find(SecurityLabelHost *ret_host);
void security_label_host_clear(SecurityLabelHost *host);

/* The labels that the keys ask for, over the policy's; NULL where they ask for none. A level that nobody says is the
 * container's own, by its name, so that a volume with `Z` stays its own. Pure; caller frees. */
void security_label_plan(const ContainerSpec *spec, const SecurityLabelHost *host, char **ret_process,
                         char **ret_file);

/* The label for a volume with the option z or, when IS_PRIVATE, Z; NULL where the host has no SELinux, or the container is to do
 * without. Caller frees. */
char *security_label_of_volume(const ContainerSpec *spec, bool is_private);

/* Runs in:  the runner
 * Leaves:   run->process_label and run->file_label; a notice where the kernel has no SELinux to make them true; an error where a
 *           profile of AppArmor cannot be */
bool security_label_choose(Run *run, GError **error);

/* The same without notices, for what is executed later. */
void security_label_load(Run *run);

/* Has the next execve() change to the profile and the label.
 *
 * Runs in:  the child, last before execve(), in the container's /proc
 * Leaves:   it in force, for a payload in the container as for what it starts */
bool security_label_apply(const Run *run, GError **error);
