/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that is mounted in a container, as an ordered list; mount-apply.c acts. Text in, data out, with two
 * exceptions that look at the host, since the number of steps hangs on it: AddDevice= at its node, which may be missing or
 * closed (mount-devices.c), and Mount=type=glob at what its pattern matches (mount-user.c). */

#include "spec/container-spec.h"
#include "spec/value-volume.h"
#include "volume/record.h"

#include <glib.h>
#include <stdbool.h>

typedef enum MountKind {
        MOUNT_FILE_SYSTEM, /* a new one, of `type` with `options` */
        MOUNT_BIND,        /* `source` of the host, with all that is mounted below it */
        MOUNT_IMAGE,       /* the layers of another image, and over them one that goes with the container */
        MOUNT_OVERLAY,     /* `source`, and over it a layer that goes with the container, or `upper` */
        MOUNT_FOLDER,      /* not a mount: a folder that is to be there */
        MOUNT_LINK,        /* not a mount: a symbolic link to `source` */
        MOUNT_MASK,        /* hides `target`, whatever it is; skipped where the container has none */
        MOUNT_READ_ONLY,   /* makes `target` read-only, with all below it; likewise */
} MountKind;

/* The folder of a volume that no container has used yet (volume/store.h): the image's files at `target`, and
 * the owner, come first. */
typedef struct MountFirstUse {
        char *folder; /* holds data/; NULL: no first use */
        bool is_own;  /* of the container alone: the folder is to be made */
        bool no_copy;
        bool has_uid, has_gid;
        guint32 uid, gid;
} MountFirstUse;

typedef struct MountStep {
        MountKind kind;
        char *target; /* absolute, in the container */
        char *source;
        char *type;
        char *options;       /* comma-separated, the file system's own */
        guint64 attributes;  /* MOUNT_ATTR_*, mount_setattr(2) */
        guint64 propagation; /* MS_SHARED and the like; 0: what the host unmounts goes away in here too, and
                                nothing goes the other way */
        char *origin;        /* the key and value that asked for it, for messages; NULL: ours */
        bool is_fallback_bind; /* a file system that the kernel may refuse: then `source` is bound instead */
        bool is_created;       /* a missing source is made as a folder, as podman-run(1) does for volumes */
        bool is_flat;          /* what is mounted below the source stays behind */
        bool is_device;        /* AddDevice= */
        bool covers_link;      /* a link at the target is covered, not followed */
        bool change_owner;     /* the source is given to the payload's user */
        bool copies_up;        /* a new file system gets the files that the image has at the target */
        bool has_mode; /* `options` say the mode of its top, which is the image's folder's otherwise */
        VolumeRelabel relabel; /* z, Z: the source gets a label, where the host has SELinux */
        MountFirstUse first_use;
        char **layers;     /* of MOUNT_IMAGE: folders, the topmost first */
        char *subpath;     /* of the image or volume; NULL: all of it */
        GArray *layer_fds; /* int; mount_open() fills it */
        char *upper,
                *work; /* of MOUNT_OVERLAY: folders of the host; NULL: the layer goes with the container */
        int upper_fd, work_fd; /* the same, opened by mount_open() */
        int given_fd;          /* the same, opened by others: not owned; -1: it is opened by its path */
        int source_fd;         /* mount_open() fills it: a detached mount, or the folder of a first use */
} MountStep;

/* A named volume that the specification mentions. */
typedef struct MountVolume {
        const char *name; /* as it is written there */
        const VolumeRecord *record;
} MountVolume;

/* What the plan depends on besides the specification. */
typedef struct MountFacts {
        bool own_network;                 /* sysfs can be mounted in an own network namespace only */
        bool has_tty_group;               /* group 5 is mapped, devpts wants it */
        bool has_groups;                  /* more than one group is mapped */
        bool is_systemd;                  /* the payload is a systemd, which divides its cgroup */
        const char *etc_dir;              /* hosts, hostname, resolv.conf of this container */
        const char *notify_dir;           /* the folder of its notification socket, or NULL */
        const char *shm_dir;              /* /dev/shm of all members of a pod; NULL: one of its own */
        bool has_queues;                  /* the host has /dev/mqueue, for a container with its IPC */
        int shm_fd;                       /* it, as a detached mount by the time that mounts are opened */
        const char *init_path;            /* the host's init for RunInit=, or NULL */
        const char *time_zone_path;       /* what Timezone= names, or NULL (runner/mount-time.h) */
        const char *own_dir;              /* the container's folder, which goes with it; NULL: none */
        const char *const *image_volumes; /* what the image declares; NULL: nothing */
        const char *image_folder;         /* its working directory, where that is the container's; or NULL */
        const GArray *volumes;            /* of MountVolume; NULL: none */
        char **(*find_layers)(const void *data,
                              const char *image); /* of Mount=type=image; caller frees; NULL: none */
        const void *find_data;
} MountFacts;

typedef struct MountPlan {
        GPtrArray *steps;   /* of MountStep *, in order */
        GPtrArray *notices; /* of char *: what the kernel does not give, one sentence each */
} MountPlan;

/* What a tmpfs on /dev/shm is told: the size that ShmSize= says, or, with NULL, podman's. Caller frees. */
bool mount_plan_memory(const char *shm_size, char **ret_options, GError **error);

/* Volumes come after our own mounts, parents before what lies below them; hiding comes last. */
bool mount_plan(const ContainerSpec *spec, const MountFacts *facts, MountPlan **ret_plan, GError **error);
void mount_plan_free(MountPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountPlan, mount_plan_free)
