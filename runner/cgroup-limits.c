/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The unit's cgroup is read, not the payload's: that is where systemd writes them. */

#include "runner/cgroup-limits.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "config.h"
#include "spec/container-keys.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* systemd.resource-control(5) and cgroups(7). UNSET is what the file says when nothing is limited; NULL: that cannot be told
 * from a value. */
static const struct {
        const char *property, *controller, *file, *unset;
} limits_known[] = {
        {"AllowedCPUs", "cpuset", "cpuset.cpus", ""}, {"AllowedMemoryNodes", "cpuset", "cpuset.mems", ""},
        {"CPUQuota", "cpu", "cpu.max", "max"},        {"CPUWeight", "cpu", "cpu.weight", NULL},
        {"IOReadBandwidthMax", "io", "io.max", ""},   {"IOReadIOPSMax", "io", "io.max", ""},
        {"IOWeight", "io", "io.weight", NULL},        {"IOWriteBandwidthMax", "io", "io.max", ""},
        {"IOWriteIOPSMax", "io", "io.max", ""},       {"MemoryHigh", "memory", "memory.high", "max"},
        {"MemoryLow", "memory", "memory.low", "0"},   {"MemoryMax", "memory", "memory.max", "max"},
        {"MemoryMin", "memory", "memory.min", "0"},   {"MemorySwapMax", "memory", "memory.swap.max", "max"},
        {"TasksMax", "pids", "pids.max", "max"},
};

static bool read_word(int unit_fd, const char *name, char **ret_word) {
        g_autofree char *text = NULL;

        if (!file_read(unit_fd, name, 1 << 16, &text, NULL, NULL))
                return false;
        text[strcspn(text, " \n")] = '\0';
        *ret_word = g_steal_pointer(&text);
        return true;
}

static void add_once(GPtrArray *list, const char *word) {
        if (!g_ptr_array_find_with_equal_func(list, word, g_str_equal, NULL))
                g_ptr_array_add(list, (char *) word);
}

static char *join(GPtrArray *words, const char *suffix) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < words->len; i++)
                g_string_append_printf(text, "%s%s%s",
                                       i == 0                ? ""
                                       : i + 1 == words->len ? " and "
                                                             : ", ",
                                       (const char *) words->pdata[i], suffix);
        return g_string_free(text, FALSE);
}

/* One sentence for all, since one remedy does. */
static void add_undelegated(GPtrArray *sentences, GPtrArray *properties, GPtrArray *controllers) {
        g_autofree char *names = join(properties, "="), *kinds = join(controllers, "");
        bool many = properties->len > 1;

        if (properties->len == 0)
                return;
        g_ptr_array_add(
                sentences,
                g_strdup_printf(
                        "%s %s no effect: the host does not delegate the controller%s %s to your service manager; as "
                        "root 'install -D -m 644 -t /etc/systemd/system/user@.service.d " WOLFFIA_DATA_DIR
                        "/user@.service.d/wolffia-delegate.conf' and a restart of user@%u.service, "
                        "which ends your services, or of the host, delegate them",
                        names, many ? "have" : "has", controllers->len > 1 ? "s" : "", kinds,
                        (unsigned) getuid()));
}

GPtrArray *cgroup_limits_find_inert(int unit_fd, const char *limits) {
        GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) properties = g_ptr_array_new(), controllers = g_ptr_array_new();
        g_autofree char *text = NULL;
        g_auto(GStrv) names = g_strsplit(limits, ",", -1);

        if (!file_read(unit_fd, "cgroup.controllers", 4096, &text, NULL, NULL))
                return sentences;
        g_auto(GStrv) delegated = g_strsplit(g_strstrip(text), " ", -1);
        for (size_t i = 0; i < G_N_ELEMENTS(limits_known); i++) {
                const char *property = limits_known[i].property, *file = limits_known[i].file;
                g_autofree char *value = NULL;

                if (!g_strv_contains((const char *const *) names, property))
                        continue;
                if (!g_strv_contains((const char *const *) delegated, limits_known[i].controller)) {
                        g_ptr_array_add(properties, (char *) property);
                        add_once(controllers, limits_known[i].controller);
                } else if (!read_word(unit_fd, file, &value))
                        g_ptr_array_add(
                                sentences,
                                g_strdup_printf("%s= has no effect: this kernel has no %s", property, file));
                else if (g_strcmp0(value, limits_known[i].unset) == 0)
                        g_ptr_array_add(sentences,
                                        g_strdup_printf("%s= has no effect: %s of the unit's cgroup is '%s'",
                                                        property, file, value));
        }
        add_undelegated(sentences, properties, controllers);
        return sentences;
}

static void warn(const Run *run, const char *text) {
        log_entry(LOG_WARNING, text, "MESSAGE_ID", MESSAGE_HOST_DEGRADED, "USER_UNIT", run->spec->unit,
                  "WOLFFIA_CONTAINER", run->spec->name, "WOLFFIA_STAGE", run->stage, NULL);
}

static void warn_by_hand(const Run *run) {
        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];
                if (key->effect != KEY_UNIT || key_kind(key) != KEY_KIND_TEXT || !*key_text(key, run->spec))
                        continue;
                g_autofree char *text = g_strdup_printf(
                        "--%s has no effect outside of a unit, which 'wolffia run' makes", key->option);
                warn(run, text);
        }
}

void cgroup_limits_warn(const Run *run) {
        if (!run->spec->unit || !*run->spec->unit)
                warn_by_hand(run);
        if (!run->spec->limits || run->cgroup_fd < 0)
                return;

        autofd int unit_fd = openat(run->cgroup_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (unit_fd < 0)
                return;
        g_autoptr(GPtrArray) sentences = cgroup_limits_find_inert(unit_fd, run->spec->limits);
        for (guint i = 0; i < sentences->len; i++)
                warn(run, sentences->pdata[i]);
}
