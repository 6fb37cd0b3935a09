/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A shell script, since whatever we brought along would have to fit the image. systemd.generator(7): the first argument is the
 * folder for what it writes. A unit that systemd-run(1) makes is seen by no generator. */

#include "runner/payload-systemd-generator.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "runner/beneath.h"

#include <fcntl.h>
#include <string.h>

#define FOLDER "/run/systemd/system-generators"
#define NAME   "wolffia"

static const char script[] =
        "#!/bin/sh\n"
        "# Written by wolffia: gives services with DynamicUser= the user nobody.\n"
        "[ -n \"$1\" ] || exit 0\n"
        "lib=lib; [ -L /lib ] || lib='lib /lib'\n"
        "for folder in /etc /run /usr/local/lib /usr/$lib; do\n"
        "        grep -lsE '^[[:space:]]*DynamicUser[[:space:]]*=[[:space:]]*(1|y|yes|t|true|on)[[:space:]]*$' "
        "\"$folder\"/systemd/system/*.service \"$folder\"/systemd/system/*.service.d/*.conf\n"
        "done | while read -r path; do\n"
        "        case $path in *.service) ;; *) path=${path%/*.conf}; path=${path%.d} ;; esac\n"
        "        mkdir -p \"$1/${path##*/}.d\" && printf '%s' '" PAYLOAD_SYSTEMD_WITHOUT_USER
        "' >\"$1/${path##*/}.d/" PAYLOAD_SYSTEMD_USER_DROPIN "\"\n"
        "done\n"
        "exit 0\n";

bool payload_systemd_generator_write(int root_fd, GError **error) {
        autofd int folder_fd = -1;
        if (!beneath_make(root_fd, FOLDER, BENEATH_FOLDER, &folder_fd, error))
                return false;
        autofd int fd = openat(folder_fd, NAME, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0755);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot write %s/%s in the container", FOLDER, NAME);
        return file_write_all(fd, script, strlen(script), error);
}
