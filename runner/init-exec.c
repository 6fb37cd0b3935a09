/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* execvp(3) without the C library. */

#include "runner/init-exec.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One folder of PATH, SIZE bytes of it. An empty one is the working directory. */
static bool join(char *path, const char *folder, size_t size, const char *program) {
        size_t length = strlen(program);

        if (size + length + 2 > PATH_MAX)
                return false;
        memcpy(path, folder, size);
        if (size > 0)
                path[size++] = '/';
        memcpy(path + size, program, length + 1);
        return true;
}

int init_exec(char **words) {
        extern char **environ;
        const char *folder = getenv("PATH");
        char path[PATH_MAX];
        int refusal = ENOENT;

        if (!folder || memchr(words[0], '/', strlen(words[0]))) {
                execve(words[0], words, environ);
                return errno == ENOENT || errno == ENOTDIR ? 127 : 126;
        }
        for (;;) {
                const char *colon = memchr(folder, ':', strlen(folder));
                size_t size = colon ? (size_t) (colon - folder) : strlen(folder);
                if (join(path, folder, size, words[0])) {
                        execve(path, words, environ);
                        if (errno != ENOENT && errno != ENOTDIR)
                                refusal = errno;
                }
                if (!colon)
                        break;
                folder = colon + 1;
        }
        return refusal == ENOENT ? 127 : 126;
}
