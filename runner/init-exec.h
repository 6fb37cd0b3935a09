/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Executes WORDS, which end in NULL, by the PATH of the environment, as execvp(3) does. Returns in case of failure only: the
 * exit status to end with, 127 when there is no such program, 126 when it cannot be executed. */
int init_exec(char **words);
