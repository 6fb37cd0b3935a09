/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "generator/service.h"

/* Appends the assignments of [Unit], where dependencies on source files (After=db.container) are written as
 * the services that these become. */
void service_depend_print(const ServiceInput *input, guint section, GString *text, GPtrArray *problems);

/* Appends what the values of the section need: the units of files that they name, mounts of paths; and for a
 * pod, its members. */
void service_depend_print_references(const ServiceInput *input, GString *text);

/* Whether KEY of [Unit] names other units. */
bool service_depend_is_key(const char *key);
