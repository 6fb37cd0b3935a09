/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container's resolv.conf becomes when that which it follows changes. */

#include "runner/supervisor-names.h"

#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN "search own\n"

/* The file begins with a line of its own. Caller closes the descriptor. */
static SupervisorNames follow(const Scratch *scratch, char *source, int kept) {
        struct stat status;

        scratch_write(scratch, "resolv.conf", OWN "nameserver 192.0.2.1\n");
        SupervisorNames names = {
                .head = sizeof OWN - 1, .kept = kept, .source = source, .folder_fds = {-1, -1}};
        names.fd = openat(scratch->fd, "resolv.conf", O_RDWR | O_CLOEXEC);
        g_assert_cmpint(fstat(names.fd, &status), ==, 0);
        names.time = (int) status.st_mtim.tv_nsec;
        return names;
}

static void assert_becomes(const Scratch *scratch, int kept, const char *of_host, const char *expected) {
        g_autofree char *source = scratch_path(scratch, "of-host");
        SupervisorNames names = follow(scratch, source, kept);

        scratch_write(scratch, "of-host", of_host);
        supervisor_names_refresh(&names);
        g_autofree char *text = scratch_read(scratch, "resolv.conf");
        g_assert_cmpstr(text, ==, expected);
        close(names.fd);
}

static void longer_and_shorter_texts_fit(Scratch *scratch, gconstpointer data) {
        assert_becomes(scratch, SUPERVISOR_NAMES_SERVERS,
                       "# by somebody\nnameserver 192.0.2.2\nsearch lan\nnameserver 2001:db8::2",
                       OWN "nameserver 192.0.2.2\nnameserver 2001:db8::2\n");
        assert_becomes(scratch, SUPERVISOR_NAMES_SERVERS, "nameserver ::2\n", OWN "nameserver ::2\n");
        assert_becomes(scratch, SUPERVISOR_NAMES_OPTIONS, "nameserver 192.0.2.2\n", OWN);
        assert_becomes(scratch, SUPERVISOR_NAMES_OPTIONS | SUPERVISOR_NAMES_SEARCH,
                       "nameserver 192.0.2.2\ndomain lan\noptions edns0\n",
                       OWN "domain lan\noptions edns0\n");
}

static void a_text_without_a_server_changes_nothing(Scratch *scratch, gconstpointer data) {
        static const char before[] = OWN "nameserver 192.0.2.1\n";

        assert_becomes(scratch, SUPERVISOR_NAMES_SERVERS, "", before);
        assert_becomes(scratch, SUPERVISOR_NAMES_SERVERS, "nameserver 127.0.0.53\nnameserver ::1\n", before);
        assert_becomes(scratch, SUPERVISOR_NAMES_SERVERS | SUPERVISOR_NAMES_LOOPBACK,
                       "nameserver 127.0.0.53\n", OWN "nameserver 127.0.0.53\n");
}

static void a_server_on_the_loopback_is_reached_by_its_stub(Scratch *scratch, gconstpointer data) {
        g_autofree char *source = scratch_path(scratch, "of-host");
        SupervisorNames names = follow(scratch, source, SUPERVISOR_NAMES_SERVERS);
        static const char *const texts[][2] = {
                {"nameserver 192.0.2.2\n", OWN "nameserver 192.0.2.2\n"},
                {"nameserver ::1\nnameserver\t127.0.0.1", OWN "nameserver 10.213.2.3\n"},
                {"nameserver 127.0.0.1 \nnameserver 192.0.2.2\n",
                 OWN "nameserver 10.213.2.3\nnameserver 192.0.2.2\n"},
                /* another than that which it stands for, or whose address only begins so */
                {"nameserver 127.0.0.53\nnameserver 127.0.0.\nnameserver 192.0.2.3\n",
                 OWN "nameserver 192.0.2.3\n"},
        };

        names.stub = "127.0.0.1=10.213.2.3";
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                scratch_write(scratch, "of-host", texts[i][0]);
                supervisor_names_refresh(&names);
                g_autofree char *text = scratch_read(scratch, "resolv.conf");
                g_assert_cmpstr(text, ==, texts[i][1]);
        }
        close(names.fd);
}

static void a_text_that_is_too_long_changes_nothing(Scratch *scratch, gconstpointer data) {
        g_autofree char *comment = g_strnfill(5000, '#');
        g_autofree char *text = g_strconcat("nameserver 192.0.2.2\n", comment, "\n", NULL);

        assert_becomes(scratch, SUPERVISOR_NAMES_SERVERS, text, OWN "nameserver 192.0.2.1\n");
}

static void what_somebody_else_wrote_stays(Scratch *scratch, gconstpointer data) {
        g_autofree char *source = scratch_path(scratch, "of-host");
        SupervisorNames names = follow(scratch, source, SUPERVISOR_NAMES_SERVERS);
        const struct timespec later[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1, .tv_nsec = 2}};

        scratch_write(scratch, "of-host", "nameserver 192.0.2.2\n");
        g_assert_cmpint(futimens(names.fd, later), ==, 0);
        supervisor_names_refresh(&names);
        g_autofree char *text = scratch_read(scratch, "resolv.conf");
        g_assert_cmpstr(text, ==, OWN "nameserver 192.0.2.1\n");
        close(names.fd);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/supervisor-names/longer-and-shorter-texts-fit", longer_and_shorter_texts_fit);
        scratch_test_add("/supervisor-names/a-text-without-a-server-changes-nothing",
                         a_text_without_a_server_changes_nothing);
        scratch_test_add("/supervisor-names/a-server-on-the-loopback-is-reached-by-its-stub",
                         a_server_on_the_loopback_is_reached_by_its_stub);
        scratch_test_add("/supervisor-names/a-text-that-is-too-long-changes-nothing",
                         a_text_that_is_too_long_changes_nothing);
        scratch_test_add("/supervisor-names/what-somebody-else-wrote-stays", what_somebody_else_wrote_stays);
        return g_test_run();
}
