/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A header of 12 bytes, then the question: labels with their lengths in front, an empty one last. */

#include "network/dns-message.h"

#include <string.h>
#include <sys/socket.h>

#define HEADER_SIZE   12
#define MOST_ANSWERS  64
#define CLASS_IN      1
#define ANSWER_TTL    5    /* seconds: containers come and go */
#define FLAGS_REPLY   0x84 /* a reply, with authority */
#define FLAGS_RECURSE 0x80 /* recursion is available */

static guint16 read_number(const guint8 *bytes) {
        return (guint16) (bytes[0] << 8 | bytes[1]);
}

static guint8 *write_number(guint8 *bytes, guint number, size_t size) {
        for (size_t i = 0; i < size; i++)
                bytes[i] = (guint8) (number >> (size - 1 - i) * 8);
        return bytes + size;
}

/* Labels with dots between; false when they run out of the message or are longer than names may be. */
static bool read_name(const guint8 *message, size_t size, size_t *at, char name[256]) {
        size_t length = 0;

        for (;;) {
                if (*at >= size)
                        return false;
                size_t label = message[(*at)++];
                if (label == 0)
                        break;
                if (label > 63 || *at + label > size || length + label + 1 > 254)
                        return false;
                if (length > 0)
                        name[length++] = '.';
                for (size_t i = 0; i < label; i++) {
                        char c = (char) message[(*at)++];
                        if (c == '\0' || c == '.')
                                return false;
                        name[length++] = g_ascii_tolower(c);
                }
        }
        name[length] = '\0';
        return true;
}

bool dns_message_parse(const guint8 *message, size_t size, DnsQuestion *ret_question) {
        size_t at = HEADER_SIZE;

        /* A query (no reply), of kind 0, with one question and no answers. */
        if (size < HEADER_SIZE || (message[2] & 0xf8) != 0 || read_number(message + 4) != 1 ||
            read_number(message + 6) != 0)
                return false;
        if (!read_name(message, size, &at, ret_question->name) || at + 4 > size ||
            read_number(message + at + 2) != CLASS_IN)
                return false;
        ret_question->id = read_number(message);
        ret_question->type = read_number(message + at);
        ret_question->end = at + 4;
        return true;
}

static bool is_asked_for(const DnsQuestion *question, const Address *address) {
        if (address->family == AF_INET)
                return question->type == DNS_TYPE_A || question->type == DNS_TYPE_ANY;
        return address->family == AF_INET6 &&
               (question->type == DNS_TYPE_AAAA || question->type == DNS_TYPE_ANY);
}

size_t dns_message_answer(const guint8 *message, const DnsQuestion *question, guint code,
                          const GArray *addresses, guint8 reply[DNS_MESSAGE_SIZE]) {
        guint8 *end = reply + question->end;
        guint count = 0;

        memcpy(reply, message, question->end);
        for (guint i = 0; i < addresses->len && count < MOST_ANSWERS; i++) {
                const Address *address = &g_array_index(addresses, Address, i);
                if (!is_asked_for(question, address))
                        continue;
                end = write_number(end, 0xc000 | HEADER_SIZE, 2); /* the name in the question */
                end = write_number(end, address->family == AF_INET ? DNS_TYPE_A : DNS_TYPE_AAAA, 2);
                end = write_number(end, CLASS_IN, 2);
                end = write_number(end, ANSWER_TTL, 4);
                end = write_number(end, (guint) subnet_address_size(address), 2);
                memcpy(end, address->bytes, subnet_address_size(address));
                end += subnet_address_size(address);
                count++;
        }
        reply[2] = (guint8) (FLAGS_REPLY | (message[2] & 1));
        reply[3] = (guint8) (FLAGS_RECURSE | code);
        memset(reply + 4, 0, HEADER_SIZE - 4);
        reply[5] = 1;
        write_number(reply + 6, count, 2);
        return (size_t) (end - reply);
}
