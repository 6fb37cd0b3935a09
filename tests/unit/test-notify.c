/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A real socket plays the service manager. */

#include "base/notify.h"

#include "base/cleanup.h"
#include "tests/lib/scratch.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int listen_at(const struct sockaddr_un *address, size_t path_size) {
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(bind(fd, (const struct sockaddr *) address,
                             (socklen_t) (offsetof(struct sockaddr_un, sun_path) + path_size)),
                        ==, 0);
        return fd;
}

static void assert_receives(int fd, const char *expected) {
        char buffer[256] = "";

        g_assert_cmpint(recv(fd, buffer, sizeof buffer - 1, MSG_DONTWAIT), ==, (int) strlen(expected));
        g_assert_cmpstr(buffer, ==, expected);
}

static void reaches_a_socket_by_path(Scratch *scratch, gconstpointer data) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        g_autofree char *path = scratch_path(scratch, "notify");

        strcpy(address.sun_path, path);
        autofd int fd = listen_at(&address, strlen(path));
        g_setenv("NOTIFY_SOCKET", path, TRUE);
        g_assert_true(notify_send("READY=1\nSTATUS="));
        assert_receives(fd, "READY=1\nSTATUS=");
        g_assert_true(notify_sendf("STATUS=%d of %s", 3, "4"));
        assert_receives(fd, "STATUS=3 of 4");
        g_unsetenv("NOTIFY_SOCKET");
}

static void reaches_an_abstract_socket(void) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        g_autofree char *name = g_strdup_printf("@wolffia-test-%d", (int) getpid());

        memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
        autofd int fd = listen_at(&address, strlen(name));
        g_setenv("NOTIFY_SOCKET", name, TRUE);
        g_assert_true(notify_send("READY=1"));
        assert_receives(fd, "READY=1");
        g_unsetenv("NOTIFY_SOCKET");
}

static void a_status_is_one_line(Scratch *scratch, gconstpointer data) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        g_autofree char *path = scratch_path(scratch, "notify");

        strcpy(address.sun_path, path);
        autofd int fd = listen_at(&address, strlen(path));
        g_setenv("NOTIFY_SOCKET", path, TRUE);
        g_assert_true(notify_status("no image\nMAINPID=1"));
        assert_receives(fd, "STATUS=no image MAINPID=1");
        g_unsetenv("NOTIFY_SOCKET");
}

static void says_when_nobody_listens(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "nobody"), *long_path = g_strnfill(200, 'x');
        const char *const values[] = {path, "relative", "vsock:2:1234", "", "@", long_path};
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        g_unsetenv("NOTIFY_SOCKET");
        g_assert_false(notify_send("READY=1"));
        long_path[0] = '/';
        /* There is one by this name, in the folder that happens to be ours. */
        strcpy(address.sun_path, "relative");
        g_assert_cmpint(fchdir(scratch->fd), ==, 0);
        autofd int fd = listen_at(&address, strlen(address.sun_path));
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
                g_setenv("NOTIFY_SOCKET", values[i], TRUE);
                g_assert_false(notify_send("READY=1"));
        }
        g_unsetenv("NOTIFY_SOCKET");
        g_assert_cmpint(chdir("/"), ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/notify/send/reaches-a-socket-by-path", reaches_a_socket_by_path);
        g_test_add_func("/notify/send/reaches-an-abstract-socket", reaches_an_abstract_socket);
        scratch_test_add("/notify/status/is-one-line", a_status_is_one_line);
        scratch_test_add("/notify/send/says-when-nobody-listens", says_when_nobody_listens);
        return g_test_run();
}
