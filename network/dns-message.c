/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A header of 12 bytes, then the question: labels with their lengths in front, an empty one last. */

#include "network/dns-message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER_SIZE   12
#define RECORD_SIZE   12 /* without its data, when the name is a pointer */
#define TYPE_OPT      41
#define CLASS_IN      1
#define ANSWER_TTL    5    /* seconds: containers come and go */
#define FLAGS_REPLY   0x84 /* a reply, with authority */
#define FLAG_CUT      0x02
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

/* The record of EDNS (RFC 6891) is the first behind the question where it is the only one: an empty name, type OPT, and
 * in the place of a class the size that the client takes. */
static size_t read_most(const guint8 *message, size_t size, size_t at) {
        if (read_number(message + 8) != 0 || read_number(message + 10) == 0 || at + 5 > size ||
            message[at] != 0 || read_number(message + at + 1) != TYPE_OPT)
                return DNS_MESSAGE_PLAIN;
        return CLAMP(read_number(message + at + 3), DNS_MESSAGE_PLAIN, DNS_MESSAGE_SIZE);
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
        ret_question->most = read_most(message, size, at + 4);
        return true;
}

bool dns_message_parse_pointer(const DnsQuestion *question, Address *ret_address) {
        static const char v4[] = ".in-addr.arpa", v6[] = ".ip6.arpa";
        bool is_v4 = g_str_has_suffix(question->name, v4);
        Address address = {.family = is_v4 ? AF_INET : AF_INET6};
        size_t size = subnet_address_size(&address);
        const char *p = question->name;

        if (question->type != DNS_TYPE_PTR || (!is_v4 && !g_str_has_suffix(p, v6)))
                return false;
        /* The last part of the address is the first of the name: bytes, or halves of bytes in hexadecimal. */
        for (size_t i = is_v4 ? size : 2 * size; i > 0; i--) {
                char *end;
                if (is_v4 ? !g_ascii_isdigit(*p) : !g_ascii_isxdigit(*p))
                        return false;
                gulong part = strtoul(p, &end, is_v4 ? 10 : 16);
                if (part > (is_v4 ? 255u : 15u) || *end != '.')
                        return false;
                if (is_v4)
                        address.bytes[i - 1] = (guint8) part;
                else
                        address.bytes[(i - 1) / 2] |= (guint8) (i % 2 == 0 ? part : part << 4);
                p = end + 1;
        }
        if (strcmp(p, is_v4 ? v4 + 1 : v6 + 1) != 0)
                return false;
        *ret_address = address;
        return true;
}

static bool is_asked_for(const DnsQuestion *question, const Address *address) {
        if (address->family == AF_INET)
                return question->type == DNS_TYPE_A || question->type == DNS_TYPE_ANY;
        return address->family == AF_INET6 &&
               (question->type == DNS_TYPE_AAAA || question->type == DNS_TYPE_ANY);
}

/* All of a record but its data, of SIZE bytes. */
static guint8 *write_record(guint8 *end, guint type, size_t size) {
        end = write_number(end, 0xc000 | HEADER_SIZE, 2); /* the name in the question */
        end = write_number(end, type, 2);
        end = write_number(end, CLASS_IN, 2);
        end = write_number(end, ANSWER_TTL, 4);
        return write_number(end, (guint) size, 2);
}

/* As labels; NULL when it cannot be said so. */
static guint8 *write_name(guint8 *end, const char *name) {
        guint8 *start = end;
        g_auto(GStrv) labels = g_strsplit(name, ".", -1);

        for (char **label = labels; *label; label++) {
                size_t length = strlen(*label);
                if (length < 1 || length > 63 || (size_t) (end - start) + length + 2 > 255)
                        return NULL;
                *end++ = (guint8) length;
                end = mempcpy(end, *label, length);
        }
        *end++ = 0;
        return end;
}

static guint8 *write_pointer(guint8 *end, const char *name, guint *count) {
        guint8 *data = end + RECORD_SIZE, *behind = write_name(data, name);

        if (!behind)
                return end;
        write_record(end, DNS_TYPE_PTR, (size_t) (behind - data));
        (*count)++;
        return behind;
}

size_t dns_message_answer(const guint8 *message, const DnsQuestion *question, guint code,
                          const GArray *addresses, const char *name, size_t most,
                          guint8 reply[DNS_MESSAGE_SIZE]) {
        guint8 *end = reply + question->end;
        bool is_cut = false;
        guint count = 0;

        memcpy(reply, message, question->end);
        if (name && question->type == DNS_TYPE_PTR)
                end = write_pointer(end, name, &count);
        if ((size_t) (end - reply) > most) {
                end = reply + question->end;
                count = 0;
                is_cut = true;
        }
        for (guint i = 0; i < addresses->len && !is_cut; i++) {
                const Address *address = &g_array_index(addresses, Address, i);
                size_t size = subnet_address_size(address);
                if (!is_asked_for(question, address))
                        continue;
                is_cut = (size_t) (end - reply) + RECORD_SIZE + size > most;
                if (is_cut)
                        break;
                end = write_record(end, address->family == AF_INET ? DNS_TYPE_A : DNS_TYPE_AAAA, size);
                end = mempcpy(end, address->bytes, size);
                count++;
        }
        reply[2] = (guint8) (FLAGS_REPLY | (is_cut ? FLAG_CUT : 0) | (message[2] & 1));
        reply[3] = (guint8) (FLAGS_RECURSE | code);
        memset(reply + 4, 0, HEADER_SIZE - 4);
        reply[5] = 1;
        write_number(reply + 6, count, 2);
        return (size_t) (end - reply);
}
