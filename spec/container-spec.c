/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Birth and end of a ContainerSpec. Which fields there are, and of which kind, is told by the key table. */

#include "spec/container-spec.h"

#include "spec/container-keys.h"

ContainerSpec *container_spec_new(void) {
        return key_table_new_spec(&container_key_table);
}

void container_spec_clear(ContainerSpec *spec) {
        key_table_clear_spec(&container_key_table, spec);
}

void container_spec_free(ContainerSpec *spec) {
        key_table_free_spec(&container_key_table, spec);
}

bool container_spec_expand(ContainerSpec *spec) {
        bool is_privileged = spec->privileged == TRISTATE_YES;

        if (spec->gpus)
                g_ptr_array_add(spec->devices, g_strconcat("nvidia.com/gpu=", spec->gpus, NULL));
        g_clear_pointer(&spec->gpus, g_free);
        spec->privileged = TRISTATE_UNSET;
        if (!is_privileged)
                return false;
        g_ptr_array_add(spec->capabilities_added, g_strdup("all"));
        g_ptr_array_add(spec->unmasked, g_strdup("ALL"));
        if (!spec->seccomp_profile)
                spec->seccomp_profile = g_strdup("nesting");
        return true;
}

bool container_spec_shares_ipc(const ContainerSpec *spec) {
        return g_strcmp0(spec->ipc, "host") == 0;
}
