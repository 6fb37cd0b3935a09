/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A datagram for each entry. One that is too long for that goes as a sealed file in memory. */

#include "base/journal.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};

void journal_add_field(GString *entry, const char *name, const char *value) {
        bool has_lines = strchr(value, '\n');
        guint64 length = GUINT64_TO_LE((guint64) strlen(value));

        g_string_append(entry, name);
        g_string_append_c(entry, has_lines ? '\n' : '=');
        if (has_lines)
                g_string_append_len(entry, (const char *) &length, sizeof length);
        g_string_append(entry, value);
        g_string_append_c(entry, '\n');
}

static bool send_file(int socket_fd, const GString *entry) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control = {0};
        struct msghdr message = {.msg_name = (void *) &address,
                                 .msg_namelen = sizeof address,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};

        autofd int fd = memfd_create("journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        /* NULL for the error: the caller has another place for the entry. */
        if (fd < 0 || !file_write_all(fd, entry->str, entry->len, NULL) ||
            fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                return false;
        control.header = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
        return sendmsg(socket_fd, &message, MSG_NOSIGNAL) >= 0;
}

bool journal_send(const GString *entry) {
        autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (fd < 0)
                return false;
        if (sendto(fd, entry->str, entry->len, MSG_NOSIGNAL, (const struct sockaddr *) &address,
                   sizeof address) >= 0)
                return true;
        return (errno == EMSGSIZE || errno == ENOBUFS) && send_file(fd, entry);
}
