/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a container does not see, or cannot write, in its own /proc and /sys. Most of these files are the
 * kernel's, one for the whole machine, whatever namespaces the reader is in. The user namespace already
 * denies the worst (a payload's root is an ordinary user to them); hiding them also keeps what is readable
 * by everybody from telling on the host.
 *
 * The lists follow the defaults of the OCI runtime specification's examples and of podman-run(1), see its
 * --security-opt=mask= and unmask=, so that a path that somebody unmasks there is one that we mask here. */

#include <stddef.h>

typedef struct SecurityPath {
        const char *path;
        const char *reason;
} SecurityPath;

/* Hidden: an empty read-only folder or /dev/null lies on top. Ends with a NULL path. */
static const SecurityPath security_masked_paths[] = {
        {"/proc/acpi",
         "switches of the machine's firmware: wake-up sources, on old kernels also fans and sleep"},
        {"/proc/interrupts",
         "counts each key press and network packet of the host, which tells when and how fast"},
        {"/proc/kcore", "the memory of the whole machine"},
        {"/proc/keys", "descriptions of the user's keys, which belong to the host's login session"},
        {"/proc/latency_stats", "where other processes of the host spend their time"},
        {"/proc/sched_debug",
         "names and numbers of the host's processes (a file of debugfs since Linux 5.13)"},
        {"/proc/scsi", "accepts commands that detach the host's disks"},
        {"/proc/timer_list", "kernel addresses, and timers of the host's processes"},
        {"/proc/timer_stats", "the same on kernels before 4.11"},
        {"/sys/dev/block", "the host's disks and what they are part of"},
        {"/sys/devices/virtual/powercap",
         "power meters, precise enough to tell what other programs compute"},
        {"/sys/firmware", "the firmware's tables and variables, serial numbers among them"},
        {"/sys/fs/selinux", "the host's policy; a payload that finds it believes that it may load one"},
        {NULL, NULL},
};

/* Readable only. Ends with a NULL path. */
static const SecurityPath security_read_only_paths[] = {
        {"/proc/asound", "sets up the host's sound cards"},
        {"/proc/bus", "registers of the devices on the host's PCI bus"},
        {"/proc/fs", "settings of the host's mounted file systems"},
        {"/proc/irq", "which processor handles which interrupt of the host"},
        {"/proc/sys",
         "settings of the kernel; those of the container's own namespaces are written before, see Sysctl="},
        {"/proc/sysrq-trigger", "reboots and kills by one letter"},
        {NULL, NULL},
};
