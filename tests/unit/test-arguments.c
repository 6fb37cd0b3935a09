/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On our own command line, as the kernel shows it. */

#include "base/arguments.h"

#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool contains(const char *text, gsize size, const char *part) {
        return memmem(text, size, part, strlen(part)) != NULL;
}

/* In the role of a program that is given a secret. */
static int hide_and_look(int argc, char **argv) {
        g_autofree char *before = NULL, *after = NULL;
        gsize before_size, after_size;

        if (!file_read(AT_FDCWD, "/proc/self/cmdline", 0, &before, &before_size, NULL))
                return 2;
        arguments_hide(argc, argv, "--name=web");
        if (!file_read(AT_FDCWD, "/proc/self/cmdline", 0, &after, &after_size, NULL))
                return 2;
        return contains(before, before_size, "hunter2") && !contains(after, after_size, "hunter2") &&
                               !contains(after, after_size, "verbose") &&
                               contains(after, after_size, "--name=web") &&
                               contains(after, after_size, argv[0])
                       ? 0
                       : 1;
}

static void nothing_is_left_of_values(void) {
        int status;

        pid_t child = fork();
        if (child == 0) {
                execl("/proc/self/exe", "test-arguments", "look", "--env=PASSWORD=hunter2", "--verbose",
                      NULL);
                _exit(3);
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_cmpint(status, ==, 0);
}

static void a_list_in_pieces_is_overwritten_too(void) {
        char program[] = "program", one[] = "--env=A=secret", two[] = "word";
        char *argv[] = {program, one, two, NULL};

        arguments_hide(3, argv, NULL);
        g_assert_cmpstr(program, ==, "program");
        for (size_t i = 0; i < sizeof one; i++)
                g_assert_cmpint(one[i], ==, 0);
        g_assert_cmpint(two[0], ==, 0);
        arguments_hide(1, argv, "x");
}

int main(int argc, char **argv) {
        if (argc > 1 && strcmp(argv[1], "look") == 0)
                return hide_and_look(argc, argv);
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/arguments/hide/nothing-is-left-of-values", nothing_is_left_of_values);
        g_test_add_func("/arguments/hide/in-pieces-too", a_list_in_pieces_is_overwritten_too);
        return g_test_run();
}
