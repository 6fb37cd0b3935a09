/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SeccompProfile= of a file, which anybody may have written. */

#include "cli/seccomp-profile.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const SeccompProfileHost host = {
                .capabilities = 0x800405fb, .architecture = "amd64", .kernel = "6.1"};
        g_autoptr(GByteArray) filter = NULL;

        if (seccomp_profile_compile((const char *) data, size, &host, &filter, NULL))
                g_assert_cmpuint(filter->len % 8, ==, 0);
        return 0;
}
