/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lets go of the memory that only the start needed: pages of code and constants of the program and its libraries. What is
 * needed again comes back from the files, which have to be there still, as they were. For a process that stays, and
 * whose start runs through far more code than the rest of its life. */
void shed_code(void);
