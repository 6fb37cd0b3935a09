/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The order matters: what needs root comes first, then the system call filter (loading it needs
 * CAP_SYS_ADMIN, or no_new_privs), then capabilities and ids, and after that only exec. */

#include "runner/payload.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"
#include "runner/environment.h"
#include "runner/mount-report.h"
#include "runner/payload-input.h"
#include "runner/payload-systemd.h"
#include "runner/payload-user.h"
#include "runner/security-caps.h"
#include "runner/security-label.h"
#include "runner/security-limits.h"
#include "runner/security-seccomp.h"
#include "runner/security-single.h"
#include "runner/security.h"
#include "spec/unit-words.h"
#include "spec/value-basic.h"
#include "spec/value-json-list.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void append_words(GPtrArray *words, const char *const *more) {
        for (; more && *more; more++)
                g_ptr_array_add(words, g_strdup(*more));
}

/* ["program", "argument"], or the program alone. What is no such list is a program's name, even one in brackets. */
static void append_entrypoint(GPtrArray *words, const char *entrypoint) {
        if (!value_json_list_is(entrypoint) || !value_json_list_parse(entrypoint, words, NULL))
                g_ptr_array_add(words, g_strdup(entrypoint));
}

bool payload_plan_command(const ContainerSpec *spec, const ImageRecord *image, GPtrArray **ret_words,
                          GError **error) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

        if (spec->init == TRISTATE_YES)
                append_words(words, (const char *const[]){"/run/podman-init", "--", NULL});
        guint first = words->len;
        if (spec->entrypoint && *spec->entrypoint)
                append_entrypoint(words, spec->entrypoint);
        else if (!spec->entrypoint && image)
                append_words(words, image->entrypoint);
        for (guint i = 0; i < spec->command->len; i++)
                g_ptr_array_add(words, g_strdup(spec->command->pdata[i]));
        if (spec->command->len == 0 && !spec->entrypoint && image)
                append_words(words, image->command);

        if (words->len == first)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "The image names no program to run; write one with Exec= (or Entrypoint=)");
        g_ptr_array_add(words, NULL);
        *ret_words = g_steal_pointer(&words);
        return true;
}

/* Signals as at a login: services start with SIGPIPE ignored, and blocked ones would stay blocked over
 * exec. */
static void reset_signals(void) {
        sigset_t none;

        for (int number = 1; number < NSIG; number++)
                (void) signal(number,
                              SIG_DFL); /* SIGKILL, SIGSTOP and libc's own cannot be changed, rightly */
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Standard output is a pipe of ours. An image that opens /dev/stdout again, as nginx's does, needs to own
 * it. */
static bool connect_output(const Run *run, const PayloadUser *user, GError **error) {
        if (run->payload_fd < 0)
                return true;
        if (dup2(run->payload_fd, STDOUT_FILENO) < 0 || dup2(run->payload_fd, STDERR_FILENO) < 0)
                return fail_errno(error, errno, "Cannot connect the payload's output");
        /* What is thrown away goes to the host's /dev/null, which nobody may own. */
        if (run->output_fd < 0)
                return true;
        /* Where the user has no id in the container, the runner has opened it to everybody. */
        if (run->has_user && !id_map_is_single(run->map) && fchown(STDOUT_FILENO, user->uid, user->gid) < 0)
                return fail_errno(error, errno, "User %u or group %u is not mapped in the container",
                                  user->uid, user->gid);
        return true;
}

/* A folder of the host that is still open leads out of the container, by /proc/self/fd/N in the image's WorkingDir or in a
 * link of it, and closing at the exec is too late (CVE-2024-21626). The payload's output, our way to report and what
 * systemd has passed are no folders. */
static bool close_others(const Run *run, GError **error) {
        const int kept[] = {run->payload_fd, run->sync.child_fd};

        return process_close_others((int) (3 + run->listen_count), kept, G_N_ELEMENTS(kept), error);
}

/* Everything but standard files and sockets that systemd passed closes with exec. */
static bool keep_descriptors(const Run *run, GError **error) {
        if (close_range(3 + run->listen_count, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot mark descriptors for closing");
        for (guint i = 0; i < run->listen_count; i++)
                if (fcntl((int) (3 + i), F_SETFD, 0) < 0)
                        return fail_errno(error, errno, "Cannot pass on the sockets that systemd passed");
        return true;
}

const char *payload_folder(const Run *run) {
        const char *asked = run->spec->working_directory;
        const char *folder = asked && *asked ? asked : run->image ? run->image->working_directory : "";

        return *folder ? folder : "/";
}

static bool enter_folder(const Run *run, GError **error) {
        const char *folder = payload_folder(run);

        if (chdir(folder) == 0)
                return true;
        return fail_errno(error, errno, "WorkingDir=%s: cannot enter it in the container", folder);
}

static bool set_umask(const ContainerSpec *spec, GError **error) {
        mode_t mask = 0022;

        if (spec->umask && !value_mode_parse(spec->umask, &mask, error))
                return fail_prefix(error, "--umask=%s", spec->umask);
        umask(mask);
        return true;
}

/* What a container with a single id has in the place of users, row U1. Whoever wants no filter gets none. */
static bool adapt_to_single_id(const Run *run, const PayloadUser *user, GError **error) {
        bool pretends = user->uid == 0 && g_strcmp0(run->spec->seccomp_profile, "unconfined") != 0;

        if (!id_map_is_single(run->map))
                return true;
        return security_single_enter(user->uid, user->gid, error) &&
               (!pretends || security_single_pretend(error));
}

static bool restrict_payload(const Run *run, const PayloadUser *user, GError **error) {
        SecurityCaps capabilities;
        SecurityUser who = {
                .uid = user->uid,
                .gid = user->gid,
                .groups = (const gid_t *) user->groups->data,
                .n_groups = user->groups->len,
                .keep_groups = payload_user_keeps_groups(run, user),
        };

        /* Warnings are the generator's to give. */
        if (!security_caps_plan(run->spec->capabilities_added, run->spec->capabilities_dropped,
                                &capabilities, NULL, error) ||
            !security_limits_apply(run->spec->ulimits, error) || !adapt_to_single_id(run, user, error) ||
            !security_seccomp_apply(run->spec->seccomp_profile, capabilities.bounding, run->seccomp_filter,
                                    error))
                return false;
        if (run->is_systemd)
                capabilities.bounding |= payload_systemd_more_capabilities(run->systemd_version,
                                                                           run->spec->capabilities_dropped);
        if (!security_caps_apply(&capabilities, &who, error))
                return false;
        return run->spec->no_new_privileges != TRISTATE_YES || security_no_new_privileges(error);
}

/* execvp(3) for the container's PATH instead of ours, with an error that says what was looked for. */
static bool execute(const GPtrArray *words, const GPtrArray *environment, GError **error) {
        char *const *argv = (char *const *) words->pdata;
        char *const *envp = (char *const *) environment->pdata;
        const char *program = argv[0], *path = environment_find(environment, "PATH");
        int refusal = ENOENT;

        if (strchr(program, '/')) {
                execve(program, argv, envp);
                refusal = errno;
        } else {
                g_auto(GStrv) folders = g_strsplit(path ? path : "", ":", -1);
                for (char **folder = folders; *folder; folder++) {
                        g_autofree char *candidate =
                                g_build_filename(**folder ? *folder : ".", program, NULL);
                        execve(candidate, argv, envp);
                        if (errno != ENOENT && errno != ENOTDIR)
                                refusal = errno;
                }
        }

        if (refusal == ENOENT && strchr(program, '/') && access(program, F_OK) == 0)
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "The image's %s cannot be executed: the interpreter that it names is not in the image",
                        program);
        if (refusal == ENOENT)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "The image has no program '%s'%s%s", program,
                            strchr(program, '/') ? "" : " in PATH=",
                            strchr(program, '/') ? ""
                            : path               ? path
                                                 : "");
        if (refusal == ENOEXEC)
                return fail_errno(
                        error, refusal,
                        "The image's %s cannot be executed (made for another processor, or a script without #!)",
                        program);
        return fail_errno(error, refusal, "The image's %s cannot be executed", program);
}

static void set_home(GPtrArray *environment, const PayloadUser *user) {
        if (environment_find(environment, "HOME"))
                return;
        g_autofree char *assignment = g_strconcat("HOME=", user->home, NULL);
        environment_set(environment, assignment);
}

/* A session of its own: a terminal that a runner by hand has is not the payload's to type into. */
static bool make_session(bool has_terminal, GError **error) {
        (void) setsid();
        return !has_terminal || ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0 ||
               fail_errno(error, errno, "Cannot take control of the terminal");
}

static bool restrict_and_execute(const Run *run, const PayloadUser *user, const GPtrArray *words,
                                 bool has_terminal, GError **error) {
        bool ready = keep_descriptors(run, error) && enter_folder(run, error) &&
                     set_umask(run->spec, error) && make_session(has_terminal, error) &&
                     restrict_payload(run, user, error);

        if (!ready)
                return false;
        /* A change of ids has cleared it. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return fail_errno(error, errno, "Cannot tie the container to its supervisor");
        reset_signals();
        mount_report_access(run);
        return security_label_apply(run, error) && execute(words, run->environment, error);
}

/* Programs open /dev/stdout and their terminal again; what is not ours to give away keeps its owner. */
static void give_files(const PayloadUser *user, int last) {
        for (int fd = 0; fd <= last; fd++)
                (void) !fchown(fd, user->uid, (gid_t) -1);
}

static bool connect_files(const Run *run, const PayloadUser *user, bool *ret_has_terminal, GError **error) {
        if (!payload_input_connect(run, ret_has_terminal, error))
                return false;
        if (run->spec->standard_input || run->spec->interactive == TRISTATE_YES || *ret_has_terminal)
                give_files(user, *ret_has_terminal ? STDERR_FILENO : STDIN_FILENO);
        return *ret_has_terminal || connect_output(run, user, error);
}

bool payload_execute(const Run *run, GError **error) {
        PayloadUser user = {0};
        bool has_terminal;
        g_autoptr(GPtrArray) words = NULL;

        if (!close_others(run, error) || !payload_plan_command(run->spec, run->image, &words, error) ||
            !payload_user_find(-1, payload_user_chosen(run), run->spec->group, &user, error) ||
            !payload_user_check_ids(run, &user, error) || !payload_user_add_groups(-1, run, &user, error))
                return false;
        mount_report_user(run, user.uid, user.gid);
        set_home(run->environment, &user);
        g_ptr_array_add(run->environment, NULL);

        bool executed = connect_files(run, &user, &has_terminal, error) &&
                        restrict_and_execute(run, &user, words, has_terminal, error);
        payload_user_clear(&user);
        return executed;
}

/* Where nobody chose: the payload may have been found to be another user than root (runner/payload-switch.h). */
static bool follow_payload(const Run *run, PayloadUser *user, GError **error) {
        if (!id_map_is_single(run->map) || *payload_user_chosen(run))
                return true;
        return security_single_read(&user->uid, &user->gid, error);
}

bool payload_execute_also(const Run *run, const GPtrArray *words, bool has_terminal, GError **error) {
        PayloadUser user = {0};

        if (!close_others(run, error) ||
            !payload_user_find(-1, payload_user_chosen(run), run->spec->group, &user, error) ||
            !follow_payload(run, &user, error) || !payload_user_add_groups(-1, run, &user, error))
                return false;
        set_home(run->environment, &user);
        g_ptr_array_add(run->environment, NULL);
        give_files(&user, STDERR_FILENO);
        bool executed = restrict_and_execute(run, &user, words, has_terminal, error);
        payload_user_clear(&user);
        return executed;
}
