/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Used by `wolffia exec` and `wolffia run`; what is on our standard output then is the other terminal's business. */

#include "runner/raw-terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

void raw_terminal_enter(RawTerminal *terminal) {
        if (tcgetattr(STDIN_FILENO, &terminal->saved) < 0)
                return;
        struct termios raw = terminal->saved;
        cfmakeraw(&raw);
        terminal->is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void raw_terminal_leave(RawTerminal *terminal) {
        if (terminal->is_raw)
                (void) tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->saved);
        terminal->is_raw = false;
}

void raw_terminal_copy_size(int terminal_fd) {
        struct winsize size;

        if (terminal_fd >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
                (void) ioctl(terminal_fd, TIOCSWINSZ, &size);
}
