/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia run: podman-run(1)'s options, by the key table, as a transient unit. */

#include "base/error.h"
#include "base/path.h"
#include "cli/run.h"
#include "cli/verb.h"
#include "runner/exit-status.h"
#include "spec/container-keys.h"
#include "spec/container-options.h"
#include "spec/key-options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_help(void) {
        fputs("Usage:\n"
              "  wolffia run [OPTION…] IMAGE [COMMAND [ARGUMENT…]]\n"
              "\n"
              "Run a container, as a unit of its own that is gone when it ends\n"
              "\n"
              "Application Options:\n"
              "  -d, --detach        Do not wait for its end\n"
              "  --foreground        Run it here, with no unit and no manager\n"
              "  -i, --interactive   Give it the standard input\n"
              "  -t, --tty           Give it a terminal\n"
              "  --save=NAME         Run nothing, write NAME.container instead\n"
              "  --rm                Accepted: it is always so\n"
              "\n"
              "Output is shown, Ctrl-C stops it, the exit status is the container's. Besides, all\n"
              "options of wolffia-runner(1), which are podman's: -p, -v, -e, --name…\n",
              stdout);
}

static void print_options(void) {
        static const char options[] = "--detach\tDo not wait for its end\n"
                                      "--foreground\tRun it here, with no unit and no manager\n"
                                      "--interactive\tGive it the standard input\n"
                                      "--tty\tGive it a terminal\n"
                                      "--save=\tRun nothing, write a file instead\n"
                                      "--rm\tAccepted: it is always so\n";

        fputs(options, stdout);
        verb_print_keys(&container_key_table);
        puts("--help\tTell about this verb");
}

/* ---- the command line ---- */

/* Ours alone, or letters of ours alone ("-dt"). */
static bool take_own(const char *word, RunOptions *options) {
        if (g_str_equal(word, "--detach"))
                options->detach = true;
        else if (g_str_equal(word, "--foreground"))
                options->foreground = true;
        else if (g_str_equal(word, "--interactive"))
                options->interactive = true;
        else if (g_str_equal(word, "--tty"))
                options->terminal = true;
        else if (g_str_has_prefix(word, "--save=")) {
                g_free(options->save);
                options->save = g_strdup(word + strlen("--save="));
        } else if (word[1] && word[1] != '-' && strspn(word + 1, "dit") == strlen(word + 1)) {
                options->detach |= strchr(word, 'd') != NULL;
                options->interactive |= strchr(word, 'i') != NULL;
                options->terminal |= strchr(word, 't') != NULL;
        } else
                return g_str_equal(word, "--rm");
        return true;
}

/* Whether the option that is WORD has its value in the next word. */
static bool goes_on(const char *word) {
        if (strchr(word, '='))
                return false;
        if (word[1] == '-') {
                const Key *key = key_table_find_option(&container_key_table, word + 2, NULL);
                return !key || key_kind(key) != KEY_KIND_TRISTATE;
        }
        for (const char *p = word + 1; *p; p++) {
                const Key *key = key_table_find_letter(&container_key_table, *p);
                if (key && key_kind(key) != KEY_KIND_TRISTATE)
                        return !p[1];
        }
        return false;
}

/* REST gets what the table reads: options that are not ours, the image, the command. */
static void split(char **words, RunOptions *options, GPtrArray *rest) {
        while (*words && (*words)[0] == '-' && (*words)[1] && !g_str_equal(*words, "--")) {
                const char *word = *words++;

                if (take_own(word, options))
                        continue;
                if (g_str_equal(word, "--save") && *words) {
                        g_free(options->save);
                        options->save = g_strdup(*words++);
                        continue;
                }
                g_ptr_array_add(rest, (void *) word);
                if (goes_on(word) && *words)
                        g_ptr_array_add(rest, *words++);
        }
        for (; *words; words++)
                g_ptr_array_add(rest, *words);
        g_ptr_array_add(rest, NULL);
}

/* ---- what a unit would not find ---- */

static void replace(GPtrArray *list, guint i, char *by) {
        g_free(list->pdata[i]);
        list->pdata[i] = by;
}

/* A unit has another environment: --env=NAME is the value here, --env-host all of them. */
static void resolve_environment(ContainerSpec *spec) {
        if (spec->environment_host == TRISTATE_YES) {
                spec->environment_host = TRISTATE_UNSET;
                g_auto(GStrv) all = g_get_environ();
                for (guint i = g_strv_length(all); i > 0; i--)
                        g_ptr_array_insert(spec->environment, 0, g_strdup(all[i - 1]));
        }
        for (guint i = spec->environment->len; i > 0; i--) {
                const char *entry = spec->environment->pdata[i - 1];
                const char *value = strchr(entry, '=') ? NULL : g_getenv(entry);
                if (value)
                        replace(spec->environment, i - 1, g_strconcat(entry, "=", value, NULL));
                else if (!strchr(entry, '='))
                        g_ptr_array_remove_index(spec->environment, i - 1);
        }
}

/* And another folder: ./data:/data is meant here. */
static void resolve_paths(ContainerSpec *spec) {
        g_autofree char *here = g_get_current_dir();

        for (guint i = 0; i < spec->volumes->len; i++) {
                const char *volume = spec->volumes->pdata[i];
                if (volume[0] != '.')
                        continue;
                const char *colon = strchrnul(volume, ':');
                g_autofree char *source = g_strndup(volume, (gsize) (colon - volume));
                g_autofree char *full = path_absolute(here, source);
                replace(spec->volumes, i, g_strconcat(full, colon, NULL));
        }
        for (guint i = 0; i < spec->environment_files->len; i++)
                replace(spec->environment_files, i, path_absolute(here, spec->environment_files->pdata[i]));
        if (spec->rootfs) {
                char *full = path_absolute(here, spec->rootfs);
                g_free(spec->rootfs);
                spec->rootfs = full;
        }
}

static void name_it(ContainerSpec *spec, const RunOptions *options) {
        if (!spec->name)
                spec->name = options->save ? g_strdup(options->save)
                                           : g_strdup_printf("run-%08x", g_random_int());
        g_free(spec->unit);
        spec->unit = options->foreground ? NULL : g_strconcat(spec->name, ".service", NULL);
}

static bool check(const ContainerSpec *spec, const RunOptions *options, GError **error) {
        if (!spec->image && !spec->rootfs)
                return fail(error, WOLFFIA_ERROR_VALUE, "the name of an image is needed (or --rootfs=)");
        if ((options->interactive || options->terminal) && (options->detach || options->foreground))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "a container that is detached or in the foreground has no terminal and no input; 'wolffia "
                        "exec -it NAME COMMAND' and 'wolffia shell NAME' have");
        if (options->terminal && !isatty(STDIN_FILENO))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "--tty is for a terminal, and standard input is none");
        if (options->foreground && options->detach)
                return fail(error, WOLFFIA_ERROR_VALUE, "--foreground and --detach exclude each other");
        return true;
}

static int run(const Verb *verb, RunOptions *options, char **words) {
        g_autoptr(GPtrArray) rest = g_ptr_array_new();
        g_autoptr(ContainerSpec) spec = NULL;
        g_autoptr(GError) error = NULL;

        split(words, options, rest);
        if (!container_options_parse((const char *const *) rest->pdata, &spec, &error) ||
            !check(spec, options, &error))
                return verb_misuse(verb, "%s", error->message);
        resolve_environment(spec);
        resolve_paths(spec);
        name_it(spec, options);
        if (options->save)
                return run_save(spec, options->save, &error) ? VERB_SUCCESS : verb_fail(error);
        if (options->interactive || options->terminal)
                return run_interactive(spec, options);
        return options->foreground ? run_foreground(spec) : run_unit(spec, options->detach);
}

int verb_run(const Verb *verb, int argc, char **argv) {
        RunOptions options = {0};

        if (argc == 2 && g_str_equal(argv[1], VERB_PRINT_OPTIONS)) {
                print_options();
                return VERB_SUCCESS;
        }
        if (argc > 1 && g_str_equal(argv[1], "--help")) {
                print_help();
                return VERB_SUCCESS;
        }
        int status = run(verb, &options, argv + 1);
        g_free(options.save);
        return status;
}
