/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On folders that look like a unit's cgroup; tests/machine/cases/test_limits.py has real ones. */

#include "runner/cgroup-limits.h"

#include "tests/lib/scratch.h"

#include <string.h>

static void what_is_in_force_is_not_mentioned(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "cgroup.controllers", "cpu memory pids\n");
        scratch_write(scratch, "memory.max", "67108864\n");
        scratch_write(scratch, "cpu.max", "50000 100000\n");
        scratch_write(scratch, "cpu.weight", "100\n");
        g_autoptr(GPtrArray) found =
                cgroup_limits_find_inert(scratch->fd, "MemoryMax,CPUQuota,CPUWeight,Unheard");

        g_assert_cmpuint(found->len, ==, 0);
}

static void controllers_that_are_missing_are_named_together(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "cgroup.controllers", "memory pids\n");
        scratch_write(scratch, "memory.max", "67108864\n");
        g_autoptr(GPtrArray) found = cgroup_limits_find_inert(
                scratch->fd, "IOWeight,CPUQuota,MemoryMax,AllowedCPUs,AllowedMemoryNodes");

        g_assert_cmpuint(found->len, ==, 1);
        const char *text = found->pdata[0];
        g_assert_true(g_str_has_prefix(
                text,
                "AllowedCPUs=, AllowedMemoryNodes=, CPUQuota= and IOWeight= have no effect: the host does not delegate the "
                "controllers cpuset, cpu and io to your service manager; as root "));
        g_assert_nonnull(strstr(text, "user@.service.d/wolffia-delegate.conf"));
}

static void files_that_are_missing_or_say_nothing_are_named(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "cgroup.controllers", "memory");
        scratch_write(scratch, "memory.max", "max\n");
        g_autoptr(GPtrArray) found = cgroup_limits_find_inert(scratch->fd, "MemoryMax,MemorySwapMax");

        g_assert_cmpuint(found->len, ==, 2);
        g_assert_cmpstr(found->pdata[0], ==,
                        "MemoryMax= has no effect: memory.max of the unit's cgroup is 'max'");
        g_assert_cmpstr(found->pdata[1], ==,
                        "MemorySwapMax= has no effect: this kernel has no memory.swap.max");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/cgroup-limits/find-inert/not-what-is-in-force",
                         what_is_in_force_is_not_mentioned);
        scratch_test_add("/cgroup-limits/find-inert/controllers-together",
                         controllers_that_are_missing_are_named_together);
        scratch_test_add("/cgroup-limits/find-inert/files", files_that_are_missing_or_say_nothing_are_named);
        return g_test_run();
}
