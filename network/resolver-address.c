/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What questions over UDP and over TCP have in common: whom they come from, and whom they are passed on to. */

#include "network/resolver-address.h"

#include "base/cleanup.h"
#include "network/upstreams.h"

#include <string.h>

#define DNS_PORT 53

socklen_t resolver_address_fill(AnyAddress *any, const Address *address) {
        memset(any, 0, sizeof *any);
        if (address->family == AF_INET) {
                any->v4.sin_family = AF_INET;
                any->v4.sin_port = htons(DNS_PORT);
                memcpy(&any->v4.sin_addr, address->bytes, 4);
                return sizeof any->v4;
        }
        any->v6.sin6_family = AF_INET6;
        any->v6.sin6_port = htons(DNS_PORT);
        memcpy(&any->v6.sin6_addr, address->bytes, 16);
        return sizeof any->v6;
}

Address resolver_address_of(const AnyAddress *any) {
        Address address = {.family = any->base.sa_family};

        if (address.family == AF_INET)
                memcpy(address.bytes, &any->v4.sin_addr, 4);
        else
                memcpy(address.bytes, &any->v6.sin6_addr, 16);
        return address;
}

static guint read_all(char **texts, Address addresses[RESOLVER_MOST_UPSTREAMS]) {
        guint count = 0;

        for (; texts && *texts && count < RESOLVER_MOST_UPSTREAMS; texts++)
                if (subnet_parse_address(*texts, &addresses[count], NULL))
                        count++;
        return count;
}

guint resolver_address_choose(const char *runtime_dir, NetworkState *state, const Lease *asker,
                              Address addresses[RESOLVER_MOST_UPSTREAMS]) {
        if (state->is_internal)
                return 0;
        guint count = read_all(asker ? asker->upstreams : NULL, addresses);
        if (count > 0)
                return count;
        g_autofree char *folder = registry_folder(runtime_dir, state->name);
        upstreams_refresh(folder, &state->upstreams);
        return read_all(state->upstreams, addresses);
}

int resolver_address_open(int family, int type, const char *way_out) {
        int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, way_out, (socklen_t) strlen(way_out)) < 0)
                cleanup_fd(&fd);
        return fd;
}
