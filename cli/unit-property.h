/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines of a unit file as properties of org.freedesktop.systemd1(5), which have other names and types. Those that
 * service_print_properties() may write. Pure. */

#include <glib.h>
#include <stdbool.h>

/* What KEY=VALUE is called, and what it is. NAME stands for "%N". Caller owns both. */
bool unit_property_parse(const char *key, const char *value, const char *name, const char **ret_property,
                         GVariant **ret_variant, GError **error);
