/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A look at the masks of a process: what its kernel would do with a signal. */

#include "runner/supervisor-heard.h"

#include "runner/supervisor-spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The hexadecimal mask behind a name in /proc/PID/status (proc(5)). */
static unsigned long long find_mask(const char *text, const char *name) {
        const char *line = strstr(text, name);

        return line ? strtoull(line + strlen(name), NULL, 16) : 0;
}

/* Process 1 of a pid namespace gets only signals that it has a handler for, or blocks in order to wait for
 * them; the kernel drops the others (pid_namespaces(7)). */
bool supervisor_is_heard(pid_t pid, int number) {
        char path[32] = "/proc/", text[4096];

        memcpy(supervisor_print_number(path + 6, (unsigned long) pid), "/status", 8);

        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
        if (fd >= 0)
                close(fd);
        if (size < 0)
                return true;
        text[size] = '\0';
        unsigned long long heard = find_mask(text, "SigCgt:\t") | find_mask(text, "SigBlk:\t");
        return number == SIGKILL || (heard >> (number - 1)) & 1;
}
