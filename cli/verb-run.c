/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia run: podman-run(1)'s options, by the key table, as a transient unit. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/run.h"
#include "cli/verb.h"
#include "runner/exit-status.h"
#include "spec/container-keys.h"
#include "spec/container-options.h"
#include "spec/key-options.h"
#include "spec/value-basic.h"
#include "spec/value-name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_help(void) {
        static const char text[] =
                "Usage:\n"
                "  wolffia run [OPTION…] IMAGE [COMMAND [ARGUMENT…]]\n"
                "\n"
                "Run a container, as a unit of its own that is gone when it ends\n"
                "\n"
                "Application Options:\n"
                "  --arch=ARCH         Of which architecture the image is to be\n"
                "  --cidfile=FILE      Write its name there\n"
                "  -d, --detach        Do not wait for its end\n"
                "  --foreground        Run it here, with no unit and no manager\n"
                "  -i, --interactive   Give it the standard input\n"
                "  -t, --tty           Give it a terminal\n"
                "  --platform=PLATFORM The same as --arch: linux/ARCH[/VARIANT]\n"
                "  --save=NAME         Run nothing, write NAME.container instead\n"
                "  -q, --quiet         Show no progress while an image is fetched\n"
                "  --replace           End a run of the same name first\n"
                "  --restart=WHEN      Start it again: always, on-failure[:N], no\n"
                "  --rm                Accepted: it is always so\n"
                "  --timeout=SECONDS   End it after that time\n"
                "  --variant=VARIANT   Of that architecture\n"
                "\n"
                "Output is shown, signals go to it, the exit status is the container's. Options besides are\n"
                "podman's, described in wolffia-runner(1); -p, -v, -e, -u, -w, -h, -l and -m are as with podman.";
        g_autofree char *full = verb_describe_keys(text, &container_key_table);

        fputs(full, stdout);
}

static void print_options(void) {
        static const char options[] = "--arch=\tOf which architecture the image is to be\n"
                                      "--cidfile=\tWrite its name there\n"
                                      "--detach\tDo not wait for its end\n"
                                      "--foreground\tRun it here, with no unit and no manager\n"
                                      "--interactive\tGive it the standard input\n"
                                      "--tty\tGive it a terminal\n"
                                      "--platform=\tThe same as --arch: linux/ARCH[/VARIANT]\n"
                                      "--save=\tRun nothing, write a file instead\n"
                                      "--quiet\tShow no progress while an image is fetched\n"
                                      "--replace\tEnd a run of the same name first\n"
                                      "--restart=\tStart it again: always, on-failure[:N], no\n"
                                      "--rm\tAccepted: it is always so\n"
                                      "--timeout=\tEnd it after that time\n"
                                      "--variant=\tOf that architecture\n";

        fputs(options, stdout);
        verb_print_keys(&container_key_table);
        puts("--help\tTell about this verb");
}

/* ---- the command line ---- */

static void set_property(RunOptions *options, const char *name, const char *key, const char *value) {
        guint section = unit_file_add_section(options->service, name);

        unit_file_add(options->service, section, key, unit_file_keep(options->service, value), "", 0);
}

/* systemd counts starts, the first among them, and for as long as there is a unit where the interval has no end. */
static bool take_retries(RunOptions *options, const char *number, GError **error) {
        guint64 retries;

        if (!value_number_parse(number, G_MAXUINT16, &retries, error))
                return false;
        g_autofree char *starts = g_strdup_printf("%" G_GUINT64_FORMAT, retries + 1);
        set_property(options, "Service", "Restart", "on-failure");
        options->restarts = true;
        set_property(options, "Unit", "StartLimitBurst", starts);
        set_property(options, "Unit", "StartLimitIntervalSec", "infinity");
        return true;
}

static bool take_restart(RunOptions *options, const char *value, GError **error) {
        static const char *const names[][2] = {
                {"no", "no"},         {"never", "no"},
                {"always", "always"}, {"unless-stopped", "always"},
                {"", "always"},       {"on-failure", "on-failure"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (g_str_equal(value, names[i][0])) {
                        set_property(options, "Service", "Restart", names[i][1]);
                        options->restarts = !g_str_equal(names[i][1], "no");
                        return true;
                }
        if (g_str_has_prefix(value, "on-failure:"))
                return take_retries(options, value + strlen("on-failure:"), error) ||
                       fail_prefix(error, "--restart=%s", value);
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "--restart=%s: it is no, on-failure, on-failure:NUMBER or always", value);
}

static bool take_timeout(RunOptions *options, const char *value, GError **error) {
        guint64 seconds;

        if (!value_number_parse(value, G_MAXUINT32, &seconds, error))
                return fail_prefix(error, "--timeout=%s", value);
        if (seconds > 0)
                set_property(options, "Service", "RuntimeMaxSec", value);
        return true;
}

static void keep(char **field, const char *value) {
        g_free(*field);
        *field = g_strdup(value);
}

/* "linux/arm64/v8". */
static bool take_platform(RunOptions *options, const char *value, GError **error) {
        g_auto(GStrv) parts = g_strsplit(value, "/", -1);
        guint count = g_strv_length(parts);

        if (count < 2 || count > 3 || !g_str_equal(parts[0], "linux") || !*parts[1])
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "--platform=%s: write linux/ARCHITECTURE[/VARIANT], like linux/amd64", value);
        keep(&options->architecture, parts[1]);
        if (count == 3)
                keep(&options->variant, parts[2]);
        return true;
}

/* An option of ours with a value, which may be the next word; RET_USED is how many it took, 0: it is none. */
static bool take_with_value(char **words, RunOptions *options, guint *ret_used, GError **error) {
        const struct {
                const char *name;
                char **field; /* that keeps the value as it is; NULL: TAKE judges it */
                bool (*take)(RunOptions *options, const char *value, GError **error);
        } with_value[] = {
                {"--arch", &options->architecture, NULL}, {"--cidfile", &options->cidfile, NULL},
                {"--platform", NULL, take_platform},      {"--restart", NULL, take_restart},
                {"--save", &options->save, NULL},         {"--timeout", NULL, take_timeout},
                {"--variant", &options->variant, NULL},
        };

        *ret_used = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(with_value); i++) {
                size_t length = strlen(with_value[i].name);

                if (strncmp(*words, with_value[i].name, length) != 0)
                        continue;
                if ((*words)[length] == '=')
                        *ret_used = 1;
                else if (!(*words)[length] && words[1])
                        *ret_used = 2;
                else
                        continue;
                const char *value = *ret_used == 1 ? *words + length + 1 : words[1];
                if (with_value[i].take)
                        return with_value[i].take(options, value, error);
                keep(with_value[i].field, value);
                return true;
        }
        return true;
}

/* Ours alone, or letters of ours alone ("-dt"). */
static bool take_own(const char *word, RunOptions *options) {
        const struct {
                const char *name;
                char letter;
                bool *flag;
        } flags[] = {
                {"--detach", 'd', &options->detach},           {"--foreground", 0, &options->foreground},
                {"--interactive", 'i', &options->interactive}, {"--quiet", 'q', &options->quiet},
                {"--replace", 0, &options->replace},           {"--tty", 't', &options->terminal},
        };
        bool are_letters = word[1] && word[1] != '-' && strspn(word + 1, "ditq") == strlen(word + 1);

        for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
                if (g_str_equal(word, flags[i].name)) {
                        *flags[i].flag = true;
                        return true;
                }
                if (are_letters && strchr(word, flags[i].letter) && flags[i].letter)
                        *flags[i].flag = true;
        }
        return are_letters || g_str_equal(word, "--rm") || g_str_equal(word, "--rm=true");
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

/* What does nothing here is said, as `wolffia check` says it of files; not of a value that is refused. NEXT may be the value. */
static void warn_of_effect(const char *word, const char *next) {
        const char *equals = strchr(word, '=');
        const char *name = word[1] == '-' ? word + 2 : NULL;
        const Key *key = name ? key_table_find_option(&container_key_table, name, NULL)
                              : key_table_find_letter(&container_key_table, word[1]);

        if (!key || key->effect != KEY_IGNORED)
                return;
        const char *value = equals ? equals + 1 : next;
        if (key->check && value && !key->check(value, NULL))
                return;
        g_autofree char *text = g_strdup_printf("--%s has no effect: %s", key->option, key->description);
        verb_warn(text);
}

/* REST gets what the table reads: options that are not ours, the image, the command. */
static bool split(char **words, RunOptions *options, GPtrArray *rest, GError **error) {
        while (*words && (*words)[0] == '-' && (*words)[1] && !g_str_equal(*words, "--")) {
                const char *word = *words;
                guint used;

                if (!take_with_value(words, options, &used, error))
                        return false;
                words += MAX(used, 1);
                if (used > 0 || take_own(word, options))
                        continue;
                warn_of_effect(word, *words);
                g_ptr_array_add(rest, (void *) word);
                if (goes_on(word) && *words)
                        g_ptr_array_add(rest, *words++);
        }
        for (; *words; words++)
                g_ptr_array_add(rest, *words);
        g_ptr_array_add(rest, NULL);
        return true;
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
        if (options->save && (options->architecture || options->variant || options->cidfile))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED, "--save writes a .container file, which has no %s",
                        options->cidfile
                                ? "--cidfile; its name is that of the file"
                                : "--platform; write Arch= in a .image file, and Image=NAME.image there");
        bool is_attached = !options->detach && !options->save;
        if (is_attached && options->terminal && options->interactive && !isatty(STDIN_FILENO))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "--tty with --interactive is for a terminal, and standard input is none");
        if (spec->name && !value_name_check(NAME_CONTAINER, spec->name, error))
                return fail_prefix(error, "--name");
        if (options->foreground && options->detach)
                return fail(error, WOLFFIA_ERROR_VALUE, "--foreground and --detach exclude each other");
        if (options->foreground && options->service->assignments->len > 0)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "--restart and --timeout are for a service manager, and --foreground has none");
        if (options->restarts && is_attached && (options->interactive || options->terminal))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "--interactive and --tty are for one start, and --restart is for more; write --detach with it");
        if (options->save && unit_file_find_section(options->service, "Unit") != UNIT_FILE_NO_SECTION)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "--restart=on-failure:NUMBER is not for a file, whose starts by hand would count as "
                        "well; write --restart=on-failure, and StartLimitBurst= in its [Unit]");
        return true;
}

static void give_input(ContainerSpec *spec, const RunOptions *options) {
        const char *kind = g_getenv("TERM");

        /* A caller who waits reads what it says, whoever keeps it. */
        if (!options->detach && !options->save && g_strcmp0(spec->log_driver, "none") == 0)
                g_clear_pointer(&spec->log_driver, g_free);
        if (!options->interactive && !options->terminal)
                return;
        /* Nobody is there to look at it, so it goes to the log; nor to type. */
        if (options->detach || options->save) {
                *(options->terminal ? &spec->tty : &spec->interactive) = TRISTATE_YES;
                return;
        }
        g_free(spec->standard_input);
        spec->standard_input = g_strdup(options->terminal ? "terminal" : "pipe");
        /* What the caller says comes behind. */
        if (options->terminal)
                g_ptr_array_insert(spec->environment, 0, g_strconcat("TERM=", kind ? kind : "xterm", NULL));
}

/* A script knows its container by that file, so one that is there already is another's. */
static bool write_name(const ContainerSpec *spec, const RunOptions *options, GError **error) {
        if (!options->cidfile)
                return true;
        autofd int fd = open(options->cidfile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
        if (fd < 0)
                return fail_errno(error, errno, "--cidfile=%s: cannot make it", options->cidfile);
        return file_write_all(fd, spec->name, strlen(spec->name), error);
}

static int run(const Verb *verb, RunOptions *options, char **words) {
        g_autoptr(GPtrArray) rest = g_ptr_array_new();
        g_autoptr(ContainerSpec) spec = NULL;
        g_autoptr(GError) error = NULL;

        if (!split(words, options, rest, &error) ||
            !container_options_parse((const char *const *) rest->pdata, &spec, &error) ||
            !check(spec, options, &error))
                return verb_misuse(verb, "%s", error->message);
        resolve_environment(spec);
        resolve_paths(spec);
        name_it(spec, options);
        give_input(spec, options);
        if (options->save)
                return run_save(spec, options, &error) ? VERB_SUCCESS : verb_fail(error);
        if (!run_reference(spec, options, &error))
                return verb_misuse(verb, "%s", error->message);
        /* Its unit comes first, and fetches it as its file says. */
        bool is_fetched = options->has_image_unit && !options->foreground;
        if ((!is_fetched && !run_pull(spec, options, &error)) || !write_name(spec, options, &error)) {
                (void) verb_fail(error);
                return EXIT_STATUS_NOT_STARTED;
        }
        /* Up to systemd 252 at least, the manager lets go of the caller's files with the first process. */
        if (options->restarts && !options->detach)
                verb_warn("what it says after a restart may be in the journal, by the version of systemd");
        return options->foreground ? run_foreground(spec, options) : run_unit(spec, options);
}

int verb_run(const Verb *verb, int argc, char **argv) {
        g_autoptr(UnitFile) service = unit_file_new();
        RunOptions options = {.service = service};

        if (argc == 2 && g_str_equal(argv[1], VERB_PRINT_OPTIONS)) {
                print_options();
                return VERB_SUCCESS;
        }
        if (argc > 1 && g_str_equal(argv[1], "--help")) {
                print_help();
                return VERB_SUCCESS;
        }
        references_init(&options.references);
        int status = run(verb, &options, argv + 1);
        references_clear(&options.references);
        g_free(options.save);
        g_free(options.cidfile);
        g_free(options.architecture);
        g_free(options.variant);
        return status;
}
