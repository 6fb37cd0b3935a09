/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In the format of resolv.conf(5), so that the supervisor writes it as it writes that of a container. */

#include "network/upstreams.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define KEYWORD "nameserver "

bool upstreams_open(const char *folder, char **upstreams, bool follows, int *ret_fd, GError **error) {
        g_autofree char *path = g_build_filename(folder, UPSTREAMS_FILE, NULL);
        g_autoptr(GString) text = g_string_new(NULL);

        for (char **server = upstreams; *server; server++)
                g_string_append_printf(text, KEYWORD "%s\n", *server);
        autofd int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot write %s", path);
        if (!file_write_all(fd, text->str, text->len, error))
                return false;
        *ret_fd = follows ? steal_fd(&fd) : -1;
        return true;
}

bool upstreams_hand_over(int fd, const char *stub, GPtrArray *argv, GError **error) {
        struct stat status;

        if (fd < 0)
                return true;
        if (fstat(fd, &status) < 0 || fcntl(fd, F_SETFD, 0) < 0)
                return fail_errno(error, errno, "Cannot look at the network's name servers");
        g_ptr_array_add(argv, g_strdup("--names-from=/etc/resolv.conf"));
        if (stub)
                g_ptr_array_add(argv, g_strconcat("--names-stub=", stub, NULL));
        g_ptr_array_add(argv, g_strdup_printf("--names-fd=%d", fd));
        g_ptr_array_add(argv, g_strdup_printf("--names-kept=%d", UPSTREAMS_KEPT));
        g_ptr_array_add(argv, g_strdup_printf("--names-time=%ld", (long) status.st_mtim.tv_nsec));
        return true;
}

void upstreams_refresh(const char *folder, char ***upstreams) {
        g_autofree char *path = g_build_filename(folder, UPSTREAMS_FILE, NULL), *text = NULL;
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

        if (!file_read(AT_FDCWD, path, 1 << 16, &text, NULL, NULL))
                return;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++)
                if (g_str_has_prefix(*line, "nameserver"))
                        g_ptr_array_add(found, g_strdup(g_strstrip(*line + strlen("nameserver"))));
        g_ptr_array_add(found, NULL);
        g_strfreev(*upstreams);
        *upstreams = (char **) g_ptr_array_free(g_steal_pointer(&found), FALSE);
}
