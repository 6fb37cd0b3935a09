/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia adopt: a user's Quadlet files become Wolffia's, with a report of what will be different. */

#include "base/error.h"
#include "cli/adopt-files.h"
#include "cli/config-folder.h"
#include "cli/verb.h"
#include "generator/generate.h"
#include "spec/reference.h"
#include "spec/unit-read.h"

#include <stdio.h>
#include <string.h>

static const char description[] =
        "Copies the files in ~/.config/containers/systemd/, or those that are named, to\n"
        "~/.config/wolffia/, and says what will be different. Nothing is overwritten, and the\n"
        "originals stay. Volumes, secrets and images stay with Podman: the report names them.";

typedef struct Adopt {
        gboolean dry_run, back;
        bool has_problems; /* a headline was printed */
        bool is_all;       /* nobody named some of the files */
        char *from, *to;
        GPtrArray *files;
        GPtrArray *volumes, *secrets, *images; /* names, each once */
} Adopt;

static const AdoptFile *find_file(const Adopt *adopt, const char *path) {
        for (guint i = 0; i < adopt->files->len; i++) {
                const AdoptFile *file = adopt->files->pdata[i];
                g_autofree char *own = g_build_filename(adopt->from, file->name, NULL);

                if (g_strcmp0(own, path) == 0)
                        return file;
        }
        return NULL;
}

/* GenerateReport: of the files that are adopted only. */
static void print_problem(const Problem *problem, const char *service, void *data) {
        Adopt *adopt = data;

        if (!find_file(adopt, problem->file))
                return;
        if (!adopt->has_problems)
                puts("\nWhat there is to know of the files:");
        adopt->has_problems = true;
        g_autofree char *line = problem_print(problem);
        printf("  %s\n", line + (g_str_has_prefix(line, adopt->from) ? strlen(adopt->from) + 1 : 0));
}

static void print_problems(Adopt *adopt) {
        g_autoptr(GArray) roots = g_array_new(FALSE, FALSE, sizeof(SearchRoot));
        SearchRoot root = {adopt->from, false, false, false};
        GenerateOptions options = {.report = print_problem, .data = adopt, .is_alone = true};

        g_array_append_val(roots, root);
        g_autoptr(Search) search = search_run(roots);
        (void) generate_all(search, &options);
}

/* Takes NAME. */
static void add_once(GPtrArray *names, char *name) {
        if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
                g_free(name);
        else
                g_ptr_array_add(names, name);
}

/* The part of each value before the first of the characters of END. */
static void collect(GPtrArray *names, const UnitFile *unit, const char *section, const char *key,
                    const char *end) {
        g_autoptr(GPtrArray) lines = unit_file_all(unit, section, key);

        for (guint i = 0; i < lines->len; i++) {
                const char *value = ((const UnitAssignment *) lines->pdata[i])->value;
                size_t length = strcspn(value, end);

                /* Volume=/x is a place, Volume=/x:/y a folder of the host. */
                if (strchr("/.%$", *value) || (g_str_equal(key, "Volume") && !value[length]))
                        continue;
                add_once(names, g_strndup(value, length));
        }
}

static void collect_resources(Adopt *adopt, const AdoptFile *file, UnitReader *reader) {
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) ignored = problems_new();

        if (file->is_link || !g_str_has_suffix(file->name, ".container"))
                return;
        unit_read_text(reader, file->text, file->size, file->name, unit, ignored);
        collect(adopt->volumes, unit, "Container", "Volume", ":");
        collect(adopt->secrets, unit, "Container", "Secret", ", \t");
        collect(adopt->images, unit, "Container", "Image", "");
}

/* As a word for a shell: what is printed is copied, and a file that somebody published may say anything. Caller frees. */
static char *shell_word(const char *text) {
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._:@-";

        return *text && *text != '-' && !text[strspn(text, plain)] ? g_strdup(text) : g_shell_quote(text);
}

/* "data.volume" is Podman's volume systemd-data; a name without a file is the same there. */
static void print_volume(const char *name) {
        bool has_file = g_str_has_suffix(name, ".volume");
        g_autofree char *stem = g_strndup(name, strlen(name) - (has_file ? strlen(".volume") : 0));
        g_autofree char *theirs = g_strconcat(has_file ? "systemd-" : "", stem, NULL);
        g_autofree char *from = shell_word(theirs), *to = shell_word(stem);

        printf("    podman volume export %s | wolffia volume import %s\n", from, to);
}

static void print_secret(const char *name) {
        g_autofree char *word = shell_word(name);

        printf("    podman secret inspect --showsecret --format '{{.SecretData}}' %s | head -c -1 | wolffia secret create %s\n",
               word, word);
}

/* "localhost/app" is in no registry. What names another file is no name of an image. */
static void print_image(const char *name) {
        g_autofree char *word = shell_word(name);

        if (reference_is_image_file(name))
                return;
        if (g_str_has_prefix(name, "localhost/"))
                printf("    podman save %s | wolffia import %s -\n", word, word);
        else
                printf("    wolffia pull %s\n", word);
}

/* Of two units with one name systemd takes Podman's, whose generator comes first. */
static void print_originals(const Adopt *adopt) {
        g_autofree char *aside = g_strconcat(adopt->from, ".podman", NULL);
        g_autofree char *from = shell_word(adopt->from), *to = shell_word(aside);

        puts("- Podman's generator makes units of the originals too, and systemd takes those. To have these, stop Podman's");
        if (adopt->is_all)
                printf("  (systemctl --user stop), and then\n    mv %s %s && systemctl --user daemon-reload\n",
                       from, to);
        else
                puts("  (systemctl --user stop), and move the originals away.");
}

static void print_remarks(const Adopt *adopt) {
        puts("\nWhat is different:");
        print_originals(adopt);
        if (adopt->volumes->len > 0) {
                puts("- Volumes with a name start empty here. To fill them before the first start (where VolumeName= says");
                puts("  another name, write that):");
                for (guint i = 0; i < adopt->volumes->len; i++)
                        print_volume(adopt->volumes->pdata[i]);
        }
        if (adopt->secrets->len > 0) {
                puts("- Secrets stay with Podman; they are copied by");
                for (guint i = 0; i < adopt->secrets->len; i++)
                        print_secret(adopt->secrets->pdata[i]);
        }
        if (adopt->images->len > 0) {
                puts("- Images are fetched again, at the first start or before; what Podman has built is copied:");
                for (guint i = 0; i < adopt->images->len; i++)
                        print_image(adopt->images->pdata[i]);
        }
        puts("- wolffia-container(5) lists the differences in how files are read.");
}

static const char *state_text(const Adopt *adopt, AdoptState state) {
        if (adopt->back)
                return state == ADOPT_SAME        ? (adopt->dry_run ? "would be removed" : "removed")
                       : state == ADOPT_DIFFERENT ? "was changed, and stays"
                                                  : "was not adopted";
        return state == ADOPT_SAME        ? "is there already"
               : state == ADOPT_DIFFERENT ? "another file of that name is there, and stays"
                                          : (adopt->dry_run ? "would be copied" : "copied");
}

static void print_files(const Adopt *adopt) {
        for (guint i = 0; i < adopt->files->len; i++) {
                const AdoptFile *file = adopt->files->pdata[i];

                printf("%s: %s\n", file->name, state_text(adopt, file->state));
        }
}

static bool run(Adopt *adopt, const char *const *names, GError **error) {
        adopt->is_all = !names[0];
        if (!adopt_files_find(adopt->from, adopt->to, names, &adopt->files, error))
                return false;
        if (!adopt->dry_run &&
            !(adopt->back ? adopt_files_remove : adopt_files_copy)(adopt->files, adopt->to, error))
                return false;
        print_files(adopt);
        if (adopt->back || adopt->files->len == 0)
                return true;

        g_autoptr(UnitReader) reader = unit_reader_new();
        print_problems(adopt);
        for (guint i = 0; i < adopt->files->len; i++)
                collect_resources(adopt, adopt->files->pdata[i], reader);
        print_remarks(adopt);
        if (!adopt->dry_run)
                puts("\n'systemctl --user daemon-reload' makes the units.");
        return true;
}

int verb_adopt(const Verb *verb, int argc, char **argv) {
        g_autoptr(GPtrArray) volumes = g_ptr_array_new_with_free_func(g_free),
                             secrets = g_ptr_array_new_with_free_func(g_free),
                             images = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *from = g_build_filename(g_get_user_config_dir(), "containers/systemd", NULL);
        g_autofree char *to = g_build_filename(g_get_user_config_dir(), "wolffia", NULL);
        Adopt adopt = {.from = from, .to = to, .volumes = volumes, .secrets = secrets, .images = images};
        const GOptionEntry entries[] = {
                {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &adopt.dry_run, "Only say what would be done", NULL},
                {"back", 0, 0, G_OPTION_ARG_NONE, &adopt.back, "Remove the copies that were not changed",
                 NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status = VERB_SUCCESS;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        g_autofree char *elsewhere = config_folder_explain();
        if (elsewhere)
                verb_warn(elsewhere);
        if (!run(&adopt, (const char *const *) arguments, &error))
                status = verb_fail(error);
        g_clear_pointer(&adopt.files, g_ptr_array_unref);
        return status;
}
