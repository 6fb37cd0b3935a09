/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* net.ipv4.ping_group_range of a container's network namespace: nobody may ping at first; its root may write it, with
 * groups that are mapped only (runner/security-sysctl.c). */

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#define PATH "/proc/sys/net/ipv4/ping_group_range"

/* The errno value, 0 when it works. */
static int write_range(const char *range) {
        autofd int fd = open(PATH, O_WRONLY | O_CLOEXEC);

        return fd >= 0 && write(fd, range, strlen(range)) > 0 ? 0 : errno;
}

static bool can_ping(void) {
        autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);

        return fd >= 0;
}

static bool work(void *data, GError **error) {
        const char *beyond = data;

        /* Reads and writes are of the opener's namespace: the file is everybody's. */
        if (unshare(CLONE_NEWNET) < 0)
                return fail_errno(error, errno, "Cannot make a network namespace");
        if (can_ping())
                return fail(error, WOLFFIA_ERROR_VALUE, "everybody may ping from the beginning");
        if (write_range(beyond) != EINVAL)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s': %d", beyond, write_range(beyond));
        if (write_range("0 0") != 0 || !can_ping())
                return fail(error, WOLFFIA_ERROR_VALUE, "group 0 may not ping");
        return true;
}

static void takes_mapped_groups_only(void) {
        mapped_run_single(work, (void *) "0 1");
        mapped_run_many(work, (void *) "0 2147483647");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/ping-group-range/takes-mapped-groups-only", takes_mapped_groups_only);
        return g_test_run();
}
