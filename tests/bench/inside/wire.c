/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A wire between this network namespace and another one, with the delay of a real one: between the ends of a veth there
 * is next to none, and programs that measure the way (pasta, BBR) behave as they do towards their own host.
 *
 *     wire INTERFACE NAMESPACE     both ends are called INTERFACE and are up; runs until it is killed */

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DELAY_NSEC = 40 * 1000, SIZE = 80 * 1024, MOST_AT_ONCE = 64 };

static void die(const char *what) {
        perror(what);
        exit(EXIT_FAILURE);
}

/* Large packets go over as they are, as between network cards that divide them themselves. */
static int open_end(const char *name) {
        struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};

        int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        strncpy(request.ifr_name, name, IFNAMSIZ - 1);
        if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0 ||
            ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0)
                die("Cannot make an end of the wire");
        int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        request.ifr_flags = IFF_UP;
        if (ioctl(socket_fd, SIOCSIFFLAGS, &request) < 0)
                die("Cannot raise an end of the wire");
        close(socket_fd);
        return fd;
}

static void pass(int from, int to) {
        static char packet[SIZE];

        for (int i = 0; i < MOST_AT_ONCE; i++) {
                ssize_t n = read(from, packet, sizeof packet);
                if (n <= 0 || write(to, packet, (size_t) n) < 0)
                        return;
        }
}

int main(int argc, char **argv) {
        const struct timespec delay = {.tv_nsec = DELAY_NSEC};
        char path[256];

        if (argc != 3)
                return 2;
        int here = open_end(argv[1]);
        snprintf(path, sizeof path, "/run/netns/%s", argv[2]);
        int namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
        if (namespace_fd < 0 || setns(namespace_fd, CLONE_NEWNET) < 0)
                die(path);
        int there = open_end(argv[1]);
        for (;;) {
                struct pollfd events[] = {{.fd = here, .events = POLLIN}, {.fd = there, .events = POLLIN}};
                if (poll(events, 2, -1) < 0)
                        continue;
                nanosleep(&delay, NULL);
                pass(here, there);
                pass(there, here);
        }
}
