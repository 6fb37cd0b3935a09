/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* inet_pton() for programs without a C library, compiled under another name, beside the one of the C library. */

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

int bare_inet_pton(int family, const char *text, void *address);

static void compare(const char *text) {
        static const int families[] = {AF_INET, AF_INET6};

        for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
                guint8 theirs[16], ours[16];
                memset(theirs, 0xee, sizeof theirs);
                memset(ours, 0xee, sizeof ours);
                int expected = inet_pton(families[i], text, theirs);
                g_assert_cmpint(bare_inet_pton(families[i], text, ours), ==, expected);
                if (expected == 1)
                        g_assert_cmpmem(ours, sizeof ours, theirs, sizeof theirs);
        }
}

static void test_understands_what_the_c_library_does(void) {
        static const char *const texts[] = {
                "10.89.0.2",
                "0.0.0.0",
                "255.255.255.255",
                "256.1.1.1",
                "1.2.3",
                "1.2.3.4.5",
                "01.2.3.4",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.4 ",
                "",
                "a",
                "::",
                "::1",
                "1::",
                "fd00::2",
                "fd00::89:0:2",
                "1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                ":1",
                "1:",
                ":::",
                "1:::2",
                "::ffff:10.0.0.1",
                "::10.0.0.256",
                "1:2:3:4:5:6:10.0.0.1",
                "1:2:3:4:5:6:7:10.0.0.1",
                "12345::",
                "fFfE::AbCd",
                "g::",
                "1:2:3:4::5:6:7:8",
                ":",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                compare(texts[i]);
}

static void test_reads_what_is_printed(void) {
        for (int i = 0; i < 20000; i++) {
                guint8 bytes[16] = {0};
                char text[INET6_ADDRSTRLEN];
                for (size_t j = 0; j < sizeof bytes; j++)
                        bytes[j] = g_test_rand_bit() ? (guint8) g_test_rand_int_range(0, 256) : 0;
                compare(inet_ntop(AF_INET6, bytes, text, sizeof text));
                compare(inet_ntop(AF_INET, bytes, text, sizeof text));
        }
}

/* Short texts of what addresses are made of. */
static void test_refuses_what_the_c_library_does(void) {
        static const char alphabet[] = "0123456789abcdef:::..gx";

        for (int i = 0; i < 20000; i++) {
                char text[12] = "";
                for (int j = g_test_rand_int_range(0, sizeof text); j > 0; j--)
                        text[j - 1] = alphabet[g_test_rand_int_range(0, sizeof alphabet - 1)];
                compare(text);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/bare-inet/understands-what-the-c-library-does",
                        test_understands_what_the_c_library_does);
        g_test_add_func("/bare-inet/reads-what-is-printed", test_reads_what_is_printed);
        g_test_add_func("/bare-inet/refuses-what-the-c-library-does", test_refuses_what_the_c_library_does);
        return g_test_run();
}
