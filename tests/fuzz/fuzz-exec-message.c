/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as what comes over a container's exec socket: a packet of the other side, the memory that a request lies in, and
 * the record that the container's side keeps. The first byte says which. */

#include "base/cleanup.h"
#include "runner/exec-message.h"
#include "runner/exec-record.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int make_memory(const uint8_t *data, size_t size) {
        int fd = memfd_create("fuzz", MFD_CLOEXEC);

        g_assert_cmpint(write(fd, data, size), ==, (ssize_t) size);
        return fd;
}

static guint count_open(void) {
        guint count = 0;

        for (int fd = 0; fd < 64; fd++)
                count += fcntl(fd, F_GETFD) >= 0;
        return count;
}

/* With as many descriptors as there may be, all the same. */
static void send_packet(int fd, const void *data, size_t size, int passed_fd, size_t n_files) {
        union {
                char space[CMSG_SPACE(8 * sizeof(int))];
                struct cmsghdr header;
        } control = {0};
        struct iovec part = {(void *) data, size};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

        if (n_files > 0) {
                control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(n_files * sizeof(int)),
                                                  .cmsg_level = SOL_SOCKET,
                                                  .cmsg_type = SCM_RIGHTS};
                for (size_t i = 0; i < n_files; i++)
                        memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &passed_fd, sizeof(int));
                message.msg_control = &control;
                message.msg_controllen = CMSG_SPACE(n_files * sizeof(int));
        }
        (void) !sendmsg(fd, &message, 0);
}

static void check_request(int fds[2], const uint8_t *data, size_t size, size_t n_files) {
        const guint32 version = 2;
        g_autoptr(ExecRequest) request = NULL;
        int files[3] = {-1, -1, -1};
        autofd int memory_fd = make_memory(data, size);

        send_packet(fds[0], &version, sizeof version, memory_fd, n_files);
        if (!exec_request_receive(fds[1], &request, files, NULL))
                return;
        g_assert_cmpuint(request->words->len, >, 0);
        for (int i = 0; i < 3; i++)
                cleanup_fd(&files[i]);
}

static void check_message(int fds[2], const uint8_t *data, size_t size, size_t n_files) {
        autofd int memory_fd = make_memory(data, size), passed_fd = -1;
        ExecMessage message;

        send_packet(fds[0], data, MIN(size, 8192), memory_fd, n_files);
        if (exec_message_receive(fds[1], &message, &passed_fd, NULL))
                g_assert_cmpuint(strnlen(message.text, sizeof message.text), <, sizeof message.text);
}

static void check_record(const uint8_t *data, size_t size) {
        g_autoptr(ExecRecord) record = NULL;
        autofd int memory_fd = make_memory(data, size);

        (void) exec_record_read(memory_fd, &record, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        guint before = count_open();
        int fds[2];

        if (size == 0)
                return 0;
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
        size_t n_files = data[0] >> 5;
        switch (data[0] % 3) {
        case 0:
                check_request(fds, data + 1, size - 1, n_files);
                break;
        case 1:
                check_message(fds, data + 1, size - 1, n_files);
                break;
        case 2:
                check_record(data + 1, size - 1);
        }
        close(fds[0]);
        close(fds[1]);
        /* What was passed is closed, whatever it was. */
        g_assert_cmpuint(count_open(), ==, before);
        return 0;
}
