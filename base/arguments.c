/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel shows the memory where it has put the arguments itself, so that writing there is all it takes. */

#include "base/arguments.h"

#include <string.h>

void arguments_hide(int argc, char **argv, const char *kept) {
        if (argc < 2)
                return;

        /* One behind the other: what a caller has put together itself need not be. */
        char *start = argv[1], *end = argv[1];
        for (int i = 1; i < argc && argv[i] == end; i++)
                end += strlen(argv[i]) + 1;
        for (int i = 1; i < argc; i++)
                memset(argv[i], 0, strlen(argv[i]));

        size_t size = kept ? strlen(kept) + 1 : 0;
        if (size > 0 && size <= (size_t) (end - start))
                memcpy(start, kept, size);
}
