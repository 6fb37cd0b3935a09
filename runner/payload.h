/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last steps inside: who, where, and exec. */

#include "runner/run.h"

/* The words to execute: Entrypoint= over the image's, Exec= over its command; with Entrypoint= the image's
 * command is not used (podman-run(1)). Pure; caller unrefs. */
bool payload_plan_command(const ContainerSpec *spec, const ImageRecord *image, GPtrArray **ret_words,
                          GError **error);

/* Runs in:  the child, after rootfs_enter(), when the network is up
 * Needs:    root of its namespaces
 * Leaves:   nothing: the payload runs. Returns in case of failure only. */
bool payload_execute(const Run *run, GError **error);
