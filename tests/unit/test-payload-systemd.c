/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of a systemd by looking at its name and its units; the rest is tests/machine/cases/test_systemd.py. */

#include "runner/payload-systemd.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYS_ADMIN (G_GUINT64_CONSTANT(1) << CAP_SYS_ADMIN)

static bool is_wanted(const char *mode, const char *program) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GPtrArray) words = g_ptr_array_new();

        spec->systemd = g_strdup(mode);
        g_ptr_array_add(words, (char *) program);
        g_ptr_array_add(words, NULL);
        return payload_systemd_is_wanted(spec, words);
}

static void is_found_by_the_command(void) {
        static const char *const known[] = {
                "/sbin/init",           "/usr/sbin/init",           "/usr/local/sbin/init",
                "/lib/systemd/systemd", "/usr/lib/systemd/systemd", "systemd"};
        static const char *const others[] = {"/init",       "init",           "/bin/sh",
                                             "systemd-run", "/opt/mysystemd", ""};

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
                g_assert_true(is_wanted(NULL, known[i]));
                g_assert_true(is_wanted("true", known[i]));
                g_assert_false(is_wanted("false", known[i]));
        }
        for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
                g_assert_false(is_wanted(NULL, others[i]));
                g_assert_true(is_wanted("always", others[i]));
        }
}

static void the_id_is_stable_and_a_uuid(void) {
        g_autofree char *one = payload_systemd_print_uuid("aa", "web"),
                        *again = payload_systemd_print_uuid("aa", "web"),
                        *other = payload_systemd_print_uuid("aa", "db"),
                        *there = payload_systemd_print_uuid("bb", "web");

        g_assert_cmpstr(one, ==, again);
        g_assert_cmpstr(one, !=, other);
        g_assert_cmpstr(one, !=, there);
        g_assert_cmpuint(strlen(one), ==, 32);
        g_assert_cmpint(one[12], ==, '4');
        g_assert_nonnull(strchr("89ab", one[16]));
        g_assert_cmpuint(strspn(one, "0123456789abcdef"), ==, 32);
}

static void reads_versions_of_distributions(void) {
        g_assert_cmpuint(payload_systemd_parse_version("libsystemd-shared-252.so"), ==, 252);
        g_assert_cmpuint(payload_systemd_parse_version("libsystemd-shared-255.4-1.fc40.so"), ==, 255);
        g_assert_cmpuint(payload_systemd_parse_version("libsystemd-shared-239.so"), ==, 239);
        g_assert_cmpuint(payload_systemd_parse_version("libsystemd-shared-.so"), ==, 0);
        g_assert_cmpuint(payload_systemd_parse_version("libsystemd-core-257.so"), ==, 0);
        g_assert_cmpuint(payload_systemd_parse_version("libsystemd-shared-257"), ==, 0);
}

static void expect_dropin(guint version, guint64 capabilities, bool all, const char *options) {
        g_autofree char *names = NULL,
                        *text = payload_systemd_print_dropin(version, capabilities, all, &names);

        g_assert_cmpstr(text ? names : NULL, ==, options);
        g_assert_true(!text || strstr(text, "\n[Service]\n"));
}

static void each_version_gets_what_it_needs(void) {
        expect_dropin(219, 0, false, "PrivateNetwork=");
        expect_dropin(241, 0, false, "PrivateNetwork=, PrivateUsers=");
        expect_dropin(244, 0, false, "PrivateNetwork=, PrivateUsers=");
        expect_dropin(245, 0, false, "PrivateUsers=");
        expect_dropin(257, 0, false, "PrivatePIDs=, PrivateUsers=");
        expect_dropin(257, SYS_ADMIN, false, NULL);
        expect_dropin(257, SYS_ADMIN, true, "PrivateNetwork=, PrivatePIDs=, PrivateUsers=");
}

static void an_option_is_on_when_its_last_line_says_so(void) {
        g_assert_true(payload_systemd_has_option("[Service]\nDynamicUser=yes\n", "DynamicUser"));
        g_assert_true(payload_systemd_has_option("[Service]\nDynamicUser= true", "DynamicUser"));
        g_assert_true(payload_systemd_has_option("PrivateUsers=self\n", "PrivateUsers"));
        g_assert_false(payload_systemd_has_option("DynamicUser=yes\nDynamicUser=no\n", "DynamicUser"));
        g_assert_false(payload_systemd_has_option("#DynamicUser=yes\nXDynamicUser=yes\n", "DynamicUser"));
        g_assert_false(payload_systemd_has_option("DynamicUserX=yes\n", "DynamicUser"));
}

static void only_newer_ones_get_more_capabilities(void) {
        g_autoptr(GPtrArray) dropped = g_ptr_array_new();

        g_assert_cmphex(payload_systemd_more_capabilities(252, dropped), ==, 0);
        g_assert_cmphex(payload_systemd_more_capabilities(255, dropped), ==, SYS_ADMIN);
        g_ptr_array_add(dropped, (char *) "cap_sys_admin");
        g_assert_cmphex(payload_systemd_more_capabilities(257, dropped), ==, 0);
}

/* Relaxes the tree root/ and returns what the runner would be told; NULL: nothing. Caller frees. */
static char *relax(const Scratch *scratch, const char *mode, const char *capability) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GError) error = NULL;
        Sync runner = SYNC_NONE, child = SYNC_NONE;
        guint version;

        spec->private_network_override = g_strdup(mode);
        if (capability)
                g_ptr_array_add(spec->capabilities_added, g_strdup(capability));
        autofd int root_fd = openat(scratch->fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
        g_assert_true(sync_open(&runner, &error));
        child.child_fd = g_steal_fd(&runner.child_fd);
        g_assert_true(payload_systemd_relax(spec, root_fd, &child, &version, &error));
        g_assert_no_error(error);
        g_assert_true(sync_reach(&child, 1, &error));
        g_assert_true(sync_wait(&runner, 1, &error));
        char *note = runner.notes ? g_strdup(runner.notes->pdata[0]) : NULL;
        sync_close(&runner);
        sync_close(&child);
        return note;
}

static bool has(const Scratch *scratch, const char *path) {
        return faccessat(scratch->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

#define DROPINS "root/run/systemd/system/"

static void one_dropin_for_all_since_244(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "root/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so", "");
        scratch_write(scratch, "root/usr/lib/systemd/system/a.service", "[Service]\nPrivateUsers=yes\n");
        g_autofree char *note = relax(scratch, NULL, NULL),
                        *text = scratch_read(scratch, DROPINS "service.d/90-wolffia.conf");

        g_assert_nonnull(strstr(text, "[Service]\nPrivateUsers=no\n"));
        g_assert_nonnull(strstr(note, "(252)"));
        g_assert_nonnull(strstr(note, "PrivateUsers="));
        g_assert_false(has(scratch, DROPINS "a.service.d"));
}

static void one_per_service_before(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "root/lib/systemd/libsystemd-shared-241.so", "");
        scratch_write(scratch, "root/lib/systemd/system/a@.service", "[Service]\nPrivateNetwork=yes\n");
        scratch_write(scratch, "root/etc/systemd/system/b.service", "[Service]\nPrivateTmp=yes\n");
        g_autofree char *note = relax(scratch, NULL, NULL),
                        *text = scratch_read(scratch, DROPINS "a@.service.d/90-wolffia.conf");

        g_assert_nonnull(strstr(text, "PrivateNetwork=no\n"));
        g_assert_nonnull(note);
        g_assert_false(has(scratch, DROPINS "b.service.d"));
        g_assert_false(has(scratch, DROPINS "service.d"));
}

static void a_dynamic_user_becomes_nobody(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "root/usr/lib/systemd/libsystemd-shared-257.so", "");
        scratch_write(scratch, "root/etc/systemd/system/c.service", "[Service]\nDynamicUser=yes\nUser=c\n");
        g_autofree char *note = relax(scratch, "auto", NULL),
                        *text = scratch_read(scratch, DROPINS "c.service.d/zz-wolffia-user.conf");

        g_assert_nonnull(strstr(text, "DynamicUser=no\nUser=nobody\n"));
        g_assert_nonnull(strstr(note, "c.service"));
}

static void nothing_is_relaxed_that_need_not_be(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "root/usr/lib/systemd/libsystemd-shared-257.so", "");
        scratch_write(scratch, "root/etc/systemd/system/c.service", "[Service]\nDynamicUser=yes\n");
        g_autofree char *refused = relax(scratch, "no", NULL), *capable = relax(scratch, NULL, "SYS_ADMIN");

        g_assert_null(refused);
        g_assert_null(capable);
        g_assert_false(has(scratch, "root/run"));
}

static void a_hostile_image_is_not_followed(Scratch *scratch, gconstpointer data) {
        scratch_write(scratch, "outside", NULL);
        scratch_write(scratch, "secret", "[Service]\nDynamicUser=yes\n");
        scratch_write(scratch, "root/usr/lib/systemd/libsystemd-shared-257.so", "");
        scratch_link(scratch, "root/run", "../outside");
        scratch_write(scratch, "root/etc/systemd/system", NULL);
        scratch_link(scratch, "root/etc/systemd/system/x.service", "../../../../secret");
        g_autofree char *fifo = scratch_path(scratch, "root/etc/systemd/system/f.service");
        g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
        g_autofree char *note = relax(scratch, NULL, NULL);

        g_assert_null(strstr(note, "x.service"));
        g_assert_false(has(scratch, "outside/systemd"));
        g_assert_true(has(scratch, "root/outside/systemd/system/service.d/90-wolffia.conf"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/payload-systemd/is-wanted/is-found-by-the-command", is_found_by_the_command);
        g_test_add_func("/payload-systemd/print-uuid/is-stable", the_id_is_stable_and_a_uuid);
        g_test_add_func("/payload-systemd/parse-version/reads-those-of-distributions",
                        reads_versions_of_distributions);
        g_test_add_func("/payload-systemd/print-dropin/each-version-gets-what-it-needs",
                        each_version_gets_what_it_needs);
        g_test_add_func("/payload-systemd/has-option/the-last-line-counts",
                        an_option_is_on_when_its_last_line_says_so);
        g_test_add_func("/payload-systemd/more-capabilities/only-newer-ones",
                        only_newer_ones_get_more_capabilities);
        scratch_test_add("/payload-systemd/relax/one-dropin-for-all-since-244",
                         one_dropin_for_all_since_244);
        scratch_test_add("/payload-systemd/relax/one-per-service-before", one_per_service_before);
        scratch_test_add("/payload-systemd/relax/a-dynamic-user-becomes-nobody",
                         a_dynamic_user_becomes_nobody);
        scratch_test_add("/payload-systemd/relax/nothing-that-need-not-be",
                         nothing_is_relaxed_that_need_not_be);
        scratch_test_add("/payload-systemd/relax/a-hostile-image-is-not-followed",
                         a_hostile_image_is_not_followed);
        return g_test_run();
}
