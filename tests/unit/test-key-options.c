/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/key-options.h"

#include "spec/build-spec.h"
#include "spec/container-keys.h"
#include "spec/container-spec.h"
#include "spec/image-spec.h"
#include "spec/network-spec.h"
#include "spec/pod-spec.h"
#include "spec/volume-spec.h"

#include <string.h>

static void fill(const KeyTable *table, void *spec) {
        for (size_t i = 0; i < table->count; i++) {
                const Key *key = &table->keys[i];

                if (!key_has_field(key) || g_test_rand_bit())
                        continue;
                char *text = g_strdup_printf("%c%d=x y", g_test_rand_int_range('!', '~'), g_test_rand_int());
                /* A value that was read has none. */
                if (key->has_commas)
                        g_strdelimit(text, ",", ';');
                if (key_kind(key) == KEY_KIND_TEXT)
                        *key_text(key, spec) = g_steal_pointer(&text);
                else if (key_kind(key) == KEY_KIND_LIST)
                        g_ptr_array_add(*key_list(key, spec), g_steal_pointer(&text));
                else
                        *key_tristate(key, spec) = g_test_rand_bit() ? TRISTATE_YES : TRISTATE_NO;
                g_free(text);
        }
}

/* What is printed gives the same spec back. */
static void test_round_trip(gconstpointer data) {
        const KeyTable *table = data;

        for (int round = 0; round < 200; round++) {
                void *spec = key_table_new_spec(table), *back = key_table_new_spec(table);
                g_autoptr(GError) error = NULL;

                fill(table, spec);
                g_autoptr(GPtrArray) printed = key_options_print(table, spec);
                g_ptr_array_add(printed, NULL);
                (void) key_options_parse(table, (const char *const *) printed->pdata, back, &error);
                g_assert_no_error(error);
                g_autoptr(GPtrArray) again = key_options_print(table, back);
                g_ptr_array_add(again, NULL);
                g_assert_cmpstrv(printed->pdata, again->pdata);
                key_table_free_spec(table, spec);
                key_table_free_spec(table, back);
        }
}

static void test_commas(void) {
        static const char *const arguments[] = {"-p",
                                                "80:80,443:443",
                                                "--cap-add=kill,fowner",
                                                "--sysctl=a.b=1,2,c.d=3",
                                                "--tmpfs=/x:size=1m,mode=700",
                                                "image",
                                                NULL};
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GError) error = NULL;

        (void) key_options_parse(&container_key_table, arguments, spec, &error);
        g_assert_no_error(error);
        g_autoptr(GPtrArray) printed = key_options_print(&container_key_table, spec);
        g_ptr_array_add(printed, NULL);
        g_autofree char *line = g_strjoinv(" ", (char **) printed->pdata);
        g_assert_cmpstr(line, ==,
                        "--tmpfs=/x:size=1m,mode=700 --publish=80:80 --publish=443:443 --cap-add=kill "
                        "--cap-add=fowner --sysctl=a.b=1,2 --sysctl=c.d=3 image");
}

static void test_volume(void) {
        static const char *const arguments[] = {
                "--opt=type=bind", "-o",   "device=/x", "--opt", "nocopy", "-l", "a=b",
                "--uid=7",         "data", NULL};
        g_autoptr(VolumeSpec) spec = volume_spec_new();
        g_autoptr(GError) error = NULL;

        (void) key_options_parse(&volume_key_table, arguments, spec, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(spec->name, ==, "data");
        g_assert_cmpstr(spec->type, ==, "bind");
        g_assert_cmpstr(spec->uid, ==, "7");
        g_assert_cmpstr(spec->further->pdata[0], ==, "device=/x");
        g_assert_cmpstr(spec->further->pdata[1], ==, "nocopy");
        g_assert_cmpstr(spec->labels->pdata[0], ==, "a=b");
}

static void test_a_word_too_many_is_a_fault(void) {
        g_autoptr(VolumeSpec) spec = volume_spec_new();
        g_autoptr(GError) error = NULL;

        g_assert_false(key_options_parse(&volume_key_table, (const char *[]){"a", "b", NULL}, spec, &error));
        g_assert_nonnull(strstr(error->message, "'b'"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_data_func("/key-options/round-trip/volume", &volume_key_table, test_round_trip);
        g_test_add_data_func("/key-options/round-trip/network", &network_key_table, test_round_trip);
        g_test_add_data_func("/key-options/round-trip/pod", &pod_key_table, test_round_trip);
        g_test_add_data_func("/key-options/round-trip/image", &image_key_table, test_round_trip);
        g_test_add_data_func("/key-options/round-trip/build", &build_key_table, test_round_trip);
        g_test_add_func("/key-options/commas", test_commas);
        g_test_add_func("/key-options/volume", test_volume);
        g_test_add_func("/key-options/a-word-too-many-is-a-fault", test_a_word_too_many_is_a_fault);
        return g_test_run();
}
