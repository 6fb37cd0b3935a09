/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /dev/pts is the container's to change, where it may mount: what lies there is looked at before anything is sent through it,
 * and the other side is opened by ioctl, never by its path (CVE-2025-52565 was a path). */

#include "runner/exec-terminal.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/exec-message.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PTMX "/dev/pts/ptmx"

static bool open_master(int *ret_fd, GError **error) {
        struct open_how how = {.flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK,
                               .resolve = RESOLVE_NO_SYMLINKS};
        struct statfs system;
        struct stat status;

        autofd int fd = (int) syscall(SYS_openat2, AT_FDCWD, PTMX, &how, sizeof how);
        if (fd < 0)
                return fail_errno(error, errno, "The container cannot make a terminal: %s", PTMX);
        if (fstatfs(fd, &system) < 0 || system.f_type != DEVPTS_SUPER_MAGIC || fstat(fd, &status) < 0 ||
            !S_ISCHR(status.st_mode) || status.st_rdev != makedev(5, 2))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "The container cannot make a terminal: its %s is something else", PTMX);
        *ret_fd = steal_fd(&fd);
        return true;
}

bool exec_terminal_open(int connection_fd, const struct winsize *size, GError **error) {
        int unlock = 0;

        autofd int master_fd = -1;
        if (!open_master(&master_fd, error))
                return false;
        if (ioctl(master_fd, TIOCSPTLCK, &unlock) < 0)
                return fail_errno(error, errno, "Cannot unlock the container's terminal");
        autofd int fd = ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the container's terminal");
        if (size->ws_row > 0)
                (void) ioctl(fd, TIOCSWINSZ, size);
        if (!exec_message_send(connection_fd, EXEC_TERMINAL, 0, NULL, master_fd, error))
                return false;
        for (int i = 0; i < 3; i++)
                if (dup2(fd, i) < 0)
                        return fail_errno(error, errno, "Cannot connect the terminal");
        return true;
}
