/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia check: what the generator would say of files, and what their units would say at a start. */

#include "cli/check.h"
#include "cli/config-folder.h"
#include "cli/verb.h"
#include "generator/generate.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
        "Without FILE, all unit files of yours are checked. Nothing is written. Exit status: 0 when all is\n"
        "well or only remarks were made, 1 when a unit would fail, 2 when it cannot be said.";

static void clear_port(void *data) {
        CheckPort *port = data;

        g_free(port->service);
        g_free(port->text);
        port_mapping_free(port->mapping);
}

static void clear_unit(void *data) {
        CheckUnit *unit = data;

        g_free(unit->path);
        g_free(unit->service);
        g_free(unit->text);
}

static void clear_finding(void *data) {
        CheckFinding *finding = data;

        g_free(finding->service);
        problem_free(finding->problem);
}

static GArray *new_array(guint size, GDestroyNotify clear) {
        GArray *array = g_array_new(FALSE, FALSE, size);

        g_array_set_clear_func(array, clear);
        return array;
}

static void check_init(Check *check) {
        check->ports = new_array(sizeof(CheckPort), clear_port);
        check->listeners = check_listeners_read();
        check->units = new_array(sizeof(CheckUnit), clear_unit);
        check->findings = new_array(sizeof(CheckFinding), clear_finding);
        /* Opening it makes it; where there is none yet, or it is somebody else's, nothing is said of images. */
        g_autoptr(Settings) settings = settings_load(NULL); /* main() has told what is wrong in it */
        check->network = g_strdup(settings->network);
        g_autofree char *store = settings_store_folder(settings);
        if (g_file_test(store, G_FILE_TEST_IS_DIR))
                (void) image_store_open(&check->store, NULL);
}

static void check_clear(Check *check) {
        g_free(check->network);
        g_array_unref(check->ports);
        g_array_unref(check->listeners);
        g_array_unref(check->units);
        g_array_unref(check->findings);
        image_store_free(check->store);
}

void check_add_finding(Check *check, const Problem *problem, const char *service) {
        CheckFinding finding = {g_strdup(service), problem_copy(problem)};

        g_array_append_val(check->findings, finding);
        if (!check->is_quiet) {
                g_autofree char *line = problem_print(problem);
                fprintf(stderr, "%s\n", line);
        }
}

/* GenerateReport */
static void report(const Problem *problem, const char *service, void *data) {
        check_add_finding(data, problem, service);
}

/* GenerateInspect, for the first look at all units. */
static void note_ports(Translation *translation, const char *text, void *data) {
        check_ports_note(data, translation);
}

/* GenerateInspect */
static void inspect(Translation *translation, const char *text, void *data) {
        Check *check = data;

        /* Also where something is wrong already: all is to be told at once. */
        if (translation->spec) {
                check_start(check, translation);
                check_ports(check, translation);
                check_subnet(translation);
        }
        if (check->prints_units)
                fputs(text, stdout);
        CheckUnit unit = {g_strdup(translation->path), g_strdup(translation->service), g_strdup(text),
                          problems_have_errors(translation->problems)};
        g_array_append_val(check->units, unit);
}

/* What is checked may not be what runs. */
static void tell_folder(Check *check) {
        g_autoptr(GPtrArray) problems = problems_new();
        g_autofree char *text = config_folder_explain();

        if (!text)
                return;
        problem_add(problems, PROBLEM_WARNING, g_get_user_config_dir(), 0, NULL, "%s", text);
        check_add_finding(check, problems->pdata[0], NULL);
}

static void look_at_ports(Check *check) {
        g_autoptr(GArray) roots = search_roots();
        g_autoptr(Search) search = search_run(roots);
        GenerateOptions options = {.inspect = note_ports, .data = check, .network = check->network};

        (void) generate_all(search, &options);
}

static int check_all(Check *check) {
        g_autoptr(GArray) roots = search_roots();
        g_autoptr(Search) search = search_run(roots);
        GenerateOptions options = {
                .inspect = inspect, .report = report, .data = check, .network = check->network};

        (void) generate_all(search, &options);
        return VERB_SUCCESS;
}

static int check_file(Check *check, const char *path) {
        GenerateOptions options = {
                .inspect = inspect, .report = report, .data = check, .network = check->network};
        g_autoptr(GPtrArray) problems = NULL;
        g_autoptr(GError) error = NULL;

        if (generate_check(path, &options, NULL, &problems, &error))
                return VERB_SUCCESS;
        (void) verb_fail(error);
        return VERB_USAGE;
}

/* What is to be said in the end, and the exit status. CANNOT_SAY is VERB_USAGE when something could not be checked. */
static int finish(Check *check, bool is_all, int cannot_say) {
        guint broken = 0;

        for (guint i = 0; i < check->units->len; i++)
                broken += g_array_index(check->units, CheckUnit, i).is_broken;
        bool has_errors = broken > 0;
        for (guint i = 0; i < check->findings->len; i++)
                has_errors =
                        has_errors ||
                        g_array_index(check->findings, CheckFinding, i).problem->severity == PROBLEM_ERROR;
        if (check->is_quiet)
                check_print_json(check);
        else if (is_all && !check->prints_units)
                printf("%u unit%s, %u of them would fail\n", check->units->len,
                       check->units->len == 1 ? "" : "s", broken);
        return cannot_say ? cannot_say : has_errors ? VERB_FAILURE : VERB_SUCCESS;
}

int verb_check(const Verb *verb, int argc, char **argv) {
        gboolean print = FALSE, json = FALSE, verify = FALSE;
        const GOptionEntry entries[] = {
                {"print", 0, 0, G_OPTION_ARG_NONE, &print, "Print the units that they become", NULL},
                {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print all that is found as JSON", NULL},
                {"all", 0, 0, G_OPTION_ARG_NONE, &verify, "Let systemd-analyze verify the units as well",
                 NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (print && json)
                return verb_misuse(verb, "--print and --json do not go together");

        Check check = {.is_quiet = json, .prints_units = print};
        check_init(&check);
        tell_folder(&check);
        look_at_ports(&check);
        status = *arguments ? VERB_SUCCESS : check_all(&check);
        for (char **path = arguments; *path; path++) {
                int answer = check_file(&check, *path);

                status = MAX(status, answer);
        }
        if (verify && !check_verify(&check, &error)) {
                (void) verb_fail(error);
                status = VERB_USAGE;
        }
        status = finish(&check, !*arguments, status);
        check_clear(&check);
        return status;
}
