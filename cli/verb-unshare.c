/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia unshare: a look at files as a container sees them, with its ids. */

#include "base/error.h"
#include "base/process.h"
#include "base/user-namespace.h"
#include "cli/verb.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char description[] =
        "Files that containers made belong to ids of yours that only mean something in\n"
        "there: as root of your user namespace you can look at them, give them to others\n"
        "and remove them. Without a command it is your shell. Exit status: the command's.";

typedef struct Unshare {
        char **command;
        int *status; /* in memory shared with the child */
} Unshare;

static bool run_command(void *data, GError **error) {
        const Unshare *unshare = data;
        ProcessFiles files = {.input_fd = STDIN_FILENO, .output_fd = STDOUT_FILENO, .keep_stderr = true};
        g_autoptr(GError) failure = NULL;
        Process process = PROCESS_NONE;

        if (!process_start((const char *const *) unshare->command, &files, &process, error))
                return false;
        /* Whatever it ended with is a result, no failure of ours. */
        (void) process_finish(&process, unshare->status, &failure);
        return true;
}

static int exit_status(int status) {
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run(char **command) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdMap) map = NULL;
        Unshare unshare = {.command = command};

        unshare.status = mmap(NULL, sizeof *unshare.status, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (unshare.status == MAP_FAILED) {
                (void) fail_errno(&error, errno, "Cannot share memory with a child");
                return verb_fail(error);
        }

        /* Ctrl-C is the command's; both of us get it, and have to outlive it to learn how the command took it. */
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
        bool done =
                id_map_load_default(&map, &error) && user_namespace_run(map, run_command, &unshare, &error);
        int status = *unshare.status;
        munmap(unshare.status, sizeof *unshare.status);
        return done ? exit_status(status) : verb_fail(error);
}

int verb_unshare(const Verb *verb, int argc, char **argv) {
        const GOptionEntry entries[] = {{NULL}};
        const char *shell = getenv("SHELL");
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, description, true, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                return run(arguments);

        char *fallback[] = {(char *) (shell && *shell ? shell : "/bin/sh"), NULL};
        return run(fallback);
}
