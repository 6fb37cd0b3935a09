/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes of the unit's name; the rest is compared with systemd's own answer in tests/machine. */

#include "cli/check.h"

static void check(const char *service, char letter, const char *expected) {
        g_autofree char *value = check_specifier(service, letter);

        g_assert_cmpstr(value, ==, expected);
}

static void test_parts_of_a_name(void) {
        check("a-b.service", 'n', "a-b.service");
        check("a-b.service", 'N', "a-b");
        check("a-b.service", 'p', "a-b");
        check("a-b.service", 'P', "a/b");
        check("a-b.service", 'j', "b");
        check("a-b.service", 'i', "");
        check("a-b.service", 'f', "/a/b");
        check("a-b@c-d\\x2de.service", 'N', "a-b@c-d\\x2de");
        check("a-b@c-d\\x2de.service", 'p', "a-b");
        check("a-b@c-d\\x2de.service", 'i', "c-d\\x2de");
        check("a-b@c-d\\x2de.service", 'I', "c/d-e");
        check("a-b@c-d\\x2de.service", 'J', "b");
        check("a-b@c-d\\x2de.service", 'f', "/c/d-e");
}

static void test_what_only_an_instance_knows(void) {
        check("a@.service", 'i', NULL);
        check("a@.service", 'I', NULL);
        check("a@.service", 'f', NULL);
        check("a@.service", 'p', "a");
}

static void test_what_is_not_known(void) {
        check("a.service", 'd', NULL);
        check("a.service", 'x', NULL);
        check("a.service", '%', "%");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/check-specifier/parts-of-a-name", test_parts_of_a_name);
        g_test_add_func("/check-specifier/what-only-an-instance-knows", test_what_only_an_instance_knows);
        g_test_add_func("/check-specifier/what-is-not-known", test_what_is_not_known);
        return g_test_run();
}
