/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text for /etc/subuid: the ranges are possible ones, in order and apart, and the kernel would take the map. */

#include "base/id-map.h"
#include "base/id-ranges.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_map(const GArray *ranges, guint32 keep) {
        g_autoptr(IdMap) map = id_map_plan_keep_id(1000, 1000, keep, keep, ranges, ranges);
        guint64 inside_end = 0;

        for (guint i = 0; i < map->users->len; i++) {
                IdExtent extent = g_array_index(map->users, IdExtent, i);
                g_assert_cmpuint(extent.count, >, 0);
                g_assert_cmpuint(extent.inside, >=, inside_end);
                inside_end = (guint64) extent.inside + extent.count;
                for (guint j = 0; j < i; j++) {
                        IdExtent other = g_array_index(map->users, IdExtent, j);
                        g_assert_true(extent.outside >= other.outside
                                              ? extent.outside - other.outside >= other.count
                                              : other.outside - extent.outside >= extent.count);
                }
        }
        g_assert_cmpuint(id_map_inside(map->users, 1000), ==, keep);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autofree char *text = g_strndup((const char *) data, size);
        g_autoptr(GArray) ranges = id_ranges_parse(text, "alice", 1000);
        guint64 end = 0;

        for (guint i = 0; i < ranges->len; i++) {
                IdRange range = g_array_index(ranges, IdRange, i);
                g_assert_cmpuint(range.count, >, 0);
                g_assert_cmpuint(range.start, >=, end);
                end = (guint64) range.start + range.count;
                g_assert_cmpuint(end, <=, G_MAXUINT32);
        }
        /* The kernel takes 340 lines. */
        if (ranges->len <= 340) {
                check_map(ranges, 0);
                check_map(ranges, size > 0 ? data[0] : 1000);
        }
        return 0;
}
