/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lets go of the memory that only the start needed: pages of code and constants of the program and its libraries, of the
 * heap and of the stack. What is needed again of the first two comes back from the files, which have to be there still, as
 * they were. For a process that stays, and whose start runs through far more code than the rest of its life. Nothing but
 * libc. */
void shed_start(void);

/* For functions that go on after that: the linker puts them side by side, and the kernel brings code back by the
 * neighbourhood, not by the page. */
#define SHED_STAYS __attribute__((hot))
