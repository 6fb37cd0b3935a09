/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls are made one after the other: over the manager's own socket one takes a tenth of a millisecond. */

#include "cli/manager.h"

#include "base/error.h"
#include "runner/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DESTINATION "org.freedesktop.systemd1"
#define OBJECT      "/org/freedesktop/systemd1"
#define MANAGER     "org.freedesktop.systemd1.Manager"

void manager_free(Manager *manager) {
        if (!manager)
                return;
        sd_bus_flush_close_unref(manager->bus);
        g_free(manager->runtime_dir);
        g_free(manager);
}

bool manager_fail(const sd_bus_error *failure, int errno_value, const char *what, GError **error) {
        if (failure && sd_bus_error_is_set(failure))
                return fail(error, WOLFFIA_ERROR_HELPER, "%s: %s", what,
                            failure->message ? failure->message : failure->name);
        return fail_errno(error, errno_value, "%s", what);
}

/* ---- the connection ---- */

static int connect_to(const char *path, bool is_bus, sd_bus **ret_bus) {
        g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
        g_autofree char *address = g_strconcat("unix:path=", escaped, NULL);
        sd_bus *bus = NULL;

        int result = sd_bus_new(&bus);
        if (result >= 0)
                result = sd_bus_set_address(bus, address);
        if (result >= 0)
                result = sd_bus_set_bus_client(bus, is_bus);
        if (result >= 0)
                result = sd_bus_start(bus);
        if (result < 0) {
                sd_bus_close_unref(bus);
                return result;
        }
        *ret_bus = bus;
        return 0;
}

bool manager_open(Manager **ret_manager, GError **error) {
        g_autoptr(Manager) manager = g_new0(Manager, 1);
        Session session;

        if (!session_find("", &session, error))
                return false;
        manager->runtime_dir = g_strdup(session.runtime_dir);
        g_autofree char *own = g_build_filename(session.runtime_dir, "systemd", "private", NULL);
        int result = connect_to(own, false, &manager->bus);
        if (result < 0 && session.bus_path)
                result = connect_to(session.bus_path, true, &manager->bus);
        session_clear(&session);
        if (result < 0)
                manager->bus = NULL;
        *ret_manager = g_steal_pointer(&manager);
        return true;
}

bool manager_require(const Manager *manager, GError **error) {
        return manager->bus ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "No service manager of yours runs (nothing listens on %s/systemd/private); 'wolffia "
                    "linger on' starts one, 'wolffia run --foreground' does without",
                    manager->runtime_dir);
}

/* ---- units ---- */

static void free_unit(ManagerUnit *unit) {
        g_free(unit->name);
        g_free(unit->description);
        g_free(unit->load);
        g_free(unit->active);
        g_free(unit->sub);
        g_free(unit);
}

static int read_units(sd_bus_message *reply, GPtrArray *units) {
        const char *name, *description, *load, *active, *sub, *following, *path, *job_type, *job_path;
        unsigned job;
        int result = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");

        while (result >= 0 &&
               (result = sd_bus_message_read(reply, "(ssssssouso)", &name, &description, &load, &active,
                                             &sub, &following, &path, &job, &job_type, &job_path)) > 0) {
                ManagerUnit *unit = g_new(ManagerUnit, 1);
                *unit = (ManagerUnit){
                        .name = g_strdup(name),
                        .description = g_strdup(description),
                        .load = g_strdup(load),
                        .active = g_strdup(active),
                        .sub = g_strdup(sub),
                };
                g_ptr_array_add(units, unit);
        }
        return result;
}

bool manager_list(Manager *manager, const char *pattern, GPtrArray **ret_units, GError **error) {
        g_autoptr(GPtrArray) units = g_ptr_array_new_with_free_func((GDestroyNotify) free_unit);
        sd_bus_error failure = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;

        if (!manager_require(manager, error))
                return false;
        int result = sd_bus_call_method(manager->bus, DESTINATION, OBJECT, MANAGER, "ListUnitsByPatterns",
                                        &failure, &reply, "asas", 0, 1, pattern);
        if (result >= 0)
                result = read_units(reply, units);
        if (result < 0)
                manager_fail(&failure, result, "Cannot list the units", error);
        else
                *ret_units = g_steal_pointer(&units);
        sd_bus_error_free(&failure);
        sd_bus_message_unref(reply);
        return result >= 0;
}

char *manager_unit_path(const char *unit) {
        char *path = NULL;

        if (sd_bus_path_encode(OBJECT "/unit", unit, &path) < 0)
                return NULL;
        /* libsystemd's memory is the C library's, which is GLib's as well since 2.46. */
        return path;
}

static char *interface_name(const char *interface) {
        return g_strconcat(DESTINATION ".", interface, NULL);
}

/* Asking for the property of an object loads the unit. */
static bool get_property(Manager *manager, const char *unit, const char *interface, const char *name,
                         const char *type, sd_bus_message **ret_reply, GError **error) {
        g_autofree char *path = manager_unit_path(unit), *full = interface_name(interface);
        sd_bus_error failure = SD_BUS_ERROR_NULL;

        if (!manager_require(manager, error))
                return false;
        int result =
                sd_bus_get_property(manager->bus, DESTINATION, path, full, name, &failure, ret_reply, type);
        if (result < 0) {
                g_autofree char *what = g_strdup_printf("Cannot ask for %s of %s", name, unit);
                manager_fail(&failure, result, what, error);
        }
        sd_bus_error_free(&failure);
        return result >= 0;
}

bool manager_get_string(Manager *manager, const char *unit, const char *interface, const char *name,
                        char **ret_value, GError **error) {
        sd_bus_message *reply = NULL;
        const char *value = NULL;

        if (!get_property(manager, unit, interface, name, "s", &reply, error))
                return false;
        int result = sd_bus_message_read(reply, "s", &value);
        *ret_value = g_strdup(result >= 0 ? value : "");
        sd_bus_message_unref(reply);
        return true;
}

bool manager_get_environment(Manager *manager, char ***ret_variables, GError **error) {
        sd_bus_error failure = SD_BUS_ERROR_NULL;
        char **variables = NULL;

        if (!manager_require(manager, error))
                return false;
        int result = sd_bus_get_property_strv(manager->bus, DESTINATION, OBJECT, MANAGER, "Environment",
                                              &failure, &variables);
        if (result < 0) {
                manager_fail(&failure, result, "Cannot ask for the manager's environment", error);
        } else {
                *ret_variables = g_strdupv(variables);
                for (char **variable = variables; *variable; variable++)
                        free(*variable);
                free(variables);
        }
        sd_bus_error_free(&failure);
        return result >= 0;
}

static int read_number(sd_bus_message *reply, char type, guint64 *ret_value) {
        union {
                guint32 u;
                gint32 i;
                guint64 t;
        } value;
        int result = sd_bus_message_read_basic(reply, type, &value);

        if (result >= 0)
                *ret_value = type == 't' ? value.t : type == 'i' ? (guint64) value.i : value.u;
        return result;
}

bool manager_get_number(Manager *manager, const char *unit, const char *interface, const char *name,
                        guint64 *ret_value, GError **error) {
        g_autofree char *path = manager_unit_path(unit), *full = interface_name(interface);
        sd_bus_error failure = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *contents = NULL;
        char type;

        if (!manager_require(manager, error))
                return false;
        int result = sd_bus_call_method(manager->bus, DESTINATION, path, "org.freedesktop.DBus.Properties",
                                        "Get", &failure, &reply, "ss", full, name);
        if (result >= 0)
                result = sd_bus_message_peek_type(reply, &type, &contents);
        if (result >= 0)
                result = sd_bus_message_enter_container(reply, 'v', contents);
        if (result >= 0)
                result = read_number(reply, contents[0], ret_value);
        if (result < 0) {
                g_autofree char *what = g_strdup_printf("Cannot ask for %s of %s", name, unit);
                manager_fail(&failure, result, what, error);
        }
        sd_bus_error_free(&failure);
        sd_bus_message_unref(reply);
        return result >= 0;
}

bool manager_get_command(Manager *manager, const char *unit, char ***ret_words, GError **error) {
        sd_bus_message *reply = NULL;
        const char *path;
        char **words = NULL;

        if (!get_property(manager, unit, "Service", "ExecStart", "a(sasbttttuii)", &reply, error))
                return false;
        if (sd_bus_message_enter_container(reply, 'a', "(sasbttttuii)") > 0 &&
            sd_bus_message_enter_container(reply, 'r', "sasbttttuii") > 0 &&
            sd_bus_message_read(reply, "s", &path) > 0)
                (void) sd_bus_message_read_strv(reply, &words);
        *ret_words = words ? words : g_new0(char *, 1);
        sd_bus_message_unref(reply);
        return true;
}

/* ---- signals ---- */

bool manager_subscribe(Manager *manager, GError **error) {
        sd_bus_error failure = SD_BUS_ERROR_NULL;

        if (!manager_require(manager, error))
                return false;
        /* Over its own socket the manager tells everything, and this does no harm. */
        int result = sd_bus_call_method(manager->bus, DESTINATION, OBJECT, MANAGER, "Subscribe", &failure,
                                        NULL, NULL);
        if (result < 0 && sd_bus_error_has_name(&failure, DESTINATION ".AlreadySubscribed"))
                result = 0;
        if (result < 0)
                manager_fail(&failure, result, "Cannot watch the service manager's jobs", error);
        sd_bus_error_free(&failure);
        return result >= 0;
}

void manager_read_changes(sd_bus_message *message, ManagerTake take, void *data) {
        const char *interface, *name;

        int result = sd_bus_message_read(message, "s", &interface);
        if (result >= 0)
                result = sd_bus_message_enter_container(message, 'a', "{sv}");
        while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                result = sd_bus_message_read(message, "s", &name);
                if (result >= 0)
                        result = take(message, name, data);
                if (result >= 0)
                        result = sd_bus_message_exit_container(message);
        }
}

/* ---- jobs ---- */

static int note_end(sd_bus_message *message, void *data, sd_bus_error *failure) {
        ManagerJob *job = data;
        const char *path, *unit, *result;
        unsigned id;

        if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0)
                g_hash_table_insert(job->ended, g_strdup(path), g_strdup(result));
        return 0;
}

/* The job may end before the answer to the call that makes it has been read, so this comes first. */
bool manager_job_prepare(Manager *manager, ManagerJob *job, GError **error) {
        *job = (ManagerJob){0};
        if (!manager_subscribe(manager, error))
                return false;
        *job = (ManagerJob){
                .ended = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        };
        int result = sd_bus_match_signal(manager->bus, &job->slot, NULL, OBJECT, MANAGER, "JobRemoved",
                                         note_end, job);
        return result >= 0 || fail_errno(error, result, "Cannot watch the service manager's jobs");
}

void manager_job_clear(ManagerJob *job) {
        sd_bus_slot_unref(job->slot);
        g_clear_pointer(&job->ended, g_hash_table_unref);
        g_clear_pointer(&job->path, g_free);
}

static bool judge(const char *result, const char *unit, GError **error) {
        static const char *const results[][2] = {
                {"canceled", "was cancelled by another one"},
                {"timeout", "took longer than its timeout"},
                {"dependency", "could not begin, since a unit that it requires has failed"},
                {"failed", "has failed"},
        };

        if (g_str_equal(result, "done") || g_str_equal(result, "skipped"))
                return true;
        for (size_t i = 0; i < G_N_ELEMENTS(results); i++)
                if (g_str_equal(result, results[i][0]))
                        return fail(error, WOLFFIA_ERROR_HELPER, "The job of %s %s", unit, results[i][1]);
        return fail(error, WOLFFIA_ERROR_HELPER, "The job of %s ended with '%s'", unit, result);
}

/* LATE may be NULL. */
static bool wait_within(Manager *manager, ManagerJob *job, const char *unit, guint64 patience_usec,
                        ManagerLate late, void *data, GError **error) {
        gint64 begin = g_get_monotonic_time();
        const char *ended;

        while (!(ended = g_hash_table_lookup(job->ended, job->path))) {
                int result = sd_bus_process(manager->bus, NULL);
                guint64 passed = (guint64) (g_get_monotonic_time() - begin);
                if (result == 0 && late && passed >= patience_usec) {
                        late(data);
                        late = NULL;
                }
                if (result == 0)
                        result = sd_bus_wait(manager->bus, late ? patience_usec - passed : G_MAXUINT64);
                if (result < 0 && result != -EINTR)
                        return fail_errno(error, result, "The service manager is not there any more");
        }
        return judge(ended, unit, error);
}

bool manager_job_wait(Manager *manager, ManagerJob *job, const char *unit, GError **error) {
        return wait_within(manager, job, unit, 0, NULL, NULL, error);
}

bool manager_run_job(Manager *manager, const char *method, const char *unit, GError **error) {
        return manager_run_job_within(manager, method, unit, 0, NULL, NULL, error);
}

bool manager_run_job_within(Manager *manager, const char *method, const char *unit, guint64 patience_usec,
                            ManagerLate late, void *data, GError **error) {
        sd_bus_error failure = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *path = NULL;
        ManagerJob job;

        bool done = manager_job_prepare(manager, &job, error);
        if (done) {
                int result = sd_bus_call_method(manager->bus, DESTINATION, OBJECT, MANAGER, method, &failure,
                                                &reply, "ss", unit, "replace");
                if (result >= 0)
                        result = sd_bus_message_read(reply, "o", &path);
                done = result >= 0 || manager_fail(&failure, result, unit, error);
        }
        job.path = g_strdup(path);
        done = done && wait_within(manager, &job, unit, patience_usec, late, data, error);
        manager_job_clear(&job);
        sd_bus_error_free(&failure);
        sd_bus_message_unref(reply);
        return done;
}

bool manager_reset_failed(Manager *manager, const char *unit, GError **error) {
        sd_bus_error failure = SD_BUS_ERROR_NULL;

        if (!manager_require(manager, error))
                return false;
        int result = sd_bus_call_method(manager->bus, DESTINATION, OBJECT, MANAGER, "ResetFailedUnit",
                                        &failure, NULL, "s", unit);
        if (result < 0)
                manager_fail(&failure, result, unit, error);
        sd_bus_error_free(&failure);
        return result >= 0;
}
