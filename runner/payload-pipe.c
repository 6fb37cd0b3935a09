/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pipe has the label of who made it, and no policy lets it be changed. At execve() the kernel puts /dev/null in the place of
 * each descriptor that the new label may not use (selinux, flush_unauthorized_files()), so that a payload with a label of its own
 * would speak to nobody, and nobody would know. What lies in a folder takes a label, and policies give theirs to container_t. */

#include "runner/payload-pipe.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NAME "output"

static bool set_label(int folder_fd, const char *label, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d/" NAME, folder_fd);

        return setxattr(path, "security.selinux", label, strlen(label) + 1, 0) == 0 ||
               fail_errno(
                       error, errno,
                       "The SELinux label %s cannot be that of the payload's output, which would be lost ('ausearch -m avc' shows "
                       "what was denied)",
                       label);
}

/* Whoever reads is there first, or opening to write would wait. */
static bool open_ends(int folder_fd, int ret_fds[2], GError **error) {
        autofd int read_fd = openat(folder_fd, NAME, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        if (read_fd < 0)
                return fail_errno(error, errno, "Cannot open the payload's output");
        autofd int write_fd = openat(folder_fd, NAME, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
        if (write_fd < 0 || fcntl(read_fd, F_SETFL, 0) < 0)
                return fail_errno(error, errno, "Cannot open the payload's output");
        ret_fds[0] = steal_fd(&read_fd);
        ret_fds[1] = steal_fd(&write_fd);
        return true;
}

bool payload_pipe_open(int folder_fd, const char *label, int ret_fds[2], GError **error) {
        if (!label)
                return pipe2(ret_fds, O_CLOEXEC) == 0 || fail_errno(error, errno, "Cannot make a pipe");
        /* Of a start that was killed. */
        if (unlinkat(folder_fd, NAME, 0) < 0 && errno != ENOENT)
                return fail_errno(error, errno, "Cannot remove an old fifo");
        if (mkfifoat(folder_fd, NAME, 0600) < 0)
                return fail_errno(error, errno, "Cannot make a fifo");
        bool ok = set_label(folder_fd, label, error) && open_ends(folder_fd, ret_fds, error);
        (void) unlinkat(folder_fd, NAME, 0);
        return ok;
}
