/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows U1 to U6: a namespace is made and its map is written, as a start does. */

#include "cli/doctor.h"

#include "base/file.h"
#include "base/id-free.h"
#include "base/id-own.h"
#include "base/process.h"
#include "base/user-namespace.h"
#include "runner/preflight.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Of containers that systemd-nspawn(1) and its like start with --private-users=pick; uids-gids.md of systemd. */
static const IdRange systemd_range = {524288, 1879048191 - 524288 + 1};

static bool overlap(IdRange one, IdRange other) {
        return (guint64) one.start < (guint64) other.start + other.count &&
               (guint64) other.start < (guint64) one.start + one.count;
}

char *doctor_find_overlap(const char *text, const char *user_name, uid_t uid, IdRange range) {
        g_autofree char *digits = g_strdup_printf("%u", uid);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (char **line = lines; *line; line++) {
                g_autofree char *name = NULL;
                IdRange other;

                if (id_free_parse_line(*line, &name, &other) && !g_str_equal(name, user_name) &&
                    !g_str_equal(name, digits) && overlap(range, other))
                        return g_strdup(*line);
        }
        return NULL;
}

/* True: there is none. */
static bool check_overlap(Doctor *doctor, const IdOwn *own, const GArray *ranges, const char *path) {
        g_autofree char *text = NULL;

        /* Where ranges come by NSS there may be none, and who else has which is nobody's to ask. */
        if (!file_read(AT_FDCWD, path, 0, &text, NULL, NULL))
                return true;
        for (guint i = 0; i < ranges->len; i++) {
                IdRange range = g_array_index(ranges, IdRange, i);
                g_autofree char *line = doctor_find_overlap(text, own->name, own->uid, range);
                if (!line)
                        continue;
                g_autofree char *advice = id_free_advise(own->name, MAX(range.count, ID_FREE_USUAL));
                doctor_say(
                        doctor, DOCTOR_PROBLEM, "U4", "overlap",
                        "Your ids from %u on are also those of '%s' in %s, so that either can read and kill what the other "
                        "runs; 'sudo usermod --del-sub%ss %u-%u %s' and then %s give you others, and what volumes of yours have "
                        "belongs to the old ids then (Apptainer's fakeroot uses the same files: 'apptainer config fakeroot' "
                        "sees to its users)",
                        range.start, line, path, strstr(path, "uid") ? "uid" : "gid", range.start,
                        range.start + range.count - 1, own->name, advice);
                return false;
        }
        return true;
}

static void check_systemd_range(Doctor *doctor, const IdOwn *own) {
        for (guint i = 0; i < own->users->len; i++) {
                IdRange range = g_array_index(own->users, IdRange, i);
                if (!overlap(range, systemd_range))
                        continue;
                doctor_say(
                        doctor, DOCTOR_ADVICE, "U4", "overlap",
                        "Your ids from %u on lie in the range that systemd gives to its own containers (524288 to "
                        "1879048191); where systemd-nspawn runs with --private-users=pick, have ids below 524288",
                        range.start);
                return;
        }
        doctor_say(doctor, DOCTOR_OK, "U4", "overlap", "Nobody else has your subordinate ids");
}

static guint64 count_ids(const GArray *ranges) {
        guint64 count = 0;

        for (guint i = 0; i < ranges->len; i++)
                count += g_array_index(ranges, IdRange, i).count;
        return count;
}

static void check_ranges(Doctor *doctor, const IdOwn *own) {
        guint64 users = count_ids(own->users), groups = count_ids(own->groups);
        g_autofree char *advice = id_free_advise(own->name, ID_FREE_USUAL);

        if (users == 0) {
                doctor_say(doctor, DOCTOR_ADVICE, "U1", "subordinate ids",
                           "You have none, so that containers run with a single id; %s adds some", advice);
                return;
        }
        if (MIN(users, groups) < ID_FREE_USUAL)
                doctor_say(doctor, DOCTOR_ADVICE, "U7", "subordinate ids",
                           "You have %" G_GUINT64_FORMAT " for users and %" G_GUINT64_FORMAT
                           " for groups; images with ids "
                           "beyond them cannot be unpacked, and most stay below %d; %s adds some",
                           users, groups, ID_FREE_USUAL, advice);
        else
                doctor_say(doctor, DOCTOR_OK, "U1", "subordinate ids", "%" G_GUINT64_FORMAT " from %u on",
                           users, g_array_index(own->users, IdRange, 0).start);
        if (check_overlap(doctor, own, own->users, "/etc/subuid") &&
            check_overlap(doctor, own, own->groups, "/etc/subgid"))
                check_systemd_range(doctor, own);
}

static bool do_nothing(void *data, GError **error) {
        return true;
}

/* Two maps: the helpers may be broken where the namespace is not. */
static void check_namespace(Doctor *doctor, const IdOwn *own) {
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) single = id_map_plan_default(own->uid, own->gid, none, none);
        g_autoptr(IdMap) whole = id_own_plan_default(own);
        g_autoptr(GError) error = NULL;

        if (!user_namespace_run(single, do_nothing, NULL, &error)) {
                doctor_say(doctor, DOCTOR_PROBLEM, "U6", "user namespaces", "%s", error->message);
                return;
        }
        doctor_say(doctor, DOCTOR_OK, "U6", "user namespaces", "They can be made");
        if (id_map_is_single(whole))
                return;
        if (!user_namespace_run(whole, do_nothing, NULL, &error)) {
                doctor_say(doctor, DOCTOR_PROBLEM, "U5", "newuidmap", "%s", error->message);
                return;
        }
        g_autofree char *path = process_find_program("newuidmap");
        doctor_say(doctor, DOCTOR_OK, "U5", "newuidmap", "%s maps your subordinate ids", path ? path : "It");
}

void doctor_check_ids(Doctor *doctor) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdOwn) own = NULL;

        if (!preflight_check_new_privileges(&error) || !preflight_check_user_namespace(&error)) {
                doctor_say(doctor, DOCTOR_PROBLEM, "C4", "surroundings", "%s", error->message);
                return;
        }
        if (!id_own_load(NULL, NULL, &own, &error)) {
                doctor_say(doctor, DOCTOR_PROBLEM, "U2", "subordinate ids", "%s", error->message);
                return;
        }
        check_ranges(doctor, own);
        check_namespace(doctor, own);
}
