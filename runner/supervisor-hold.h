/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one process of a pod: it stands for the namespaces that the members share. */

/* Stays until SIGTERM comes, or until the last member has ended. Standard input is the fifo that members hold open; one
 * that this side holds open for writing too has no last member. Returns the exit status. */
int supervisor_hold(void);
