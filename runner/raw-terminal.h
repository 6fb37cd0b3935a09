/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The terminal that is our standard input, while another one is copied to it: each key goes through as it is. */

#include <stdbool.h>
#include <termios.h>

typedef struct RawTerminal {
        bool is_raw;
        struct termios saved;
} RawTerminal;

/* Where standard input is no terminal there is nothing to do. */
void raw_terminal_enter(RawTerminal *terminal);
void raw_terminal_leave(RawTerminal *terminal);

/* Gives its size to the terminal behind TERMINAL_FD. */
void raw_terminal_copy_size(int terminal_fd);
