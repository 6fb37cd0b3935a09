/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/container-keys.h"

#include <string.h>

static void test_rows_are_complete(void) {
        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];

                g_test_message("%s --%s", key->key ? key->key : "-", key->option ? key->option : "-");
                g_assert_true(key->key || key->option);
                g_assert_nonnull(key->description);
                g_assert_cmpint(*key->description != '\0', ==, true);
                g_assert_cmpint(key->class == KEY_BOOLEAN, ==, key->metavariable == NULL);
                if (key->key)
                        g_assert_true(key_table_find(&container_key_table, key->key) == key);
                if (key->option)
                        g_assert_true(key_table_find_option(&container_key_table, key->option, NULL) == key);
                if (key->effect == KEY_REFUSED || key->effect == KEY_IGNORED)
                        g_assert_false(key_has_field(key));
                if (key->letter)
                        g_assert_true(key_table_find_letter(&container_key_table, key->letter) == key);
        }
}

/* Every field of ContainerSpec has one row, so that nothing is forgotten when it is printed or freed. */
static void test_fields_and_rows_match(void) {
        bool covered[sizeof(ContainerSpec)] = {false};

        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];

                if (!key_has_field(key))
                        continue;
                size_t size = key_kind(key) == KEY_KIND_TRISTATE ? sizeof(Tristate) : sizeof(void *);
                for (size_t j = 0; j < size; j++) {
                        g_assert_false(covered[key->offset + j]);
                        covered[key->offset + j] = true;
                }
        }
        for (size_t i = 0; i + sizeof(void *) <= sizeof(ContainerSpec); i += sizeof(void *))
                g_assert_true(covered[i]);
}

static void test_finds_the_longest_option(void) {
        const char *value = NULL;

        g_assert_cmpstr(key_table_find_option(&container_key_table, "security-opt=seccomp=/x", &value)->key,
                        ==, "SeccompProfile");
        g_assert_cmpstr(value, ==, "/x");
        g_assert_cmpstr(
                key_table_find_option(&container_key_table, "security-opt=no-new-privileges", &value)->key,
                ==, "NoNewPrivileges");
        g_assert_null(value);
        g_assert_cmpstr(
                key_table_find_option(&container_key_table, "security-opt=label=type:x_t", &value)->key, ==,
                "SecurityLabelType");
        g_assert_cmpstr(value, ==, "x_t");
        g_assert_cmpstr(key_table_find_option(&container_key_table, "env=A=b", &value)->key, ==,
                        "Environment");
        g_assert_cmpstr(value, ==, "A=b");
        g_assert_cmpstr(key_table_find_option(&container_key_table, "env-file=x", &value)->key, ==,
                        "EnvironmentFile");
        g_assert_null(key_table_find_option(&container_key_table, "envx", &value));
        g_assert_null(key_table_find_option(&container_key_table, "security-opt=foo", &value));
        g_assert_null(key_table_find_option(&container_key_table, "", &value));
        g_assert_null(key_table_find(&container_key_table, ""));
        g_assert_null(key_table_find(&container_key_table, "image"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/container-keys/rows-are-complete", test_rows_are_complete);
        g_test_add_func("/container-keys/fields-and-rows-match", test_fields_and_rows_match);
        g_test_add_func("/container-keys/finds-the-longest-option", test_finds_the_longest_option);
        return g_test_run();
}
