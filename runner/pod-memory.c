/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/pod-memory.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <sys/mount.h>

/* Podman's. */
#define DEFAULT_SIZE "64m"

char *pod_memory_folder(const char *pod_folder) {
        return g_build_filename(pod_folder, "shm", NULL);
}

bool pod_memory_mount(const Run *run, GError **error) {
        g_autofree char *folder = pod_memory_folder(run->session.container_dir);
        const char *size = run->spec->shm_size;
        guint64 bytes;

        if (!value_size_parse(size ? size : DEFAULT_SIZE, &bytes, error))
                return fail_prefix(error, "ShmSize=");
        /* Owners as the pod's user namespace names them: the user may be nobody in there. */
        g_autofree char *options = g_strdup_printf("mode=1777,uid=0,gid=0,size=%" G_GUINT64_FORMAT, bytes);
        return mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) == 0 ||
               fail_errno(error, errno, "Cannot mount the pod's /dev/shm");
}

bool pod_memory_share(Run *run, pid_t pod, GError **error) {
        g_autofree char *folder = pod_memory_folder(run->peer_folder);

        return namespaces_owner_take(&run->owner, pod, folder, error);
}
