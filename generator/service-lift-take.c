/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options whose equivalent a container has. */

#include "generator/service-lift-take.h"

#include "spec/problem.h"
#include "spec/unit-words.h"
#include "spec/value-basic.h"
#include "spec/value-capability.h"
#include "spec/value-signal.h"

#include <string.h>

/* Whether there is a container that can have WHAT, and [Container] does not say KEY itself, which has the last word. */
static bool may_give(const LiftInput *input, const char *key) {
        if (!*lift_last(input)->value)
                return false;
        if (!input->spec) {
                lift_report(input, PROBLEM_WARNING,
                            "it would keep the unit from starting, so it is left out");
                return false;
        }
        if (key && lift_is_said(input, key)) {
                lift_report(input, PROBLEM_NOTE, "%s= in [Container] has the last word", key);
                return false;
        }
        return true;
}

static void note_given(const LiftInput *input, const char *what) {
        lift_report(input, PROBLEM_NOTE,
                    "given to the container, as %s; in the service it would hinder the runner", what);
}

static bool is_yes(const LiftInput *input) {
        bool yes = false;
        g_autoptr(GError) error = NULL;
        const char *value = lift_last(input)->value;

        if (*value && !value_boolean_parse(value, &yes, &error))
                lift_report(input, PROBLEM_ERROR, "%s", error->message);
        return yes;
}

bool lift_private_network(const LiftInput *input) {
        if (!is_yes(input) || !may_give(input, "Network") || !may_give(input, "Pod"))
                return false;
        g_ptr_array_add(input->spec->networks, g_strdup("none"));
        note_given(input, "Network=none");
        return false;
}

bool lift_no_new_privileges(const LiftInput *input) {
        if (!is_yes(input) || !may_give(input, "NoNewPrivileges"))
                return false;
        input->spec->no_new_privileges = TRISTATE_YES;
        note_given(input, "NoNewPrivileges=yes");
        return false;
}

/* ---- capabilities ---- */

/* A set of capabilities, as systemd merges the lines of one: NAMES, or all but NAMES. */
typedef struct CapabilitySet {
        GPtrArray *names; /* of const char *, as value_capability_parse() writes them */
        bool is_inverted;
        bool is_said;
} CapabilitySet;

static bool has_name(const GPtrArray *names, const char *name) {
        for (guint i = 0; i < names->len; i++)
                if (names->pdata[i] == name)
                        return true;
        return false;
}

static void merge(CapabilitySet *set, const GPtrArray *names, bool is_inverted) {
        if (!set->is_said)
                set->is_inverted = is_inverted;
        set->is_said = true;
        for (guint i = 0; i < names->len; i++) {
                char *name = names->pdata[i];

                if (set->is_inverted != is_inverted)
                        (void) g_ptr_array_remove(set->names, name);
                else if (!has_name(set->names, name))
                        g_ptr_array_add(set->names, name);
        }
}

static bool parse_names(const LiftInput *input, const char *text, GPtrArray *ret_names) {
        g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
        g_autoptr(GError) error = NULL;

        for (char **word = words; *word; word++) {
                const char *name;

                if (!**word)
                        continue;
                if (!value_capability_parse(*word, &name, &error)) {
                        lift_report(input, PROBLEM_ERROR, "%s", error->message);
                        return false;
                }
                g_ptr_array_add(ret_names, (char *) name);
        }
        return true;
}

static bool read_set(const LiftInput *input, CapabilitySet *set) {
        for (guint i = 0; i < input->lines->len; i++) {
                const UnitAssignment *line = input->lines->pdata[i];
                bool is_inverted = *line->value == '~';
                g_autoptr(GPtrArray) names = g_ptr_array_new();

                if (!parse_names(input, line->value + is_inverted, names))
                        return false;
                if (!*line->value) {
                        g_ptr_array_set_size(set->names, 0);
                        set->is_inverted = false;
                        set->is_said = true;
                } else
                        merge(set, names, is_inverted);
        }
        return true;
}

/* A bounding set takes away and never adds; AddCapability= in [Container] still does. */
bool lift_bounding_set(const LiftInput *input) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        CapabilitySet set = {names, false, false};

        if (!read_set(input, &set))
                return false;
        if (!input->spec) {
                (void) may_give(input, NULL);
                return false;
        }
        if (!set.is_inverted)
                g_ptr_array_add(input->spec->capabilities_dropped, g_strdup("all"));
        for (guint i = 0; i < names->len; i++) {
                if (set.is_inverted)
                        g_ptr_array_add(input->spec->capabilities_dropped, g_strdup(names->pdata[i]));
                else if (value_capability_is_default(names->pdata[i]))
                        g_ptr_array_add(input->spec->capabilities_added, g_strdup(names->pdata[i]));
        }
        note_given(input, "DropCapability=");
        return false;
}

bool lift_ambient(const LiftInput *input) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        CapabilitySet set = {names, false, false};

        if (!may_give(input, NULL) || !read_set(input, &set))
                return false;
        if (set.is_inverted) {
                lift_report(input, PROBLEM_ERROR,
                            "'~' is not supported here; write AddCapability= in [Container]");
                return false;
        }
        for (guint i = 0; i < names->len; i++)
                g_ptr_array_add(input->spec->capabilities_added, g_strdup(names->pdata[i]));
        note_given(input, "AddCapability=");
        return false;
}

/* ---- limits ---- */

/* Below these the runner and its helpers suffer (tried: 64 files, 64 MiB and 3 processes are too few), with a wide
 * margin. Above, systemd sets them: it lowers them to what the user may have, where a container's own limit is an
 * error. */
static const struct {
        const char *key;
        const char *name; /* of Ulimit= */
        guint64 minimum;
        bool is_size;
} limits[] = {
        {"LimitAS", "as", 1024 * 1024 * 1024, true},     {"LimitCPU", "cpu", G_MAXUINT64, false},
        {"LimitDATA", "data", 1024 * 1024 * 1024, true}, {"LimitFSIZE", "fsize", 1024 * 1024 * 1024, true},
        {"LimitNOFILE", "nofile", 1024, false},          {"LimitNPROC", "nproc", 4096, false},
        {"LimitSTACK", "stack", 8 * 1024 * 1024, true},
};

static bool parse_limit(const char *text, bool is_size, bool is_time, guint64 *ret_value) {
        guint64 usec;

        if (g_str_equal(text, "infinity")) {
                *ret_value = G_MAXUINT64;
                return true;
        }
        if (is_size)
                return value_size_parse(text, ret_value, NULL);
        if (!is_time)
                return value_number_parse(text, G_MAXUINT64, ret_value, NULL);
        if (!value_duration_parse(text, &usec, NULL))
                return false;
        *ret_value = usec / G_USEC_PER_SEC;
        return true;
}

static bool has_ulimit(const LiftInput *input, const char *name) {
        g_autoptr(GPtrArray) lines = unit_file_all(input->unit, "Container", "Ulimit");
        size_t length = strlen(name);

        for (guint i = 0; i < lines->len; i++) {
                const char *value = ((const UnitAssignment *) lines->pdata[i])->value;

                if (g_ascii_strncasecmp(value, name, length) == 0 && value[length] == '=')
                        return true;
        }
        return false;
}

static void give_limit(const LiftInput *input, size_t row, guint64 soft, guint64 hard) {
        g_autofree char *soft_text =
                soft == G_MAXUINT64 ? g_strdup("-1") : g_strdup_printf("%" G_GUINT64_FORMAT, soft);
        g_autofree char *hard_text =
                hard == G_MAXUINT64 ? g_strdup("-1") : g_strdup_printf("%" G_GUINT64_FORMAT, hard);
        char *limit = soft == hard ? g_strdup_printf("%s=%s", limits[row].name, soft_text)
                                   : g_strdup_printf("%s=%s:%s", limits[row].name, soft_text, hard_text);
        g_autofree char *what = g_strdup_printf("Ulimit=%s", limit);

        g_ptr_array_add(input->spec->ulimits, limit);
        note_given(input, what);
}

bool lift_limit(const LiftInput *input) {
        const char *value = lift_last(input)->value;
        g_auto(GStrv) parts = g_strsplit(value, ":", 2);
        guint64 soft, hard;
        size_t row = 0;

        while (row + 1 < G_N_ELEMENTS(limits) && !g_str_equal(limits[row].key, input->lift->key))
                row++;
        bool is_time = g_str_equal(limits[row].name, "cpu");
        if (!*value || !parse_limit(parts[0], limits[row].is_size, is_time, &soft) ||
            !parse_limit(parts[1] ? parts[1] : parts[0], limits[row].is_size, is_time, &hard) ||
            soft >= limits[row].minimum || !input->spec)
                return true; /* of what it cannot read, systemd says so */
        if (has_ulimit(input, limits[row].name))
                lift_report(input, PROBLEM_NOTE, "Ulimit=%s= in [Container] has the last word",
                            limits[row].name);
        else
                give_limit(input, row, soft, hard);
        return false;
}

/* ---- others ---- */

bool lift_umask(const LiftInput *input) {
        const char *value = lift_last(input)->value;
        g_autoptr(GError) error = NULL;
        mode_t mode;

        if (!input->spec)
                return true;
        if (!may_give(input, NULL))
                return false;
        if (!value_mode_parse(value, &mode, &error)) {
                lift_report(input, PROBLEM_ERROR, "%s", error->message);
                return false;
        }
        g_free(input->spec->umask);
        input->spec->umask = g_strdup(value);
        return false;
}

bool lift_kill_signal(const LiftInput *input) {
        const char *value = lift_last(input)->value;
        g_autoptr(GError) error = NULL;
        int number;

        if (!input->spec)
                return true;
        if (!may_give(input, "StopSignal"))
                return false;
        if (!value_signal_parse(value, &number, &error)) {
                lift_report(input, PROBLEM_ERROR, "%s", error->message);
                return false;
        }
        g_free(input->spec->stop_signal);
        input->spec->stop_signal = g_strdup(value);
        lift_report(input, PROBLEM_NOTE,
                    "given to the container, as StopSignal=; systemd asks the runner, by SIGTERM");
        return false;
}

/* [-]SOURCE[:TARGET[:rbind|norbind]] */
static void bind(const LiftInput *input, const char *word, bool is_read_only) {
        bool is_optional = *word == '-';
        g_auto(GStrv) parts = g_strsplit(word + is_optional, ":", 3);
        const char *target = parts[0] && parts[1] && *parts[1] ? parts[1] : parts[0];
        bool is_flat = parts[0] && parts[1] && parts[2] && g_str_equal(parts[2], "norbind");

        if (!parts[0] || !*parts[0])
                return;
        if (is_optional)
                lift_report(input, PROBLEM_WARNING,
                            "%s must be there for the container to start: Volume= has no '-'", parts[0]);
        g_ptr_array_add(input->spec->volumes,
                        g_strdup_printf("%s:%s%s%s", parts[0], target, is_read_only ? ":ro" : "",
                                        !is_flat       ? ""
                                        : is_read_only ? ",bind"
                                                       : ":bind"));
}

bool lift_bind_paths(const LiftInput *input) {
        bool is_read_only = g_str_equal(input->lift->key, "BindReadOnlyPaths");
        g_autoptr(GPtrArray) lines = unit_file_all(input->unit, "Service", input->lift->key);

        if (!may_give(input, NULL))
                return false;
        for (guint i = 0; i < lines->len; i++) {
                g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GError) error = NULL;

                if (!unit_words_split(((const UnitAssignment *) lines->pdata[i])->value, words, &error))
                        lift_report(input, PROBLEM_ERROR, "%s", error->message);
                for (guint j = 0; j < words->len; j++)
                        bind(input, words->pdata[j], is_read_only);
        }
        note_given(input, "Volume=");
        return false;
}

/* The payload's output goes to the journal by a way of its own, unless it has the service's. */
bool lift_output(const LiftInput *input) {
        static const char *const others[] = {"file:", "append:", "truncate:", "socket",
                                             "fd:",   "null",    "tty"};
        const char *value = lift_last(input)->value;

        for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
                if (g_str_has_prefix(value, others[i]) && input->spec && !lift_is_said(input, "LogDriver")) {
                        g_free(input->spec->log_driver);
                        input->spec->log_driver = g_strdup("passthrough");
                        lift_report(input, PROBLEM_NOTE,
                                    "the payload's output goes there too, as with LogDriver=passthrough");
                        break;
                }
        return true;
}

bool lift_scheduling(const LiftInput *input) {
        static const char *const ordinary[] = {"other", "batch", "idle"};
        const UnitAssignment *policy = unit_file_last(input->unit, "Service", "CPUSchedulingPolicy");
        const char *value = lift_last(input)->value;

        for (size_t i = 0; i < G_N_ELEMENTS(ordinary); i++)
                if (g_str_equal(value, ordinary[i]) && lift_last(input) == policy)
                        return true;
        if (*value)
                lift_report(input, PROBLEM_WARNING, "%s", input->lift->remark);
        return false;
}

bool lift_device_policy(const LiftInput *input) {
        const char *value = lift_last(input)->value;

        if (*value && !g_str_equal(value, "auto"))
                lift_report(input, PROBLEM_WARNING, "%s", input->lift->remark);
        return false;
}

/* With a "-" in front, systemd goes on without. */
bool lift_label(const LiftInput *input) {
        const char *value = lift_last(input)->value;

        if (*value)
                lift_report(input, *value == '-' ? PROBLEM_WARNING : PROBLEM_ERROR, "%s",
                            input->lift->remark);
        return false;
}
