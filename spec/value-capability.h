/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* AddCapability=, DropCapability=: with or without CAP_, in any case. RET_NAME is a constant in the form of
 * capabilities(7), "CAP_NET_ADMIN", or "ALL". */
bool value_capability_parse(const char *text, const char **ret_name, GError **error);

/* Whether a container has it when nothing is said: Podman's default set, documented in containers.conf(5). NAME is one that
 * value_capability_parse() wrote. */
bool value_capability_is_default(const char *name);
