/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a command once and prints how long it took, on one line:
 *
 *     STATUS EXIT_NS SETTLED_NS CPU_US
 *
 * STATUS is that of the command (128 + the signal that ended it). EXIT_NS is from just before the spawn to the end of
 * the command. What a runtime leaves working behind it (podman's clean-up) is waited for as well, for five seconds at
 * most: SETTLED_NS is when the last process was gone, CPU_US what all of them have used. The command's output goes to
 * /dev/null, its errors go where ours go. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { SETTLE_SECONDS = 5 };

static long long now_nsec(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long cpu_usec(void) {
        struct rusage usage;

        getrusage(RUSAGE_CHILDREN, &usage);
        return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
               usage.ru_stime.tv_usec;
}

static void on_alarm(int number) {
        (void) number;
}

/* Orphans become our children (PR_SET_CHILD_SUBREAPER). */
static void settle(void) {
        const struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART: it ends the wait */

        sigaction(SIGALRM, &action, NULL);
        alarm(SETTLE_SECONDS);
        while (waitpid(-1, NULL, 0) > 0)
                ;
        alarm(0);
}

int main(int argc, char **argv) {
        posix_spawn_file_actions_t actions;
        pid_t pid;
        int status;

        if (argc < 2) {
                fputs("Usage: timer COMMAND [ARGUMENT…]\n", stderr);
                return 2;
        }
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

        long long start = now_nsec();
        int result = posix_spawnp(&pid, argv[1], &actions, NULL, argv + 1, environ);
        if (result != 0) {
                fprintf(stderr, "%s: %s\n", argv[1], strerror(result));
                return 2;
        }
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
        long long exited = now_nsec();
        settle();
        long long settled = now_nsec();

        printf("%d %lld %lld %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
               exited - start, settled - start, cpu_usec());
        return EXIT_SUCCESS;
}
