/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows B1 to B7. */

#include "cli/doctor.h"

#include "base/file.h"
#include "cli/linger.h"
#include "config.h"
#include "runner/session.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void check_linger(Doctor *doctor, bool is_lingering) {
        g_autoptr(GError) error = NULL;

        if (is_lingering)
                doctor_say(doctor, DOCTOR_OK, "B3", "lingering",
                           "Your services outlive logins, and come up at boot");
        else if (!doctor->fixes)
                doctor_say(
                        doctor, DOCTOR_ADVICE, "B3", "lingering",
                        "Your services end with your last login, and none comes up at boot; 'wolffia linger on', or "
                        "'wolffia doctor --fix', changes that");
        else if (linger_set(true, &error))
                doctor_say(doctor, DOCTOR_OK, "B3", "lingering",
                           "Fixed: your services outlive logins from now on, and come up at boot");
        else
                doctor_say(doctor, DOCTOR_PROBLEM, "B3", "lingering", "%s", error->message);
}

static bool read_below(const char *folder, const char *name, char **ret_text) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        return file_read(AT_FDCWD, path, 1 << 16, ret_text, NULL, NULL);
}

static bool has_rate_limit(const char *folder) {
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        const char *name;

        while (dir && (name = g_dir_read_name(dir))) {
                g_autofree char *text = NULL;
                if (g_str_has_suffix(name, ".conf") && read_below(folder, name, &text) &&
                    strstr(text, "LogRateLimitBurst="))
                        return true;
        }
        return false;
}

static void check_journal(Doctor *doctor) {
        static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                              "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"};

        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                g_autofree char *folder = g_build_filename(folders[i], "user@.service.d", NULL);
                if (has_rate_limit(folder)) {
                        doctor_say(doctor, DOCTOR_OK, "B7", "journal",
                                   "A rate limit for each user's services is set in %s", folder);
                        return;
                }
        }
        doctor_say(
                doctor, DOCTOR_ADVICE, "B7", "journal",
                "It limits the lines of all your services together, so that one that talks much silences the others; 'sudo install "
                "-D -m 644 -t /etc/systemd/system/user@.service.d " WOLFFIA_DATA_DIR
                "/user@.service.d/wolffia-journal.conf' and a restart of the host allow more, LogDriver=k8s-file has no "
                "limit");
}

void doctor_check_session(Doctor *doctor) {
        g_autoptr(GError) error = NULL;
        Session session = {0};

        if (!session_find("doctor", &session, &error)) {
                doctor_say(doctor, DOCTOR_PROBLEM, "B2", "runtime folder", "%s", error->message);
                check_linger(doctor, false);
                return;
        }
        doctor_say(doctor, DOCTOR_OK, "B1", "runtime folder", "%s", session.runtime_dir);
        g_autofree char *manager = g_build_filename(session.runtime_dir, "systemd/private", NULL);
        if (access(manager, F_OK) < 0)
                doctor_say(
                        doctor, DOCTOR_PROBLEM, "B12", "user manager",
                        "It does not run, so there are no services of yours; 'systemctl status user@%u' says why. 'wolffia run "
                        "--foreground' does without",
                        (unsigned) getuid());
        else
                doctor_say(doctor, DOCTOR_OK, "B12", "user manager", "It runs");
        if (!session.bus_path)
                doctor_say(
                        doctor, DOCTOR_ADVICE, "B4", "user bus",
                        "There is none; containers need none, tools of yours may ('sudo apt install dbus-user-session')");
        else
                doctor_say(doctor, DOCTOR_OK, "B4", "user bus", "%s", session.bus_path);
        check_linger(doctor, session.is_lingering);
        check_journal(doctor);
        session_clear(&session);
}
