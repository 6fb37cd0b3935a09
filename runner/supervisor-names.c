/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* F_NOTIFY of fcntl(2) in the place of inotify(7): a user has 128 instances of that by default, for all programs, and one
 * stays for each container. It watches folders only, which is what a file that is replaced by rename needs anyway. */

#include "runner/supervisor-names.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_TEXT 2048 /* what is longer is not followed */
#define MOST_PATH 256

/* ---- watching ---- */

/* The folder of PATH, which is seen from FD. A new file may be nobody else's to read until its mode is set. Returns a descriptor, or -1. */
static int watch(int fd, char *path) {
        size_t size = strlen(path);

        while (size > 0 && path[size - 1] != '/')
                size--;
        path[size] = '\0';
        int folder_fd = openat(fd, size > 0 ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd >= 0)
                (void) fcntl(folder_fd, F_NOTIFY,
                             (long) (DN_MODIFY | DN_CREATE | DN_RENAME | DN_ATTRIB | DN_MULTISHOT));
        return folder_fd;
}

/* It may lead somewhere else each time. */
static void watch_target(SupervisorNames *names) {
        char target[MOST_PATH];

        if (names->folder_fds[1] >= 0)
                close(names->folder_fds[1]);
        names->folder_fds[1] = -1;
        ssize_t size = readlink(names->source, target, sizeof target - 1);
        if (size <= 0)
                return;
        target[size] = '\0';
        names->folder_fds[1] = watch(names->folder_fds[0], target);
}

void supervisor_names_open(SupervisorNames *names) {
        char path[MOST_PATH];

        if (names->fd < 0 || !names->source || strlen(names->source) >= sizeof path) {
                names->fd = -1;
                return;
        }
        memcpy(path, names->source, strlen(names->source) + 1);
        names->folder_fds[0] = watch(AT_FDCWD, path);
        watch_target(names);
}

/* ---- writing ---- */

static bool begins(const char *line, size_t size, const char *word) {
        size_t length = strlen(word);

        return size >= length && memcmp(line, word, length) == 0;
}

static bool is_on_loopback(const char *line, size_t size) {
        size_t at = sizeof "nameserver" - 1;

        while (at < size && (line[at] == ' ' || line[at] == '\t'))
                at++;
        return begins(line + at, size - at, "127.") || begins(line + at, size - at, "::1");
}

/* What of SupervisorNames.kept the line is; 0: nothing that is copied. */
static int tell(const char *line, size_t size, int kept) {
        if (begins(line, size, "nameserver"))
                return !(kept & SUPERVISOR_NAMES_LOOPBACK) && is_on_loopback(line, size)
                               ? 0
                               : SUPERVISOR_NAMES_SERVERS;
        if (begins(line, size, "search") || begins(line, size, "domain"))
                return SUPERVISOR_NAMES_SEARCH;
        return begins(line, size, "options") ? SUPERVISOR_NAMES_OPTIONS : 0;
}

/* Moves the lines that are copied to the front of TEXT, which has room for one byte more. Returns their size, or -1 where
 * a server is wanted and there is none. */
static ssize_t keep_lines(char *text, size_t size, int kept) {
        size_t length = 0;
        int found = 0;

        if (size > 0 && text[size - 1] != '\n')
                text[size++] = '\n';
        for (size_t at = 0; at < size;) {
                const char *end = memchr(text + at, '\n', size - at);
                size_t line = (size_t) (end - (text + at)) + 1;
                int kind = tell(text + at, line, kept);
                if (kind & kept) {
                        memmove(text + length, text + at, line);
                        length += line;
                        found |= kind;
                }
                at += line;
        }
        return (kept & ~found & SUPERVISOR_NAMES_SERVERS) ? -1 : (ssize_t) length;
}

/* What is to be in the file, of which BEFORE is there. */
static ssize_t compose(const SupervisorNames *names, const char *before, char now[MOST_TEXT]) {
        size_t head = (size_t) names->head, room = MOST_TEXT - 1 - head;
        int fd = open(names->source, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return -1;
        memcpy(now, before, head);
        ssize_t size = read(fd, now + head, room);
        close(fd);
        if (size < 0 || (size_t) size == room)
                return -1;
        size = keep_lines(now + head, (size_t) size, names->kept);
        return size < 0 ? -1 : (ssize_t) head + size;
}

/* The file has its greater size, in empty lines, while all that is in it changes in one piece. */
static void write_over(int fd, char *before, size_t old, char *now, size_t size) {
        if (size > old) {
                memset(before, '\n', size - old);
                (void) !pwrite(fd, before, size - old, (off_t) old);
        } else
                memset(now + size, '\n', old - size);
        (void) !pwrite(fd, now, size > old ? size : old, 0);
        if (size < old)
                (void) !ftruncate(fd, (off_t) size);
}

void supervisor_names_refresh(SupervisorNames *names) {
        char before[MOST_TEXT], now[MOST_TEXT];
        struct stat status;

        if (names->fd < 0)
                return;
        watch_target(names);
        if (fstat(names->fd, &status) < 0 || (int) status.st_mtim.tv_nsec != names->time)
                return;
        ssize_t old = pread(names->fd, before, sizeof before, 0);
        if (old < names->head || old == (ssize_t) sizeof before)
                return;
        ssize_t size = compose(names, before, now);
        if (size < 0 || (size == old && memcmp(before, now, (size_t) size) == 0))
                return;
        write_over(names->fd, before, (size_t) old, now, (size_t) size);
        if (fstat(names->fd, &status) == 0)
                names->time = (int) status.st_mtim.tv_nsec;
}
