/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Resource limits: text to numbers, numbers to the kernel. */

#include "runner/security-limits.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

G_STATIC_ASSERT(RLIM_INFINITY == G_MAXUINT64);

/* DIRECTIVE is what raises the limit for a unit, systemd.exec(5). */
static const struct {
        const char *name;
        int resource;
        const char *directive;
} resources[] = {
        {"as", RLIMIT_AS, "LimitAS"},
        {"core", RLIMIT_CORE, "LimitCORE"},
        {"cpu", RLIMIT_CPU, "LimitCPU"},
        {"data", RLIMIT_DATA, "LimitDATA"},
        {"fsize", RLIMIT_FSIZE, "LimitFSIZE"},
        {"locks", RLIMIT_LOCKS, "LimitLOCKS"},
        {"memlock", RLIMIT_MEMLOCK, "LimitMEMLOCK"},
        {"msgqueue", RLIMIT_MSGQUEUE, "LimitMSGQUEUE"},
        {"nice", RLIMIT_NICE, "LimitNICE"},
        {"nofile", RLIMIT_NOFILE, "LimitNOFILE"},
        {"nproc", RLIMIT_NPROC, "LimitNPROC"},
        {"rss", RLIMIT_RSS, "LimitRSS"},
        {"rtprio", RLIMIT_RTPRIO, "LimitRTPRIO"},
        {"rttime", RLIMIT_RTTIME, "LimitRTTIME"},
        {"sigpending", RLIMIT_SIGPENDING, "LimitSIGPENDING"},
        {"stack", RLIMIT_STACK, "LimitSTACK"},
};

static char *print_value(guint64 value) {
        return value == G_MAXUINT64 ? g_strdup("unlimited") : g_strdup_printf("%" G_GUINT64_FORMAT, value);
}

static bool parse_value(const char *text, guint64 *ret_value) {
        if (g_str_equal(text, "-1") || g_str_equal(text, "unlimited")) {
                *ret_value = G_MAXUINT64;
                return true;
        }
        return g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, ret_value,
                                          NULL); /* our caller has a better text */
}

static bool parse_resource(const char *name, const char *text, int *ret_resource, GError **error) {
        for (gsize i = 0; i < G_N_ELEMENTS(resources); i++)
                if (g_ascii_strcasecmp(name, resources[i].name) == 0) {
                        *ret_resource = resources[i].resource;
                        return true;
                }

        g_autoptr(GString) known = g_string_new(NULL);
        for (gsize i = 0; i < G_N_ELEMENTS(resources); i++)
                g_string_append_printf(known, "%s%s", i ? ", " : "", resources[i].name);
        return fail(error, WOLFFIA_ERROR_VALUE, "Ulimit=%s: there is no limit '%s', only %s", text, name,
                    known->str);
}

bool security_limits_parse(const char *text, SecurityLimit *ret_limit, bool *ret_has_limit, GError **error) {
        if (g_str_equal(text, "host")) {
                *ret_has_limit = false;
                return true;
        }

        const char *equals = strchr(text, '=');
        if (!equals)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Ulimit=%s: this should be NAME=SOFT[:HARD], or host", text);

        SecurityLimit limit;
        g_autofree char *name = g_strndup(text, (gsize) (equals - text));
        if (!parse_resource(name, text, &limit.resource, error))
                return false;

        g_auto(GStrv) values = g_strsplit(equals + 1, ":", 2);
        if (!values[0] || !parse_value(values[0], &limit.soft) ||
            !parse_value(values[1] ? values[1] : values[0], &limit.hard))
                return fail(error, WOLFFIA_ERROR_VALUE, "Ulimit=%s: limits are numbers, or -1 for none",
                            text);
        if (limit.soft > limit.hard)
                return fail(error, WOLFFIA_ERROR_VALUE, "Ulimit=%s: the soft limit is above the hard one",
                            text);

        *ret_limit = limit;
        *ret_has_limit = true;
        return true;
}

static bool fail_to_raise(const SecurityLimit *limit, const char *text, GError **error) {
        struct rlimit now = {0};
        const char *directive = "Limit…";

        getrlimit((__rlimit_resource_t) limit->resource, &now); /* cannot fail for these; 0 would be shown */
        for (gsize i = 0; i < G_N_ELEMENTS(resources); i++)
                if (resources[i].resource == limit->resource)
                        directive = resources[i].directive;

        g_autofree char *wanted = print_value(limit->hard);
        g_autofree char *allowed = print_value(now.rlim_max);
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "Ulimit=%s: the service may have %s, no more. Lower the value, or have the "
                    "administrator put "
                    "'[Service] %s=%s' into /etc/systemd/system/user@.service.d/limits.conf and restart "
                    "user@.service",
                    text, allowed, directive, wanted);
}

bool security_limits_apply(const GPtrArray *texts, GError **error) {
        for (guint i = 0; texts && i < texts->len; i++) {
                const char *text = texts->pdata[i];
                SecurityLimit limit;
                bool has_limit;

                if (!security_limits_parse(text, &limit, &has_limit, error))
                        return false;
                if (!has_limit)
                        continue;

                struct rlimit values = {.rlim_cur = limit.soft, .rlim_max = limit.hard};
                if (setrlimit((__rlimit_resource_t) limit.resource, &values) < 0) {
                        if (errno == EPERM)
                                return fail_to_raise(&limit, text, error);
                        return fail_errno(error, errno, "Ulimit=%s", text);
                }
        }
        return true;
}
