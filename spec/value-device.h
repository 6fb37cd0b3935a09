/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* AddDevice=, --device: [-]DEVICE[:TARGET][:rwm], or VENDOR/CLASS=NAME of the Container Device Interface. */

#include <glib.h>
#include <stdbool.h>

typedef struct DeviceValue {
        char *source;     /* absolute, or the CDI name */
        char *target;     /* in the container; the same as SOURCE where nothing was said */
        bool is_optional; /* nothing is to happen where the host has no such device */
        bool is_cdi;
        bool is_limited; /* rwm, less something */
} DeviceValue;

void device_value_free(DeviceValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeviceValue, device_value_free)

bool value_device_parse(const char *text, DeviceValue **ret_value, GError **error);
