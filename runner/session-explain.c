/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In the order in which one thing needs the other: without logind nothing makes the folder, without pam_systemd no login does,
 * and without a login lingering has to. */

#include "runner/session-explain.h"

#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LOGIND_CGROUP "/sys/fs/cgroup/system.slice/systemd-logind.service"

void session_facts_clear(SessionFacts *facts) {
        g_clear_pointer(&facts->pam_commented, g_free);
}

/* pam.d(5): "session optional pam_systemd.so", "#" begins a comment. */
static void read_pam_file(const char *dir, const char *name, SessionFacts *facts) {
        g_autofree char *path = g_build_filename(dir, name, NULL), *text = NULL;

        if (!file_read(AT_FDCWD, path, 1 << 20, &text, NULL, NULL))
                return;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (guint i = 0; lines[i]; i++) {
                const char *found = strstr(lines[i], "pam_systemd.so"), *comment = strchr(lines[i], '#');
                if (!found)
                        continue;
                if (!comment || comment > found)
                        facts->has_pam = true;
                else if (!facts->pam_commented && strstr(lines[i], "session"))
                        facts->pam_commented = g_strdup_printf("%s:%u", path, i + 1);
        }
}

void session_find_pam(const char *pam_dir, SessionFacts *facts) {
        g_autoptr(GDir) dir = g_dir_open(pam_dir, 0, NULL);
        const char *name;

        /* The user manager's own file has it always, and makes no folder; runuser(1)'s is for root alone. */
        while (dir && (name = g_dir_read_name(dir)))
                if (!g_str_equal(name, "systemd-user") && !g_str_has_prefix(name, "runuser"))
                        read_pam_file(pam_dir, name, facts);
        if (facts->has_pam)
                g_clear_pointer(&facts->pam_commented, g_free);
}

char *session_explain(const SessionFacts *facts, const char *user, unsigned uid, const char *folder) {
        if (!facts->has_logind)
                return g_strdup_printf(
                        "There is no runtime folder %s: systemd-logind, which makes it, does not run; 'sudo systemctl "
                        "start systemd-logind' starts it",
                        folder);
        if (facts->is_lingering)
                return g_strdup_printf(
                        "There is no runtime folder %s, though user %s lingers: the user manager does not run; 'sudo "
                        "systemctl start user@%u' starts it, 'systemctl status user@%u' says why it ended",
                        folder, user, uid, uid);
        if (facts->pam_commented)
                return g_strdup_printf(
                        "There is no runtime folder %s: logins make none here, since pam_systemd is commented out in %s; "
                        "'wolffia linger on' makes it without a login, or the administrator takes the '#' away. "
                        "(Restarting systemd-logind does not help, and may end graphical sessions.)",
                        folder, facts->pam_commented);
        if (!facts->has_pam)
                return g_strdup_printf(
                        "There is no runtime folder %s: logins make none here, since no file in /etc/pam.d has pam_systemd "
                        "(package libpam-systemd); 'wolffia linger on' makes it without a login",
                        folder);
        return g_strdup_printf(
                "There is no runtime folder: XDG_RUNTIME_DIR is unset and %s does not exist, since user %s has "
                "neither a login session nor lingering; 'wolffia linger on' makes it, also without a login",
                folder, user);
}

void session_find_facts(const char *user, SessionFacts *ret_facts) {
        g_autofree char *linger = g_build_filename("/var/lib/systemd/linger", user, NULL);
        SessionFacts facts = {
                .has_logind = access(LOGIND_CGROUP, F_OK) == 0,
                .is_lingering = access(linger, F_OK) == 0,
        };

        session_find_pam("/etc/pam.d", &facts);
        *ret_facts = facts;
}
