/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/net has all sockets, with the user; the program is found by the socket's number among the descriptors of those
 * processes that we may look into, which are our own. */

#include "cli/check.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "spec/value-port.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_TABLE (16u << 20)

static void clear_listener(void *data) {
        g_free(((CheckListener *) data)->address);
}

/* "0100007F", words as the machine has them. Caller frees. */
static char *read_address(const char *digits, size_t length) {
        char text[INET6_ADDRSTRLEN];
        guint32 words[4] = {0};

        for (size_t i = 0; i < length / 8 && i < 4; i++)
                (void) sscanf(digits + 8 * i, "%8x", &words[i]);
        return g_strdup(inet_ntop(length > 8 ? AF_INET6 : AF_INET, words, text, sizeof text));
}

/* One line of proc_pid_net(5)'s tables: a socket that listens has the state 0A, one of UDP that is not connected 07. */
static void take_line(GArray *listeners, const char *line, PortProtocol protocol) {
        char address[33];
        unsigned port, state, uid;
        unsigned long long inode;
        CheckListener listener = {.protocol = (int) protocol};

        if (sscanf(line, " %*d: %32[0-9A-F]:%4x %*[0-9A-F]:%*x %2x %*x:%*x %*x:%*x %*x %u %*d %llu", address,
                   &port, &state, &uid, &inode) != 5 ||
            state != (protocol == PORT_TCP ? 0x0A : 0x07))
                return;
        listener.address = read_address(address, strlen(address));
        listener.port = port;
        listener.uid = uid;
        listener.inode = inode;
        g_array_append_val(listeners, listener);
}

GArray *check_listeners_read(void) {
        static const struct {
                const char *path;
                PortProtocol protocol;
        } tables[] = {
                {"/proc/net/tcp", PORT_TCP},
                {"/proc/net/tcp6", PORT_TCP},
                {"/proc/net/udp", PORT_UDP},
                {"/proc/net/udp6", PORT_UDP},
        };
        GArray *listeners = g_array_new(FALSE, FALSE, sizeof(CheckListener));

        g_array_set_clear_func(listeners, clear_listener);
        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
                g_autofree char *text = NULL;

                /* A host without IPv6 lacks half of them. */
                if (!file_read(AT_FDCWD, tables[i].path, LARGEST_TABLE, &text, NULL, NULL))
                        continue;
                g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
                for (char **line = lines; *line; line++)
                        take_line(listeners, *line, tables[i].protocol);
        }
        return listeners;
}

static bool has_socket(int process_fd, const char *socket) {
        int fd = openat(process_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        autodir DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
        char target[64];

        for (struct dirent *entry; folder && (entry = readdir(folder));) {
                ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);

                if (length > 0 && (size_t) length == strlen(socket) &&
                    memcmp(target, socket, (size_t) length) == 0)
                        return true;
        }
        return false;
}

/* The process that has the socket; -1: it is not ours to look into. */
static int open_process(const CheckListener *listener, char **ret_pid) {
        g_autofree char *socket = g_strdup_printf("socket:[%" G_GUINT64_FORMAT "]", listener->inode);
        autodir DIR *folder = opendir("/proc");

        for (struct dirent *entry; folder && (entry = readdir(folder));) {
                if (!g_ascii_isdigit(entry->d_name[0]))
                        continue;
                autofd int fd = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                if (fd >= 0 && has_socket(fd, socket)) {
                        *ret_pid = g_strdup(entry->d_name);
                        return steal_fd(&fd);
                }
        }
        return -1;
}

static bool is_in_unit(int process_fd, const char *service) {
        g_autofree char *part = g_strconcat("/", service, NULL), *text = NULL;

        if (!file_read(process_fd, "cgroup", 1 << 16, &text, NULL, NULL))
                return false;
        const char *found = strstr(text, part);
        return found && (found[strlen(part)] == '/' || found[strlen(part)] == '\n');
}

/* pasta lets nobody look into it: a socket of ours that nobody has is taken for that of a unit that runs. */
static bool may_be_of_unit(const CheckListener *listener, const char *service) {
        g_autofree char *stem = g_strndup(service, strlen(service) - strlen(".service"));
        g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "wolffia", stem, "state", NULL);

        return listener->uid == getuid() && access(path, F_OK) == 0;
}

char *check_listener_tell(const CheckListener *listener, const char *service) {
        g_autofree char *pid = NULL, *name = NULL;
        const struct passwd *user = getpwuid(listener->uid);
        autofd int fd = open_process(listener, &pid);

        if (fd >= 0 ? is_in_unit(fd, service) : may_be_of_unit(listener, service))
                return NULL;
        if (fd >= 0 && file_read(fd, "comm", 64, &name, NULL, NULL))
                return g_strdup_printf("%s (process %s)", g_strstrip(name), pid);
        return user ? g_strdup_printf("a program of %s", user->pw_name)
                    : g_strdup_printf("a program of user %u", listener->uid);
}
