/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* [Install] → the links that `systemctl enable` would make (systemd.unit(5)). Generated units cannot be
 * enabled, so that their file says it for good. Pure. */

#include "generator/service.h"

#include <glib.h>

typedef struct InstallLink {
        char *folder; /* "default.target.wants"; NULL: an alias beside the unit */
        char *name;   /* web.service */
        char *target; /* ../web.service */
} InstallLink;

/* Adds to LINKS (of InstallLink, install_links_new()) those of the unit. */
void install_plan(const ServiceInput *input, GArray *links, GPtrArray *problems);

GArray *install_links_new(void);
