/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages of the domain name system (RFC 1035), as little as answering for a few names takes. Pure; the messages come
 * from payloads, and are hostile. */

#include "network/subnet.h"

#include <glib.h>
#include <stdbool.h>

enum { DNS_TYPE_A = 1, DNS_TYPE_PTR = 12, DNS_TYPE_AAAA = 28, DNS_TYPE_ANY = 255 };
enum { DNS_NO_ERROR = 0, DNS_SERVER_FAILURE = 2, DNS_NO_SUCH_NAME = 3, DNS_REFUSED = 5 };

#define DNS_MESSAGE_SIZE 4096 /* what EDNS lets clients take over UDP */

typedef struct DnsQuestion {
        guint16 id;
        char name[256]; /* lower case, labels separated by dots, none at the end */
        guint16 type;
        size_t end; /* where the question ends in the message */
} DnsQuestion;

/* False for all that is no plain query with one question of class IN. */
bool dns_message_parse(const guint8 *message, size_t size, DnsQuestion *ret_question);

/* Writes the answer to MESSAGE, a query that was parsed into QUESTION: those of ADDRESSES (of Address) that are of the
 * type in question. Returns its size, at most DNS_MESSAGE_SIZE; with more addresses than 64 some are left out. */
size_t dns_message_answer(const guint8 *message, const DnsQuestion *question, guint code,
                          const GArray *addresses, guint8 reply[DNS_MESSAGE_SIZE]);
