/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rows of the table that do more than leave an option out (LiftTake). */

#include "generator/service-lift.h"

bool lift_private_network(const LiftInput *input);
bool lift_no_new_privileges(const LiftInput *input);
bool lift_bounding_set(const LiftInput *input);
bool lift_ambient(const LiftInput *input);
bool lift_limit(const LiftInput *input);
bool lift_umask(const LiftInput *input);
bool lift_kill_signal(const LiftInput *input);
bool lift_bind_paths(const LiftInput *input);
bool lift_output(const LiftInput *input);

bool lift_renamed(const LiftInput *input);
bool lift_cpu_shares(const LiftInput *input);
bool lift_block_io_weight(const LiftInput *input);

bool lift_scheduling(const LiftInput *input);
bool lift_device_policy(const LiftInput *input);
bool lift_label(const LiftInput *input);
