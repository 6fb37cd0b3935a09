/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls a service that sends back what it gets (answer.c), and prints how long it took.
 *
 *     call until-answer PORT COMMAND…     starts the command, in a moment when nothing else runs; milliseconds until it
 *                                         answers on 127.0.0.1
 *     call connections ADDRESS PORT N     microseconds, the median of N times: connect, one byte each way, close
 *     call bytes ADDRESS PORT N           microseconds, the median of N times: one byte each way, on one connection
 *     call datagrams ADDRESS PORT N       the same by UDP
 *     call hold ADDRESS PORT N            opens N connections, lets a byte go through each, says so, and keeps them */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
        PAUSE_NSEC = 200 * 1000,
        PATIENCE_SECONDS = 20,
        QUIET_SECONDS = 6,
        QUIET_NSEC = 4000 * 1000,
        MOST = 100000
};

static void die(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

static double now_usec(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

/* Connected; -1 when there is nobody. */
static int open_socket(const char *address, const char *port, int type) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(port))};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t) atoi(port))};
        const struct timeval patience = {.tv_sec = 5};
        const int yes = 1;
        bool is_v6 = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;

        if (!is_v6 && inet_pton(AF_INET, address, &v4.sin_addr) != 1)
                die(address);
        int fd = socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (type == SOCK_STREAM)
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (connect(fd, is_v6 ? (struct sockaddr *) &v6 : (struct sockaddr *) &v4,
                    is_v6 ? sizeof v6 : sizeof v4) == 0)
                return fd;
        close(fd);
        return -1;
}

static bool exchange(int fd) {
        char byte = 'x';

        return send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1;
}

/* How many processes run on this host, this one among them. */
static int count_running(void) {
        char line[1024];
        int running = 0;
        FILE *file = fopen("/proc/stat", "re");

        while (file && fgets(line, sizeof line, file) && sscanf(line, "procs_running %d", &running) != 1)
                ;
        if (file)
                fclose(file);
        return running;
}

/* A start is a relay race of a dozen processes: each of them would wait for its turn, and what is measured would be the
 * others. On a host that is never quiet it goes on all the same. */
static void wait_for_quiet(void) {
        const struct timespec pause = {.tv_nsec = QUIET_NSEC};
        double end = now_usec() + QUIET_SECONDS * 1e6;

        for (int quiet = 0; quiet < 5 && now_usec() < end; nanosleep(&pause, NULL))
                quiet = count_running() <= 1 ? quiet + 1 : 0;
}

static void until_answer(const char *port, char **command) {
        const struct timespec pause = {.tv_nsec = PAUSE_NSEC};
        pid_t pid;

        wait_for_quiet();
        double start = now_usec();
        if (posix_spawnp(&pid, command[0], NULL, NULL, command, environ) != 0)
                die(command[0]);
        for (bool done = false; !done;) {
                int fd = open_socket("127.0.0.1", port, SOCK_STREAM);
                done = fd >= 0 && exchange(fd);
                if (fd >= 0)
                        close(fd);
                if (!done &&
                    (waitpid(pid, NULL, WNOHANG) != 0 || now_usec() - start > PATIENCE_SECONDS * 1e6)) {
                        fputs("there is no answer\n", stderr);
                        exit(EXIT_FAILURE);
                }
                if (!done)
                        nanosleep(&pause, NULL);
        }
        printf("%.3f\n", (now_usec() - start) / 1e3);
}

static int compare(const void *a, const void *b) {
        double one = *(const double *) a, other = *(const double *) b;

        return (one > other) - (one < other);
}

static void measure(const char *way, const char *address, const char *port, int count) {
        static double times[MOST];
        bool anew = strcmp(way, "connections") == 0;
        int type = strcmp(way, "datagrams") == 0 ? SOCK_DGRAM : SOCK_STREAM;
        int fd = anew ? -1 : open_socket(address, port, type);

        if (count < 1 || count > MOST)
                exit(2);
        for (int i = 0; i < count; i++) {
                double start = now_usec();
                if (anew)
                        fd = open_socket(address, port, type);
                if (fd < 0 || !exchange(fd))
                        die("there is no answer");
                if (anew)
                        close(fd);
                times[i] = now_usec() - start;
        }
        qsort(times, (size_t) count, sizeof *times, compare);
        printf("%.1f\n", times[count / 2]);
}

static void hold(const char *address, const char *port, int count) {
        struct rlimit limit;

        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        for (int i = 0; i < count; i++) {
                int fd = open_socket(address, port, SOCK_STREAM);
                if (fd < 0 || !exchange(fd))
                        die("there is no answer");
        }
        puts("held");
        fflush(stdout);
        pause();
}

int main(int argc, char **argv) {
        if (argc >= 4 && strcmp(argv[1], "until-answer") == 0)
                until_answer(argv[2], argv + 3);
        else if (argc == 5 && strcmp(argv[1], "hold") == 0)
                hold(argv[2], argv[3], atoi(argv[4]));
        else if (argc == 5)
                measure(argv[1], argv[2], argv[3], atoi(argv[4]));
        else
                return 2;
        return EXIT_SUCCESS;
}
