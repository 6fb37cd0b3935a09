/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Capabilities: names to sets, and sets to the kernel. */

#include "runner/security-caps.h"

#include "base/error.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BIT(capability) (G_GUINT64_CONSTANT(1) << (capability))

/* Podman's default set, documented in containers.conf(5), default_capabilities: what the root of an ordinary
 * image needs to chown its files, become its service's user and bind a low port. */
static const guint64 default_caps = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) |
                                    BIT(CAP_FSETID) | BIT(CAP_KILL) | BIT(CAP_NET_BIND_SERVICE) |
                                    BIT(CAP_SETFCAP) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP) | BIT(CAP_SETUID) |
                                    BIT(CAP_SYS_CHROOT);

/* The kernel asks for these in the first user namespace, so that having them in another is in vain. Each
 * line without "read" was tried, tests/kernel/capabilities-in-user-namespace.c; those marked so are from the
 * kernel's source (6.18), since what they govern is not on every machine. */
static const struct {
        int capability;
        const char *effect;
        bool is_partial; /* something is left of it */
} vain_caps[] = {
        {CAP_SYS_TIME, "the clock can be set by the host's root only"},
        {CAP_SYS_MODULE, "modules can be loaded by the host's root only"},
        {CAP_SYS_RAWIO, "the machine's ports and memory are open to the host's root only"},
        {CAP_SYS_PACCT, "process accounting is the host's"},
        {CAP_SYS_TTY_CONFIG, "terminals can be hung up by the host's root only"},
        {CAP_SYSLOG,
         "the kernel's log can be read as far as the host's kernel.dmesg_restrict= lets everybody"},
        {CAP_MKNOD, "device nodes cannot be made; use AddDevice= for those of the host"},
        {CAP_LINUX_IMMUTABLE, "the immutable and append-only attributes can be set by the host's root only"},
        {CAP_IPC_LOCK, "locked memory is bounded by LimitMEMLOCK= and Ulimit=memlock= as without it"},
        {CAP_SYS_RESOURCE,
         "no limit can be raised above the service's, which LimitNOFILE= and its like raise",
         .is_partial = true},
        {CAP_SYS_NICE, "priorities cannot be raised, processors of other users' processes can be chosen",
         .is_partial = true},
        {CAP_WAKE_ALARM, "timers that wake the machine are for the host's root"},
        {CAP_BLOCK_SUSPEND, "the machine's sleep is not held up; the request is ignored"},
        {CAP_BPF, "the kernel loads programs for the host's root only"},
        {CAP_PERFMON, "the host's kernel.perf_event_paranoid= decides, as without it"},
        {CAP_LEASE, "leases can be taken on the payload's own files only, as without it"},
        {CAP_AUDIT_CONTROL, "the audit system listens to the host's root only"},
        {CAP_AUDIT_READ, "the audit system talks to the host's root only"},
        {CAP_AUDIT_WRITE,
         "the audit system listens to the host's root only; programs take it as switched off"},
        {CAP_MAC_ADMIN, "the policy of AppArmor, SELinux or Smack is the host's"},    /* read */
        {CAP_MAC_OVERRIDE, "the policy of AppArmor, SELinux or Smack is the host's"}, /* read */
        {CAP_NET_BROADCAST, "the kernel knows the name, and asks for it nowhere"},    /* read */
};

/* All capabilities of the running kernel, up to /proc/sys/kernel/cap_last_cap; libcap asks the kernel. */
static guint64 all_caps(void) {
        return BIT(cap_max_bits()) - 1;
}

/* "cap_net_admin" or "45", for a capability that libcap has no name for. Caller frees. */
static char *print_name(int capability) {
        char *text = cap_to_name((cap_value_t) capability);
        char *name = g_ascii_strup(text + (g_str_has_prefix(text, "cap_") ? strlen("cap_") : 0), -1);
        cap_free(text);
        return name;
}

/* How many letters differ, counting an exchange of neighbours as one (Damerau and Levenshtein). */
static guint count_typos(const char *left, const char *right) {
        gsize n = strlen(left), m = strlen(right), width = m + 1;
        g_autofree guint *steps = g_new0(guint, (n + 1) * width);

        for (gsize j = 0; j <= m; j++)
                steps[j] = (guint) j;
        for (gsize i = 1; i <= n; i++) {
                steps[i * width] = (guint) i;
                for (gsize j = 1; j <= m; j++) {
                        guint other = left[i - 1] != right[j - 1];
                        guint best = MIN(steps[(i - 1) * width + j], steps[i * width + j - 1]) + 1;
                        best = MIN(best, steps[(i - 1) * width + j - 1] + other);
                        if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                                best = MIN(best, steps[(i - 2) * width + j - 2] + 1);
                        steps[i * width + j] = best;
                }
        }
        return steps[n * width + m];
}

/* The name that was probably meant, or NULL. Caller frees. */
static char *find_similar(const char *wrong) {
        guint best = 3;
        g_autofree char *similar = NULL;

        for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
                g_autofree char *name = print_name(capability);
                guint typos = count_typos(wrong, name);
                if (typos < best) {
                        best = typos;
                        g_free(similar);
                        similar = g_steal_pointer(&name);
                }
        }
        return g_steal_pointer(&similar);
}

/* One word: a capability's bit, or all. */
static bool parse_name(const char *text, const char *key, guint64 *ret_caps, GError **error) {
        g_autofree char *upper = g_ascii_strup(text, -1);
        const char *name = g_str_has_prefix(upper, "CAP_") ? upper + strlen("CAP_") : upper;

        if (g_str_equal(upper, "ALL")) {
                *ret_caps = all_caps();
                return true;
        }

        for (int capability = 0; capability <= CAP_LAST_CAP; capability++) {
                g_autofree char *known = print_name(capability);
                if (g_str_equal(name, known)) {
                        /* A kernel that does not have it yet gives none, and needs none: what it guards was
                         * guarded by an older one, or is not there. */
                        *ret_caps = BIT(capability) & all_caps();
                        return true;
                }
        }

        g_autofree char *similar = find_similar(name);
        if (similar)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s=: there is no capability '%s', did you mean '%s'?", key, text, similar);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "%s=: there is no capability '%s', capabilities(7) has the list", key, text);
}

static bool parse_list(const GPtrArray *words, const char *key, guint64 *ret_caps, bool *ret_has_all,
                       GError **error) {
        guint64 caps = 0;
        bool has_all = false;

        for (guint i = 0; words && i < words->len; i++) {
                guint64 one;
                if (!parse_name(words->pdata[i], key, &one, error))
                        return false;
                if (g_ascii_strcasecmp(words->pdata[i], "ALL") == 0)
                        has_all = true;
                else
                        caps |= one;
        }
        *ret_caps = caps;
        *ret_has_all = has_all;
        return true;
}

static void warn_of_vain(guint64 added, bool has_all, GPtrArray *warnings) {
        /* Whoever adds all of them means "as much as there is", not these. */
        if (!warnings || has_all)
                return;

        for (gsize i = 0; i < G_N_ELEMENTS(vain_caps); i++)
                if (added & BIT(vain_caps[i].capability)) {
                        g_autofree char *name = print_name(vain_caps[i].capability);
                        g_ptr_array_add(
                                warnings,
                                g_strdup_printf("AddCapability=%s has %s effect in a rootless container: "
                                                "%s",
                                                name, vain_caps[i].is_partial ? "little" : "no",
                                                vain_caps[i].effect));
                }
}

bool security_caps_plan(const GPtrArray *added, const GPtrArray *dropped, SecurityCaps *ret_caps,
                        GPtrArray *warnings, GError **error) {
        guint64 add, drop;
        bool add_all, drop_all;

        if (!parse_list(added, "AddCapability", &add, &add_all, error) ||
            !parse_list(dropped, "DropCapability", &drop, &drop_all, error))
                return false;

        if (add_all && drop_all)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "AddCapability=ALL and DropCapability=ALL exclude each other");
        if (add & drop) {
                g_autofree char *name = print_name(__builtin_ctzll(add & drop));
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Capability '%s' is in both AddCapability= and DropCapability=", name);
        }

        warn_of_vain(add, add_all, warnings);
        guint64 base = add_all ? all_caps() : drop_all ? 0 : default_caps;
        ret_caps->bounding = (base & ~drop) | add;
        ret_caps->added = add_all ? all_caps() & ~drop : add;
        return true;
}

static bool reduce_bounding_set(guint64 bounding, GError **error) {
        for (int capability = 0; capability < cap_max_bits(); capability++)
                if (!(bounding & BIT(capability)) && cap_drop_bound((cap_value_t) capability) < 0) {
                        g_autofree char *name = print_name(capability);
                        return fail_errno(error, errno, "Cannot give up the capability %s", name);
                }
        return true;
}

static bool change_ids(const SecurityUser *user, GError **error) {
        if (!user->keep_groups && setgroups(user->n_groups, user->groups) < 0) {
                if (errno == EINVAL)
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "A supplementary group of the container's user is not mapped in the "
                                    "container: a "
                                    "larger range in /etc/subgid, or UserNS=, would map it");
                return fail_errno(error, errno, "Cannot set the groups of the container's user");
        }
        if (setresgid(user->gid, user->gid, user->gid) < 0)
                return fail_errno(
                        error, errno, "Cannot become group %u%s", (unsigned) user->gid,
                        errno == EINVAL ? ", which is not mapped in the container (see /etc/subgid, UserNS=)"
                                        : "");
        if (setresuid(user->uid, user->uid, user->uid) < 0)
                return fail_errno(error, errno, "Cannot become user %u%s", (unsigned) user->uid,
                                  errno == EINVAL
                                          ? ", who is not mapped in the container (see /etc/subuid, UserNS=)"
                                          : "");
        return true;
}

static bool set_flags(cap_t sets, cap_flag_t flag, guint64 caps) {
        for (int capability = 0; capability < cap_max_bits(); capability++) {
                cap_value_t value = (cap_value_t) capability;
                if ((caps & BIT(capability)) && cap_set_flag(sets, flag, 1, &value, CAP_SET) < 0)
                        return false;
        }
        return true;
}

static bool set_process_caps(guint64 permitted, guint64 inheritable, GError **error) {
        cap_t sets = cap_init();
        bool is_set = sets && set_flags(sets, CAP_PERMITTED, permitted) &&
                      set_flags(sets, CAP_EFFECTIVE, permitted) &&
                      set_flags(sets, CAP_INHERITABLE, inheritable) && cap_set_proc(sets) == 0;
        int saved = errno;

        cap_free(sets);
        return is_set || fail_errno(error, saved, "Cannot set the capabilities of the container");
}

bool security_caps_apply(const SecurityCaps *caps, const SecurityUser *user, GError **error) {
        bool is_root = user->uid == 0;
        guint64 kept = is_root ? caps->bounding : caps->added & caps->bounding;

        if (!reduce_bounding_set(caps->bounding, error))
                return false;
        if (cap_reset_ambient() < 0 && errno != EINVAL) /* EINVAL: a kernel before 4.3, which has none */
                return fail_errno(error, errno, "Cannot give up ambient capabilities");

        /* Becoming an ordinary user loses all capabilities; with this they stay permitted until the next
         * line sets them. execve() clears the flag. */
        if (prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) < 0)
                return fail_errno(error, errno, "Cannot keep capabilities over the change of the user");
        if (!change_ids(user, error) || !set_process_caps(kept, is_root ? 0 : kept, error))
                return false;
        if (prctl(PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L) < 0)
                return fail_errno(error, errno, "Cannot end keeping capabilities");

        for (int capability = 0; !is_root && capability < cap_max_bits(); capability++)
                if ((kept & BIT(capability)) && cap_set_ambient((cap_value_t) capability, CAP_SET) < 0) {
                        g_autofree char *name = print_name(capability);
                        return fail_errno(error, errno,
                                          "Cannot give the capability %s to the container's user", name);
                }
        return true;
}
