/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of one word. Where Podman takes anything that it does not know for "no", or zero, we refuse. */

#include "spec/value-basic.h"

#include "base/error.h"

#include <string.h>

bool value_boolean_parse(const char *text, bool *ret_value, GError **error) {
        static const char *const yes[] = {"1", "yes", "true", "on"};
        static const char *const no[] = {"0", "no", "false", "off"};

        for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
                bool is_yes = g_ascii_strcasecmp(text, yes[i]) == 0;

                if (is_yes || g_ascii_strcasecmp(text, no[i]) == 0) {
                        *ret_value = is_yes;
                        return true;
                }
        }
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither yes nor no (1 yes true on, 0 no false off)",
                    text);
}

bool value_number_parse(const char *text, guint64 maximum, guint64 *ret_number, GError **error) {
        guint64 number = 0;

        if (!*text)
                return fail(error, WOLFFIA_ERROR_VALUE, "a number is missing");
        for (const char *p = text; *p; p++) {
                if (!g_ascii_isdigit(*p))
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a number", text);
                if (number > (G_MAXUINT64 - 9) / 10)
                        return fail(error, WOLFFIA_ERROR_VALUE, "%s is too large", text);
                number = number * 10 + (guint64) (*p - '0');
        }
        if (number > maximum)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "%s is too large, at most %" G_GUINT64_FORMAT " is possible", text, maximum);
        *ret_number = number;
        return true;
}

/* Reads "12.5" at *P and moves behind it; MULTIPLIER is applied after the unit is known, so the fraction is
 * kept as a whole number of millionths. */
typedef struct Amount {
        guint64 whole;
        guint64 millionths;
} Amount;

static bool read_amount(const char **p, Amount *ret_amount) {
        Amount amount = {0, 0};
        guint64 place = 100000;

        if (!g_ascii_isdigit(**p))
                return false;
        for (; g_ascii_isdigit(**p); (*p)++) {
                if (amount.whole > (G_MAXUINT64 - 9) / 10)
                        return false;
                amount.whole = amount.whole * 10 + (guint64) (**p - '0');
        }
        if (**p == '.') {
                (*p)++;
                if (!g_ascii_isdigit(**p))
                        return false;
                for (; g_ascii_isdigit(**p); (*p)++, place /= 10)
                        amount.millionths += (guint64) (**p - '0') * place;
        }
        *ret_amount = amount;
        return true;
}

/* AMOUNT times UNIT; false when it does not fit. */
static bool multiply(Amount amount, guint64 unit, guint64 *ret_product) {
        guint64 product, fraction;

        if (__builtin_mul_overflow(amount.whole, unit, &product) ||
            __builtin_mul_overflow(amount.millionths, unit, &fraction))
                return false;
        return !__builtin_add_overflow(product, fraction / 1000000, ret_product);
}

bool value_size_parse(const char *text, guint64 *ret_bytes, GError **error) {
        static const char units[] = "bkmgtpe";
        const char *p = text;
        guint64 unit = 1;
        Amount amount;

        if (!read_amount(&p, &amount))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not a size; write bytes or a unit, like 64m or 1g", text);
        if (*p) {
                const char *found = strchr(units, g_ascii_tolower(*p));

                if (!found || !(p[1] == '\0' || g_ascii_strcasecmp(p + 1, "b") == 0 ||
                                g_ascii_strcasecmp(p + 1, "ib") == 0))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' ends in an unknown unit; b k m g t are known", text);
                unit = (guint64) 1 << (10 * (found - units));
        }
        if (!multiply(amount, unit, ret_bytes))
                return fail(error, WOLFFIA_ERROR_VALUE, "%s is too large", text);
        return true;
}

static const struct {
        const char *name;
        guint64 usec;
} duration_units[] = {
        {"us", 1},
        {"usec", 1},
        {"µs", 1},
        {"ms", 1000},
        {"msec", 1000},
        {"s", G_USEC_PER_SEC},
        {"sec", G_USEC_PER_SEC},
        {"second", G_USEC_PER_SEC},
        {"seconds", G_USEC_PER_SEC},
        {"m", 60 * (guint64) G_USEC_PER_SEC},
        {"min", 60 * (guint64) G_USEC_PER_SEC},
        {"minute", 60 * (guint64) G_USEC_PER_SEC},
        {"minutes", 60 * (guint64) G_USEC_PER_SEC},
        {"h", 3600 * (guint64) G_USEC_PER_SEC},
        {"hr", 3600 * (guint64) G_USEC_PER_SEC},
        {"hour", 3600 * (guint64) G_USEC_PER_SEC},
        {"hours", 3600 * (guint64) G_USEC_PER_SEC},
        {"d", 86400 * (guint64) G_USEC_PER_SEC},
        {"day", 86400 * (guint64) G_USEC_PER_SEC},
        {"days", 86400 * (guint64) G_USEC_PER_SEC},
        {"w", 604800 * (guint64) G_USEC_PER_SEC},
        {"week", 604800 * (guint64) G_USEC_PER_SEC},
        {"weeks", 604800 * (guint64) G_USEC_PER_SEC},
};

static guint64 duration_unit(const char *name, size_t length) {
        for (size_t i = 0; i < G_N_ELEMENTS(duration_units); i++)
                if (strlen(duration_units[i].name) == length &&
                    strncmp(duration_units[i].name, name, length) == 0)
                        return duration_units[i].usec;
        return 0;
}

bool value_duration_parse(const char *text, guint64 *ret_usec, GError **error) {
        guint64 total = 0;
        const char *p = text;

        if (g_str_equal(text, "infinity")) {
                *ret_usec = G_MAXUINT64;
                return true;
        }
        do {
                Amount amount;
                guint64 unit = G_USEC_PER_SEC, part;

                if (!read_amount(&p, &amount))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is not a duration; write seconds, or a time like 90s or 5min",
                                    text);
                p += strspn(p, " \t");
                size_t length = strcspn(p, " \t0123456789");
                if (length > 0) {
                        unit = duration_unit(p, length);
                        if (unit == 0)
                                return fail(error, WOLFFIA_ERROR_VALUE,
                                            "'%s' has an unknown unit '%.*s'; us ms s min h d w are known",
                                            text, (int) length, p);
                        p += length;
                }
                if (!multiply(amount, unit, &part) || __builtin_add_overflow(total, part, &total))
                        return fail(error, WOLFFIA_ERROR_VALUE, "%s is too long a time", text);
                p += strspn(p, " \t");
        } while (*p);

        *ret_usec = total;
        return true;
}

bool value_mode_parse(const char *text, mode_t *ret_mode, GError **error) {
        guint mode = 0;
        size_t length = strlen(text);

        if (length == 0 || length > 5 || strspn(text, "01234567") != length)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an octal mode; write one like 0022",
                            text);
        for (const char *p = text; *p; p++)
                mode = mode * 8 + (guint) (*p - '0');
        if (mode > 07777)
                return fail(error, WOLFFIA_ERROR_VALUE, "mode %s is too large, at most 7777 is possible",
                            text);
        *ret_mode = (mode_t) mode;
        return true;
}
