/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Capabilities: names to sets, and sets to the kernel. */

#include "runner/security-caps.h"

#include "base/error.h"
#include "spec/value-capability-effect.h"
#include "spec/value-capability.h"

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

/* All capabilities of the running kernel, up to /proc/sys/kernel/cap_last_cap; libcap asks the kernel. */
static guint64 all_caps(void) {
        return BIT(cap_max_bits()) - 1;
}

/* Its name in capabilities(7), or a number where libcap has none. Caller frees. */
static char *print_name(int capability) {
        char *text = cap_to_name((cap_value_t) capability);
        char *name = g_ascii_strup(text, -1);
        cap_free(text);
        return name;
}

/* One word: a capability's bit, or all. */
static bool parse_name(const char *text, const char *key, guint64 *ret_caps, GError **error) {
        const char *name;
        cap_value_t capability;

        if (!value_capability_parse(text, &name, error))
                return fail_prefix(error, "%s=", key);
        if (g_str_equal(name, "ALL"))
                *ret_caps = all_caps();
        else if (cap_from_name(name, &capability) < 0)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "%s=%s: this system's libcap does not know it",
                            key, text);
        else
                /* A kernel that does not have it yet gives none, and asks for none. */
                *ret_caps = BIT(capability) & all_caps();
        return true;
}

static bool parse_list(const GPtrArray *words, const char *key, guint64 *ret_caps, bool *ret_has_all,
                       GError **error) {
        guint64 caps = 0;
        bool has_all = false;

        for (guint i = 0; words && i < words->len; i++) {
                guint64 one = 0;
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

static void warn_of_vain(guint64 added, GPtrArray *warnings) {
        for (int capability = 0; warnings && capability < cap_max_bits(); capability++) {
                g_autofree char *name = print_name(capability);
                bool is_partial = false;
                const char *effect =
                        added & BIT(capability) ? value_capability_effect(name, &is_partial) : NULL;
                if (effect)
                        g_ptr_array_add(
                                warnings,
                                g_strdup_printf("AddCapability=%s has %s effect in a rootless container: "
                                                "%s",
                                                name, is_partial ? "little" : "no", effect));
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

        /* Whoever adds all of them means "as much as there is", and is not warned. */
        if (!add_all)
                warn_of_vain(add, warnings);
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
