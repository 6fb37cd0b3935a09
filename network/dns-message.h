/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages of the domain name system (RFC 1035), as little as answering for a few names takes. Pure; the messages come
 * from payloads, and are hostile. */

#include "network/subnet.h"

#include <glib.h>
#include <stdbool.h>

enum { DNS_TYPE_A = 1, DNS_TYPE_PTR = 12, DNS_TYPE_AAAA = 28, DNS_TYPE_ANY = 255 };
enum { DNS_NO_ERROR = 0, DNS_SERVER_FAILURE = 2, DNS_NO_SUCH_NAME = 3, DNS_REFUSED = 5 };

#define DNS_MESSAGE_SIZE  4096 /* what EDNS lets clients take over UDP */
#define DNS_MESSAGE_PLAIN 512  /* what they take without */

typedef struct DnsQuestion {
        guint16 id;
        char name[256]; /* lower case, labels separated by dots, none at the end */
        guint16 type;
        size_t end;  /* where the question ends in the message */
        size_t most; /* how long an answer over UDP the client takes: DNS_MESSAGE_PLAIN to DNS_MESSAGE_SIZE */
} DnsQuestion;

/* False for all that is no plain query with one question of class IN. */
bool dns_message_parse(const guint8 *message, size_t size, DnsQuestion *ret_question);

/* The address that a question of type PTR is about, "5.0.89.10.in-addr.arpa" or the like of IPv6. */
bool dns_message_parse_pointer(const DnsQuestion *question, Address *ret_address);

/* Writes the answer to MESSAGE, a query that was parsed into QUESTION: those of ADDRESSES (of Address) that are of the
 * type in question, or NAME (may be NULL) to one of type PTR. Returns its size, at most MOST, which is no less than
 * DNS_MESSAGE_PLAIN; what does not fit is left out, and the answer says so, by which a client knows to ask over TCP. */
size_t dns_message_answer(const guint8 *message, const DnsQuestion *question, guint code,
                          const GArray *addresses, const char *name, size_t most,
                          guint8 reply[DNS_MESSAGE_SIZE]);
