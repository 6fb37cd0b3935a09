/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of devices. */

#include "spec/value-device.h"

#include "base/error.h"

#include <string.h>

void device_value_free(DeviceValue *value) {
        if (!value)
                return;
        g_free(value->source);
        g_free(value->target);
        g_free(value);
}

static bool is_rights(const char *text) {
        return *text && strspn(text, "rwm") == strlen(text);
}

/* vendor.com/class=name */
static bool is_cdi_name(const char *text) {
        const char *slash = strchr(text, '/'), *equals = strchr(text, '=');

        return text[0] != '/' && text[0] != '.' && slash && equals && slash < equals && equals[1];
}

bool value_device_parse(const char *text, DeviceValue **ret_value, GError **error) {
        g_autoptr(DeviceValue) value = g_new0(DeviceValue, 1);
        const char *start = text + (*text == '-');
        g_auto(GStrv) fields = g_strsplit(start, ":", -1);
        guint length = g_strv_length(fields);
        const char *target = NULL, *rights = NULL;

        value->is_optional = *text == '-';
        value->is_cdi = is_cdi_name(start);
        if (value->is_cdi) {
                value->source = g_strdup(start);
                value->target = g_strdup(start);
                *ret_value = g_steal_pointer(&value);
                return true;
        }
        if (length < 1 || length > 3 || fields[0][0] != '/')
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' is not a device; write /dev/NAME, /dev/NAME:/dev/OTHER:rwm, or vendor.com/class=name",
                        text);
        if (length == 2 && is_rights(fields[1]))
                rights = fields[1];
        else if (length >= 2)
                target = fields[1];
        if (length == 3)
                rights = fields[2];
        if ((target && target[0] != '/') || (rights && !is_rights(rights)))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not of the form /dev/NAME:/dev/OTHER:rwm",
                            text);
        value->source = g_strdup(fields[0]);
        value->target = g_strdup(target ? target : fields[0]);
        value->is_limited = rights && (!strchr(rights, 'r') || !strchr(rights, 'w'));
        *ret_value = g_steal_pointer(&value);
        return true;
}
