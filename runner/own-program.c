/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By the descriptor throughout: whatever lies at the program's path by now. */

#include "runner/own-program.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3 */
#endif

/* What the copy in memory is told. */
#define PATH_VARIABLE "WOLFFIA_RUNNER"

#define SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

static int make_memory_file(void) {
        int fd = memfd_create("wolffia-runner", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

        /* Kernels that do not know the flag make all of them executable. */
        if (fd < 0 && errno == EINVAL)
                fd = memfd_create("wolffia-runner", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        return fd;
}

static bool copy_program(int from_fd, int to_fd) {
        struct stat status;

        if (fstat(from_fd, &status) < 0)
                return false;
        for (off_t rest = status.st_size; rest > 0;) {
                ssize_t n = sendfile(to_fd, from_fd, NULL, (size_t) rest);
                if (n <= 0)
                        return false;
                rest -= n;
        }
        return fcntl(to_fd, F_ADD_SEALS, SEALS) == 0;
}

bool own_program_protect(char **argv, GError **error) {
        /* A sealed file looks writable, but cannot be written. */
        if (faccessat(AT_FDCWD, "/proc/self/exe", W_OK, AT_EACCESS) < 0)
                return true;
        autofd int own_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        if (own_fd < 0)
                return fail_errno(error, errno, "Cannot open the runner's own program");
        if (fcntl(own_fd, F_GET_SEALS) == SEALS)
                return true;

        autofd int copy_fd = make_memory_file();
        if (copy_fd < 0 || !copy_program(own_fd, copy_fd))
                return fail_errno(error, errno, "Cannot copy the runner's own program into memory");
        g_autofree char *path = g_file_read_link("/proc/self/exe", NULL);
        if (path)
                (void) setenv(PATH_VARIABLE, path, true);
        fexecve(copy_fd, argv, environ);
        return fail_errno(
                error, errno,
                "You may write the runner's own program, so a container could, and the kernel does not let it run "
                "from memory; install Wolffia as the administrator (meson install as root)");
}

char *own_program_path(void) {
        g_autofree char *path = g_file_read_link("/proc/self/exe", NULL);
        const char *told = g_getenv(PATH_VARIABLE);

        return told && path && g_str_has_prefix(path, "/memfd:") ? g_strdup(told) : g_steal_pointer(&path);
}
