/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a message to the gateway of a network. A question that is taken has a name without surprises, and each
 * answer to it repeats the question, holds what it counts, and fits. */

#include "network/dns-message.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More than an answer takes, of both families. */
static GArray *many_addresses(void) {
        GArray *addresses = g_array_new(FALSE, FALSE, sizeof(Address));

        for (guint i = 0; i < 200; i++) {
                Address address = {.family = i % 2 == 0 ? AF_INET : AF_INET6, .bytes = {10, 0, (guint8) i}};
                g_array_append_val(addresses, address);
        }
        return addresses;
}

static void check_question(const DnsQuestion *question, size_t size) {
        size_t length = strlen(question->name);

        g_assert_cmpuint(length, <, sizeof question->name);
        g_assert_cmpuint(question->end, <=, size);
        /* A length in front of each label and an empty one last, then type and class. */
        g_assert_cmpuint(question->end, ==, 12 + (length > 0 ? length + 2 : 1) + 4);
        for (const char *c = question->name; *c; c++)
                g_assert_false(g_ascii_isupper(*c));
        g_assert_null(strstr(question->name, ".."));
}

/* Walks through the records as a client would. */
static void check_answer(const uint8_t *query, const DnsQuestion *question, const guint8 *reply,
                         size_t size) {
        size_t at = question->end;
        guint count = (guint) reply[6] << 8 | reply[7];

        g_assert_cmpuint(size, <=, DNS_MESSAGE_SIZE);
        g_assert_cmpmem(reply, 2, query, 2);
        g_assert_cmpint(reply[2] & 0x80, !=, 0);
        g_assert_cmpmem(reply + 12, question->end - 12, query + 12, question->end - 12);
        for (guint i = 0; i < count; i++) {
                g_assert_cmpuint(at + 12, <=, size);
                guint length = (guint) reply[at + 10] << 8 | reply[at + 11];
                g_assert_cmpuint(length, ==, reply[at + 3] == DNS_TYPE_A ? 4 : 16);
                at += 12 + length;
        }
        g_assert_cmpuint(at, ==, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(GArray) addresses = many_addresses();
        guint8 reply[DNS_MESSAGE_SIZE];
        DnsQuestion question;
        Address address;

        if (size > 512) /* as much as is taken from the socket */
                size = 512;
        if (!dns_message_parse(data, size, &question))
                return 0;
        check_question(&question, size);
        size_t length =
                dns_message_answer(data, &question, DNS_NO_ERROR, addresses, NULL, question.most, reply);
        g_assert_cmpuint(length, <=, question.most);
        check_answer(data, &question, reply, length);
        g_array_set_size(addresses, 0);
        length =
                dns_message_answer(data, &question, DNS_NO_SUCH_NAME, addresses, NULL, question.most, reply);
        g_assert_cmpuint(length, ==, question.end);
        g_assert_cmpint(reply[3] & 15, ==, DNS_NO_SUCH_NAME);
        (void) dns_message_parse_pointer(&question, &address);
        length = dns_message_answer(data, &question, DNS_NO_ERROR, addresses, question.name, question.most,
                                    reply);
        g_assert_cmpuint(length, <=, DNS_MESSAGE_SIZE);
        return 0;
}
