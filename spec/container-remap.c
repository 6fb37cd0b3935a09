/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* They make sense together only, so they are read when all lines are known. */

#include "spec/container-remap.h"

#include <string.h>

#define SECTION "Container"

/* The words of all lines. Caller unrefs. */
static GPtrArray *read_words(const UnitFile *unit, const char *key) {
        g_autoptr(GPtrArray) lines = unit_file_all(unit, SECTION, key);
        GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

        for (guint i = 0; i < lines->len; i++) {
                const UnitAssignment *line = lines->pdata[i];
                g_auto(GStrv) parts = g_strsplit_set(line->value, " \t", -1);
                for (char **part = parts; *part; part++)
                        if (**part)
                                g_ptr_array_add(words, g_strdup(*part));
        }
        return words;
}

static void add_option(GString *text, const char *name, const char *value) {
        g_string_append_printf(text, "%c%s=%s", strchr(text->str, ':') ? ',' : ':', name, value);
}

static void take_keep_id(KeyLoad *load, GString *text, const GPtrArray *users, const GPtrArray *groups) {
        if (users->len > 1 || groups->len > 1)
                key_load_report_key(load, PROBLEM_ERROR, "RemapUsers", "keep-id takes one id of each kind");
        if (users->len > 0)
                add_option(text, "uid", users->pdata[0]);
        if (groups->len > 0)
                add_option(text, "gid", groups->pdata[0]);
}

static void take_auto(KeyLoad *load, GString *text, const GPtrArray *users, const GPtrArray *groups) {
        const char *size = unit_file_value(load->unit, SECTION, "RemapUidSize");

        for (guint i = 0; i < users->len; i++)
                add_option(text, "uidmapping", users->pdata[i]);
        for (guint i = 0; i < groups->len; i++)
                add_option(text, "gidmapping", groups->pdata[i]);
        if (size)
                add_option(text, "size", size);
}

static void take_manual(ContainerSpec *spec, const GPtrArray *users, const GPtrArray *groups) {
        for (guint i = 0; i < users->len; i++)
                g_ptr_array_add(spec->user_maps, g_strdup(users->pdata[i]));
        for (guint i = 0; i < groups->len; i++)
                g_ptr_array_add(spec->group_maps, g_strdup(groups->pdata[i]));
}

static bool has_new_key(const UnitFile *unit) {
        static const char *const keys[] = {"UserNS", "UIDMap", "GIDMap", "SubUIDMap", "SubGIDMap"};

        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
                if (unit_file_last(unit, SECTION, keys[i]))
                        return true;
        return false;
}

static void translate(KeyLoad *load, const char *mode, ContainerSpec *spec) {
        g_autoptr(GPtrArray) users = read_words(load->unit, "RemapUid"),
                             groups = read_words(load->unit, "RemapGid");
        g_autoptr(GString) text = g_string_new(mode);

        if (g_str_equal(mode, "manual")) {
                take_manual(spec, users, groups);
                key_load_report_key(load, PROBLEM_NOTE, "RemapUsers",
                                    "it is obsolete; write UIDMap= and GIDMap= with the same values");
                return;
        }
        if (g_str_equal(mode, "keep-id"))
                take_keep_id(load, text, users, groups);
        else
                take_auto(load, text, users, groups);
        spec->user_namespace = g_strdup(text->str);
        g_autofree char *note = g_strdup_printf("it is obsolete; write UserNS=%s", text->str);
        key_load_report_key(load, PROBLEM_NOTE, "RemapUsers", note);
}

void container_remap(KeyLoad *load, ContainerSpec *spec) {
        const char *mode = unit_file_value(load->unit, SECTION, "RemapUsers");
        const char *other = unit_file_value(load->unit, SECTION, "RemapUid")   ? "RemapUid"
                            : unit_file_value(load->unit, SECTION, "RemapGid") ? "RemapGid"
                                                                               : NULL;

        if (!mode && other)
                key_load_report_key(load, PROBLEM_ERROR, other,
                                    "it needs RemapUsers= beside it; write UIDMap= and GIDMap= instead");
        if (!mode)
                return;
        if (has_new_key(load->unit))
                key_load_report_key(load, PROBLEM_ERROR, "RemapUsers",
                                    "it cannot stand beside UserNS=, UIDMap= and GIDMap=, which replace it");
        else if (!g_str_equal(mode, "manual") && !g_str_equal(mode, "keep-id") && !g_str_equal(mode, "auto"))
                key_load_report_key(load, PROBLEM_ERROR, "RemapUsers",
                                    "manual, auto and keep-id are known; write UserNS= instead");
        else
                translate(load, mode, spec);
}
