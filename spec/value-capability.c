/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names of capabilities, those of Linux 5.9 and later; the kernel has had no new one since. */

#include "spec/value-capability.h"

#include "base/error.h"
#include "spec/nearest.h"

#include <string.h>

static const char *const names[] = {
        "ALL",
        "CAP_AUDIT_CONTROL",
        "CAP_AUDIT_READ",
        "CAP_AUDIT_WRITE",
        "CAP_BLOCK_SUSPEND",
        "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_DAC_READ_SEARCH",
        "CAP_FOWNER",
        "CAP_FSETID",
        "CAP_IPC_LOCK",
        "CAP_IPC_OWNER",
        "CAP_KILL",
        "CAP_LEASE",
        "CAP_LINUX_IMMUTABLE",
        "CAP_MAC_ADMIN",
        "CAP_MAC_OVERRIDE",
        "CAP_MKNOD",
        "CAP_NET_ADMIN",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_BROADCAST",
        "CAP_NET_RAW",
        "CAP_PERFMON",
        "CAP_SETFCAP",
        "CAP_SETGID",
        "CAP_SETPCAP",
        "CAP_SETUID",
        "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT",
        "CAP_SYS_CHROOT",
        "CAP_SYS_MODULE",
        "CAP_SYS_NICE",
        "CAP_SYS_PACCT",
        "CAP_SYS_PTRACE",
        "CAP_SYS_RAWIO",
        "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME",
        "CAP_SYS_TTY_CONFIG",
        "CAP_SYSLOG",
        "CAP_WAKE_ALARM",
};

static const char *without_prefix(const char *name) {
        return g_ascii_strncasecmp(name, "CAP_", 4) == 0 ? name + 4 : name;
}

/* Of names[0] nothing comes off, all others have it. */
static const char *plain_name(size_t index) {
        return index == 0 ? names[index] : names[index] + strlen("CAP_");
}

bool value_capability_parse(const char *text, const char **ret_name, GError **error) {
        const char *wanted = without_prefix(text), *best = NULL;
        char first = g_ascii_toupper(*wanted);
        guint best_distance = G_MAXUINT;

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (*plain_name(i) == first && g_ascii_strcasecmp(wanted, plain_name(i)) == 0) {
                        *ret_name = names[i];
                        return true;
                }

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                guint distance = nearest_distance(wanted, plain_name(i));

                if (distance < best_distance) {
                        best_distance = distance;
                        best = names[i];
                }
        }
        if (best && nearest_is_plausible(wanted, best_distance))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a capability; did you mean %s?", text,
                            best);
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a capability; capabilities(7) lists them",
                    text);
}

bool value_capability_is_default(const char *name) {
        static const char *const defaults[] = {
                "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",     "CAP_FSETID",
                "CAP_KILL",    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",    "CAP_SETGID",
                "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
                if (g_str_equal(name, defaults[i]))
                        return true;
        return false;
}
