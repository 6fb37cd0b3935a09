/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as the host's resolv.conf(5): what a container's becomes, at its start and later, has only lines of those kinds that
 * it follows. The first byte says which these are. */

#include "base/cleanup.h"
#include "runner/mount-etc.h"
#include "runner/supervisor-names.h"
#include "spec/container-spec.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OWN "search own\n"

static int make_memory(const void *data, size_t size) {
        int fd = memfd_create("fuzz", MFD_CLOEXEC);

        g_assert_cmpint(write(fd, data, size), ==, (ssize_t) size);
        return fd;
}

static void check_lines(const char *text, size_t size) {
        static const char *const words[] = {"nameserver", "search", "domain", "options"};

        for (const char *line = text; line < text + size;) {
                const char *end = memchr(line, '\n', (size_t) (text + size - line));
                bool is_known = false;
                g_assert_nonnull(end);
                for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                        is_known = is_known || g_str_has_prefix(line, words[i]);
                g_assert_true(is_known);
                line = end + 1;
        }
}

static void check_refresh(const uint8_t *data, size_t size, int kept) {
        static const char before[] = OWN "nameserver 192.0.2.1\n";
        char text[4097] = "";
        struct stat status;
        autofd int source_fd = make_memory(data, size), fd = make_memory(before, sizeof before - 1);
        g_autofree char *source = g_strdup_printf("/proc/self/fd/%d", source_fd);

        g_assert_cmpint(fstat(fd, &status), ==, 0);
        SupervisorNames names = {.fd = fd,
                                 .head = sizeof OWN - 1,
                                 .kept = kept,
                                 .time = (int) status.st_mtim.tv_nsec,
                                 .source = source,
                                 .folder_fds = {-1, -1}};
        supervisor_names_refresh(&names);
        ssize_t length = pread(fd, text, sizeof text - 1, 0);
        g_assert_cmpint(length, >=, (ssize_t) sizeof OWN - 1);
        g_assert_true(g_str_has_prefix(text, OWN));
        check_lines(text, (size_t) length);
}

static void check_start(const char *text) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        const Network network = {.kind = NETWORK_HOST};
        g_autofree char *printed = mount_etc_print_resolv_conf(spec, &network, text);

        check_lines(printed, strlen(printed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        if (size == 0)
                return 0;
        g_autofree char *text = g_strndup((const char *) data + 1, size - 1);
        check_start(text);
        check_refresh(data + 1, size - 1, data[0] & 15);
        return 0;
}
