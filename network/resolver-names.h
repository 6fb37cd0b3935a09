/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a network itself can say to a question. Nothing is remembered of members: each question looks at the leases, so an
 * answer is as true as they are. */

#include "network/dns-message.h"
#include "network/lease.h"
#include "network/registry.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Names {
        bool is_known;     /* the answer is below; otherwise the host's name servers are to be asked */
        guint code;        /* DNS_NO_ERROR or why there is no answer */
        GArray *addresses; /* of Address */
        char *pointer;     /* the name of an address; NULL: none */
        Lease *asker;      /* the member that asks; NULL: not known */
} Names;

/* For a question of CLIENT on the network of STATE. */
void resolver_names_find(const char *runtime_dir, const NetworkState *state, const Address *client,
                         const DnsQuestion *question, Names *ret_names);
void resolver_names_clear(Names *names);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Names, resolver_names_clear)
