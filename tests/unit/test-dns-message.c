/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Questions and answers byte by byte, and questions that are none. */

#include "network/dns-message.h"

#include <string.h>
#include <sys/socket.h>

/* "db", type A, asked recursively, with an EDNS record behind. */
static const guint8 query[] = {0x12, 0x34, 0x01, 0x00, 0, 1, 0,  0, 0, 0, 0, 1, 2, 'D', 'b', 0,
                               0,    1,    0,    1,    0, 0, 41, 4, 0, 0, 0, 0, 0, 0,   0};

static void parse_reads_the_question(void) {
        DnsQuestion question;

        g_assert_true(dns_message_parse(query, sizeof query, &question));
        g_assert_cmpstr(question.name, ==, "db");
        g_assert_cmpuint(question.id, ==, 0x1234);
        g_assert_cmpuint(question.type, ==, DNS_TYPE_A);
        g_assert_cmpuint(question.end, ==, 20);
        g_assert_cmpuint(question.most, ==, 1024);
}

static void parse_refuses_what_is_cut(void) {
        DnsQuestion question;

        for (size_t size = 0; size < 20; size++) {
                /* On the heap, so that a sanitizer sees a read behind the end. */
                g_autofree guint8 *part = g_memdup2(query, size);
                g_assert_false(dns_message_parse(part, size, &question));
        }
}

static void assert_refused(size_t at, guint8 value) {
        guint8 message[sizeof query];
        DnsQuestion question;

        memcpy(message, query, sizeof query);
        message[at] = value;
        g_assert_false(dns_message_parse(message, sizeof message, &question));
}

static void parse_refuses_what_is_no_query(void) {
        assert_refused(2, 0x81);  /* a reply */
        assert_refused(2, 0x29);  /* of another kind */
        assert_refused(5, 2);     /* two questions */
        assert_refused(7, 1);     /* with an answer */
        assert_refused(12, 0xc0); /* a pointer, to itself */
        assert_refused(12, 64);
        assert_refused(14, '.');
        assert_refused(14, 0);
        assert_refused(19, 3); /* of class CHAOS */
}

static void parse_refuses_long_names(void) {
        guint8 message[600] = {[5] = 1};
        DnsQuestion question;
        size_t at = 12;

        for (int i = 0; i < 4; i++) {
                message[at] = 63;
                memset(message + at + 1, 'a', 63);
                at += 64;
        }
        message[at + 2] = 0;
        message[at + 4] = message[at + 2] = 1;
        g_assert_false(dns_message_parse(message, sizeof message, &question));
}

static void answer_has_what_is_asked_for(void) {
        static const guint8 expected[] = {0x12, 0x34, 0x85, 0x80, 0, 1, 0, 1, 0,    0,  0, 0,
                                          2,    'D',  'b',  0,    0, 1, 0, 1, 0xc0, 12, 0, 1,
                                          0,    1,    0,    0,    0, 5, 0, 4, 10,   89, 0, 2};
        g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(Address));
        Address both[] = {{AF_INET6, {0xfd}}, {AF_INET, {10, 89, 0, 2}}};
        guint8 reply[DNS_MESSAGE_SIZE];
        DnsQuestion question;

        g_array_append_vals(addresses, both, 2);
        g_assert_true(dns_message_parse(query, sizeof query, &question));
        size_t size =
                dns_message_answer(query, &question, DNS_NO_ERROR, addresses, NULL, question.most, reply);
        g_assert_cmpmem(reply, size, expected, sizeof expected);
}

static void answer_may_be_empty(void) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Address));
        guint8 reply[DNS_MESSAGE_SIZE];
        DnsQuestion question;

        g_assert_true(dns_message_parse(query, sizeof query, &question));
        g_assert_cmpuint(
                dns_message_answer(query, &question, DNS_NO_SUCH_NAME, none, NULL, question.most, reply), ==,
                20);
        g_assert_cmpuint(reply[3] & 0xf, ==, DNS_NO_SUCH_NAME);
        g_assert_cmpuint(reply[7], ==, 0);
}

static void answer_has_an_end(void) {
        g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(Address));
        Address address = {AF_INET, {10}};
        guint8 reply[DNS_MESSAGE_SIZE];
        DnsQuestion question;

        for (int i = 0; i < 1000; i++)
                g_array_append_val(addresses, address);
        g_assert_true(dns_message_parse(query, sizeof query, &question));
        g_assert_cmpuint(
                dns_message_answer(query, &question, DNS_NO_ERROR, addresses, NULL, question.most, reply),
                ==, 20 + 62 * 16);
        g_assert_cmpuint(reply[2] & 2, ==, 2); /* there is more, over TCP */
        g_assert_cmpuint(
                dns_message_answer(query, &question, DNS_NO_ERROR, addresses, NULL, DNS_MESSAGE_SIZE, reply),
                ==, 20 + 254 * 16);
}

/* Asks for the name of an address. */
static void ask_pointer(const char *name, DnsQuestion *question) {
        *question = (DnsQuestion){.type = DNS_TYPE_PTR};
        g_strlcpy(question->name, name, sizeof question->name);
}

static void pointer_is_read(void) {
        static const char v6[] = "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.1.d.f.ip6.arpa";
        DnsQuestion question;
        Address address;

        ask_pointer("5.0.89.10.in-addr.arpa", &question);
        g_assert_true(dns_message_parse_pointer(&question, &address));
        g_autofree char *first = subnet_print_address(&address);
        g_assert_cmpstr(first, ==, "10.89.0.5");
        ask_pointer(v6, &question);
        g_assert_true(dns_message_parse_pointer(&question, &address));
        g_autofree char *second = subnet_print_address(&address);
        g_assert_cmpstr(second, ==, "fd1a::5");
}

static void pointer_is_refused(void) {
        static const char *const names[] = {
                "",
                "in-addr.arpa",
                ".in-addr.arpa",
                "0.89.10.in-addr.arpa",
                "ip6.arpa",
                "256.0.89.10.in-addr.arpa",
                "-5.0.89.10.in-addr.arpa",
                "1.5.0.89.10.in-addr.arpa",
                "a.ip6.arpa",
                "5.0.89.10.in-addr.arpaX",
        };
        DnsQuestion question;
        Address address;

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                ask_pointer(names[i], &question);
                g_test_message("%s", names[i]);
                g_assert_false(dns_message_parse_pointer(&question, &address));
        }
}

static void pointer_is_answered(void) {
        static const guint8 asked[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'x', 0, 0, 12, 0, 1};
        static const guint8 data[] = {2, 'd', 'b', 3, 'l', 'a', 'n', 0};
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Address));
        guint8 reply[DNS_MESSAGE_SIZE];
        DnsQuestion question;

        g_assert_true(dns_message_parse(asked, sizeof asked, &question));
        g_assert_cmpuint(question.most, ==, 512);
        size_t size =
                dns_message_answer(asked, &question, DNS_NO_ERROR, none, "db.lan", question.most, reply);
        g_assert_cmpuint(size, ==, sizeof asked + 12 + sizeof data);
        g_assert_cmpuint(reply[7], ==, 1);
        g_assert_cmpmem(reply + size - sizeof data, sizeof data, data, sizeof data);
        g_assert_cmpuint(reply[size - sizeof data - 1], ==, sizeof data);
        /* A name that no message can hold. */
        size = dns_message_answer(asked, &question, DNS_NO_ERROR, none, "a..b", question.most, reply);
        g_assert_cmpuint(size, ==, sizeof asked);
        g_assert_cmpuint(reply[7], ==, 0);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/dns-message/parse/reads-the-question", parse_reads_the_question);
        g_test_add_func("/dns-message/parse/refuses-what-is-cut", parse_refuses_what_is_cut);
        g_test_add_func("/dns-message/parse/refuses-what-is-no-query", parse_refuses_what_is_no_query);
        g_test_add_func("/dns-message/parse/refuses-long-names", parse_refuses_long_names);
        g_test_add_func("/dns-message/answer/has-what-is-asked-for", answer_has_what_is_asked_for);
        g_test_add_func("/dns-message/answer/may-be-empty", answer_may_be_empty);
        g_test_add_func("/dns-message/answer/has-an-end", answer_has_an_end);
        g_test_add_func("/dns-message/pointer/is-read", pointer_is_read);
        g_test_add_func("/dns-message/pointer/is-refused", pointer_is_refused);
        g_test_add_func("/dns-message/pointer/is-answered", pointer_is_answered);
        return g_test_run();
}
