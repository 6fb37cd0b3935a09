/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One row a property. Where podman has two numbers for what systemd has one for, the row takes both. */

#include "generator/service-limits.h"

#include "spec/problem.h"
#include "spec/text.h"
#include "spec/value-basic.h"

#include <string.h>

#define CPU_PERIOD_USEC 100000 /* the kernel's, cgroups(7) */
#define UNLIMITED       "infinity"

/* NULL: the value is not one that can be translated here ("%i", "$MEMORY"), or it says what is so anyway. Caller frees. */
typedef char *(*Convert)(const ContainerSpec *spec);

static bool is_unlimited(const char *text) {
        return g_str_equal(text, "-1") || g_str_equal(text, "0");
}

/* In the largest unit that needs no fraction. Caller frees. */
static char *print_size(guint64 bytes) {
        static const char units[] = "KMGT";
        size_t unit = 0;

        while (unit < strlen(units) && bytes >= 1024 && bytes % 1024 == 0) {
                bytes /= 1024;
                unit++;
        }
        return g_strdup_printf("%" G_GUINT64_FORMAT "%.1s", bytes, unit > 0 ? units + unit - 1 : "");
}

static char *convert_size(const char *text) {
        guint64 bytes;

        return value_size_parse(text, &bytes, NULL) ? print_size(bytes) : NULL;
}

static char *convert_number(const char *text) {
        guint64 number;

        return value_number_parse(text, G_MAXUINT64, &number, NULL) ? g_strdup(text) : NULL;
}

static char *memory_max(const ContainerSpec *spec) {
        return is_unlimited(spec->memory) ? g_strdup(UNLIMITED) : convert_size(spec->memory);
}

static char *memory_low(const ContainerSpec *spec) {
        return convert_size(spec->memory_reservation);
}

/* Podman's is memory and swap together. */
static char *memory_swap_max(const ContainerSpec *spec) {
        guint64 both, memory;

        if (g_str_equal(spec->memory_swap, "-1"))
                return g_strdup(UNLIMITED);
        if (!spec->memory || !value_size_parse(spec->memory_swap, &both, NULL) ||
            !value_size_parse(spec->memory, &memory, NULL) || both < memory)
                return NULL;
        return print_size(both - memory);
}

static char *tasks_max(const ContainerSpec *spec) {
        return is_unlimited(spec->pids_limit) ? g_strdup(UNLIMITED) : convert_number(spec->pids_limit);
}

static char *cpu_quota(const ContainerSpec *spec) {
        guint64 quota_usec, period_usec = CPU_PERIOD_USEC;

        if (spec->cpus) {
                double cpus = g_ascii_strtod(spec->cpus, NULL);
                return cpus > 0 ? g_strdup_printf("%.0f%%", cpus * 100) : NULL;
        }
        if (!value_number_parse(spec->cpu_quota, G_MAXUINT32, &quota_usec, NULL) ||
            (spec->cpu_period && !value_number_parse(spec->cpu_period, G_MAXUINT32, &period_usec, NULL)) ||
            period_usec == 0)
                return NULL;
        return g_strdup_printf("%" G_GUINT64_FORMAT "%%", MAX(quota_usec * 100 / period_usec, 1));
}

static char *cpu_period(const ContainerSpec *spec) {
        g_autofree char *number = convert_number(spec->cpu_period);

        return number ? g_strconcat(number, "us", NULL) : NULL;
}

/* Both by the rules that systemd had for the old names (generator/service-lift-limits.c). */
static char *convert_weight(const char *text, guint64 ordinary) {
        guint64 weight;

        if (!value_number_parse(text, G_MAXUINT32, &weight, NULL))
                return NULL;
        return g_strdup_printf("%" G_GUINT64_FORMAT, CLAMP(weight * 100 / ordinary, 1, 10000));
}

static char *cpu_weight(const ContainerSpec *spec) {
        return convert_weight(g_str_equal(spec->cpu_shares, "0") ? "1024" : spec->cpu_shares, 1024);
}

static char *io_weight(const ContainerSpec *spec) {
        return convert_weight(spec->blkio_weight, 500);
}

static char *allowed_cpus(const ContainerSpec *spec) {
        return g_strdup(spec->cpuset_cpus);
}

static char *allowed_memory_nodes(const ContainerSpec *spec) {
        return g_strdup(spec->cpuset_mems);
}

static char *oom_score_adjust(const ContainerSpec *spec) {
        return g_strdup(spec->oom_score_adj);
}

#define FIELD(name) offsetof(ContainerSpec, name)

static const struct {
        const char *property, *option;
        size_t offset; /* of the text that asks for it */
        Convert convert;
} rows[] = {
        {"MemoryMax", "memory", FIELD(memory), memory_max},
        {"MemoryLow", "memory-reservation", FIELD(memory_reservation), memory_low},
        {"MemorySwapMax", "memory-swap", FIELD(memory_swap), memory_swap_max},
        {"CPUQuota", "cpus", FIELD(cpus), cpu_quota},
        {"CPUQuota", "cpu-quota", FIELD(cpu_quota), cpu_quota},
        {"CPUQuotaPeriodSec", "cpu-period", FIELD(cpu_period), cpu_period},
        {"CPUWeight", "cpu-shares", FIELD(cpu_shares), cpu_weight},
        {"AllowedCPUs", "cpuset-cpus", FIELD(cpuset_cpus), allowed_cpus},
        {"AllowedMemoryNodes", "cpuset-mems", FIELD(cpuset_mems), allowed_memory_nodes},
        {"IOWeight", "blkio-weight", FIELD(blkio_weight), io_weight},
        {"TasksMax", "pids-limit", FIELD(pids_limit), tasks_max},
        {"OOMScoreAdjust", "oom-score-adj", FIELD(oom_score_adj), oom_score_adjust},
};

/* What the runner can read back, cgroup v2's files (runner/cgroup-limits.c). */
static const char *const read_back[] = {
        "MemoryMax",          "MemoryHigh",          "MemoryLow",     "MemoryMin",          "MemorySwapMax",
        "CPUQuota",           "CPUWeight",           "AllowedCPUs",   "AllowedMemoryNodes", "IOWeight",
        "IOReadBandwidthMax", "IOWriteBandwidthMax", "IOReadIOPSMax", "IOWriteIOPSMax",     "TasksMax",
};

/* Most containers have none. */
static bool has_options(const ContainerSpec *spec) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
                if (*(const char *const *) ((const char *) spec + rows[i].offset))
                        return true;
        return false;
}

static const char *text_of(const ContainerSpec *spec, size_t row) {
        const char *text = *(const char *const *) ((const char *) spec + rows[row].offset);

        /* cpus has the last word over quota and period. */
        if (spec->cpus && (rows[row].offset == FIELD(cpu_quota) || rows[row].offset == FIELD(cpu_period)))
                return NULL;
        return text && rows[row].offset == FIELD(cpu_quota) && g_str_equal(text, "-1") ? NULL : text;
}

static const char *own_value(const ServiceInput *input, const char *property) {
        return unit_file_value(input->unit, "Service", property);
}

/* Whether [Service] has a line for any of what is read back. Most have none. */
static bool has_own_value(const UnitFile *unit) {
        guint section = unit_file_find_section(unit, "Service");

        for (guint i = 0; i < unit->assignments->len; i++) {
                const UnitAssignment *line = unit_file_at(unit, i);

                for (size_t j = 0; line->section == section && line->key && j < G_N_ELEMENTS(read_back); j++)
                        if (line->key[0] == read_back[j][0] && strcmp(line->key, read_back[j]) == 0)
                                return true;
        }
        return false;
}

static bool is_asked_for_by_options(const ContainerSpec *spec, const char *property) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
                if (text_of(spec, i) && g_str_equal(rows[i].property, property)) {
                        g_autofree char *value = rows[i].convert(spec);
                        return value && !g_str_equal(value, UNLIMITED);
                }
        return false;
}

static bool is_asked_for(const ServiceInput *input, const ContainerSpec *spec, bool options,
                         const char *property) {
        const char *own = own_value(input, property);

        if (own)
                return !g_str_equal(own, UNLIMITED);
        return options && is_asked_for_by_options(spec, property);
}

/* Options of the container that nobody can enforce as they are said. */
static void check_options(const ServiceInput *input, const ContainerSpec *spec, GPtrArray *problems) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                const char *text = text_of(spec, i);
                g_autofree char *value = text ? rows[i].convert(spec) : NULL;
                if (!text || value || own_value(input, rows[i].property))
                        continue;
                const UnitAssignment *line = unit_file_last(input->unit, "Container", "PodmanArgs");
                problem_add(problems, PROBLEM_ERROR, line ? line->file : input->path, line ? line->line : 0,
                            line ? line->key : NULL,
                            "--%s=%s cannot be translated%s; write %s= in [Service] instead", rows[i].option,
                            text,
                            rows[i].offset == FIELD(memory_swap) && !strpbrk(text, "%$")
                                    ? ": it is memory and swap together, and needs a smaller Memory="
                                    : "",
                            rows[i].property);
        }
}

void service_limits_check(const ServiceInput *input, ContainerSpec *spec, GPtrArray *problems) {
        bool options = has_options(spec);

        if (options)
                check_options(input, spec, problems);
        else if (!has_own_value(input->unit))
                return;
        g_autoptr(GString) names = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(read_back); i++)
                if (is_asked_for(input, spec, options, read_back[i]))
                        g_string_append_printf(names, "%s%s", names->len ? "," : "", read_back[i]);
        if (names->len > 0 && !spec->limits)
                spec->limits = g_strdup(names->str);
}

void service_limits_print(const ServiceInput *input, const ContainerSpec *spec, GString *text) {
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autofree char *value = text_of(spec, i) ? rows[i].convert(spec) : NULL;
                if (!value || own_value(input, rows[i].property))
                        continue;
                text_append(text, rows[i].property);
                g_string_append_c(text, '=');
                text_append(text, value);
                g_string_append_c(text, '\n');
        }
}
