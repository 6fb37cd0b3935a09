/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The least that a service can be: sends back what it gets, over TCP and UDP, on one port of all addresses.
 *
 *     answer PORT */

#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void watch(int epoll_fd, int fd) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int open_socket(int type, int port) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t) port)};
        const int yes = 1, no = 0;

        int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
        if (bind(fd, (struct sockaddr *) &address, sizeof address) < 0 ||
            (type == SOCK_STREAM && listen(fd, 4096) < 0)) {
                perror("answer");
                exit(EXIT_FAILURE);
        }
        return fd;
}

int main(int argc, char **argv) {
        static char buffer[65536];
        struct rlimit limit;

        if (argc != 2)
                return 2;
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        int listener = open_socket(SOCK_STREAM, atoi(argv[1]));
        int datagrams = open_socket(SOCK_DGRAM, atoi(argv[1]));
        int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        watch(epoll_fd, listener);
        watch(epoll_fd, datagrams);
        for (;;) {
                struct epoll_event event;
                if (epoll_wait(epoll_fd, &event, 1, -1) != 1)
                        continue;
                struct sockaddr_in6 peer;
                socklen_t size = sizeof peer;
                int fd = event.data.fd;
                if (fd == listener) {
                        watch(epoll_fd, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
                } else if (fd == datagrams) {
                        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *) &peer, &size);
                        if (n >= 0)
                                sendto(fd, buffer, (size_t) n, 0, (struct sockaddr *) &peer, size);
                } else {
                        ssize_t n = read(fd, buffer, sizeof buffer);
                        if (n <= 0 || write(fd, buffer, (size_t) n) != n)
                                close(fd);
                }
        }
}
