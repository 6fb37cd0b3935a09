/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finding $XDG_RUNTIME_DIR without trusting it, and saying why there is none. */

#include "runner/session.h"

#include "base/error.h"
#include "base/id-ranges.h"
#include "runner/session-explain.h"
#include "spec/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* pam_systemd(8): the folder is owned by the user and has mode 0700. */
static bool check_runtime_dir(const char *path, GError **error) {
        struct stat status;

        if (stat(path, &status) < 0)
                return fail_errno(error, errno, "Cannot use the runtime folder %s", path);
        if (!S_ISDIR(status.st_mode))
                return fail(error, WOLFFIA_ERROR_VALUE, "The runtime folder %s is not a folder", path);
        if (status.st_uid != getuid())
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "The runtime folder %s belongs to user %u, not to you (%u); unset XDG_RUNTIME_DIR (it is "
                        "inherited through su or sudo) or log in as the user",
                        path, status.st_uid, getuid());
        if (status.st_mode & 022)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "Others may write to the runtime folder %s; chmod 700 %s", path, path);
        return true;
}

static bool fail_missing(const char *folder, GError **error) {
        g_autofree char *user = id_ranges_user_name(getuid()), *text = NULL;
        SessionFacts facts;

        session_find_facts(user, &facts);
        text = session_explain(&facts, user, getuid(), folder);
        session_facts_clear(&facts);
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "%s", text);
}

/* Where there is no runtime folder (no pam_systemd: Slurm, cron), wolffia.conf may name another. Only the last folder of its
 * path is made: a disk that is not mounted yet is not for us to replace. */
static bool find_settled(char **ret_path, GError **error) {
        g_autoptr(Settings) settings = settings_load(NULL);
        g_autofree char *path = settings_expand(settings->runtime_folder);

        *ret_path = NULL;
        if (!path)
                return true;
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return fail_errno(error, errno, "Cannot make the folder %s (RuntimeFolder= in wolffia.conf)",
                                  path);
        if (!check_runtime_dir(path, error))
                return false;
        *ret_path = g_steal_pointer(&path);
        return true;
}

static bool find_runtime_dir(char **ret_path, GError **error) {
        const char *variable = g_getenv("XDG_RUNTIME_DIR");
        if (variable && *variable) {
                if (!check_runtime_dir(variable, error))
                        return false;
                *ret_path = g_strdup(variable);
                return true;
        }

        g_autofree char *usual = g_strdup_printf("/run/user/%u", getuid());
        g_autoptr(GError) reason = NULL;
        if (!check_runtime_dir(usual, &reason)) {
                if (!g_error_matches(reason, ERRNO_ERROR, ENOENT)) {
                        g_propagate_error(error, g_steal_pointer(&reason));
                        return false;
                }
                return find_settled(ret_path, error) && (*ret_path || fail_missing(usual, error));
        }
        *ret_path = g_steal_pointer(&usual);
        return true;
}

static char *find_bus(const char *runtime_dir) {
        g_autofree char *path = g_build_filename(runtime_dir, "bus", NULL);
        struct stat status;

        return stat(path, &status) == 0 && S_ISSOCK(status.st_mode) ? g_steal_pointer(&path) : NULL;
}

static bool is_lingering(void) {
        g_autofree char *name = id_ranges_user_name(getuid());
        g_autofree char *path = g_build_filename("/var/lib/systemd/linger", name, NULL);

        return access(path, F_OK) == 0;
}

bool session_find(const char *container_name, Session *ret_session, GError **error) {
        Session session = {0};

        if (!find_runtime_dir(&session.runtime_dir, error))
                return false;
        session.bus_path = find_bus(session.runtime_dir);
        session.is_lingering = is_lingering();

        /* systemd.exec(5): with several folders the variable holds a list; ours is the first. */
        const char *given = g_getenv("RUNTIME_DIRECTORY");
        if (given && *given) {
                session.container_dir = g_strndup(given, strcspn(given, ":"));
        } else {
                session.container_dir =
                        g_build_filename(session.runtime_dir, "wolffia", container_name, NULL);
                session.owns_container_dir = true;
        }
        *ret_session = session;
        return true;
}

void session_clear(Session *session) {
        g_clear_pointer(&session->runtime_dir, g_free);
        g_clear_pointer(&session->bus_path, g_free);
        g_clear_pointer(&session->container_dir, g_free);
}
