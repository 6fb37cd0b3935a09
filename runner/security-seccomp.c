/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hands the filter to the kernel that was compiled when Wolffia was built (security-compile.c). Nothing is
 * parsed or resolved here, and libseccomp is not needed. */

#include "runner/security-seccomp.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "runner/security-filter.h"
#include "runner/security-profile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum Profile {
        PROFILE_DEFAULT,
        PROFILE_NESTING,
        PROFILE_UNCONFINED,
        PROFILE_FILE,
} Profile;

static bool parse_profile(const char *text, Profile *ret_profile, GError **error) {
        if (!text || *text == '\0')
                *ret_profile = PROFILE_DEFAULT;
        else if (g_str_equal(text, "nesting"))
                *ret_profile = PROFILE_NESTING;
        else if (g_str_equal(text, "unconfined"))
                *ret_profile = PROFILE_UNCONFINED;
        else if (security_profile_is_file(text))
                *ret_profile = PROFILE_FILE;
        else
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "SeccompProfile=%s: neither 'unconfined', 'nesting' nor the path of a file; leave the key out "
                        "for the default filter",
                        text);
        return true;
}

bool security_seccomp_check(const char *profile, GError **error) {
        Profile parsed;
        return parse_profile(profile, &parsed, error);
}

struct sock_filter *security_seccomp_plan(guint64 bits, gsize *ret_length) {
        struct sock_filter *filter = g_memdup2(security_filter, sizeof security_filter);

        for (gsize i = 0; i < G_N_ELEMENTS(security_filter_lifts); i++)
                if (security_filter_lifts[i].by & bits)
                        filter[security_filter_lifts[i].index] =
                                (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

        *ret_length = SECURITY_FILTER_LENGTH;
        return filter;
}

/* Nearly all services have no terminal. Then ioctl() need not be looked at, and is as fast as without a
 * filter. The kernel lets nobody type into a terminal that is not its session's, so one that is opened later
 * is none of the host's.
 */
static bool has_terminal(void) {
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
                if (isatty(fd))
                        return true;

        autofd int controlling_fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
        return controlling_fd >= 0;
}

/* The login session's key ring is inherited over all namespaces. The filters keep the payload from it;
 * without one, the payload gets a ring of its own. A full quota must not keep the container from starting.
 */
static void leave_session_keyring(void) {
        syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

static bool load_filter(const struct sock_filter *filter, gsize length, GError **error) {
        struct sock_fprog program = {.len = (unsigned short) length,
                                     .filter = (struct sock_filter *) filter};

        /* Kernels before 5.16 slow a filtered process down to protect it from itself (store bypass); that is
         * meant for sandboxes of foreign code inside one process, which can still ask for it by prctl(). */
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) < 0)
                return fail_errno(error, errno, "Cannot load the filter of system calls%s",
                                  errno == EINVAL ? " (is the kernel built with CONFIG_SECCOMP_FILTER?)"
                                                  : "");
        return true;
}

bool security_seccomp_apply(const char *profile, guint64 capabilities, const GByteArray *compiled,
                            GError **error) {
        Profile parsed = PROFILE_DEFAULT;
        if (!parse_profile(profile, &parsed, error))
                return false;

        if (parsed == PROFILE_UNCONFINED) {
                leave_session_keyring();
                return true;
        }
        if (parsed == PROFILE_FILE) {
                leave_session_keyring(); /* it may allow keyctl() */
                if (!compiled)
                        return fail(error, WOLFFIA_ERROR_VALUE, "SeccompProfile=%s is not compiled",
                                    profile);
                return load_filter((const struct sock_filter *) (const void *) compiled->data,
                                   compiled->len / sizeof(struct sock_filter), error);
        }

        guint64 bits = capabilities;
        if (parsed == PROFILE_NESTING)
                bits |= SECURITY_SECCOMP_NESTING;
        if (!has_terminal())
                bits |= SECURITY_SECCOMP_NO_TERMINAL;

        gsize length;
        g_autofree struct sock_filter *filter = security_seccomp_plan(bits, &length);
        return load_filter(filter, length, error);
}
