/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that is mounted in a container, as an ordered list. Pure: text in, data out; mount-apply.c
 * acts. */

#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>

typedef enum MountKind {
        MOUNT_FILE_SYSTEM, /* a new one, of `type` with `options` */
        MOUNT_BIND,        /* `source` of the host, with all that is mounted below it */
        MOUNT_LINK,        /* not a mount: a symbolic link to `source` */
        MOUNT_MASK,        /* hides `target`, whatever it is; skipped where the container has none */
        MOUNT_READ_ONLY,   /* makes `target` read-only, with all below it; likewise */
} MountKind;

typedef struct MountStep {
        MountKind kind;
        char *target; /* absolute, in the container */
        char *source;
        char *type;
        char *options;         /* comma-separated, the file system's own */
        guint64 attributes;    /* MOUNT_ATTR_*, mount_setattr(2) */
        char *origin;          /* the key and value that asked for it, for messages; NULL: ours */
        bool is_fallback_bind; /* a file system that the kernel may refuse: then `source` is bound instead */
        bool is_created;       /* a missing source is made as a folder, as podman-run(1) does for volumes */
} MountStep;

/* What the plan depends on besides the specification. */
typedef struct MountFacts {
        bool own_network;       /* sysfs can be mounted in an own network namespace only */
        bool has_tty_group;     /* group 5 is mapped, devpts wants it */
        bool has_groups;        /* more than one group is mapped */
        const char *etc_dir;    /* hosts, hostname, resolv.conf of this container */
        const char *notify_dir; /* the folder of its notification socket, or NULL */
        const char *init_path;  /* the host's init for RunInit=, or NULL */
} MountFacts;

/* The steps, in order, as a GPtrArray of MountStep *. Volumes come after our own mounts, parents before what
 * lies below them; hiding comes last. Caller unrefs. */
bool mount_plan(const ContainerSpec *spec, const MountFacts *facts, GPtrArray **ret_steps, GError **error);

/* Splits "rw,size=64m,noexec" with libmount into MOUNT_ATTR_* flags and the file system's own options; words
 * for user space are dropped. Caller frees RET_REST. */
bool mount_plan_split_options(const char *options, guint64 *ret_attributes, char **ret_rest, GError **error);
