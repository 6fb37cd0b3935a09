/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/value-address.h"

#include <string.h>

typedef bool (*Check)(const char *text, GError **error);

static void assert_good(Check check, const char *const *texts) {
        for (; *texts; texts++) {
                g_autoptr(GError) error = NULL;

                g_test_message("%s", *texts);
                (void) check(*texts, &error);
                g_assert_no_error(error);
        }
}

static void assert_bad(Check check, const char *text, const char *fault) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", text);
        g_assert_false(check(text, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, fault));
}

static void test_addresses(void) {
        assert_good(value_address_check, (const char *[]){"10.0.0.1", "fd00::1", "::1", NULL});
        assert_bad(value_address_check, "", "is not an IP address");
        assert_bad(value_address_check, "10.0.0", "is not an IP address");
        assert_bad(value_address_check, "10.0.0.256", "is not an IP address");
        assert_bad(value_address_check, "[::1]", "is not an IP address");
}

static void test_subnets(void) {
        assert_good(value_subnet_check, (const char *[]){"10.0.0.0/24", "10.0.0.1/24", "fd00::/64", NULL});
        assert_bad(value_subnet_check, "10.0.0.0", "write 10.0.0.0/24");
        assert_bad(value_subnet_check, "fd00::", "write fd00::/64");
        assert_bad(value_subnet_check, "10.0.0.0/33", "33");
        assert_bad(value_subnet_check, "10.0.0.0/", "a number is missing");
        assert_bad(value_subnet_check, "10.0.0.0/24/1", "/1");
}

static void test_ranges(void) {
        assert_good(value_range_check,
                    (const char *[]){"10.0.0.0/28", "10.0.0.5-10.0.0.9", "fd00::1-fd00::2", NULL});
        assert_bad(value_range_check, "10.0.0.9-10.0.0.5", "the second is before the first");
        assert_bad(value_range_check, "10.0.0.9-fd00::1", "is not a range");
        assert_bad(value_range_check, "", "is not an IP address");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-address/addresses", test_addresses);
        g_test_add_func("/value-address/subnets", test_subnets);
        g_test_add_func("/value-address/ranges", test_ranges);
        return g_test_run();
}
