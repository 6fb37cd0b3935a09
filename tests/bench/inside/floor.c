/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The least that a generator of units has to do: reads every .container file of a folder, and writes as many units and
 * links into another one. Nothing is parsed; a unit is what was read. What the generators need beyond this is theirs. */

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MAX_BYTES = 1 << 20 };

static char buffer[SIZE_MAX_BYTES];

static void die(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

static void copy(int source_fd, int target_fd, const char *name, size_t stem_length) {
        char unit[512], link[600], target[600];
        struct stat status;

        int fd = openat(source_fd, name, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) < 0 || status.st_size > SIZE_MAX_BYTES)
                die(name);
        ssize_t size = read(fd, buffer, (size_t) status.st_size);
        close(fd);

        snprintf(unit, sizeof unit, "%.*s.service", (int) stem_length, name);
        fd = openat(target_fd, unit, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0 || write(fd, buffer, (size_t) size) != size)
                die(unit);
        close(fd);

        snprintf(link, sizeof link, "default.target.wants/%s", unit);
        snprintf(target, sizeof target, "../%s", unit);
        if (symlinkat(target, target_fd, link) < 0)
                die(link);
}

int main(int argc, char **argv) {
        static const char suffix[] = ".container";
        struct dirent *entry;

        if (argc != 3) {
                fputs("Usage: floor SOURCE-FOLDER TARGET-FOLDER\n", stderr);
                return 2;
        }
        DIR *folder = opendir(argv[1]);
        int target_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (!folder || target_fd < 0 || mkdirat(target_fd, "default.target.wants", 0755) < 0)
                die(argv[2]);
        while ((entry = readdir(folder))) {
                size_t length = strlen(entry->d_name);
                if (length >= sizeof suffix && strcmp(entry->d_name + length - strlen(suffix), suffix) == 0)
                        copy(dirfd(folder), target_fd, entry->d_name, length - strlen(suffix));
        }
        closedir(folder);
        close(target_fd);
        return EXIT_SUCCESS;
}
