/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/busybox.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define CURE       "'sudo apt install busybox-static' brings one"
#define NAMES_SIZE (1 << 20)

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr ElfHeader;
typedef Elf64_Phdr ElfSegment;
#else
typedef Elf32_Ehdr ElfHeader;
typedef Elf32_Phdr ElfSegment;
#endif

/* elf(5): a program that names an interpreter is linked dynamically. */
bool busybox_is_static(int fd) {
        ElfHeader header;

        if (pread(fd, &header, sizeof header, 0) != sizeof header ||
            memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(ElfSegment))
                return false;
        for (guint i = 0; i < header.e_phnum; i++) {
                ElfSegment segment;
                off_t place = (off_t) (header.e_phoff + i * sizeof segment);
                if (pread(fd, &segment, sizeof segment, place) != sizeof segment ||
                    segment.p_type == PT_INTERP)
                        return false;
        }
        return header.e_phnum > 0;
}

static bool find(char **ret_path, int *ret_fd, GError **error) {
        g_autofree char *path = process_find_program("busybox");

        if (!path)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "this host has no busybox to lend it; " CURE);
        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", path);
        if (!busybox_is_static(fd))
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "%s needs libraries of this host, so it cannot be lent; " CURE, path);
        *ret_path = g_steal_pointer(&path);
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool copy(int from_fd, int *ret_fd, GError **error) {
        autofd int fd = memfd_create("busybox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        struct stat status;
        off_t done = 0;

        if (fd < 0 || fstat(from_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        while (done < status.st_size) {
                ssize_t n = sendfile(fd, from_fd, &done, (size_t) (status.st_size - done));
                if (n <= 0)
                        return fail_errno(error, n < 0 ? errno : EIO, "Cannot copy busybox");
        }
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
                return fail_errno(error, errno, "Cannot seal a file in memory");
        *ret_fd = steal_fd(&fd);
        return true;
}

static bool list_names(const char *path, GPtrArray **ret_names, GError **error) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        autofd int fd = memfd_create("names", MFD_CLOEXEC);
        g_autofree char *text = NULL, *place = g_strdup_printf("/proc/self/fd/%d", fd);
        const ProcessFiles files = {.input_fd = -1, .output_fd = fd};

        if (fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        if (!process_run((const char *const[]){path, "--list", NULL}, &files, error) ||
            !file_read(AT_FDCWD, place, NAMES_SIZE, &text, NULL, error))
                return false;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        g_ptr_array_add(names, g_strdup("busybox"));
        for (char **line = lines; *line; line++)
                if (**line && !strchr(*line, '/'))
                        g_ptr_array_add(names, g_strdup(*line));
        *ret_names = g_steal_pointer(&names);
        return true;
}

bool busybox_copy(int *ret_fd, GPtrArray **ret_names, GError **error) {
        g_autofree char *path = NULL;
        autofd int fd = -1;

        return find(&path, &fd, error) && list_names(path, ret_names, error) && copy(fd, ret_fd, error);
}
