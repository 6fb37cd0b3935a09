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

/* The address in a line that begins with "nameserver". */
static const char *find_address(const char *line, size_t size, size_t *ret_size) {
        size_t at = sizeof "nameserver" - 1, end;

        while (at < size && (line[at] == ' ' || line[at] == '\t'))
                at++;
        for (end = at; end < size && line[end] != ' ' && line[end] != '\t' && line[end] != '\n';)
                end++;
        *ret_size = end - at;
        return line + at;
}

/* What is put in the place of LINE, a server's; its size is 0 for nothing. */
static const char *reach(const SupervisorNames *names, const char *line, size_t *size) {
        size_t length;
        const char *address = find_address(line, *size, &length);

        if ((names->kept & SUPERVISOR_NAMES_LOOPBACK) ||
            !(begins(address, length, "127.") || begins(address, length, "::1")))
                return line;
        *size = 0;
        if (!names->stub || strncmp(names->stub, address, length) != 0 || names->stub[length] != '=')
                return line;
        *size = strlen(names->stub + length + 1);
        return names->stub + length + 1;
}

/* What of SupervisorNames.kept the line is; 0: nothing that is copied. */
static int tell(const char *line, size_t size) {
        if (begins(line, size, "nameserver"))
                return SUPERVISOR_NAMES_SERVERS;
        if (begins(line, size, "search") || begins(line, size, "domain"))
                return SUPERVISOR_NAMES_SEARCH;
        return begins(line, size, "options") ? SUPERVISOR_NAMES_OPTIONS : 0;
}

static bool append(char now[MOST_TEXT], size_t *at, const char *text, size_t size) {
        if (*at + size >= MOST_TEXT)
                return false;
        memcpy(now + *at, text, size);
        *at += size;
        return true;
}

/* Adds the lines of TEXT that are copied to NOW, which has AT bytes. Returns its size, or -1 where a server is wanted and there is none:
 * then RET_HIDDEN says whether there is one out of reach. */
static ssize_t keep_lines(const SupervisorNames *names, const char *text, size_t size, char now[MOST_TEXT],
                          size_t at, bool *ret_hidden) {
        static const char word[] = "nameserver ";
        int found = 0;

        *ret_hidden = false;
        for (const char *end; size > 0; size -= (size_t) (end - text), text = end) {
                const char *line_end = memchr(text, '\n', size);
                end = line_end ? line_end + 1 : text + size;
                size_t length = (size_t) ((line_end ? line_end : end) - text), kept = length;
                int kind = tell(text, length);
                if (!(kind & names->kept))
                        continue;
                const char *line = kind == SUPERVISOR_NAMES_SERVERS ? reach(names, text, &kept) : text;
                *ret_hidden |= kept == 0;
                if (kept == 0)
                        continue;
                found |= kind;
                if ((line != text && !append(now, &at, word, sizeof word - 1)) ||
                    !append(now, &at, line, kept) || !append(now, &at, "\n", 1))
                        return -1;
        }
        return (names->kept & ~found & SUPERVISOR_NAMES_SERVERS) ? -1 : (ssize_t) at;
}

static ssize_t keep_file(const SupervisorNames *names, const char *path, char now[MOST_TEXT],
                         bool *ret_hidden) {
        char text[MOST_TEXT];
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        *ret_hidden = false;
        if (fd < 0)
                return -1;
        ssize_t size = read(fd, text, sizeof text);
        close(fd);
        return size < 0 || size == (ssize_t) sizeof text
                       ? -1
                       : keep_lines(names, text, (size_t) size, now, (size_t) names->head, ret_hidden);
}

/* What is to be in the file, of which BEFORE is there. */
static ssize_t compose(const SupervisorNames *names, const char *before, char now[MOST_TEXT]) {
        /* Of systemd-resolved and NetworkManager. */
        static const char *const behind[] = {"/run/systemd/resolve/resolv.conf",
                                             "/run/NetworkManager/no-stub-resolv.conf"};
        bool is_hidden, other;

        memcpy(now, before, (size_t) names->head);
        ssize_t size = keep_file(names, names->source, now, &is_hidden);
        for (size_t i = 0; is_hidden && size < 0 && i < sizeof behind / sizeof *behind; i++)
                size = keep_file(names, behind[i], now, &other);
        return size;
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
