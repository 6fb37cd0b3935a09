/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runtime folder: taken when it is the user's, refused with the reason when it is not. */

#include "runner/session.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static void set_environment(const char *runtime_dir, const char *given) {
        if (runtime_dir)
                g_setenv("XDG_RUNTIME_DIR", runtime_dir, TRUE);
        else
                g_unsetenv("XDG_RUNTIME_DIR");
        if (given)
                g_setenv("RUNTIME_DIRECTORY", given, TRUE);
        else
                g_unsetenv("RUNTIME_DIRECTORY");
}

static void the_folder_is_named_below_the_runtime_folder(Scratch *scratch, gconstpointer data) {
        g_autofree char *expected = scratch_path(scratch, "wolffia/web");
        g_autoptr(GError) error = NULL;
        Session session = {0};

        g_assert_cmpint(fchmod(scratch->fd, 0700), ==, 0);
        set_environment(scratch->path, NULL);
        g_assert_true(session_find("web", &session, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(session.runtime_dir, ==, scratch->path);
        g_assert_cmpstr(session.container_dir, ==, expected);
        g_assert_true(session.owns_container_dir);
        g_assert_null(session.bus_path);
        g_assert_cmpint(access(expected, F_OK), ==, -1); /* that takes the container's lock */
        session_clear(&session);
        g_assert_null(session.runtime_dir);
        session_clear(&session);
}

static void the_units_folder_is_taken(Scratch *scratch, gconstpointer data) {
        g_autofree char *first = scratch_path(scratch, "first"), *second = scratch_path(scratch, "second");
        g_autofree char *list = g_strconcat(first, ":", second, NULL);
        Session session = {0};

        g_assert_cmpint(fchmod(scratch->fd, 0700), ==, 0);
        set_environment(scratch->path, list);
        g_assert_true(session_find("web", &session, NULL));
        g_assert_cmpstr(session.container_dir, ==, first);
        g_assert_false(session.owns_container_dir);
        session_clear(&session);
}

static void assert_refused(const char *runtime_dir, const char *word) {
        g_autoptr(GError) error = NULL;
        Session session = {0};

        set_environment(runtime_dir, NULL);
        g_assert_false(session_find("web", &session, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, word));
        g_assert_nonnull(strstr(error->message, runtime_dir));
        g_assert_null(session.runtime_dir);
}

static void a_folder_of_others_is_refused(Scratch *scratch, gconstpointer data) {
        if (geteuid() != 0) {
                assert_refused("/", "belongs to user 0");
                return;
        }
        g_assert_cmpint(fchown(scratch->fd, 1234, 1234), ==, 0);
        g_assert_cmpint(fchmod(scratch->fd, 0700), ==, 0);
        assert_refused(scratch->path, "belongs to user 1234");
}

static void a_folder_that_others_write_is_refused(Scratch *scratch, gconstpointer data) {
        static const mode_t modes[] = {0777, 0770, 01777, 0702};

        for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
                g_assert_cmpint(fchmod(scratch->fd, modes[i]), ==, 0);
                assert_refused(scratch->path, "chmod 700");
        }
}

static void what_is_no_folder_is_refused(Scratch *scratch, gconstpointer data) {
        g_autofree char *file = scratch_path(scratch, "file"), *missing = scratch_path(scratch, "missing");

        scratch_write(scratch, "file", "x");
        assert_refused(file, "not a folder");
        assert_refused(missing, "No such file");
}

/* ---- unset: what pam_systemd would have said ---- */

static bool find_unset(Session *ret_session, GError **refusal, GError **error) {
        if (!mapped_unshare_mounts(error))
                return false;
        if (mount("tmpfs", "/run", "tmpfs", 0, "mode=755") < 0)
                return fail_errno(error, errno, "Cannot replace /run");
        if (mkdir("/run/user", 0755) < 0)
                return fail_errno(error, errno, "Cannot make /run/user");
        if (!refusal && mkdir("/run/user/0", 0700) < 0)
                return fail_errno(error, errno, "Cannot make /run/user/0");
        set_environment(NULL, NULL);
        return session_find("web", ret_session, refusal ? refusal : error) || refusal;
}

static bool work_usual(void *data, GError **error) {
        Session session = {0};

        if (!find_unset(&session, NULL, error))
                return false;
        return g_str_equal(session.container_dir, "/run/user/0/wolffia/web") ||
               fail(error, WOLFFIA_ERROR_VALUE, "it is %s", session.container_dir);
}

static bool work_none(void *data, GError **error) {
        Session session = {0};
        g_autoptr(GError) refusal = NULL;

        if (!find_unset(&session, &refusal, error))
                return false;
        /* Which cause is named depends on the machine: session-explain's own test knows all. */
        if (!refusal || !strstr(refusal->message, "There is no runtime folder"))
                return fail(error, WOLFFIA_ERROR_VALUE, "the reason is: %s",
                            refusal ? refusal->message : "none");
        return g_error_matches(refusal, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED) ||
               fail(error, WOLFFIA_ERROR_VALUE, "another code");
}

static void unset_means_the_usual_place(void) {
        mapped_run_single(work_usual, NULL);
}

static void unset_and_nothing_there_is_explained(void) {
        mapped_run_single(work_none, NULL);
}

/* ---- bus and lingering ---- */

static void the_bus_is_a_socket(Scratch *scratch, gconstpointer data) {
        g_autofree char *path = scratch_path(scratch, "bus");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        Session session = {0};

        g_assert_cmpint(fchmod(scratch->fd, 0700), ==, 0);
        set_environment(scratch->path, NULL);
        scratch_write(scratch, "bus", "not a socket");
        g_assert_true(session_find("web", &session, NULL));
        g_assert_null(session.bus_path);
        session_clear(&session);

        g_assert_cmpint(unlink(path), ==, 0);
        strcpy(address.sun_path, path);
        autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
        g_assert_true(session_find("web", &session, NULL));
        g_assert_cmpstr(session.bus_path, ==, path);
        session_clear(&session);
}

static bool work_linger(void *data, GError **error) {
        Session session = {0};

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount("tmpfs", "/var/lib", "tmpfs", 0, NULL) < 0)
                return fail_errno(error, errno, "Cannot replace /var/lib");
        set_environment(data, NULL);
        if (!session_find("web", &session, error))
                return false;
        if (session.is_lingering)
                return fail(error, WOLFFIA_ERROR_VALUE, "lingers without a file");
        if (g_mkdir_with_parents("/var/lib/systemd/linger/root", 0755) < 0)
                return fail_errno(error, errno, "Cannot make the file");
        if (!session_find("web", &session, error))
                return false;
        return session.is_lingering || fail(error, WOLFFIA_ERROR_VALUE, "does not linger with the file");
}

static void lingering_is_what_logind_says(Scratch *scratch, gconstpointer data) {
        g_assert_cmpint(fchmod(scratch->fd, 0700), ==, 0);
        mapped_run_single(work_linger, scratch->path);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_setenv("LC_ALL", "C", TRUE);
        scratch_test_add("/session/find/names-a-folder-below-the-runtime-folder",
                         the_folder_is_named_below_the_runtime_folder);
        scratch_test_add("/session/find/takes-the-units-folder", the_units_folder_is_taken);
        scratch_test_add("/session/find/refuses-a-folder-of-others", a_folder_of_others_is_refused);
        scratch_test_add("/session/find/refuses-a-folder-that-others-write",
                         a_folder_that_others_write_is_refused);
        scratch_test_add("/session/find/refuses-what-is-no-folder", what_is_no_folder_is_refused);
        g_test_add_func("/session/find/takes-the-usual-place-when-unset", unset_means_the_usual_place);
        g_test_add_func("/session/find/explains-when-nothing-is-there",
                        unset_and_nothing_there_is_explained);
        scratch_test_add("/session/find/takes-a-socket-for-the-bus", the_bus_is_a_socket);
        scratch_test_add("/session/find/knows-lingering-from-logind", lingering_is_what_logind_says);
        return g_test_run();
}
