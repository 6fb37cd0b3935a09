/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tables of all sections, and look-ups. */

#include "spec/build-spec.h"
#include "spec/container-keys.h"
#include "spec/image-spec.h"
#include "spec/network-spec.h"
#include "spec/pod-spec.h"
#include "spec/quadlet-spec.h"
#include "spec/volume-spec.h"

#include <string.h>

static const KeyTable *const tables[] = {
        &container_key_table, &volume_key_table, &network_key_table, &pod_key_table,
        &image_key_table,     &build_key_table,  &quadlet_key_table,
};

static void check_row(const KeyTable *table, const Key *key) {
        g_test_message("[%s] %s --%s", table->section, key->key ? key->key : "-",
                       key->option ? key->option : "-");
        g_assert_nonnull(key->description);
        g_assert_cmpint(*key->description != '\0', ==, true);
        g_assert_cmpint(key->class == KEY_BOOLEAN, ==, key->metavariable == NULL);
        if (key->key)
                g_assert_true(key_table_find(table, key->key) == key);
        if (key->option)
                g_assert_true(key_table_find_option(table, key->option, NULL) == key);
        if (key->effect == KEY_REFUSED || key->effect == KEY_IGNORED)
                g_assert_false(key_has_field(key));
        if (key->letter)
                g_assert_true(key_table_find_letter(table, key->letter) == key);
}

static void test_rows_are_complete(void) {
        for (size_t t = 0; t < G_N_ELEMENTS(tables); t++)
                for (size_t i = 0; i < tables[t]->count; i++)
                        check_row(tables[t], &tables[t]->keys[i]);
}

/* Every field of a spec has one row, so that nothing is forgotten when it is printed or freed. */
static void test_fields_and_rows_match(void) {
        for (size_t t = 0; t < G_N_ELEMENTS(tables); t++) {
                const KeyTable *table = tables[t];
                g_autofree bool *covered = g_new0(bool, table->spec_size);

                g_test_message("[%s]", table->section);
                for (size_t i = 0; i < table->count; i++) {
                        const Key *key = &table->keys[i];

                        if (!key_has_field(key))
                                continue;
                        size_t size = key_kind(key) == KEY_KIND_TRISTATE ? sizeof(Tristate) : sizeof(void *);
                        for (size_t j = 0; j < size; j++) {
                                g_assert_false(covered[key->offset + j]);
                                covered[key->offset + j] = true;
                        }
                }
                for (size_t i = 0; i + sizeof(void *) <= table->spec_size; i += sizeof(void *))
                        g_assert_true(covered[i]);
        }
}

static const char *find_option(const char *text, const char **ret_value) {
        const Key *key = key_table_find_option(&container_key_table, text, ret_value);

        return key ? key->key : NULL;
}

static void test_finds_the_longest_option(void) {
        const char *value = NULL;

        g_assert_cmpstr(find_option("security-opt=seccomp=/x", &value), ==, "SeccompProfile");
        g_assert_cmpstr(value, ==, "/x");
        g_assert_cmpstr(find_option("security-opt=no-new-privileges", &value), ==, "NoNewPrivileges");
        g_assert_null(value);
        g_assert_cmpstr(find_option("security-opt=label=type:x_t", &value), ==, "SecurityLabelType");
        g_assert_cmpstr(value, ==, "x_t");
        g_assert_cmpstr(find_option("env=A=b", &value), ==, "Environment");
        g_assert_cmpstr(value, ==, "A=b");
        g_assert_cmpstr(find_option("env-file=x", &value), ==, "EnvironmentFile");
        g_assert_null(find_option("envx", &value));
        g_assert_null(find_option("security-opt=foo", &value));
        g_assert_null(find_option("", &value));
        g_assert_null(key_table_find(&container_key_table, ""));
        g_assert_null(key_table_find(&container_key_table, "image"));
}

static void test_specs_are_cleared(void) {
        for (size_t t = 0; t < G_N_ELEMENTS(tables); t++) {
                const KeyTable *table = tables[t];
                void *spec = key_table_new_spec(table);

                for (size_t i = 0; i < table->count; i++) {
                        const Key *key = &table->keys[i];

                        if (!key_has_field(key))
                                continue;
                        if (key_kind(key) == KEY_KIND_TEXT)
                                *key_text(key, spec) = g_strdup("x");
                        else if (key_kind(key) == KEY_KIND_TRISTATE)
                                *key_tristate(key, spec) = TRISTATE_YES;
                        else
                                g_ptr_array_add(*key_list(key, spec), g_strdup("x"));
                }
                key_table_clear_spec(table, spec);
                for (size_t i = 0; i < table->count; i++) {
                        const Key *key = &table->keys[i];

                        if (!key_has_field(key))
                                continue;
                        if (key_kind(key) == KEY_KIND_TEXT)
                                g_assert_null(*key_text(key, spec));
                        else if (key_kind(key) == KEY_KIND_TRISTATE)
                                g_assert_cmpint(*key_tristate(key, spec), ==, TRISTATE_UNSET);
                        else
                                g_assert_cmpuint((*key_list(key, spec))->len, ==, 0);
                }
                key_table_free_spec(table, spec);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/key-table/rows-are-complete", test_rows_are_complete);
        g_test_add_func("/key-table/fields-and-rows-match", test_fields_and_rows_match);
        g_test_add_func("/key-table/finds-the-longest-option", test_finds_the_longest_option);
        g_test_add_func("/key-table/specs-are-cleared", test_specs_are_cleared);
        return g_test_run();
}
