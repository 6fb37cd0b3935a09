/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of addresses. */

#include "spec/value-address.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct Address {
        guint8 bytes[16];
        guint bits; /* 32 or 128 */
} Address;

static bool parse(const char *text, Address *ret_address, GError **error) {
        memset(ret_address, 0, sizeof *ret_address);
        if (inet_pton(AF_INET, text, ret_address->bytes) == 1)
                ret_address->bits = 32;
        else if (inet_pton(AF_INET6, text, ret_address->bytes) == 1)
                ret_address->bits = 128;
        else
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an IP address", text);
        return true;
}

bool value_address_check(const char *text, GError **error) {
        Address address;

        return parse(text, &address, error);
}

bool value_subnet_check(const char *text, GError **error) {
        const char *slash = strchr(text, '/');
        g_autofree char *first = g_strndup(text, slash ? (gsize) (slash - text) : strlen(text));
        Address address;
        guint64 length;

        if (!parse(first, &address, error))
                return false;
        if (!slash)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has no length; write %s/%d", text, text,
                            address.bits == 32 ? 24 : 64);
        return value_number_parse(slash + 1, address.bits, &length, error);
}

bool value_range_check(const char *text, GError **error) {
        g_auto(GStrv) parts = g_strsplit(text, "-", 2);
        Address first, last;

        if (!parts[0] || !parts[1])
                return value_subnet_check(text, error);
        if (!parse(parts[0], &first, error) || !parse(parts[1], &last, error))
                return false;
        if (first.bits != last.bits || memcmp(first.bytes, last.bytes, sizeof first.bytes) > 0)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not a range; the second is before the first", text);
        return true;
}
