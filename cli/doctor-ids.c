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

static const char *const id_files[] = {[ID_KIND_USER] = "/etc/subuid", [ID_KIND_GROUP] = "/etc/subgid"};

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

/* A range of the user's that somebody else has too. */
typedef struct Shared {
        IdRange range;
        char *line; /* of the other; NULL: there is none */
} Shared;

static Shared find_shared(const IdOwn *own, IdKind kind) {
        const GArray *ranges = kind == ID_KIND_USER ? own->users : own->groups;
        Shared shared = {0};
        g_autofree char *text = NULL;

        /* Where ranges come by NSS there may be none, and who else has which is nobody's to ask. */
        if (!file_read(AT_FDCWD, id_files[kind], 0, &text, NULL, NULL))
                return shared;
        for (guint i = 0; i < ranges->len && !shared.line; i++) {
                shared.range = g_array_index(ranges, IdRange, i);
                shared.line = doctor_find_overlap(text, own->name, own->uid, shared.range);
        }
        return shared;
}

/* True: there is none. What only one of the files says is mended there alone: new ids for the other would leave more files
 * behind. */
static bool check_overlap(Doctor *doctor, const IdOwn *own) {
        static const char *const options[] = {"--del-subuids", "--del-subgids"};
        g_autoptr(GString) removal = g_string_new("'sudo usermod");
        const Shared *first = NULL;
        Shared shared[2];
        IdKinds kinds = ID_KINDS_NONE;
        guint32 count = ID_FREE_USUAL;

        for (IdKind kind = ID_KIND_USER; kind <= ID_KIND_GROUP; kind++) {
                shared[kind] = find_shared(own, kind);
                if (!shared[kind].line)
                        continue;
                IdRange range = shared[kind].range;
                first = first ? first : &shared[kind];
                kinds |= 1U << kind;
                count = MAX(count, range.count);
                g_string_append_printf(removal, " %s %u-%u", options[kind], range.start,
                                       range.start + range.count - 1);
        }
        if (!first)
                return true;
        g_autofree char *advice = id_free_advise(own->name, kinds, count);
        doctor_say(
                doctor, DOCTOR_PROBLEM, "U4", "overlap",
                "Your ids from %u on are also those of '%s' in %s, so that either can read and kill what the other "
                "runs; %s %s' and then %s give you others, and what volumes of yours have "
                "belongs to the old ids then (Apptainer's fakeroot uses the same files: 'apptainer config fakeroot' "
                "sees to its users)",
                first->range.start, first->line,
                kinds == ID_KINDS_BOTH ? "/etc/subuid and /etc/subgid" : id_files[first - shared],
                removal->str, own->name, advice);
        g_free(shared[ID_KIND_USER].line);
        g_free(shared[ID_KIND_GROUP].line);
        return false;
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
        IdKinds few =
                (users < ID_FREE_USUAL ? ID_KINDS_USER : 0) | (groups < ID_FREE_USUAL ? ID_KINDS_GROUP : 0);
        g_autofree char *advice =
                id_free_advise(own->name, own->lacking ? own->lacking : few, ID_FREE_USUAL);

        if (own->lacking) {
                doctor_say(doctor, DOCTOR_ADVICE, "U1", "subordinate ids",
                           "%s, so that containers run with a single id; %s adds some",
                           id_own_tell_lack(own->lacking), advice);
                return;
        }
        if (few)
                doctor_say(doctor, DOCTOR_ADVICE, "U7", "subordinate ids",
                           "You have %" G_GUINT64_FORMAT " for users and %" G_GUINT64_FORMAT
                           " for groups; images with ids "
                           "beyond them cannot be unpacked, and most stay below %d; %s adds some",
                           users, groups, ID_FREE_USUAL, advice);
        else
                doctor_say(doctor, DOCTOR_OK, "U1", "subordinate ids", "%" G_GUINT64_FORMAT " from %u on",
                           users, g_array_index(own->users, IdRange, 0).start);
        if (check_overlap(doctor, own))
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
