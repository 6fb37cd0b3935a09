/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One start of one container: what every stage is given. */

#include "base/id-own.h"
#include "base/process.h"
#include "base/sync.h"
#include "image/record.h"
#include "image/store.h"
#include "runner/exit-status.h"
#include "runner/namespaces.h"
#include "runner/network.h"
#include "runner/session.h"
#include "spec/container-spec.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct MountPlan MountPlan;
typedef struct MountVolumes MountVolumes;
typedef struct MountReport MountReport;

typedef struct Run {
        ContainerSpec *spec; /* of a member, join_find() adds what its pod says */
        const char *stage;   /* the stage at work, for messages */
        ExitStatus failure;  /* the exit status if that stage fails */

        const Settings *settings; /* wolffia.conf(5) */

        Session session;
        ImageStore *store;
        ImageRecord *image; /* NULL with Rootfs= */
        IdMap *map;
        char *map_key;
        IdKinds lacking_ids; /* of which kinds the user has no subordinate ones */
        bool has_user; /* the user is in the map; if not, the container's root has no way to the user's files */
        uid_t uid;     /* the user's on the host */
        char *user_name;      /* likewise */
        char **granted_names; /* of `granted`, on the host */
        GArray *granted;      /* gid_t: the host's groups that are mapped as they are */
        Network network;
        bool is_systemd;         /* the payload is one, see payload-systemd.h */
        guint systemd_version;   /* 0: not known; in the child only */
        MountVolumes *volumes;   /* the named ones (runner/mount-volumes.h) */
        GPtrArray *images;       /* runner/mount-images.h */
        MountPlan *mounts;       /* runner/mount-plan.h */
        MountReport *report;     /* runner/mount-report.h */
        NamespacesOwner owner;   /* whose user namespace the container is born inside */
        GPtrArray *secret_files; /* SecretFile *, runner/secrets.h */
        GPtrArray *environment;  /* KEY=VALUE, complete but for HOME */

        int containers_fd;     /* containers/ of the store */
        int folder_fd;         /* containers/NAME/, locked while the container lives */
        int store_lock_fd;     /* nobody removes images until containers/NAME/image names ours */
        int cgroup_fd;         /* where the payload is born; -1: where the runner is */
        int output_fd;         /* read end of the payload's output; -1 with passthrough */
        int payload_fd;        /* write end; with --tty, a socket for the terminal */
        int terminal_fd;       /* its other end: the terminal's master side comes here; -1: it has none */
        int terminal_hold_fd;  /* the payload's side of it, held so that it never hangs up; -1 */
        int log_fd;            /* where the supervisor copies to; -1: to its own output */
        Process log;           /* who reads there (runner/payload-output.h) */
        int notify_fd;         /* what the payload says with Notify=yes; -1 otherwise */
        int exec_fd;           /* listens for commands to run in the container (runner/exec-message.h) */
        int record_fd;         /* what they need (runner/exec-record.h) */
        guint64 watchdog_usec; /* WatchdogSec= of the unit; 0: none */
        int first_check;    /* msec from the payload's start to the first health check; -1: there are none */
        int ids_fd;         /* holds the ids of UserNS=auto; -1 otherwise */
        int namespace_fd;   /* the container's user namespace */
        guint listen_count; /* sockets that systemd passed, from descriptor 3 on */

        bool is_pod;     /* it is the pod itself (runner/pod.h) */
        char *peer_name; /* the container or pod (spec->pod) whose network it takes part in; NULL: nobody's */
        char *peer_folder; /* its runtime folder */
        int owner_fd;      /* a pidfd of the supervisor of whose namespaces it lives in; -1: its own */
        int hosts_fd;      /* /etc/hosts of the container, where it names the host; -1: it does not */
        unsigned hosts_at; /* where in it the host's address is */
        int names_fd;      /* /etc/resolv.conf of the container, where it follows another; -1: it does not */
        unsigned names_head, names_kept, names_time; /* runner/supervisor-names.h */
        int member_fd;  /* the pod sees by it that there are members; -1: no pod */
        int members_fd; /* of the pod itself: ends with its last member; -1: no pod */

        Sync sync;
        pid_t child;
        int stop_signal; /* what ends the payload in order */

        /* SeccompProfile= of a file, compiled; NULL: another kind. */
        GByteArray *seccomp_filter;

        char *process_label; /* of SELinux (runner/security-label.h); NULL: the service's own */
        char *file_label;    /* likewise; NULL: what the kernel says */
} Run;

#define RUN_INITIAL(the_spec)                                                                               \
        ((Run){.spec = (the_spec),                                                                          \
               .stage = "session",                                                                          \
               .failure = EXIT_STATUS_NOT_STARTED,                                                          \
               .network = NETWORK_INITIAL,                                                                  \
               .owner = NAMESPACES_OWNER_NONE,                                                              \
               .containers_fd = -1,                                                                         \
               .folder_fd = -1,                                                                             \
               .store_lock_fd = -1,                                                                         \
               .cgroup_fd = -1,                                                                             \
               .output_fd = -1,                                                                             \
               .log_fd = -1,                                                                                \
               .log = PROCESS_NONE,                                                                         \
               .payload_fd = -1,                                                                            \
               .terminal_fd = -1,                                                                           \
               .terminal_hold_fd = -1,                                                                      \
               .notify_fd = -1,                                                                             \
               .exec_fd = -1,                                                                               \
               .record_fd = -1,                                                                             \
               .first_check = -1,                                                                           \
               .ids_fd = -1,                                                                                \
               .namespace_fd = -1,                                                                          \
               .owner_fd = -1,                                                                              \
               .names_fd = -1,                                                                              \
               .hosts_fd = -1,                                                                              \
               .member_fd = -1,                                                                             \
               .members_fd = -1,                                                                            \
               .sync = SYNC_NONE})

/* From now on messages are about STAGE. */
void run_enter_stage(Run *run, const char *stage);

/* Starts the container and becomes its supervisor. Returns only in case of failure; then nothing is left
 * behind. */
bool run_container(Run *run, GError **error);

/* A port that nobody chose must be told, and a network that is less than it could be: writes both to the journal. */
void run_tell_network(const Run *run);
