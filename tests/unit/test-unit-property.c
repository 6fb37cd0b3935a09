/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines of a unit file get the names and types that the service manager's interface has. */

#include "base/error.h"
#include "cli/unit-property.h"

static void expect(const char *key, const char *value, const char *property, const char *printed) {
        g_autoptr(GVariant) variant = NULL;
        g_autoptr(GError) error = NULL;
        const char *name = NULL;

        (void) unit_property_parse(key, value, "shop", &name, &variant, &error);
        g_assert_no_error(error);
        g_autofree char *text = g_variant_print(variant, TRUE);
        g_assert_cmpstr(name, ==, property);
        g_assert_cmpstr(text, ==, printed);
}

static void values_have_the_managers_types(void) {
        expect("Type", "notify", "Type", "'notify'");
        expect("Delegate", "yes", "Delegate", "true");
        expect("SyslogIdentifier", "%N", "SyslogIdentifier", "'shop'");
        expect("RuntimeDirectory", "wolffia/%N", "RuntimeDirectory", "['wolffia/shop']");
        expect("RuntimeDirectoryMode", "0700", "RuntimeDirectoryMode", "uint32 448");
        expect("TimeoutStopSec", "20", "TimeoutStopUSec", "uint64 20000000");
        expect("MemoryMax", "64M", "MemoryMax", "uint64 67108864");
        expect("MemoryMax", "infinity", "MemoryMax", "uint64 18446744073709551615");
        expect("CPUQuota", "150%", "CPUQuotaPerSecUSec", "uint64 1500000");
        expect("CPUQuotaPeriodSec", "50000us", "CPUQuotaPeriodUSec", "uint64 50000");
        expect("OOMScoreAdjust", "-500", "OOMScoreAdjust", "-500");
        expect("StartLimitBurst", "4", "StartLimitBurst", "uint32 4");
        expect("StartLimitIntervalSec", "infinity", "StartLimitIntervalUSec", "uint64 18446744073709551615");
        expect("TasksMax", "infinity", "TasksMax", "uint64 18446744073709551615");
}

static void sets_are_bits(void) {
        expect("AllowedCPUs", "0-2,9", "AllowedCPUs", "[byte 0x07, 0x02]");
        expect("AllowedMemoryNodes", "1", "AllowedMemoryNodes", "[byte 0x02]");
}

static void refuse(const char *key, const char *value, WolffiaError code) {
        g_autoptr(GVariant) variant = NULL;
        g_autoptr(GError) error = NULL;
        const char *name = NULL;

        g_assert_false(unit_property_parse(key, value, "shop", &name, &variant, &error));
        g_assert_error(error, WOLFFIA_ERROR, (int) code);
        g_assert_true(g_str_has_prefix(error->message, key));
}

static void what_is_not_known_is_never_left_out(void) {
        refuse("ExecReload", "/bin/true", WOLFFIA_ERROR_UNSUPPORTED);
        refuse("AllowedCPUs", "0-", WOLFFIA_ERROR_VALUE);
        refuse("AllowedCPUs", "5-2", WOLFFIA_ERROR_VALUE);
        refuse("AllowedCPUs", "99999", WOLFFIA_ERROR_VALUE);
        refuse("AllowedCPUs", "1;2", WOLFFIA_ERROR_VALUE);
        refuse("MemoryMax", "much", WOLFFIA_ERROR_VALUE);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/unit-property/parse/types", values_have_the_managers_types);
        g_test_add_func("/unit-property/parse/sets", sets_are_bits);
        g_test_add_func("/unit-property/parse/unknown", what_is_not_known_is_never_left_out);
        return g_test_run();
}
