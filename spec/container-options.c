/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runner's command line. */

#include "spec/container-options.h"

#include "spec/container-keys.h"
#include "spec/key-options.h"

bool container_options_parse(const char *const *arguments, ContainerSpec **ret_spec, GError **error) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        if (!key_options_parse_options(&container_key_table, &arguments, spec, false, error))
                return false;
        if (!spec->rootfs && *arguments)
                spec->image = g_strdup(*arguments++);
        for (; *arguments; arguments++)
                g_ptr_array_add(spec->command, g_strdup(*arguments));

        *ret_spec = g_steal_pointer(&spec);
        return true;
}

bool container_options_merge(const char *const *arguments, ContainerSpec *spec, GError **error) {
        return key_options_merge(&container_key_table, arguments, spec, error);
}

GPtrArray *container_options_print(const ContainerSpec *spec) {
        return key_options_print(&container_key_table, spec);
}
