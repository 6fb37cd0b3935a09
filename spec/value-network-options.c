/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pasta's own options are passed on as they are; an option that is not in this table is left to pasta to know,
 * since it gains some with every release. */

#include "spec/value-network-options.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <arpa/inet.h>
#include <string.h>

NetworkOptions *network_options_new(void) {
        NetworkOptions *options = g_new0(NetworkOptions, 1);

        options->words = g_ptr_array_new_with_free_func(g_free);
        return options;
}

void network_options_free(NetworkOptions *options) {
        if (!options)
                return;
        g_ptr_array_unref(options->words);
        g_free(options->address);
        g_free(options->address6);
        g_free(options->gateway);
        g_free(options->mtu);
        g_free(options->interface);
        g_free(options->template);
        g_free(options->dns_forward);
        g_free(options->cidr);
        g_free(options->outbound);
        g_free(options->outbound6);
        g_free(options);
}

/* ---- pasta ---- */

typedef enum Meaning {
        MEANS_ADDRESS,
        MEANS_GATEWAY,
        MEANS_NETMASK,
        MEANS_TEMPLATE,
        MEANS_COPY,
        MEANS_MTU,
        MEANS_INTERFACE,
        MEANS_DNS_FORWARD,
        MEANS_MAC,
        MEANS_TCP_PORTS, /* the four of has_forward[], in its order */
        MEANS_UDP_PORTS,
        MEANS_TCP_NS,
        MEANS_UDP_NS,
        MEANS_MAP_GATEWAY,
        MEANS_LOOPBACK, /* where the host's loopback is found: --no-map-gw would contradict it */
        MEANS_IPV4_ONLY,
        MEANS_IPV6_ONLY,
        MEANS_NOTHING, /* it is so anyway */
        MEANS_TROUBLE, /* the runner starts pasta, waits for it and collects its complaints */
} Meaning;

static const struct {
        char letter;
        const char *name;
        bool has_value;
        Meaning meaning;
} pasta_options[] = {
        {'a', "address", true, MEANS_ADDRESS},      {'n', "netmask", true, MEANS_NETMASK},
        {'g', "gateway", true, MEANS_GATEWAY},      {'i', "interface", true, MEANS_TEMPLATE},
        {0, "config-net", false, MEANS_COPY},       {'m', "mtu", true, MEANS_MTU},
        {'I', "ns-ifname", true, MEANS_INTERFACE},  {0, "dns-forward", true, MEANS_DNS_FORWARD},
        {'M', "mac-addr", true, MEANS_MAC},         {'t', "tcp-ports", true, MEANS_TCP_PORTS},
        {'u', "udp-ports", true, MEANS_UDP_PORTS},  {'T', "tcp-ns", true, MEANS_TCP_NS},
        {'U', "udp-ns", true, MEANS_UDP_NS},        {0, "map-gw", false, MEANS_MAP_GATEWAY},
        {0, "no-map-gw", false, MEANS_NOTHING},     {0, "map-host-loopback", true, MEANS_LOOPBACK},
        {'4', "ipv4-only", false, MEANS_IPV4_ONLY}, {'6', "ipv6-only", false, MEANS_IPV6_ONLY},
        {'q', "quiet", false, MEANS_NOTHING},       {'f', "foreground", false, MEANS_NOTHING},
        {0, "no-netns-quit", false, MEANS_NOTHING}, {'P', "pid", true, MEANS_TROUBLE},
        {'l', "log-file", true, MEANS_TROUBLE},     {'F', "fd", true, MEANS_TROUBLE},
        {'s', "socket", true, MEANS_TROUBLE},       {'h', "help", false, MEANS_TROUBLE},
        {0, "version", false, MEANS_TROUBLE},       {0, "runas", true, MEANS_TROUBLE},
        {0, "userns", true, MEANS_TROUBLE},         {0, "netns", true, MEANS_TROUBLE},
        {0, "netns-only", false, MEANS_TROUBLE},
};

/* The row of WORD, "-a", "-aVALUE", "--address" or "--address=VALUE"; RET_VALUE points behind what names it, or
 * is NULL. -1 when there is none. */
static int find_option(const char *word, const char **ret_value) {
        const char *equals = strchr(word, '=');
        size_t length = equals ? (size_t) (equals - word) : strlen(word);

        for (int i = 0; i < (int) G_N_ELEMENTS(pasta_options); i++) {
                if (pasta_options[i].letter && word[0] == '-' && word[1] == pasta_options[i].letter) {
                        *ret_value = word[2] ? word + 2 : NULL;
                        return i;
                }
                if (length > 2 && g_str_has_prefix(word, "--") &&
                    strlen(pasta_options[i].name) == length - 2 &&
                    strncmp(word + 2, pasta_options[i].name, length - 2) == 0) {
                        *ret_value = equals ? equals + 1 : NULL;
                        return i;
                }
        }
        return -1;
}

static void replace(char **field, const char *value) {
        g_free(*field);
        *field = g_strdup(value);
}

static bool take_address(const char *value, NetworkOptions *options, GError **error) {
        g_autofree char *address = g_strndup(value, strcspn(value, "/"));

        if (!g_hostname_is_ip_address(address))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not an IP address", value);
        replace(strchr(address, ':') ? &options->address6 : &options->address, address);
        options->addresses = true;
        return true;
}

/* True: the word and its value go to pasta. */
static bool take_meaning(Meaning meaning, const char *value, NetworkOptions *options) {
        switch (meaning) {
        case MEANS_GATEWAY:
                if (!strchr(value, ':'))
                        replace(&options->gateway, value);
                options->addresses = true;
                return true;
        case MEANS_TEMPLATE:
                replace(&options->template, value);
                options->addresses = true;
                return true;
        case MEANS_NETMASK:
                options->addresses = true;
                return true;
        case MEANS_COPY:
                options->addresses = true;
                return false;
        case MEANS_MTU:
                replace(&options->mtu, value);
                return false;
        case MEANS_INTERFACE:
                replace(&options->interface, value);
                return false;
        case MEANS_DNS_FORWARD:
                if (!strchr(value, ':'))
                        replace(&options->dns_forward, value);
                return true;
        case MEANS_MAC:
                options->has_mac = true;
                return true;
        case MEANS_TCP_PORTS:
        case MEANS_UDP_PORTS:
        case MEANS_TCP_NS:
        case MEANS_UDP_NS:
                options->has_forward[meaning - MEANS_TCP_PORTS] = true;
                return true;
        case MEANS_MAP_GATEWAY:
                options->maps_gateway = true;
                return false;
        case MEANS_LOOPBACK:
                options->maps_gateway = true;
                return true;
        case MEANS_IPV4_ONLY:
                options->ipv4_only = true;
                return true;
        case MEANS_IPV6_ONLY:
                options->ipv6_only = true;
                return true;
        case MEANS_ADDRESS:
        case MEANS_NOTHING:
        case MEANS_TROUBLE:
                break;
        }
        return meaning == MEANS_ADDRESS;
}

/* Takes the option at *WORDS, and its value, and moves *WORDS to the last of them. */
static bool take_option(char ***words, NetworkOptions *options, GError **error) {
        const char *word = **words, *value = NULL;
        int row = find_option(word, &value);

        if (row < 0) {
                g_ptr_array_add(options->words, g_strdup(word));
                return true;
        }
        bool is_apart = pasta_options[row].has_value && !value;
        if (is_apart)
                value = (*words)[1];
        if (pasta_options[row].has_value && (!value || !*value))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "the option '%s' of pasta needs a value (pasta:%s,VALUE)", word, word);
        if (pasta_options[row].meaning == MEANS_TROUBLE)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "the option '%s' of pasta cannot be chosen: the runner starts pasta and waits for it",
                        word);
        if (pasta_options[row].meaning == MEANS_ADDRESS && !take_address(value, options, error))
                return false;
        if (take_meaning(pasta_options[row].meaning, value, options)) {
                g_ptr_array_add(options->words, g_strdup(word));
                if (is_apart)
                        g_ptr_array_add(options->words, g_strdup(value));
        }
        if (is_apart)
                (*words)++;
        return true;
}

bool value_pasta_options_parse(const char *text, NetworkOptions **ret_options, GError **error) {
        g_autoptr(NetworkOptions) options = network_options_new();
        g_auto(GStrv) words = g_strsplit(text ? text : "", ",", -1);

        for (char **word = words; *word; word++) {
                if (!**word)
                        continue;
                /* It would be the target, or a command that is run instead of the container. */
                if (word[0][0] != '-' && (word == words || !g_str_has_prefix(word[-1], "-")))
                        return fail(
                                error, WOLFFIA_ERROR_VALUE,
                                "'%s' is not an option of pasta; write them as in pasta:-a,10.0.2.15,--map-gw",
                                *word);
                if (!take_option(&word, options, error))
                        return false;
        }
        /* All of it is told: no interface of the host is needed to copy from. */
        options->copies = options->addresses && !(options->address && options->gateway);
        *ret_options = g_steal_pointer(&options);
        return true;
}

/* ---- slirp4netns ---- */

static void add(NetworkOptions *options, const char *option, const char *value) {
        g_ptr_array_add(options->words, g_strdup(option));
        if (value)
                g_ptr_array_add(options->words, g_strdup(value));
}

/* slirp4netns(1): the container is .100, the gateway .2, the resolver .3. */
static bool take_cidr(const char *value, NetworkOptions *options, GError **error) {
        g_auto(GStrv) parts = g_strsplit(value, "/", 2);
        struct in_addr network;
        guint64 length;
        char text[INET_ADDRSTRLEN];

        if (g_strv_length(parts) != 2 || inet_pton(AF_INET, parts[0], &network) != 1 ||
            !value_number_parse(parts[1], 25, &length, NULL) || length < 8)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "cidr=%s is not a network of slirp4netns; write one like 10.0.5.0/24", value);
        guint32 base = ntohl(network.s_addr) & ~(G_MAXUINT32 >> length);
        struct in_addr first = {htonl(base)};
        struct in_addr guest = {htonl(base + 100)}, gateway = {htonl(base + 2)}, dns = {htonl(base + 3)};
        replace(&options->address, inet_ntop(AF_INET, &guest, text, sizeof text));
        replace(&options->gateway, inet_ntop(AF_INET, &gateway, text, sizeof text));
        replace(&options->dns_forward, inet_ntop(AF_INET, &dns, text, sizeof text));
        g_free(options->cidr);
        options->cidr = g_strconcat(inet_ntop(AF_INET, &first, text, sizeof text), "/", parts[1], NULL);
        options->addresses = true;
        add(options, "--address", options->address);
        add(options, "--netmask", parts[1]);
        add(options, "--gateway", options->gateway);
        add(options, "--dns-forward", options->dns_forward);
        return true;
}

static bool take_boolean(const char *name, const char *value, bool *ret, GError **error) {
        return value_boolean_parse(value, ret, error) || fail_prefix(error, "%s", name);
}

static bool take_pair(const char *name, const char *value, NetworkOptions *options, GError **error) {
        bool yes = false;

        if (g_str_equal(name, "port_handler"))
                return true; /* ports are forwarded with the client's address anyhow */
        if (g_str_equal(name, "mtu"))
                replace(&options->mtu, value);
        else if (g_str_equal(name, "cidr"))
                return take_cidr(value, options, error);
        else if (g_str_equal(name, "allow_host_loopback"))
                return take_boolean(name, value, &options->maps_gateway, error);
        else if (g_str_equal(name, "enable_ipv6")) {
                if (!take_boolean(name, value, &yes, error))
                        return false;
                options->ipv4_only = !yes;
                if (!yes)
                        add(options, "--ipv4-only", NULL);
        } else if (g_str_equal(name, "outbound_addr")) {
                replace(&options->outbound, value);
                add(options, g_hostname_is_ip_address(value) ? "--outbound" : "--outbound-if4", value);
        } else if (g_str_equal(name, "outbound_addr6")) {
                replace(&options->outbound6, value);
                add(options, g_hostname_is_ip_address(value) ? "--outbound" : "--outbound-if6", value);
        } else
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' is not an option of slirp4netns; it has allow_host_loopback, cidr, enable_ipv6, mtu, "
                        "outbound_addr, outbound_addr6 and port_handler",
                        name);
        return true;
}

bool value_slirp_options_parse(const char *text, NetworkOptions **ret_options, GError **error) {
        g_autoptr(NetworkOptions) options = network_options_new();
        g_auto(GStrv) words = g_strsplit(text ? text : "", ",", -1);

        for (char **word = words; *word; word++) {
                char *equals = strchr(*word, '=');
                if (!**word)
                        continue;
                if (!equals || equals == *word || !equals[1])
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is not an option of slirp4netns; write NAME=VALUE", *word);
                *equals = '\0';
                if (!take_pair(*word, equals + 1, options, error))
                        return false;
        }
        *ret_options = g_steal_pointer(&options);
        return true;
}
