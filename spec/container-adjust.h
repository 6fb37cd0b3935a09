/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a value of [Container] needs beyond its grammar: relative paths start from the unit file's folder,
 * and what refers to other unit files is looked at; and the checks that span several keys. */

#include "spec/container-keys.h"
#include "spec/unit-file.h"

#include <glib.h>
#include <stdbool.h>

/* Replaces *VALUE when it must be written otherwise. UNIT_PATH is the absolute path of the unit file. */
bool container_adjust(const ContainerKey *key, const char *unit_path, char **value, GError **error);

/* Adds to PROBLEMS what is wrong in the whole. */
void container_check(const UnitFile *unit, const char *unit_path, ContainerSpec *spec, GPtrArray *problems);
