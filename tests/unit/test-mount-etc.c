/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container reads in /etc/hosts and /etc/resolv.conf, and that any of its users may read it. */

#include "runner/mount-etc.h"

#include "base/error.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void add(GPtrArray *list, const char *text) {
        g_ptr_array_add(list, g_strdup(text));
}

static ContainerSpec *named(const char *name) {
        ContainerSpec *spec = container_spec_new();

        spec->name = g_strdup(name);
        return spec;
}

static const Network pasta = {
        .kind = NETWORK_PASTA, .guest_address = "10.0.2.15", .host_address = (char *) "192.168.1.5"};
static const Network none = {.kind = NETWORK_NONE};
static const Network host = {.kind = NETWORK_HOST};

static bool has_line(const char *text, const char *line) {
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        return g_strv_contains((const char *const *) lines, line);
}

static void host_name_is_the_containers_own(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        g_autofree char *usual = mount_etc_host_name(spec, &pasta);
        g_autofree char *of_host = mount_etc_host_name(spec, &host);
        char own[65] = "";

        g_assert_cmpstr(usual, ==, "web");
        g_assert_cmpint(gethostname(own, sizeof own - 1), ==, 0);
        g_assert_cmpstr(of_host, ==, own);

        spec->host_name = g_strdup("www.example.org");
        g_autofree char *asked = mount_etc_host_name(spec, &pasta),
                        *asked_of_host = mount_etc_host_name(spec, &host);
        g_assert_cmpstr(asked, ==, "www.example.org");
        g_assert_cmpstr(asked_of_host, ==, "www.example.org");
}

static void host_name_fits_the_kernel(void) {
        g_autofree char *long_name = g_strnfill(100, 'x');
        g_autoptr(ContainerSpec) spec = named(long_name);
        g_autofree char *name = mount_etc_host_name(spec, &none);

        g_assert_cmpuint(strlen(name), ==, 64);
}

static void hosts_names_the_container_and_the_host(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        g_autofree char *text = mount_etc_print_hosts(spec, &pasta, "web");
        g_autofree char *other = mount_etc_print_hosts(spec, &pasta, "www.example.org");
        g_autofree char *alone = mount_etc_print_hosts(spec, &none, "web");

        g_assert_true(has_line(text, "127.0.0.1\tlocalhost"));
        g_assert_true(has_line(text, "10.0.2.15\tweb"));
        g_assert_true(has_line(text, "192.168.1.5\thost.containers.internal host.docker.internal"));
        g_assert_true(has_line(other, "10.0.2.15\twww.example.org web"));
        g_assert_true(has_line(alone, "127.0.0.1\tweb"));
        g_assert_null(strstr(alone, "host.containers.internal"));
        g_assert_true(g_str_has_suffix(text, "\n"));
}

static void hosts_has_what_the_user_adds(void) {
        g_autoptr(ContainerSpec) spec = named("web");

        add(spec->hosts, "db:10.1.2.3");
        add(spec->hosts, "a;b:10.1.2.4");
        add(spec->hosts, "six:2001:db8::1");
        add(spec->hosts, "me:host-gateway");
        g_autofree char *text = mount_etc_print_hosts(spec, &pasta, "web");
        g_assert_true(has_line(text, "10.1.2.3\tdb"));
        g_assert_true(has_line(text, "10.1.2.4\ta b"));
        g_assert_true(has_line(text, "2001:db8::1\tsix"));
        g_assert_true(has_line(text, "192.168.1.5\thost.containers.internal host.docker.internal me"));

        g_autofree char *without = mount_etc_print_hosts(spec, &none, "web");
        g_assert_null(strstr(without, "host-gateway"));
        g_assert_null(strstr(without, "\tme"));
}

/* So that its supervisor can write any other address over it. */
static void hosts_has_room_for_another_address_of_the_host(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        Network network = pasta;

        network.follows_host = true;
        g_autofree char *known = mount_etc_print_hosts(spec, &network, "web");
        g_assert_true(has_line(known, "192.168.1.5    \thost.containers.internal host.docker.internal"));
        network.host_address = NULL;
        g_autofree char *unknown = mount_etc_print_hosts(spec, &network, "web");
        g_assert_true(has_line(unknown, "#              \thost.containers.internal host.docker.internal"));
}

/* Who shares a network has the names of whose it is, and its own ones beside them. */
static void hosts_of_another_are_extended(void) {
        g_autoptr(ContainerSpec) spec = named("member");
        const char *theirs =
                "127.0.0.1\tlocalhost\n192.168.1.5    \thost.containers.internal host.docker.internal tor\n"
                "10.1.2.3\tdb\n";

        add(spec->hosts, "own:10.1.2.4");
        add(spec->hosts, "gate;way:host-gateway");
        g_autofree char *text = mount_etc_extend_hosts(theirs, spec, "pod");
        g_assert_cmpstr(text, ==,
                        "127.0.0.1\tlocalhost\n"
                        "192.168.1.5    \thost.containers.internal host.docker.internal tor gate way\n"
                        "10.1.2.3\tdb\n127.0.0.1\tpod member\n10.1.2.4\town\n");
        g_autofree char *without = mount_etc_extend_hosts("127.0.0.1\tlocalhost\n", spec, "pod");
        g_assert_cmpstr(without, ==, "127.0.0.1\tlocalhost\n127.0.0.1\tpod member\n10.1.2.4\town\n");
}

/* The grammar takes an IPv6 address in brackets; hosts(5) does not know them. */
static void hosts_has_no_brackets(void) {
        g_autoptr(ContainerSpec) spec = named("web");

        add(spec->hosts, "six:[2001:db8::1]");
        g_autofree char *text = mount_etc_print_hosts(spec, &pasta, "web");
        if (!has_line(text, "2001:db8::1\tsix"))
                g_test_incomplete("the address keeps its brackets, which no resolver reads");
}

#define HOST_TEXT                                                                                           \
        "# by somebody\nnameserver 192.168.1.1\nnameserver 127.0.0.53\nsearch lan\noptions edns0\nsortlist x\n"

static void resolv_conf_is_the_hosts(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        g_autofree char *text = mount_etc_print_resolv_conf(spec, &pasta, HOST_TEXT);

        g_assert_cmpstr(text, ==,
                        "nameserver 192.168.1.1\nnameserver 127.0.0.53\nsearch lan\noptions edns0\n");
}

static void resolv_conf_goes_through_pasta_for_loopback_resolvers(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        Network network = pasta;

        network.dns_address = "10.0.2.3"; /* pasta:--dns-forward */
        g_autofree char *chosen = mount_etc_print_resolv_conf(spec, &network, HOST_TEXT);
        g_assert_cmpstr(chosen, ==, "nameserver 10.0.2.3\nsearch lan\noptions edns0\n");
        network.stub_of = (char *) "127.0.0.53";
        g_autofree char *text = mount_etc_print_resolv_conf(spec, &network, HOST_TEXT "nameserver ::1\n");
        g_assert_cmpstr(text, ==,
                        "nameserver 192.168.1.1\nnameserver 10.0.2.3\nsearch lan\noptions edns0\n");
        network.stub_of = NULL;
        network.kind = NETWORK_HOST;
        g_autofree char *of_host = mount_etc_print_resolv_conf(spec, &network, HOST_TEXT);
        g_assert_true(has_line(of_host, "nameserver 127.0.0.53"));
        g_assert_null(strstr(of_host, "10.0.2.3"));
}

static void resolv_conf_has_what_the_user_says_instead(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        Network network = pasta;

        network.dns_address = "10.0.2.3";
        add(spec->dns, "9.9.9.9");
        add(spec->dns, "1.1.1.1");
        add(spec->dns_search, "example.org");
        add(spec->dns_search, "example.net");
        add(spec->dns_options, "ndots:2");
        g_autofree char *text = mount_etc_print_resolv_conf(spec, &network, HOST_TEXT);
        g_assert_cmpstr(
                text, ==,
                "nameserver 9.9.9.9\nnameserver 1.1.1.1\nsearch example.org example.net\noptions ndots:2\n");
}

static void resolv_conf_is_empty_without_a_network(void) {
        g_autoptr(ContainerSpec) spec = named("web");
        g_autofree char *text = mount_etc_print_resolv_conf(spec, &none, HOST_TEXT);

        g_assert_cmpstr(text, ==, "");
}

static void write_makes_files_that_everybody_reads(Scratch *scratch, gconstpointer data) {
        static const char *const names[] = {"hosts", "hostname", "resolv.conf"};
        g_autoptr(ContainerSpec) spec = named("web");
        g_autoptr(GError) error = NULL;
        Run run = {.spec = spec, .session = {.container_dir = scratch->path}, .network = pasta};

        scratch_write(
                scratch, "hosts",
                "what an earlier life left, which is longer than what comes now: xxxxxxxxxxxxxxxxxxxx"
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        mode_t before = umask(077);
        g_assert_true(mount_etc_write(&run, &error));
        umask(before);
        g_assert_no_error(error);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                struct stat status;
                g_assert_cmpint(fstatat(scratch->fd, names[i], &status, 0), ==, 0);
                g_assert_cmpint(status.st_mode & 07777, ==, 0644);
        }
        g_autofree char *hosts = scratch_read(scratch, "hosts"), *name = scratch_read(scratch, "hostname");
        g_assert_true(has_line(hosts, "10.0.2.15\tweb"));
        g_assert_null(strstr(hosts, "xxx"));
        g_assert_cmpstr(name, ==, "web\n");
}

static void write_refuses_a_name_of_a_host_that_is_not_reached(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerSpec) spec = named("web");
        g_autoptr(GError) error = NULL;
        Run run = {.spec = spec, .session = {.container_dir = scratch->path}, .network = none};

        add(spec->hosts, "gate:host-gateway");
        g_assert_false(mount_etc_write(&run, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED);
        g_assert_true(g_str_has_prefix(error->message, "AddHost=gate:host-gateway: "));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/mount-etc/host-name/is-the-containers-own", host_name_is_the_containers_own);
        g_test_add_func("/mount-etc/host-name/fits-the-kernel", host_name_fits_the_kernel);
        g_test_add_func("/mount-etc/hosts/names-the-container-and-the-host",
                        hosts_names_the_container_and_the_host);
        g_test_add_func("/mount-etc/hosts/has-what-the-user-adds", hosts_has_what_the_user_adds);
        g_test_add_func("/mount-etc/hosts/has-no-brackets", hosts_has_no_brackets);
        g_test_add_func("/mount-etc/resolv-conf/is-the-hosts", resolv_conf_is_the_hosts);
        g_test_add_func("/mount-etc/resolv-conf/goes-through-pasta-for-loopback-resolvers",
                        resolv_conf_goes_through_pasta_for_loopback_resolvers);
        g_test_add_func("/mount-etc/resolv-conf/has-what-the-user-says-instead",
                        resolv_conf_has_what_the_user_says_instead);
        g_test_add_func("/mount-etc/resolv-conf/is-empty-without-a-network",
                        resolv_conf_is_empty_without_a_network);
        scratch_test_add("/mount-etc/write/makes-files-that-everybody-reads",
                         write_makes_files_that_everybody_reads);
        g_test_add_func("/mount-etc/hosts/has-room-for-another-address-of-the-host",
                        hosts_has_room_for_another_address_of_the_host);
        g_test_add_func("/mount-etc/hosts/of-another-are-extended", hosts_of_another_are_extended);
        scratch_test_add("/mount-etc/write/refuses-a-name-of-a-host-that-is-not-reached",
                         write_refuses_a_name_of_a_host_that_is_not_reached);
        return g_test_run();
}
