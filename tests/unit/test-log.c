/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a terminal gets to read, and what arrives at the journal's socket, which is ours in a mount namespace. */

#include "base/log.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/message-ids.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

typedef void (*Speech)(void);

static void say(void) {
        log_entry(LOG_ERR, "bad", "WOLFFIA_KEY", "Image", NULL);
        log_entry(LOG_INFO, "note", NULL);
        log_entry(LOG_DEBUG, "detail", NULL);
}

/* What a program with this environment prints to standard error. Log keeps its settings, so it is a child's. */
static char *listen_to(Speech speech, const char *level, const char *target, bool journal_stream) {
        int fds[2];

        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        pid_t child = fork();
        if (child == 0) {
                struct stat status;
                dup2(fds[1], STDERR_FILENO);
                fstat(STDERR_FILENO, &status);
                g_autofree char *stream =
                        g_strdup_printf("%ju:%ju", (uintmax_t) status.st_dev, (uintmax_t) status.st_ino);
                g_setenv("JOURNAL_STREAM", journal_stream ? stream : "1:1", TRUE);
                g_unsetenv("WOLFFIA_LOG_LEVEL");
                g_unsetenv("WOLFFIA_LOG_TARGET");
                if (level)
                        g_setenv("WOLFFIA_LOG_LEVEL", level, TRUE);
                if (target)
                        g_setenv("WOLFFIA_LOG_TARGET", target, TRUE);
                log_open("wolffia-test");
                speech();
                _exit(0);
        }
        close(fds[1]);
        GString *text = g_string_new(NULL);
        char buffer[512];
        for (ssize_t n; (n = read(fds[0], buffer, sizeof buffer)) > 0;)
                g_string_append_len(text, buffer, n);
        close(fds[0]);
        return g_string_free(text, FALSE);
}

static void assert_prints(const char *level, const char *target, bool journal_stream, const char *expected) {
        g_autofree char *printed = listen_to(say, level, target, journal_stream);

        g_assert_cmpstr(printed, ==, expected);
}

static void the_level_is_chosen_by_the_environment(void) {
        assert_prints(NULL, NULL, false, "bad\nnote\n");
        assert_prints("debug", NULL, false, "bad\nnote\ndetail\n");
        assert_prints("err", NULL, false, "bad\n");
        assert_prints("crit", NULL, false, "");
        /* A slip in a debugging variable must not silence errors. */
        assert_prints("verbose", NULL, false, "bad\nnote\n");
}

static void stderr_has_priorities_under_systemd_only(void) {
        assert_prints(NULL, "stderr", false, "bad\nnote\n");
        assert_prints(NULL, "stderr", true, "<3>bad\n<6>note\n");
}

static void say_hostile_things(void) {
        log_entry(LOG_NOTICE, "the user '\033[2J\r\xc2\x9b\xff' of the image\n\tis nobody", NULL);
}

static void a_terminal_gets_no_commands(void) {
        g_autofree char *printed = listen_to(say_hostile_things, NULL, "stderr", false);

        g_assert_cmpstr(printed, ==, "the user '?[2J??\357\277\275' of the image\n\tis nobody\n");
}

/* ---- the journal ---- */

typedef struct Journal {
        const char *target;
        bool is_stream;
        const char *expected_stderr;
} Journal;

static void say_with_fields(void) {
        log_entry(LOG_WARNING, "one\ntwo", "MESSAGE_ID", MESSAGE_SOURCE_NOTED, "USER_UNIT", "web.service",
                  "WOLFFIA_FILE", NULL, "WOLFFIA_KEY", "Volume", NULL);
}

static bool expect_field(const char *datagram, size_t size, const char *field) {
        return memmem(datagram, size, field, strlen(field)) != NULL;
}

static bool check_datagram(const char *datagram, size_t size, GError **error) {
        static const char *const expected[] = {
                "\nPRIORITY=4\n",
                "\nSYSLOG_IDENTIFIER=wolffia-test\n",
                "\nMESSAGE_ID=" MESSAGE_SOURCE_NOTED "\n",
                "\nUSER_UNIT=web.service\n",
                "\nWOLFFIA_KEY=Volume\n",
                "\nCODE_FUNC=say_with_fields\n",
                /* A value of several lines has its length in front (systemd.io/JOURNAL_NATIVE_PROTOCOL). */
                "MESSAGE\n\7\0\0\0\0\0\0\0one\ntwo\n",
        };

        for (size_t i = 0; i + 1 < G_N_ELEMENTS(expected); i++)
                if (!expect_field(datagram, size, expected[i]))
                        return fail(error, WOLFFIA_ERROR_VALUE, "there is no %s", expected[i]);
        if (!memmem(datagram, size, expected[G_N_ELEMENTS(expected) - 1], 8 + 8 + 8))
                return fail(error, WOLFFIA_ERROR_VALUE, "the message is not there");
        if (expect_field(datagram, size, "WOLFFIA_FILE"))
                return fail(error, WOLFFIA_ERROR_VALUE, "a field without a value is there");
        return true;
}

static bool open_journal(int *ret_fd, GError **error) {
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0 ||
            g_mkdir_with_parents("/run/systemd/journal", 0755) < 0)
                return fail_errno(error, errno, "Cannot replace /run");
        if (!ret_fd)
                return true;
        *ret_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (*ret_fd < 0 || bind(*ret_fd, (struct sockaddr *) &address, sizeof address) < 0)
                return fail_errno(error, errno, "Cannot play the journal");
        return true;
}

static bool receive_entry(void *data, GError **error) {
        const Journal *journal = data;
        char datagram[4096];

        autofd int fd = -1;
        if (!open_journal(&fd, error))
                return false;
        g_autofree char *printed = listen_to(say_with_fields, NULL, journal->target, journal->is_stream);
        ssize_t size = recv(fd, datagram, sizeof datagram, MSG_DONTWAIT);
        if (!g_str_equal(printed, journal->expected_stderr))
                return fail(error, WOLFFIA_ERROR_VALUE, "standard error got '%s'", printed);
        if (*journal->expected_stderr)
                return size < 0 || fail(error, WOLFFIA_ERROR_VALUE, "the journal got it too");
        if (size < 0)
                return fail_errno(error, errno, "The journal got nothing");
        return check_datagram(datagram, (size_t) size, error);
}

static void entries_arrive_with_their_fields(void) {
        mapped_run_single(receive_entry, &(Journal){"journal", false, ""});
        mapped_run_single(receive_entry, &(Journal){NULL, true, ""});
}

static void stderr_is_kept_where_it_is_no_journal(void) {
        mapped_run_single(receive_entry, &(Journal){NULL, false, "one\ntwo\n"});
        mapped_run_single(receive_entry, &(Journal){"stderr", false, "one\ntwo\n"});
}

/* Longer than any datagram may be, and with lines. */
#define LONG_LENGTH (4 << 20)

static void say_much(void) {
        g_autofree char *message = g_strnfill(LONG_LENGTH, 'x');

        message[1] = '\n';
        log_entry(LOG_WARNING, message, "WOLFFIA_KEY", "Volume", NULL);
}

static bool receive_file(int fd, int *ret_file_fd, GError **error) {
        union {
                struct cmsghdr header;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
        struct msghdr message = {.msg_control = control.bytes, .msg_controllen = sizeof control.bytes};

        if (recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
                return fail_errno(error, errno, "The journal got nothing");
        if (!CMSG_FIRSTHDR(&message) || CMSG_FIRSTHDR(&message)->cmsg_type != SCM_RIGHTS)
                return fail(error, WOLFFIA_ERROR_VALUE, "there is no file");
        memcpy(ret_file_fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof *ret_file_fd);
        return true;
}

static bool receive_long_entry(void *data, GError **error) {
        g_autofree char *entry = g_malloc0(LONG_LENGTH + 4096);
        autofd int fd = -1, file_fd = -1;

        if (!open_journal(&fd, error))
                return false;
        g_autofree char *printed = listen_to(say_much, NULL, "journal", false);
        if (!receive_file(fd, &file_fd, error))
                return false;
        ssize_t size = pread(file_fd, entry, LONG_LENGTH + 4096, 0);
        if (size < LONG_LENGTH || !expect_field(entry, (size_t) size, "\nWOLFFIA_KEY=Volume\n") ||
            memcmp(entry, "MESSAGE\n\0\0\100\0\0\0\0\0x\nx", 8 + 8 + 3) != 0 || *printed)
                return fail(error, WOLFFIA_ERROR_VALUE, "the entry is not there");
        /* journald takes nothing that can change while it reads. */
        return (fcntl(file_fd, F_GET_SEALS) & F_SEAL_WRITE) != 0 ||
               fail(error, WOLFFIA_ERROR_VALUE, "the file can be changed");
}

static void long_entries_arrive(void) {
        mapped_run_single(receive_long_entry, NULL);
}

static bool speak_without_journal(void *data, GError **error) {
        if (!open_journal(NULL, error))
                return false;
        g_autofree char *printed = listen_to(say_with_fields, NULL, "journal", false);
        return g_str_equal(printed, "one\ntwo\n") ||
               fail(error, WOLFFIA_ERROR_VALUE, "standard error got '%s'", printed);
}

static void nothing_is_lost_without_a_journal(void) {
        mapped_run_single(speak_without_journal, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/log/level/is-chosen-by-the-environment", the_level_is_chosen_by_the_environment);
        g_test_add_func("/log/stderr/has-priorities-under-systemd-only",
                        stderr_has_priorities_under_systemd_only);
        g_test_add_func("/log/stderr/is-kept-where-it-is-no-journal", stderr_is_kept_where_it_is_no_journal);
        g_test_add_func("/log/journal/gets-entries-with-their-fields", entries_arrive_with_their_fields);
        g_test_add_func("/log/journal/long-entries-arrive", long_entries_arrive);
        g_test_add_func("/log/journal/loses-nothing-when-it-is-not-there",
                        nothing_is_lost_without_a_journal);
        g_test_add_func("/log/a-terminal-gets-no-commands", a_terminal_gets_no_commands);
        return g_test_run();
}
