/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is lifted off [Service] as text for check-lifts.py: option, fate, remark; tabs between them. */

#include "generator/service-lift.h"

#include <stdio.h>

int main(void) {
        static const char *const fates[] = {
                [LIFT_CONTAINER] = "container", [LIFT_FULFILLED] = "fulfilled", [LIFT_RENAMED] = "renamed",
                [LIFT_WITHOUT] = "without",     [LIFT_REFUSED] = "refused",
        };

        for (size_t i = 0; i < lift_table_count; i++)
                printf("%s\t%s\t%s\n", lift_table[i].key, fates[lift_table[i].fate], lift_table[i].remark);
        return 0;
}
