/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runner's command line. */

#include "spec/container-options.h"

#include "base/error.h"
#include "spec/container-checks.h"
#include "spec/container-keys.h"
#include "spec/key-options.h"

bool container_options_parse(const char *const *arguments, ContainerSpec **ret_spec, GError **error) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        if (!key_options_parse_options(&container_key_table, &arguments, spec, error))
                return false;
        if (!spec->rootfs && *arguments)
                spec->image = g_strdup(*arguments++);
        for (; *arguments; arguments++)
                g_ptr_array_add(spec->command, g_strdup(*arguments));

        if (spec->gpus && !check_gpus(spec->gpus, error))
                return fail_prefix(error, "--gpus");
        (void) container_spec_expand(spec);
        *ret_spec = g_steal_pointer(&spec);
        return true;
}

GPtrArray *container_options_print(const ContainerSpec *spec) {
        return key_options_print(&container_key_table, spec);
}
