/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/table.h"

static const TableColumn columns[] = {{"NAME", false, true}, {"SIZE", true, false}, {"STATE", false, false}};

static Table *make(void) {
        Table *table = table_new(columns, G_N_ELEMENTS(columns));

        table_add(table, "web", TABLE_PLAIN);
        table_add(table, "5", TABLE_PLAIN);
        table_add(table, "running", TABLE_GOOD);
        table_add(table, "a-rather-long-name", TABLE_PLAIN);
        table_addf(table, TABLE_PLAIN, "%d", 12345);
        table_add(table, NULL, TABLE_PLAIN);
        return table;
}

static void columns_are_as_wide_as_what_is_in_them(void) {
        g_autoptr(Table) table = make();
        g_autofree char *text = table_print(table, 0, false);

        g_assert_cmpstr(text, ==,
                        "NAME                 SIZE  STATE\n"
                        "web                     5  running\n"
                        "a-rather-long-name  12345  -\n");
}

static void a_narrow_terminal_cuts_what_may_shrink(void) {
        g_autoptr(Table) table = make();
        g_autofree char *text = table_print(table, 29, false);

        g_assert_cmpstr(text, ==,
                        "NAME            SIZE  STATE\n"
                        "web                5  running\n"
                        "a-rather-lon…  12345  -\n");
}

static void colours_are_asked_for(void) {
        g_autoptr(Table) table = make();
        g_autofree char *text = table_print(table, 0, true);

        g_assert_nonnull(strstr(text, "\033[0;1;32mrunning\033[0m\n"));
        g_assert_true(g_str_has_prefix(text, "\033[0;4mNAME\033[0m"));
}

static void payloads_cannot_write_to_the_terminal(void) {
        g_autoptr(Table) table = table_new(columns, 1);
        g_autofree char *text = NULL;

        table_add(table, "a\033[2Jb\n\xff", TABLE_PLAIN);
        text = table_print(table, 0, false);
        g_assert_cmpstr(text, ==, "NAME\na?[2Jb?\xef\xbf\xbd\n");
}

static void wide_characters_take_two_columns(void) {
        g_autoptr(Table) table = table_new(columns, 2);
        g_autofree char *text = NULL;

        table_add(table, "日本", TABLE_PLAIN);
        table_add(table, "1", TABLE_PLAIN);
        text = table_print(table, 0, false);
        g_assert_cmpstr(text, ==, "NAME  SIZE\n日本     1\n");
}

static void sizes_and_ages_are_short(void) {
        static const struct {
                guint64 bytes;
                const char *text;
        } sizes[] = {{0, "0B"}, {1023, "1023B"}, {1536, "1.5K"}, {300 << 20, "300M"}, {G_MAXUINT64, "-"}};
        static const struct {
                gint64 seconds;
                const char *text;
        } ages[] = {
                {0, "just now"}, {59, "59s ago"}, {61, "1min ago"}, {7200, "2h ago"}, {86400, "1 day ago"}};

        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
                g_autofree char *text = table_print_bytes(sizes[i].bytes);
                g_assert_cmpstr(text, ==, sizes[i].text);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(ages); i++) {
                g_autofree char *text =
                        table_print_age(g_get_real_time() - ages[i].seconds * G_USEC_PER_SEC);
                g_assert_cmpstr(text, ==, ages[i].text);
        }
        g_autofree char *never = table_print_age(0);
        g_assert_cmpstr(never, ==, "-");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/table/print/is-as-wide-as-needed", columns_are_as_wide_as_what_is_in_them);
        g_test_add_func("/table/print/cuts-for-a-narrow-terminal", a_narrow_terminal_cuts_what_may_shrink);
        g_test_add_func("/table/print/has-colours-when-asked", colours_are_asked_for);
        g_test_add_func("/table/print/keeps-payloads-off-the-terminal",
                        payloads_cannot_write_to_the_terminal);
        g_test_add_func("/table/print/counts-wide-characters", wide_characters_take_two_columns);
        g_test_add_func("/table/print-bytes-and-age/are-short", sizes_and_ages_are_short);
        return g_test_run();
}
