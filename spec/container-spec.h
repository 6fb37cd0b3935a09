/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The contract between all programs: what the user asked for, as text in the user's own words.
 *
 * Values stay text because the generator cannot know more: `%h` and `$PORT` are systemd's to expand. They
 * are checked by the grammars of value-*.h wherever they hold no such thing, and parsed by the same
 * functions at the point of use. */

#include "spec/key.h"

#include <glib.h>
#include <stdbool.h>

/* Strings are NULL where nothing was said; lists (of char *) are never NULL. One field per row of
 * container-keys.c. */
typedef struct ContainerSpec {
        char *name;
        char *image;
        char *rootfs;
        GPtrArray *command; /* the words of Exec= */
        char *entrypoint;   /* a word, or a JSON list; "" clears the image's */
        GPtrArray *labels;  /* KEY=VALUE */
        GPtrArray *annotations;

        GPtrArray
                *environment; /* KEY=VALUE, or KEY: the value that the runner finds in its own environment */
        GPtrArray *environment_files;
        Tristate environment_host;
        Tristate http_proxy;
        GPtrArray *secrets; /* NAME[,type=mount|env][,target=][,uid=][,gid=][,mode=] */

        GPtrArray *volumes; /* [SOURCE:]TARGET[:OPTIONS] */
        GPtrArray *mounts;  /* type=bind,… */
        GPtrArray *tmpfs;   /* TARGET[:OPTIONS] */
        Tristate read_only;
        Tristate read_only_tmpfs;
        char *shm_size;
        GPtrArray *masked;
        GPtrArray *unmasked;
        GPtrArray *devices;
        char *gpus; /* --gpus, until container_spec_expand() */

        char *pod;               /* the pod that it is a member of */
        Tristate start_with_pod; /* whether the pod starts it; the generator's */
        GPtrArray *networks;     /* none, host, pasta[:OPTIONS] */
        GPtrArray *network_aliases;
        char *ip;
        char *ip6;
        GPtrArray *ports; /* [[ADDRESS:]HOST:]CONTAINER[/PROTOCOL] */
        char *host_name;
        GPtrArray *hosts; /* NAME:ADDRESS */
        GPtrArray *dns;
        GPtrArray *dns_options;
        GPtrArray *dns_search;

        char *user; /* USER[:GROUP] */
        char *group;
        GPtrArray *groups;
        Tristate passwd;      /* --passwd: whether lines are added to passwd(5) and group(5) */
        char *passwd_entry;   /* with $USERNAME, $UID, $GID, $NAME and $HOME in it */
        char *group_entry;    /* with $GROUPNAME, $GID and $USERLIST */
        GPtrArray *user_maps; /* CONTAINER:FROM:AMOUNT */
        GPtrArray *group_maps;
        char *sub_users; /* whose line of /etc/subuid */
        char *sub_groups;
        char *user_namespace; /* keep-id[:uid=,gid=], host, … */
        char *working_directory;
        char *time_zone;

        GPtrArray *capabilities_added;
        GPtrArray *capabilities_dropped;
        Tristate privileged; /* --privileged, until container_spec_expand() */
        Tristate no_new_privileges;
        char *seccomp_profile;
        char *apparmor_profile;
        Tristate label_disable; /* SELinux: runner/security-label.h */
        Tristate label_nested;
        char *label_type;
        char *label_file_type;
        char *label_level;
        char *label_user;
        char *label_role;
        GPtrArray *sysctls;
        GPtrArray *ulimits;
        char *ipc; /* private, shareable (the same), host */
        char *umask;

        Tristate init;
        char *systemd;                  /* true, false, always: podman-run(1) --systemd= */
        char *private_network_override; /* auto, yes, no: for a systemd inside */
        char *notify;                   /* conmon, container, healthy: podman-run(1) --sdnotify= */
        char *health_cmd;               /* the grammar is that of value-health.h */
        char *health_interval;
        char *health_on_failure;
        char *health_retries;
        char *health_start_period;
        char *health_timeout;
        char *health_startup_cmd;
        char *health_startup_interval;
        char *health_startup_retries;
        char *health_startup_success;
        char *health_startup_timeout;
        GPtrArray *reload_command; /* of these two the generator makes ExecReload= */
        char *reload_signal;
        char *stop_signal;
        char *stop_timeout;
        Tristate linger;        /* whether the start sees to it */
        char *log_driver;       /* journald, k8s-file, passthrough, none */
        GPtrArray *log_options; /* NAME=VALUE, of k8s-file */
        char *pull;             /* missing, never, always, newer */
        char *memory; /* limits: the generator makes them properties of the unit, where systemd enforces them */
        char *pids_limit;
        char *cpus;
        char *memory_reservation;
        char *memory_swap; /* and memory, together */
        char *cpu_quota;
        char *cpu_period;
        char *cpu_shares;
        char *cpuset_cpus;
        char *cpuset_mems;
        char *blkio_weight;
        char *oom_score_adj;
        Tristate tty;         /* a terminal of the container's, whose output is logged */
        Tristate interactive; /* a standard input that stays open, and that nobody writes to */
        char *standard_input; /* null, pipe, terminal: what the payload gets of the runner's */
        char *limits;         /* MemoryMax,CPUQuota,…: properties of the unit that ought to be in force */
        char *unit;           /* the unit's name, for messages; empty outside of units */
        char *broken;         /* --broken: nothing is run, this reason is reported */
} ContainerSpec;

ContainerSpec *container_spec_new(void);
/* Makes it as good as new, for the next unit. */
void container_spec_clear(ContainerSpec *spec);
void container_spec_free(ContainerSpec *spec);
/* Says --gpus and --privileged by what they stand for. The first is a device; the other is, as far as a user namespace can give it: all capabilities of that namespace, no
 * masked paths, and a system call filter under which a payload may make namespaces and mounts. False when that was
 * not said. */
bool container_spec_expand(ContainerSpec *spec);
/* --ipc=host. */
bool container_spec_shares_ipc(const ContainerSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContainerSpec, container_spec_free)
