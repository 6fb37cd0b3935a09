/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Maps are short, so everything is done the plain way. */

#include "base/id-edit.h"

static gint compare_inside(gconstpointer a, gconstpointer b) {
        const IdExtent *left = a, *right = b;

        return left->inside < right->inside ? -1 : left->inside > right->inside;
}

/* Takes COUNT ids from START on out of EXTENT, on the side where its ids begin at OWN; what is left is appended. */
static void append_rest(GArray *result, IdExtent extent, guint32 own, guint32 start, guint32 count) {
        guint64 own_end = (guint64) own + extent.count, end = (guint64) start + count;

        if (end <= own || start >= own_end) {
                g_array_append_val(result, extent);
                return;
        }
        if (start > own) {
                IdExtent before = {extent.inside, extent.outside, start - own};
                g_array_append_val(result, before);
        }
        if (end < own_end) {
                guint32 skip = (guint32) (end - own);
                IdExtent behind = {extent.inside + skip, extent.outside + skip, extent.count - skip};
                g_array_append_val(result, behind);
        }
}

static void replace(GArray *extents, GArray *with) {
        g_array_set_size(extents, 0);
        g_array_append_vals(extents, with->data, with->len);
}

void id_edit_insert(GArray *extents, IdExtent extent) {
        g_autoptr(GArray) first = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        g_autoptr(GArray) second = g_array_new(FALSE, FALSE, sizeof(IdExtent));

        for (guint i = 0; i < extents->len; i++) {
                IdExtent old = g_array_index(extents, IdExtent, i);
                append_rest(first, old, old.inside, extent.inside, extent.count);
        }
        for (guint i = 0; i < first->len; i++) {
                IdExtent old = g_array_index(first, IdExtent, i);
                append_rest(second, old, old.outside, extent.outside, extent.count);
        }
        g_array_append_val(second, extent);
        g_array_sort(second, compare_inside);
        replace(extents, second);
}

/* What of POOL is not in EXTENTS, by ids of the host. Caller frees. */
static GArray *subtract(const GArray *pool, const GArray *extents) {
        GArray *left = g_array_new(FALSE, FALSE, sizeof(IdExtent));

        g_array_append_vals(left, pool->data, pool->len);
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *taken = &g_array_index(extents, IdExtent, i);
                g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(IdExtent));
                for (guint j = 0; j < left->len; j++) {
                        IdExtent extent = g_array_index(left, IdExtent, j);
                        append_rest(rest, extent, extent.outside, taken->outside, taken->count);
                }
                replace(left, rest);
        }
        return left;
}

/* From *NEXT on, the first id that EXTENTS, in order, does not have, and how many follow it. */
static guint64 find_gap(const GArray *extents, guint64 *next) {
        for (guint i = 0; i < extents->len; i++) {
                const IdExtent *extent = &g_array_index(extents, IdExtent, i);
                if (extent->inside > *next)
                        return extent->inside - *next;
                *next = MAX(*next, (guint64) extent->inside + extent->count);
        }
        return G_MAXUINT32 - MIN(*next, G_MAXUINT32);
}

void id_edit_fill(GArray *extents, const GArray *pool) {
        g_autoptr(GArray) left = subtract(pool, extents);
        g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(IdExtent));
        guint64 next = 0, gap;

        g_array_append_vals(all, extents->data, extents->len);
        for (guint i = 0; i < left->len; i++) {
                IdExtent run = g_array_index(left, IdExtent, i);
                while (run.count > 0 && (gap = find_gap(extents, &next)) > 0) {
                        IdExtent part = {(guint32) next, run.outside, (guint32) MIN(run.count, gap)};
                        g_array_append_val(all, part);
                        next += part.count;
                        run.outside += part.count;
                        run.count -= part.count;
                }
        }
        g_array_sort(all, compare_inside);
        replace(extents, all);
}

void id_edit_limit(GArray *extents, guint32 size) {
        g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(IdExtent));

        for (guint i = 0; i < extents->len; i++) {
                IdExtent extent = g_array_index(extents, IdExtent, i);
                if (extent.inside >= size)
                        continue;
                extent.count = MIN(extent.count, size - extent.inside);
                g_array_append_val(kept, extent);
        }
        replace(extents, kept);
}

guint64 id_edit_count(const GArray *extents) {
        guint64 count = 0;

        for (guint i = 0; i < extents->len; i++)
                count += g_array_index(extents, IdExtent, i).count;
        return count;
}

guint32 id_edit_compose(const GArray *through, guint32 inside, guint32 from, guint32 count, GArray *result) {
        guint32 done = 0;

        while (done < count) {
                const IdExtent *found = NULL;
                for (guint i = 0; !found && i < through->len; i++) {
                        const IdExtent *extent = &g_array_index(through, IdExtent, i);
                        if (from + done >= extent->inside && from + done - extent->inside < extent->count)
                                found = extent;
                }
                if (!found)
                        return done;
                guint32 skip = from + done - found->inside;
                IdExtent part = {inside + done, found->outside + skip,
                                 MIN(found->count - skip, count - done)};
                g_array_append_val(result, part);
                done += part.count;
        }
        return done;
}
