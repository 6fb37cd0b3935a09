/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's service manager, by sd-bus (org.freedesktop.systemd1(5)): over its own socket, as systemctl does, so that
 * no user bus is needed (SHORTCOMINGS.md, rows B1, B4); over the user bus where that socket is closed. */

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct Manager {
        sd_bus *bus;       /* NULL where no manager runs: a Slurm job, cron, CI */
        char *runtime_dir; /* $XDG_RUNTIME_DIR, verified */
} Manager;

void manager_free(Manager *manager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Manager, manager_free)

/* Fails only without a runtime folder: containers that were started by hand need no manager. */
bool manager_open(Manager **ret_manager, GError **error);

/* Fails with WOLFFIA_ERROR_UNSUPPORTED and the cure where there is no manager; so do all calls below. */
bool manager_require(const Manager *manager, GError **error);

/* What ListUnits says of a unit that is loaded. */
typedef struct ManagerUnit {
        char *name;
        char *description;
        char *load;   /* loaded, not-found, … */
        char *active; /* active, reloading, inactive, failed, activating, deactivating */
        char *sub;    /* running, exited, auto-restart, … */
} ManagerUnit;

/* Loaded units whose names match a shell pattern, as an array of ManagerUnit. Caller unrefs. */
bool manager_list(Manager *manager, const char *pattern, GPtrArray **ret_units, GError **error);

/* Property NAME of a unit, which is loaded for that if need be. INTERFACE is "Unit" or "Service". Caller frees.
 * Numbers of all widths come as 64 bits. */
bool manager_get_string(Manager *manager, const char *unit, const char *interface, const char *name,
                        char **ret_value, GError **error);
bool manager_get_number(Manager *manager, const char *unit, const char *interface, const char *name,
                        guint64 *ret_value, GError **error);

/* The words of the first ExecStart=, specifiers expanded; an empty list when there is none. Caller frees. */
bool manager_get_command(Manager *manager, const char *unit, char ***ret_words, GError **error);

/* The variables that the manager gives to generators and units, NAME=VALUE. Caller frees. */
bool manager_get_environment(Manager *manager, char ***ret_variables, GError **error);

/* The path of the unit's object. Caller frees. */
char *manager_unit_path(const char *unit);

/* Has the manager tell of changes, for those who watch units or jobs. */
bool manager_subscribe(Manager *manager, GError **error);

/* Calls TAKE for each property in a signal PropertiesChanged; it reads the value, or skips it, and returns what sd-bus does. */
typedef int (*ManagerTake)(sd_bus_message *message, const char *name, void *data);
void manager_read_changes(sd_bus_message *message, ManagerTake take, void *data);

/* Calls METHOD (StartUnit, StopUnit, RestartUnit, …) of the manager with mode "replace", and waits for the end of the
 * job. Fails with the job's result when it is not "done". */
bool manager_run_job(Manager *manager, const char *method, const char *unit, GError **error);

/* The same, and when the job has not ended after PATIENCE_USEC, LATE, which may be NULL, is called, once; then it is waited
 * for on. */
typedef void (*ManagerLate)(void *data);
bool manager_run_job_within(Manager *manager, const char *method, const char *unit, guint64 patience_usec,
                            ManagerLate late, void *data, GError **error);

/* Forgets that a unit has failed. */
bool manager_reset_failed(Manager *manager, const char *unit, GError **error);

/* The same for a job that a call of the caller's own made. REPLY holds its path. */
typedef struct ManagerJob {
        char *path;   /* "" until the call has returned */
        char *result; /* NULL until the job has ended */
        GHashTable *ended;
        sd_bus_slot *slot;
} ManagerJob;

bool manager_job_prepare(Manager *manager, ManagerJob *job, GError **error);
bool manager_job_wait(Manager *manager, ManagerJob *job, const char *unit, GError **error);
void manager_job_clear(ManagerJob *job);

/* Makes the text of a D-Bus error ours. Returns false. */
bool manager_fail(const sd_bus_error *failure, int errno_value, const char *what, GError **error);
