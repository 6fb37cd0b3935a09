/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/usage.h"

static void keys_are_whole_words(void) {
        static const char text[] = "usage_usec 12\nuser_usec 7\nfrozen 1\nlimit max\n";

        g_assert_cmpuint(usage_parse_key(text, "usage_usec"), ==, 12);
        g_assert_cmpuint(usage_parse_key(text, "frozen"), ==, 1);
        g_assert_cmpuint(usage_parse_key(text, "usage"), ==, USAGE_UNKNOWN);
        g_assert_cmpuint(usage_parse_key(text, "limit"), ==, USAGE_UNKNOWN);
        g_assert_cmpuint(usage_parse_key("", "x"), ==, USAGE_UNKNOWN);
        g_assert_cmpuint(usage_parse_key(NULL, "x"), ==, USAGE_UNKNOWN);
}

static void the_loopback_interface_does_not_count(void) {
        static const char text[] =
                "Inter-|   Receive                                                |  Transmit\n"
                " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"
                "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n"
                "  tap0:     100       1    0    0    0     0          0         0      20       2    0\n"
                "  eth1:11 1 0 0 0 0 0 0 3 2 0 0 0 0 0 0\n";
        guint64 received, sent;

        usage_parse_network(text, &received, &sent);
        g_assert_cmpuint(received, ==, 111);
        g_assert_cmpuint(sent, ==, 23);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/usage/parse-key/whole-words", keys_are_whole_words);
        g_test_add_func("/usage/parse-network/without-loopback", the_loopback_interface_does_not_count);
        return g_test_run();
}
