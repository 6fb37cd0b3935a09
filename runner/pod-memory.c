/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/pod-memory.h"

#include "base/error.h"
#include "runner/mount-plan.h"

#include <sys/mount.h>

char *pod_memory_folder(const char *pod_folder) {
        return g_build_filename(pod_folder, "shm", NULL);
}

bool pod_memory_mount(const Run *run, GError **error) {
        g_autofree char *folder = pod_memory_folder(run->session.container_dir);
        g_autofree char *options = NULL;

        if (!mount_plan_memory(run->spec->shm_size, &options, error))
                return false;
        /* Owners as the pod's user namespace names them: the user may be nobody in there. */
        g_autofree char *all = g_strconcat(options, ",uid=0,gid=0", NULL);
        return mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, all) == 0 ||
               fail_errno(error, errno, "Cannot mount the pod's /dev/shm");
}

bool pod_memory_share(Run *run, pid_t pod, GError **error) {
        g_autofree char *folder = pod_memory_folder(run->peer_folder);

        return namespaces_owner_take(&run->owner, pod, folder, error);
}
