/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Capabilities in vain. Each line without "read" was tried with all capabilities of a user namespace, and
 * is tried again by tests/kernel/capabilities-in-user-namespace.c; those with it are from the kernel's
 * source (6.18), since what they govern is not in every kernel.
 *
 * Not here, though often named with these: SYS_BOOT restarts the container's own pid namespace. */

#include "spec/value-capability-effect.h"

#include <glib.h>

static const struct {
        const char *name;
        const char *effect;
        bool is_partial;
} effects[] = {
        {"CAP_AUDIT_CONTROL", "the audit system listens to the host's root only"},
        {"CAP_AUDIT_READ", "the audit system talks to the host's root only"},
        {"CAP_AUDIT_WRITE",
         "the audit system listens to the host's root only; programs take it as switched off"},
        {"CAP_BLOCK_SUSPEND", "the machine's sleep is not held up; the request is ignored"},
        {"CAP_BPF", "the kernel loads programs for the host's root only"},
        {"CAP_IPC_LOCK", "locked memory is bounded by LimitMEMLOCK= and Ulimit=memlock= as without it"},
        {"CAP_LEASE", "leases can be taken on the payload's own files only, as without it"},
        {"CAP_LINUX_IMMUTABLE",
         "the immutable and append-only attributes can be set by the host's root only"},
        {"CAP_MAC_ADMIN", "the policy of AppArmor, SELinux or Smack is the host's"},    /* read */
        {"CAP_MAC_OVERRIDE", "the policy of AppArmor, SELinux or Smack is the host's"}, /* read */
        {"CAP_MKNOD", "device nodes cannot be made; AddDevice= brings in those of the host"},
        {"CAP_NET_BROADCAST", "the kernel knows the name, and asks for it nowhere"}, /* read */
        {"CAP_PERFMON", "the host's kernel.perf_event_paranoid= decides, as without it"},
        {"CAP_SYSLOG",
         "the kernel's log can be read as far as the host's kernel.dmesg_restrict= lets everybody"},
        {"CAP_SYS_MODULE", "modules can be loaded by the host's root only"}, /* read */
        {"CAP_SYS_NICE", "priorities cannot be raised, processors of other users' processes can be chosen",
         .is_partial = true},
        {"CAP_SYS_PACCT", "process accounting is the host's"},
        {"CAP_SYS_RAWIO", "the machine's ports and memory are open to the host's root only"}, /* read */
        {"CAP_SYS_RESOURCE",
         "no limit can be raised above the service's, which LimitNOFILE= and its like raise",
         .is_partial = true},
        {"CAP_SYS_TIME", "the clock can be set by the host's root only"},
        {"CAP_SYS_TTY_CONFIG", "terminals can be hung up by the host's root only"},
        {"CAP_WAKE_ALARM", "timers that wake the machine are for the host's root"},
};

const char *value_capability_effect(const char *name, bool *ret_is_partial) {
        for (size_t i = 0; i < G_N_ELEMENTS(effects); i++)
                if (g_str_equal(name, effects[i].name)) {
                        if (ret_is_partial)
                                *ret_is_partial = effects[i].is_partial;
                        return effects[i].effect;
                }
        return NULL;
}
