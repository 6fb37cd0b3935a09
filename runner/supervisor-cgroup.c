/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Part of wolffia-supervisor: plain system calls, see base/bare-system.c. */

#include "runner/supervisor-cgroup.h"

#include "runner/supervisor-remove.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void supervisor_thaw(int cgroup_fd) {
        int fd = cgroup_fd >= 0 ? openat(cgroup_fd, "cgroup.freeze", O_WRONLY | O_CLOEXEC) : -1;

        if (fd < 0)
                return;
        (void) !write(fd, "0", 1);
        close(fd);
}

bool supervisor_is_out_of_memory(int cgroup_fd) {
        static const char name[] = "\noom_kill ";
        char text[512];

        /* The limit is the unit's, and its figures count what happens below. */
        int fd = cgroup_fd >= 0 ? openat(cgroup_fd, "../memory.events", O_RDONLY | O_CLOEXEC) : -1;
        if (fd < 0)
                return false;
        ssize_t size = read(fd, text, sizeof text - 1);
        close(fd);
        text[size > 0 ? size : 0] = '\0';
        const char *line = strstr(text, name);
        return line && strtoull(line + sizeof name - 1, NULL, 10) > 0;
}

void supervisor_remove_cgroups(int cgroup_fd) {
        struct stat status;

        /* A link for each cgroup below; most payloads make none. */
        if (cgroup_fd >= 0 && fstat(cgroup_fd, &status) == 0 && status.st_nlink > 2)
                supervisor_remove_entries(cgroup_fd, status.st_dev);
}
