/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/value-device.h"

#include "base/error.h"

static void devices_have_a_target_and_rights(void) {
        static const struct {
                const char *text, *source, *target;
                bool is_optional, is_cdi, is_limited;
        } cases[] = {
                {"/dev/fuse", "/dev/fuse", "/dev/fuse", false, false, false},
                {"-/dev/kvm", "/dev/kvm", "/dev/kvm", true, false, false},
                {"/dev/a:/dev/b", "/dev/a", "/dev/b", false, false, false},
                {"/dev/a:rw", "/dev/a", "/dev/a", false, false, false},
                {"/dev/a:/dev/b:r", "/dev/a", "/dev/b", false, false, true},
                {"nvidia.com/gpu=all", "nvidia.com/gpu=all", "nvidia.com/gpu=all", false, true, false},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(DeviceValue) device = NULL;
                g_autoptr(GError) error = NULL;
                (void) value_device_parse(cases[i].text, &device, &error);
                g_assert_no_error(error);
                g_assert_cmpstr(device->source, ==, cases[i].source);
                g_assert_cmpstr(device->target, ==, cases[i].target);
                g_assert_true(device->is_optional == cases[i].is_optional &&
                              device->is_cdi == cases[i].is_cdi &&
                              device->is_limited == cases[i].is_limited);
        }
}

static void what_is_no_device_is_refused(void) {
        static const char *const texts[] = {
                "", "-", "dev/fuse", "/dev/a:b", "/dev/a:/b:x", "/dev/a:/b:rw:m", "a/b", "x=y"};

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                g_autoptr(DeviceValue) device = NULL;
                g_autoptr(GError) error = NULL;
                g_assert_false(value_device_parse(texts[i], &device, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-device/has-a-target-and-rights", devices_have_a_target_and_rights);
        g_test_add_func("/value-device/refuses-what-is-none", what_is_no_device_is_refused);
        return g_test_run();
}
