/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An empty value takes back what an earlier file said. */

#include "spec/settings-keys.h"

#include "base/error.h"
#include "base/log.h"
#include "spec/nearest.h"
#include "spec/value-basic.h"
#include "spec/value-network.h"

#include <string.h>

typedef struct SettingsKey {
        const char *section, *name;
        bool (*apply)(Settings *settings, const struct SettingsKey *key, const char *value, GError **error);
        const char *variable; /* of a proxy */
} SettingsKey;

/* ---- paths ---- */

/* Specifiers are checked here and filled in where the path is used (settings_expand()): the user's name may come from a
 * server, which a generator must not wait for. */
static bool check_folder(const char *value, GError **error) {
        for (const char *p = strchr(value, '%'); p; p = strchr(p + 2, '%'))
                if (!p[1] || !strchr("huU%", p[1]))
                        return fail(
                                error, WOLFFIA_ERROR_VALUE,
                                "'%s': behind '%%' stands h, the user's home, u, the user's name, U, the "
                                "user's number, or %%",
                                value);
        if (*value && *value != '/' && !g_str_has_prefix(value, "%h"))
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' is not an absolute path; write /…, or %%h/… for a folder in the user's home",
                        value);
        return true;
}

static bool take_folder(char **field, const char *value, GError **error) {
        if (!check_folder(value, error))
                return false;
        g_free(*field);
        *field = *value ? g_strdup(value) : NULL;
        return true;
}

static bool apply_store_folder(Settings *settings, const SettingsKey *key, const char *value,
                               GError **error) {
        return take_folder(&settings->store_folder, value, error);
}

static bool apply_runtime_folder(Settings *settings, const SettingsKey *key, const char *value,
                                 GError **error) {
        return take_folder(&settings->runtime_folder, value, error);
}

static bool apply_more_stores(Settings *settings, const SettingsKey *key, const char *value,
                              GError **error) {
        g_auto(GStrv) paths = g_strsplit(value, ":", -1);

        for (char **path = paths; *path; path++)
                if (!check_folder(g_strstrip(*path), error))
                        return false;
        g_strfreev(settings->more_stores);
        settings->more_stores = g_steal_pointer(&paths);
        return true;
}

/* ---- others ---- */

static bool apply_quadlet(Settings *settings, const SettingsKey *key, const char *value, GError **error) {
        return value_boolean_parse(value, &settings->reads_quadlet_folders, error);
}

static bool apply_single_id(Settings *settings, const SettingsKey *key, const char *value, GError **error) {
        if (!g_str_equal(value, "allow") && !g_str_equal(value, "forbid"))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is neither allow, the default, nor forbid",
                            value);
        settings->forbids_single_id = g_str_equal(value, "forbid");
        return true;
}

static bool apply_network(Settings *settings, const SettingsKey *key, const char *value, GError **error) {
        g_autoptr(NetworkMode) mode = NULL;

        if (*value && !value_network_parse(value, &mode, error))
                return false;
        if (mode && mode->kind == NETWORK_CONTAINER)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s': the network of one container cannot be that of all, itself among them; write none, "
                        "host, pasta, or the name of a network",
                        value);
        g_free(settings->network);
        settings->network = *value ? g_strdup(value) : NULL;
        return true;
}

static bool apply_log_level(Settings *settings, const SettingsKey *key, const char *value, GError **error) {
        return log_level_parse(value, &settings->log_level) ||
               fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is none of err, warning, notice, info, the default, and debug", value);
}

static void forget_proxy(Settings *settings, const char *variable) {
        for (guint i = settings->proxies->len; i > 0; i--)
                if (g_str_has_prefix(settings->proxies->pdata[i - 1], variable))
                        g_ptr_array_remove_index(settings->proxies, i - 1);
}

static bool apply_proxy(Settings *settings, const SettingsKey *key, const char *value, GError **error) {
        bool is_list = g_str_equal(key->variable, "no_proxy");

        if (!is_list && *value && (!strstr(value, "://") || strpbrk(value, " \t,")))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not the address of a proxy; write http://HOST:PORT", value);
        forget_proxy(settings, key->variable);
        if (*value)
                g_ptr_array_add(settings->proxies, g_strconcat(key->variable, "=", value, NULL));
        return true;
}

static const SettingsKey settings_keys[] = {
        {"General", "LogLevel", apply_log_level, NULL},
        {"General", "RuntimeFolder", apply_runtime_folder, NULL},
        {"Generator", "QuadletFolders", apply_quadlet, NULL},
        {"Runner", "FtpProxy", apply_proxy, "ftp_proxy"},
        {"Runner", "HttpProxy", apply_proxy, "http_proxy"},
        {"Runner", "HttpsProxy", apply_proxy, "https_proxy"},
        {"Runner", "Network", apply_network, NULL},
        {"Runner", "NoProxy", apply_proxy, "no_proxy"},
        {"Runner", "SingleId", apply_single_id, NULL},
        {"Store", "Folder", apply_store_folder, NULL},
        {"Store", "ReadOnlyFolders", apply_more_stores, NULL},
};

/* ---- what is not in the table ---- */

static const char *const settings_sections[] = {"General", "Generator", "Runner", "Store"};

char *settings_keys_check_section(const char *section) {
        const char *nearest;

        for (size_t i = 0; i < G_N_ELEMENTS(settings_sections); i++)
                if (g_str_equal(settings_sections[i], section))
                        return NULL;
        nearest = nearest_find(section, settings_sections, G_N_ELEMENTS(settings_sections));
        return nearest ? g_strdup_printf("there is no section [%s]; did you mean [%s]?", section, nearest)
                       : g_strdup_printf(
                                 "there is no section [%s]; there are [General], [Generator], [Runner] and [Store]",
                                 section);
}

static bool fail_unknown(const char *section, const char *key, GError **error) {
        const char *names[G_N_ELEMENTS(settings_keys)];

        for (size_t i = 0; i < G_N_ELEMENTS(settings_keys); i++) {
                names[i] = settings_keys[i].name;
                if (g_str_equal(names[i], key))
                        return fail(error, WOLFFIA_ERROR_VALUE, "this key belongs into the section [%s]",
                                    settings_keys[i].section);
        }
        const char *nearest = nearest_find(key, names, G_N_ELEMENTS(names));
        return nearest ? fail(error, WOLFFIA_ERROR_VALUE, "there is no such key; did you mean %s=?", nearest)
                       : fail(error, WOLFFIA_ERROR_VALUE,
                              "there is no such key in [%s] (wolffia.conf(5) lists them)", section);
}

bool settings_keys_apply(Settings *settings, const char *section, const char *key, const char *value,
                         GError **error) {
        for (size_t i = 0; i < G_N_ELEMENTS(settings_keys); i++)
                if (g_str_equal(settings_keys[i].section, section) &&
                    g_str_equal(settings_keys[i].name, key))
                        return settings_keys[i].apply(settings, &settings_keys[i], value, error);
        return fail_unknown(section, key, error);
}
