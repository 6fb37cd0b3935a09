/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Birth and end of a ContainerSpec. Which fields there are, and of which kind, is told by the key table. */

#include "spec/container-spec.h"

#include "spec/container-keys.h"

ContainerSpec *container_spec_new(void) {
        ContainerSpec *spec = g_new0(ContainerSpec, 1);

        for (size_t i = 0; i < container_keys_count; i++) {
                const ContainerKey *key = &container_keys[i];

                if (!container_key_has_field(key))
                        continue;
                switch (container_key_kind(key)) {
                case KEY_KIND_LIST:
                        if (!*container_key_list(key, spec))
                                *container_key_list(key, spec) = g_ptr_array_new_with_free_func(g_free);
                        break;
                case KEY_KIND_TRISTATE:
                        *container_key_tristate(key, spec) = TRISTATE_UNSET;
                        break;
                case KEY_KIND_TEXT:
                        break;
                }
        }
        return spec;
}

void container_spec_clear(ContainerSpec *spec) {
        for (size_t i = 0; i < container_keys_count; i++) {
                const ContainerKey *key = &container_keys[i];

                if (!container_key_has_field(key))
                        continue;
                switch (container_key_kind(key)) {
                case KEY_KIND_LIST:
                        if ((*container_key_list(key, spec))->len > 0)
                                g_ptr_array_set_size(*container_key_list(key, spec), 0);
                        break;
                case KEY_KIND_TRISTATE:
                        *container_key_tristate(key, spec) = TRISTATE_UNSET;
                        break;
                case KEY_KIND_TEXT:
                        g_clear_pointer(container_key_text(key, spec), g_free);
                        break;
                }
        }
}

void container_spec_free(ContainerSpec *spec) {
        if (!spec)
                return;

        for (size_t i = 0; i < container_keys_count; i++) {
                const ContainerKey *key = &container_keys[i];

                if (!container_key_has_field(key))
                        continue;
                if (container_key_kind(key) == KEY_KIND_LIST)
                        g_clear_pointer(container_key_list(key, spec), g_ptr_array_unref);
                else if (container_key_kind(key) == KEY_KIND_TEXT)
                        g_clear_pointer(container_key_text(key, spec), g_free);
        }
        g_free(spec);
}
