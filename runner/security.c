/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of the security stage is too small for a file of its own. */

#include "runner/security.h"

#include "base/error.h"

#include <errno.h>
#include <sys/prctl.h>

bool security_no_new_privileges(GError **error) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
                return fail_errno(error, errno, "Cannot set no_new_privs");
        return true;
}
