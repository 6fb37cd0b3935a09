/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Addresses and ranges of them, of networks. */

#include <glib.h>
#include <stdbool.h>

/* An IPv4 or IPv6 address. */
bool value_address_check(const char *text, GError **error);

/* ADDRESS/LENGTH; bits of ADDRESS behind LENGTH do not count. */
bool value_subnet_check(const char *text, GError **error);

/* ADDRESS/LENGTH or FIRST-LAST. */
bool value_range_check(const char *text, GError **error);
