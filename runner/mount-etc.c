/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The files are small and read at any time, so they are written in place: nobody reads them before the
 * payload runs. */

#include "runner/mount-etc.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "network/upstreams.h"
#include "runner/network-range.h"
#include "runner/supervisor-hosts.h"
#include "runner/supervisor-names.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *mount_etc_host_name(const ContainerSpec *spec, const Network *network) {
        char own[65] = "";

        if (spec->host_name && *spec->host_name)
                return g_strdup(spec->host_name);
        if (network->shared_host_name)
                return g_strdup(network->shared_host_name);
        if (network->kind == NETWORK_HOST && gethostname(own, sizeof own - 1) == 0)
                return g_strdup(own);
        return g_strndup(spec->name, 64);
}

static void append_own(GString *text, const char *address, const ContainerSpec *spec,
                       const char *host_name) {
        g_string_append_printf(text, "%s\t%s", address, host_name);
        if (!g_str_equal(host_name, spec->name))
                g_string_append_printf(text, " %s", spec->name);
        g_string_append_c(text, '\n');
}

/* What Podman calls the host. The supervisor finds the address in front of it. */
#define HOST_NAMES SUPERVISOR_HOSTS_NAME "host.docker.internal"

/* AddHost=: all lines but those of the host, or (IS_HOST) the names that are the host's. */
static void append_hosts(GString *text, const ContainerSpec *spec, bool is_host) {
        for (guint i = 0; i < spec->hosts->len; i++) {
                /* NAME:ADDRESS, several names separated by ";" (podman-run(1), --add-host). An IPv6 address
                 * has colons. */
                const char *entry = spec->hosts->pdata[i], *colon = strchr(entry, ':');
                if (!colon)
                        continue;
                g_autofree char *names = g_strdelimit(g_strndup(entry, (gsize) (colon - entry)), ";", ' ');
                bool has_brackets = colon[1] == '[';
                g_autofree char *address = g_strdup(colon + (has_brackets ? 2 : 1));
                if (has_brackets)
                        address[strcspn(address, "]")] = '\0';
                bool is_gateway = g_str_equal(address, "host-gateway");
                if (is_gateway && is_host)
                        g_string_append_printf(text, " %s", names);
                else if (!is_gateway && !is_host)
                        g_string_append_printf(text, "%s\t%s\n", address, names);
        }
}

/* One line, whose address can be written over by any other; a comment for as long as the host has none. */
static void append_host(GString *text, const ContainerSpec *spec, const Network *network) {
        if (!network->host_address && !network->follows_host)
                return;
        g_string_append_printf(text, network->follows_host ? "%-*s" HOST_NAMES : "%.*s" HOST_NAMES,
                               SUPERVISOR_HOSTS_WIDTH, network->host_address ? network->host_address : "#");
        append_hosts(text, spec, true);
        g_string_append_c(text, '\n');
}

char *mount_etc_print_hosts(const ContainerSpec *spec, const Network *network, const char *host_name) {
        GString *text = g_string_new("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        const char *own = network->guest_address ? network->guest_address : network->guest_address6;

        append_own(text, own ? own : "127.0.0.1", spec, host_name);
        if (network->guest_address && network->guest_address6)
                append_own(text, network->guest_address6, spec, host_name);
        append_host(text, spec, network);
        append_hosts(text, spec, false);
        return g_string_free(text, FALSE);
}

static void append_words(GString *text, const char *keyword, const GPtrArray *words) {
        if (words->len == 0)
                return;
        g_string_append(text, keyword);
        for (guint i = 0; i < words->len; i++)
                g_string_append_printf(text, " %s", (const char *) words->pdata[i]);
        g_string_append_c(text, '\n');
}

/* Copies the host's lines, less those that were replaced. */
static bool is_kept(const char *line, const ContainerSpec *spec, const Network *network) {
        if (g_str_has_prefix(line, "nameserver"))
                return !network->name_servers && spec->dns->len == 0 &&
                       (network->kind == NETWORK_HOST || network->stub_of || !network->dns_address);
        if (g_str_has_prefix(line, "search") || g_str_has_prefix(line, "domain"))
                return spec->dns_search->len == 0;
        if (g_str_has_prefix(line, "options"))
                return spec->dns_options->len == 0;
        return false;
}

/* A resolver on the host's loopback is out of reach of a container with an own network: pasta forwards to it from an address of
 * its own, to a second one nobody does. */
static void append_line(GString *text, const char *line, const Network *network) {
        g_autofree char *of_loopback = network->stub_of ? network_range_find_loopback_resolver(line) : NULL;

        if (!of_loopback)
                g_string_append_printf(text, "%s\n", line);
        else if (g_str_equal(of_loopback, network->stub_of))
                g_string_append_printf(text, "nameserver %s\n", network->dns_address);
}

char *mount_etc_print_resolv_conf(const ContainerSpec *spec, const Network *network, const char *host_text) {
        GString *text = g_string_new(NULL);

        if (network->kind == NETWORK_NONE)
                return g_string_free(text, FALSE);
        if (spec->dns->len == 0 && network->kind == NETWORK_PASTA && network->dns_address &&
            !network->stub_of)
                g_string_append_printf(text, "nameserver %s\n", network->dns_address);
        for (guint i = 0; network->name_servers && i < network->name_servers->len; i++)
                g_string_append_printf(text, "nameserver %s\n",
                                       (const char *) network->name_servers->pdata[i]);
        for (guint i = 0; !network->name_servers && i < spec->dns->len; i++)
                g_string_append_printf(text, "nameserver %s\n", (const char *) spec->dns->pdata[i]);
        append_words(text, "search", spec->dns_search);
        append_words(text, "options", spec->dns_options);

        g_auto(GStrv) lines = g_strsplit(host_text, "\n", -1);
        for (char **line = lines; *line; line++)
                if (is_kept(*line, spec, network))
                        append_line(text, *line, network);
        return g_string_free(text, FALSE);
}

static bool write_file(int folder_fd, const char *name, const char *text, GError **error) {
        autofd int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot write %s of the container", name);
        /* The umask of a service may keep others out, and the payload's users are others. */
        if (fchmod(fd, 0644) < 0)
                return fail_errno(error, errno, "Cannot write %s of the container", name);
        return file_write_all(fd, text, strlen(text), error);
}

/* Of whose network it is: its names hold here too, and our own means this very network. */
static bool read_from_peer(const Run *run, const char *name, char **ret_text, GError **error) {
        g_autofree char *path = g_build_filename(run->peer_folder, name, NULL);

        return file_read(AT_FDCWD, path, 1 << 20, ret_text, NULL, error);
}

/* The host has one line, that follows its address: names of it that only one member has go to the line's end. */
char *mount_etc_extend_hosts(const char *theirs, const ContainerSpec *spec, const char *host_name) {
        const char *host = strstr(theirs, HOST_NAMES), *end = host ? host + strcspn(host, "\n") : theirs;
        GString *text = g_string_new_len(theirs, end - theirs);

        if (host)
                append_hosts(text, spec, true);
        g_string_append(text, end);
        append_own(text, "127.0.0.1", spec, host_name);
        append_hosts(text, spec, false);
        return g_string_free(text, FALSE);
}

static bool print_shared(const Run *run, const char *host_name, char **hosts, char **resolv_conf,
                         GError **error) {
        g_autofree char *theirs = NULL, *names = NULL;

        if (!read_from_peer(run, "hosts", &theirs, error) ||
            !read_from_peer(run, "resolv.conf", &names, error))
                return false;
        *hosts = mount_etc_extend_hosts(theirs, run->spec, host_name);
        *resolv_conf = run->spec->dns->len > 0 ? mount_etc_print_resolv_conf(run->spec, &run->network, names)
                                               : g_steal_pointer(&names);
        return true;
}

/* Podman refuses it too: a name that leads nowhere would be found by the payload, much later. */
static bool check_gateways(const ContainerSpec *spec, const char *hosts, GError **error) {
        for (guint i = 0; i < spec->hosts->len && !strstr(hosts, HOST_NAMES); i++)
                if (g_str_has_suffix(spec->hosts->pdata[i], ":host-gateway"))
                        return fail(
                                error, WOLFFIA_ERROR_UNSUPPORTED,
                                "AddHost=%s: the host has no address in the container's network; leave it out, or "
                                "use a network from which the host is reached (Network=pasta)",
                                (const char *) spec->hosts->pdata[i]);
        return true;
}

/* Only a field of the full width can hold another address. */
static bool find_host_field(const char *hosts, unsigned *ret_at) {
        const char *names = strstr(hosts, HOST_NAMES);
        ptrdiff_t at = names ? names - hosts - SUPERVISOR_HOSTS_WIDTH : -1;

        if (at < 1 || hosts[at - 1] != '\n')
                return false;
        *ret_at = (unsigned) at;
        return true;
}

static bool follow_host(Run *run, int folder_fd, const char *hosts, GError **error) {
        if (!find_host_field(hosts, &run->hosts_at))
                return true;
        run->hosts_fd = openat(folder_fd, "hosts", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        return run->hosts_fd >= 0 || fail_errno(error, errno, "Cannot open hosts of the container");
}

G_STATIC_ASSERT(UPSTREAMS_KEPT == SUPERVISOR_NAMES_SERVERS); /* a network may not look here */

/* Which lines of resolv.conf follow those that they were copied from. */
static bool follow_names(Run *run, int folder_fd, GError **error) {
        const ContainerSpec *spec = run->spec;
        const Network *network = &run->network;
        bool is_copied = run->peer_folder && spec->dns->len == 0; /* whole, print_shared() */
        g_autofree char *own = mount_etc_print_resolv_conf(spec, network, "");
        struct stat status;

        if (network->kind == NETWORK_NONE)
                return true;
        run->names_head = is_copied ? 0 : (unsigned) strlen(own);
        run->names_kept =
                (is_copied || is_kept("nameserver", spec, network) ? SUPERVISOR_NAMES_SERVERS : 0) |
                (is_copied || is_kept("search", spec, network) ? SUPERVISOR_NAMES_SEARCH : 0) |
                (is_copied || is_kept("options", spec, network) ? SUPERVISOR_NAMES_OPTIONS : 0);
        if (run->names_kept == 0)
                return true;
        if (is_copied || network->kind == NETWORK_HOST)
                run->names_kept |= SUPERVISOR_NAMES_LOOPBACK;
        run->names_fd = openat(folder_fd, "resolv.conf", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (run->names_fd < 0 || fstat(run->names_fd, &status) < 0)
                return fail_errno(error, errno, "Cannot open resolv.conf of the container");
        run->names_time = (unsigned) status.st_mtim.tv_nsec;
        return true;
}

bool mount_etc_write(Run *run, GError **error) {
        g_autofree char *host_text = NULL, *hosts = NULL, *resolv_conf = NULL;
        g_autofree char *host_name = mount_etc_host_name(run->spec, &run->network);
        g_autofree char *name_line = g_strconcat(host_name, "\n", NULL);

        autofd int folder_fd = open(run->session.container_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", run->session.container_dir);
        /* A host without the file has no resolver, and neither has the container. */
        if (!file_read(AT_FDCWD, "/etc/resolv.conf", 1 << 16, &host_text, NULL, NULL))
                host_text = g_strdup("");

        if (!run->peer_folder) {
                hosts = mount_etc_print_hosts(run->spec, &run->network, host_name);
                resolv_conf = mount_etc_print_resolv_conf(run->spec, &run->network, host_text);
        } else if (!print_shared(run, host_name, &hosts, &resolv_conf, error))
                return false;
        return check_gateways(run->spec, hosts, error) &&
               write_file(folder_fd, "hostname", name_line, error) &&
               write_file(folder_fd, "hosts", hosts, error) &&
               write_file(folder_fd, "resolv.conf", resolv_conf, error) &&
               follow_host(run, folder_fd, hosts, error) && follow_names(run, folder_fd, error);
}
