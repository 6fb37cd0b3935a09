/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* HealthCmd=, HealthStartupCmd=, HealthOnFailure= (podman-run(1), --health-cmd). */

#include <glib.h>
#include <stdbool.h>

typedef enum HealthKind {
        HEALTH_NONE,    /* none: also the image's own check is off */
        HEALTH_COMMAND, /* words for execve(2) */
        HEALTH_SHELL,   /* one word, for /bin/sh -c */
} HealthKind;

typedef struct HealthCommand {
        HealthKind kind;
        GPtrArray *words; /* of char * */
} HealthCommand;

void health_command_free(HealthCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HealthCommand, health_command_free)

/* The forms that are in use, keywords in any case:
 *
 *         curl -f http://localhost/        text for the shell
 *         CMD-SHELL curl … || exit 1       the same
 *         CMD curl -f http://localhost/    words, quotes come off
 *         ["CMD", "curl", "-f", "…"]       words, also without "CMD" when there are several
 *         ["CMD-SHELL", "curl …"]          text for the shell, also a list of one string
 *         none                             no check
 *
 * (Podman splits the JSON form at its blanks when it starts with "CMD", brackets and quotes included.) */
bool value_health_parse(const char *text, HealthCommand **ret_command, GError **error);

/* What happens when a container has become unhealthy. */
typedef enum HealthAction {
        HEALTH_ACTION_NONE, /* it is told, no more */
        HEALTH_ACTION_KILL,
        HEALTH_ACTION_RESTART,
        HEALTH_ACTION_STOP,
} HealthAction;

bool value_health_action_parse(const char *text, HealthAction *ret_action, GError **error);
