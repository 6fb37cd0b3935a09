/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A guess that costs nothing when it is wrong: the ids are one and the same on the host. */

#include "runner/payload-switch.h"

#include "base/cleanup.h"
#include "runner/beneath.h"
#include "runner/environment.h"
#include "runner/payload-user.h"
#include "runner/payload.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRIPT_MAX = 65536 };

static bool is_name(const char *text) {
        return g_ascii_isalnum(*text) &&
               text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] == '\0';
}

static char *take_name(const char *word) {
        g_autofree char *name = g_strndup(word ? word : "", strcspn(word ? word : "", ":"));

        return is_name(name) ? g_steal_pointer(&name) : NULL;
}

/* WORDS follow the program's name. */
static char *find_option(char **words, const char *option) {
        for (; *words; words++) {
                if (g_str_equal(*words, option))
                        return take_name(words[1]);
                if (g_str_has_prefix(*words, option) && (*words)[strlen(option)] == '=')
                        return take_name(*words + strlen(option) + 1);
        }
        return NULL;
}

static char *find_first(char **words) {
        while (*words && **words == '-')
                words++;
        return take_name(*words);
}

/* One line of the script: "exec gosu NAME …" and its relatives. */
static char *find_in_words(char **words) {
        for (; *words; words++) {
                if (g_str_equal(*words, "gosu") || g_str_equal(*words, "su-exec") ||
                    g_str_equal(*words, "s6-setuidgid") || g_str_equal(*words, "su"))
                        return find_first(words + 1);
                if (g_str_equal(*words, "setpriv"))
                        return find_option(words + 1, "--reuid");
                if (g_str_equal(*words, "runuser"))
                        return find_option(words + 1, "-u");
        }
        return NULL;
}

static bool starts_itself(const char *line, const char *name) {
        const char *found = strstr(line, name);

        return strstr(line, "\"$0\"") || strstr(line, "\"$BASH_SOURCE\"") ||
               strstr(line, "\"${BASH_SOURCE") ||
               (found && strstr(line, " -c ") && found > strstr(line, " -c "));
}

char *payload_switch_find(const char *script, const char *name) {
        g_auto(GStrv) lines = NULL;

        if (!g_str_has_prefix(script, "#!"))
                return NULL;
        lines = g_strsplit(script, "\n", -1);
        for (char **line = lines; *line; line++) {
                char *text = g_strstrip(*line);
                if (!g_str_has_prefix(text, "exec ") || !starts_itself(text, name))
                        continue;
                g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
                char *user = find_in_words(words + 1);
                if (user)
                        return user;
        }
        return NULL;
}

static char *read_script(int root_fd, const char *path) {
        autofd int fd = -1;
        struct stat status;
        g_autofree char *text = g_malloc0(SCRIPT_MAX + 1);

        if (!beneath_read(root_fd, path, &fd, NULL) || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
            read(fd, text, SCRIPT_MAX) <= 0)
                return NULL;
        return g_steal_pointer(&text);
}

static char *find_script(const Run *run, int root_fd, const char *program) {
        const char *path = environment_find(run->environment, "PATH");

        if (strchr(program, '/'))
                return read_script(root_fd, program);
        g_auto(GStrv) folders = g_strsplit(path ? path : "", ":", -1);
        for (char **folder = folders; *folder; folder++) {
                g_autofree char *candidate = g_build_filename("/", *folder, program, NULL);
                char *text = read_script(root_fd, candidate);
                if (text)
                        return text;
        }
        return NULL;
}

void payload_switch_apply(Run *run, int root_fd) {
        g_autoptr(GPtrArray) words = NULL;
        g_autofree char *script = NULL, *user = NULL, *name = NULL, *note = NULL;
        PayloadUser found = {0};

        if (!id_map_is_single(run->map) || *payload_user_chosen(run) ||
            !payload_plan_command(run->spec, run->image, &words, NULL))
                return;
        script = find_script(run, root_fd, words->pdata[0]);
        name = g_path_get_basename(words->pdata[0]);
        user = script ? payload_switch_find(script, name) : NULL;
        if (!user || !payload_user_find(root_fd, user, NULL, &found, NULL))
                return;
        payload_user_clear(&found);
        note = g_strdup_printf(
                "The image's %s starts itself again as user %s, which a container with a single id cannot "
                "become: it is started as %s at once (User=%s says the same, User=root does not)",
                name, user, user, user);
        sync_note(&run->sync, note);
        g_free(run->spec->user);
        run->spec->user = g_steal_pointer(&user);
}
