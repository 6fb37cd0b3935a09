/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/unit-file.h"

static UnitFile *example(void) {
        UnitFile *unit = unit_file_new();
        guint a = unit_file_add_section(unit, "A"), b = unit_file_add_section(unit, "B");

        unit_file_add(unit, a, "k", "1", "f", 2);
        unit_file_add(unit, b, "k", "other", "f", 4);
        unit_file_add(unit, a, "k", "", "f", 5);
        unit_file_add(unit, a, NULL, "# comment", "f", 6);
        unit_file_add(unit, a, "k", "2", "g", 1);
        unit_file_add(unit, a, "k", "3", "g", 2);
        unit_file_add(unit, a, "l", "x", "g", 3);
        unit_file_add(unit, a, "l", "", "g", 4);
        return unit;
}

static void test_last_wins(void) {
        g_autoptr(UnitFile) unit = example();

        g_assert_cmpstr(unit_file_value(unit, "A", "k"), ==, "3");
        g_assert_cmpuint(unit_file_last(unit, "A", "k")->line, ==, 2);
        g_assert_cmpstr(unit_file_last(unit, "A", "k")->file, ==, "g");
        g_assert_null(unit_file_value(unit, "A", "l"));
        g_assert_cmpstr(unit_file_last(unit, "A", "l")->value, ==, "");
        g_assert_null(unit_file_last(unit, "A", "m"));
        g_assert_null(unit_file_last(unit, "C", "k"));
}

static void test_empty_forgets_what_was_before(void) {
        g_autoptr(UnitFile) unit = example();
        g_autoptr(GPtrArray) all = unit_file_all(unit, "A", "k"), none = unit_file_all(unit, "A", "l");

        g_assert_cmpuint(all->len, ==, 2);
        g_assert_cmpstr(((const UnitAssignment *) all->pdata[0])->value, ==, "2");
        g_assert_cmpuint(none->len, ==, 0);
}

static void test_prints_a_section(void) {
        g_autoptr(UnitFile) unit = example();
        g_autoptr(GString) text = g_string_new(NULL);

        unit_file_print_section(unit, 0, text);
        g_assert_cmpstr(text->str, ==, "k=1\nk=\n# comment\nk=2\nk=3\nl=x\nl=\n");
}

static void test_is_as_new_when_cleared(void) {
        g_autoptr(UnitFile) unit = example();

        unit_file_clear(unit);
        g_assert_cmpuint(unit_file_find_section(unit, "A"), ==, UNIT_FILE_NO_SECTION);
        g_assert_null(unit_file_last(unit, "A", "k"));
        g_assert_cmpuint(unit_file_add_section(unit, "B"), ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/unit-file/last-wins", test_last_wins);
        g_test_add_func("/unit-file/empty-forgets-what-was-before", test_empty_forgets_what_was_before);
        g_test_add_func("/unit-file/prints-a-section", test_prints_a_section);
        g_test_add_func("/unit-file/is-as-new-when-cleared", test_is_as_new_when_cleared);
        return g_test_run();
}
