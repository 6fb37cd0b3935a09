/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fork() and execve(): the supervisor is a dozen pages, so that copying it is cheap. */

#include "runner/supervisor-spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 7, WORD_SIZE = 40 };

char *supervisor_print_number(char *buffer, unsigned long number) {
        char digits[24];
        size_t n = 0;

        do
                digits[n++] = (char) ('0' + number % 10);
        while ((number /= 10) > 0);
        while (n > 0)
                *buffer++ = digits[--n];
        *buffer = '\0';
        return buffer;
}

static void become(const char *runner, const char *role, const SupervisorFile *files, size_t n_files) {
        char words[FILES_MAX][WORD_SIZE], *argv[FILES_MAX + 3];
        extern char **environ;
        sigset_t none;
        size_t n = 0;

        argv[n++] = (char *) "wolffia-runner";
        argv[n++] = (char *) role;
        (void) close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        for (size_t i = 0; i < n_files && i < FILES_MAX; i++) {
                size_t size = strlen(files[i].option);
                if (files[i].fd < 0 || size + 12 > WORD_SIZE)
                        continue;
                memcpy(words[i], files[i].option, size);
                supervisor_print_number(words[i] + size, (unsigned long) files[i].fd);
                (void) fcntl(files[i].fd, F_SETFD, 0);
                argv[n++] = words[i];
        }
        argv[n] = NULL;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execve(runner, argv, environ);
}

pid_t supervisor_spawn(const char *runner, const char *role, const SupervisorFile *files, size_t n_files) {
        pid_t pid = fork();

        if (pid != 0)
                return pid;
        become(runner, role, files, n_files);
        _exit(127);
}
