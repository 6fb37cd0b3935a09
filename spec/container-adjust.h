/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a value of [Container] needs beyond its grammar: relative paths start from the unit file's folder,
 * and what refers to other unit files is looked at; and the checks that span several keys. */

#include "spec/container-spec.h"
#include "spec/key-load.h"

/* By the offset of the field; ended by one without a function. */
extern const KeyAdjustment container_adjustments[];

/* Network=, in every kind of file that has it. */
bool container_adjust_network(const KeyLoad *load, char **value, GError **error);

/* Adds to the problems what is wrong in the whole. */
void container_check(KeyLoad *load);
