/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One row a line. Whatever the generator learns to write and this table does not know is an error, never left out. */

#include "cli/unit-property.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <string.h>

#define UNLIMITED         "infinity"
#define USEC_PER_PERCENT  (G_USEC_PER_SEC / 100)
#define HIGHEST_PROCESSOR 8191 /* the kernel's own limit, CONFIG_NR_CPUS */

/* NULL and an error when the value cannot be read. */
typedef GVariant *(*Convert)(const char *value, GError **error);

static GVariant *convert_text(const char *value, GError **error) {
        return g_variant_new_string(value);
}

static GVariant *convert_list(const char *value, GError **error) {
        return g_variant_new_strv(&value, 1);
}

static GVariant *convert_boolean(const char *value, GError **error) {
        bool answer;

        return value_boolean_parse(value, &answer, error) ? g_variant_new_boolean(answer) : NULL;
}

static GVariant *convert_mode(const char *value, GError **error) {
        mode_t mode;

        return value_mode_parse(value, &mode, error) ? g_variant_new_uint32(mode) : NULL;
}

static GVariant *convert_duration(const char *value, GError **error) {
        guint64 usec;

        return value_duration_parse(value, &usec, error) ? g_variant_new_uint64(usec) : NULL;
}

static GVariant *convert_size(const char *value, GError **error) {
        guint64 bytes = G_MAXUINT64;

        if (!g_str_equal(value, UNLIMITED) && !value_size_parse(value, &bytes, error))
                return NULL;
        return g_variant_new_uint64(bytes);
}

static GVariant *convert_number(const char *value, GError **error) {
        guint64 number = G_MAXUINT64;

        if (!g_str_equal(value, UNLIMITED) && !value_number_parse(value, G_MAXUINT64, &number, error))
                return NULL;
        return g_variant_new_uint64(number);
}

static GVariant *convert_count(const char *value, GError **error) {
        guint64 number;

        if (!value_number_parse(value, G_MAXUINT32, &number, error))
                return NULL;
        return g_variant_new_uint32((guint32) number);
}

static GVariant *convert_adjustment(const char *value, GError **error) {
        gint64 number;

        if (g_ascii_string_to_signed(value, 10, -1000, 1000, &number, error))
                return g_variant_new_int32((gint32) number);
        return NULL;
}

/* "150%": processor time in each second. */
static GVariant *convert_percent(const char *value, GError **error) {
        g_autofree char *number = g_strndup(value, strcspn(value, "%"));
        guint64 percent;

        if (!value_number_parse(number, G_MAXUINT32, &percent, error))
                return NULL;
        return g_variant_new_uint64(percent * USEC_PER_PERCENT);
}

/* "0-2,5" as bits, the lowest first. */
static GVariant *convert_set(const char *value, GError **error) {
        g_autoptr(GByteArray) bits = g_byte_array_new();

        for (const char *p = value; *p; p += *p == ',') {
                char *end;
                guint64 first = g_ascii_strtoull(p, &end, 10), last = first;
                bool is_read = end > p;
                if (*end == '-') {
                        const char *second = end + 1;
                        last = g_ascii_strtoull(second, &end, 10);
                        is_read = is_read && end > second;
                }
                if (!is_read || (*end && *end != ',') || last < first || last > HIGHEST_PROCESSOR) {
                        fail(error, WOLFFIA_ERROR_VALUE, "'%s' is no list of numbers", value);
                        return NULL;
                }
                for (guint64 i = first; i <= last; i++) {
                        while (bits->len <= i / 8)
                                g_byte_array_append(bits, (const guint8[]){0}, 1);
                        bits->data[i / 8] |= (guint8) (1 << i % 8);
                }
                p = end;
        }
        return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bits->data, bits->len, 1);
}

static const struct {
        const char *key, *property;
        Convert convert;
} rows[] = {
        {"Type", "Type", convert_text},
        {"NotifyAccess", "NotifyAccess", convert_text},
        {"KillMode", "KillMode", convert_text},
        {"Delegate", "Delegate", convert_boolean},
        {"SyslogIdentifier", "SyslogIdentifier", convert_text},
        {"RuntimeDirectory", "RuntimeDirectory", convert_list},
        {"RuntimeDirectoryMode", "RuntimeDirectoryMode", convert_mode},
        {"Restart", "Restart", convert_text},
        {"StartLimitBurst", "StartLimitBurst", convert_count},
        {"StartLimitIntervalSec", "StartLimitIntervalUSec", convert_duration},
        {"TimeoutStopSec", "TimeoutStopUSec", convert_duration},
        {"RuntimeMaxSec", "RuntimeMaxUSec", convert_duration},
        {"MemoryMax", "MemoryMax", convert_size},
        {"MemoryLow", "MemoryLow", convert_size},
        {"MemorySwapMax", "MemorySwapMax", convert_size},
        {"CPUQuota", "CPUQuotaPerSecUSec", convert_percent},
        {"CPUQuotaPeriodSec", "CPUQuotaPeriodUSec", convert_duration},
        {"CPUWeight", "CPUWeight", convert_number},
        {"AllowedCPUs", "AllowedCPUs", convert_set},
        {"AllowedMemoryNodes", "AllowedMemoryNodes", convert_set},
        {"IOWeight", "IOWeight", convert_number},
        {"TasksMax", "TasksMax", convert_number},
        {"OOMScoreAdjust", "OOMScoreAdjust", convert_adjustment},
};

/* The only specifier in what we write ourselves. */
static char *expand(const char *value, const char *name) {
        const char *specifier = strstr(value, "%N");
        g_autofree char *start = specifier ? g_strndup(value, (gsize) (specifier - value)) : NULL;

        return specifier ? g_strconcat(start, name, specifier + 2, NULL) : g_strdup(value);
}

bool unit_property_parse(const char *key, const char *value, const char *name, const char **ret_property,
                         GVariant **ret_variant, GError **error) {
        g_autofree char *expanded = expand(value, name);

        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                if (!g_str_equal(rows[i].key, key))
                        continue;
                GVariant *variant = rows[i].convert(expanded, error);
                if (!variant)
                        return fail_prefix(error, "%s=%s", key, value);
                *ret_property = rows[i].property;
                *ret_variant = g_variant_ref_sink(variant);
                return true;
        }
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "%s= is for units of files; write one with --save=NAME", key);
}
