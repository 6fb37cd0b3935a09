/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-basic.h"

static void test_boolean_knows_eight_words(void) {
        static const char *const yes[] = {"1", "yes", "true", "on", "TRUE", "Yes"};
        static const char *const no[] = {"0", "no", "false", "off", "Off"};
        bool value;

        for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
                g_assert_true(value_boolean_parse(yes[i], &value, NULL));
                g_assert_true(value);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(no); i++) {
                g_assert_true(value_boolean_parse(no[i], &value, NULL));
                g_assert_false(value);
        }
}

static void test_boolean_takes_nothing_else(void) {
        static const char *const bad[] = {"", "y", "n", "t", "maybe", "2", "yes ", "truee"};
        bool value = true;

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;

                g_assert_false(value_boolean_parse(bad[i], &value, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_assert_nonnull(strstr(error->message, "neither yes nor no"));
        }
        g_assert_true(value);
}

static void test_size(void) {
        static const struct {
                const char *text;
                guint64 bytes;
        } good[] = {
                {"0", 0},          {"4096", 4096},     {"4096b", 4096},     {"64m", 64 << 20},
                {"64M", 64 << 20}, {"64MB", 64 << 20}, {"64MiB", 64 << 20}, {"512k", 512 << 10},
                {"1g", 1 << 30},   {"1.5k", 1536},     {"0.5g", 1 << 29},   {"1t", 1LL << 40},
                {"2p", 2LL << 50},
        };
        static const char *const bad[] = {
                "", "m", "-1", "1x", "1 m", "1mm", "1.m", "99999999999g", "18446744073709551616", "0x10"};
        guint64 bytes;

        for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
                g_assert_true(value_size_parse(good[i].text, &bytes, NULL));
                g_assert_cmpuint(bytes, ==, good[i].bytes);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;

                g_assert_false(value_size_parse(bad[i], &bytes, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
}

static void test_duration(void) {
        static const struct {
                const char *text;
                guint64 msec;
        } good[] = {
                {"0", 0},          {"90", 90000},        {"90s", 90000},     {"1.5s", 1500},
                {"5min", 300000},  {"5 min", 300000},    {"1h30m", 5400000}, {"5min 20s", 320000},
                {"250ms", 250},    {"2 hours", 7200000}, {"1d", 86400000},   {"1w", 604800000},
                {"1min 1", 61000},
        };
        static const char *const bad[] = {
                "", "s", "-5", "5x", "5s,", "1e3", "forever", "99999999999999999999s", " "};
        guint64 usec;

        for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
                g_assert_true(value_duration_parse(good[i].text, &usec, NULL));
                g_assert_cmpuint(usec, ==, good[i].msec * 1000);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;

                g_assert_false(value_duration_parse(bad[i], &usec, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        }
        g_assert_true(value_duration_parse("infinity", &usec, NULL));
        g_assert_cmpuint(usec, ==, G_MAXUINT64);
}

static void test_number_has_a_maximum(void) {
        guint64 number;
        g_autoptr(GError) error = NULL;

        g_assert_true(value_number_parse("65535", 65535, &number, NULL));
        g_assert_cmpuint(number, ==, 65535);
        g_assert_false(value_number_parse("65536", 65535, &number, &error));
        g_assert_nonnull(strstr(error->message, "at most 65535"));
        g_assert_false(value_number_parse("", 65535, &number, NULL));
        g_assert_false(value_number_parse("+1", 65535, &number, NULL));
        g_assert_false(value_number_parse("99999999999999999999", G_MAXUINT64, &number, NULL));
}

static void test_mode_is_octal(void) {
        mode_t mode;

        g_assert_true(value_mode_parse("022", &mode, NULL));
        g_assert_cmpuint(mode, ==, 022);
        g_assert_true(value_mode_parse("1777", &mode, NULL));
        g_assert_cmpuint(mode, ==, 01777);
        g_assert_false(value_mode_parse("", &mode, NULL));
        g_assert_false(value_mode_parse("8", &mode, NULL));
        g_assert_false(value_mode_parse("17777", &mode, NULL));
        g_assert_false(value_mode_parse("0x1f", &mode, NULL));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-basic/boolean/knows-eight-words", test_boolean_knows_eight_words);
        g_test_add_func("/value-basic/boolean/takes-nothing-else", test_boolean_takes_nothing_else);
        g_test_add_func("/value-basic/size", test_size);
        g_test_add_func("/value-basic/duration", test_duration);
        g_test_add_func("/value-basic/number-has-a-maximum", test_number_has_a_maximum);
        g_test_add_func("/value-basic/mode-is-octal", test_mode_is_octal);
        return g_test_run();
}
