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

/* A further program in a container that runs, with the restrictions of its payload (runner/exec-serve.c). WORDS end in NULL.
 *
 * Runs in:  a child that has entered the container, as root of its namespaces, with the standard files that the program gets
 * Needs:    of RUN: spec, map, environment, sync; with HAS_TERMINAL, standard input is a terminal of the container's
 * Leaves:   nothing. Returns in case of failure only. */
bool payload_execute_also(const Run *run, const GPtrArray *words, bool has_terminal, GError **error);

/* Where it runs: the spec's choice, the image's, or "/". */
const char *payload_folder(const Run *run);
