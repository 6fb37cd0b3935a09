/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Without a manager: the runner names what cannot be had (SHORTCOMINGS.md, row B12). */

#include "cli/run.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/run-attach.h"
#include "cli/verb.h"
#include "config.h"
#include "runner/exit-status.h"
#include "spec/container-options.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Child {
        pid_t pid;
        int fd; /* a pidfd */
        int status;
} Child;

static GPtrArray *plan(const ContainerSpec *spec) {
        const char *runner = g_getenv("WOLFFIA_RUNNER"); /* for running from a build folder */
        GPtrArray *argv = container_options_print(spec);

        g_ptr_array_insert(argv, 0, g_strdup(runner ? runner : WOLFFIA_RUNNER_PATH));
        g_ptr_array_add(argv, NULL);
        return argv;
}

static int become(const GPtrArray *argv) {
        g_autoptr(GError) error = NULL;

        (void) execv(argv->pdata[0], (char **) argv->pdata);
        (void) fail_errno(&error, errno, "Cannot start %s", (const char *) argv->pdata[0]);
        (void) verb_fail(error);
        return EXIT_STATUS_NOT_STARTED;
}

/* ---- with something to copy ---- */

static bool step(void *data, GError **error) {
        Child *child = data;
        int status;

        if (waitpid(child->pid, &status, WNOHANG) != child->pid)
                return false;
        child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return true;
}

/* The runner is the supervisor by then, which passes it on. */
static void send_signal(void *data, int number) {
        const Child *child = data;

        (void) kill(child->pid, number);
}

static bool run(const GPtrArray *argv, RunAttach *attach, int *ret_status, GError **error) {
        Child child = {.pid = fork()};

        if (child.pid < 0)
                return fail_errno(error, errno, "Cannot fork");
        if (child.pid == 0) {
                /* Ctrl-C is for us, who pass it on. */
                (void) setpgid(0, 0);
                if (dup2(attach->given[0], STDIN_FILENO) < 0)
                        _exit(EXIT_STATUS_NOT_STARTED);
                (void) signal(SIGPIPE, SIG_DFL);
                sigprocmask(SIG_SETMASK, &attach->before, NULL);
                _exit(become(argv));
        }
        run_attach_give(attach);
        autofd int fd = (int) syscall(SYS_pidfd_open, child.pid, 0);
        const RunAwaited awaited = {
                .fd = fd, .events = POLLIN, .step = step, .signal = send_signal, .data = &child};
        bool done = run_attach_wait(attach, &awaited, error);
        *ret_status = child.status;
        return done;
}

int run_foreground(ContainerSpec *spec, const RunOptions *options) {
        g_autoptr(GPtrArray) argv = plan(spec);
        g_autoptr(GError) error = NULL;
        int status = EXIT_STATUS_NOT_STARTED;
        RunAttach attach;

        if (!spec->standard_input)
                return become(argv);
        if (!run_attach_open(options, &attach, &error) || !run(argv, &attach, &status, &error))
                (void) verb_fail(error);
        run_attach_close(&attach);
        return status;
}
