/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests and messages arrive as they were sent, with their descriptors, and nothing more. */

#include "runner/exec-message.h"

#include "base/error.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void open_pair(int fds[2]) {
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
}

static void a_request_arrives_whole(void) {
        g_autoptr(ExecRequest) request = exec_request_new(), received = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *long_word = g_strnfill(1000000, 'x');
        int fds[2], files[3], from[2];
        char byte = 0;

        open_pair(fds);
        g_assert_cmpint(pipe(from), ==, 0);
        g_ptr_array_add(request->words, g_strdup("\xff not UTF-8"));
        g_ptr_array_add(request->words, g_strdup(""));
        g_ptr_array_add(request->words, g_steal_pointer(&long_word));
        g_ptr_array_add(request->environment, g_strdup("A=1"));
        request->user = g_strdup("app:app");
        request->is_detached = true;
        const int sent[3] = {from[0], from[1], from[1]};
        g_assert_true(exec_request_send(fds[0], request, sent, &error));
        g_assert_true(exec_request_receive(fds[1], &received, files, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(received->words->len, ==, 3);
        g_assert_cmpstr(received->words->pdata[0], ==, "\xff not UTF-8");
        g_assert_cmpuint(strlen(received->words->pdata[2]), ==, 1000000);
        g_assert_cmpstr(received->environment->pdata[0], ==, "A=1");
        g_assert_cmpstr(received->user, ==, "app:app");
        g_assert_null(received->folder);
        g_assert_true(received->is_detached && !received->has_terminal);
        g_assert_cmpint(write(files[2], "x", 1), ==, 1);
        g_assert_cmpint(read(files[0], &byte, 1), ==, 1);
        for (int i = 0; i < 3; i++)
                close(files[i]);
        close(from[0]);
        close(from[1]);
        close(fds[0]);
        close(fds[1]);
}

static void a_request_of_nothing_or_of_another_kind_is_refused(void) {
        g_autoptr(ExecRequest) request = exec_request_new(), received = NULL;
        g_autoptr(GError) error = NULL;
        const int none[3] = {-1, -1, -1};
        int fds[2], files[3];

        open_pair(fds);
        request->has_terminal = true;
        g_assert_true(exec_request_send(fds[0], request, none, NULL));
        g_assert_false(exec_request_receive(fds[1], &received, files, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_clear_error(&error);
        g_assert_cmpint(send(fds[0], "????????", 8, 0), ==, 8);
        g_assert_false(exec_request_receive(fds[1], &received, files, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_UNSUPPORTED);
        close(fds[0]);
        close(fds[1]);
}

static void messages_arrive_and_an_end_is_one(void) {
        ExecMessage message;
        int fds[2], passed = 0;

        open_pair(fds);
        g_assert_true(exec_message_send(fds[0], EXEC_FAILED, 127, "why", fds[0], NULL));
        g_assert_true(exec_message_receive(fds[1], &message, &passed, NULL));
        g_assert_cmpint(message.kind, ==, EXEC_FAILED);
        g_assert_cmpint(message.value, ==, 127);
        g_assert_cmpstr(message.text, ==, "why");
        g_assert_cmpint(passed, >, 2);
        close(passed);
        close(fds[0]);
        g_assert_true(exec_message_receive(fds[1], &message, NULL, NULL));
        g_assert_cmpint(message.kind, ==, 0);
        g_assert_false(exec_message_send(fds[1], EXEC_SIGNAL, 15, NULL, -1, NULL));
        close(fds[1]);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/exec-message/request", a_request_arrives_whole);
        g_test_add_func("/exec-message/refused", a_request_of_nothing_or_of_another_kind_is_refused);
        g_test_add_func("/exec-message/message", messages_arrive_and_an_end_is_one);
        return g_test_run();
}
