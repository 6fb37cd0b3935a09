/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A program's own command line, which any user of the host can read in /proc/PID/cmdline. */

/* Overwrites all arguments but the program's name with KEPT (NULL: nothing), for `ps`. Whatever is still needed of ARGV has
 * been copied before. Until then the values can be seen, so this comes first in a program. */
void arguments_hide(int argc, char **argv, const char *kept);
