/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia cdi: the specifications of the Container Device Interface (JSON) as options of the runner, which calls this at
 * the start of a container that names such a device. */

#include "base/error.h"
#include "base/file.h"
#include "cli/cdi-specification.h"
#include "cli/verb.h"
#include "image/document.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char description[] =
        "A name is VENDOR/CLASS=DEVICE. Specifications are the .json files in\n"
        "~/.config/cdi, /run/cdi and /etc/cdi; the first that knows the device counts.";

/* A file that is none is warned of and passed over: others may know the device. */
static bool look_into(const char *path, const char *kind, const char *name, CdiRest *rest) {
        g_autoptr(GString) options = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        bool found = false;
        size_t size;

        if (!file_read(AT_FDCWD, path, IMAGE_DOCUMENT_SIZE_MAX, &text, &size, &error) ||
            !cdi_specification_find(text, size, kind, name, options, &found, rest, &error)) {
                g_autofree char *warning = g_strdup_printf("%s cannot be read: %s", path, error->message);
                verb_warn(warning);
                return false;
        }
        fputs(options->str, stdout);
        return found;
}

/* RET_OTHER: a file in the other format that specifications may have, if there is one. */
static bool look_in_folder(const char *folder, const char *kind, const char *name, CdiRest *rest,
                           char **ret_other) {
        GDir *dir = g_dir_open(folder, 0, NULL);
        bool found = false;
        const char *entry;

        while (dir && !found && (entry = g_dir_read_name(dir))) {
                g_autofree char *path = g_build_filename(folder, entry, NULL);
                found = g_str_has_suffix(entry, ".json") && look_into(path, kind, name, rest);
                if (!*ret_other && (g_str_has_suffix(entry, ".yaml") || g_str_has_suffix(entry, ".yml")))
                        *ret_other = g_steal_pointer(&path);
        }
        if (dir)
                g_dir_close(dir);
        return found;
}

static bool has_group(gid_t gid) {
        gid_t groups[NGROUPS_MAX];
        int n = getgroups(NGROUPS_MAX, groups);

        for (int i = 0; i < n; i++)
                if (groups[i] == gid)
                        return true;
        return getegid() == gid;
}

/* A container has the groups that its user has on the host, and nobody can give it more. */
static void tell_rest(const CdiRest *rest) {
        if (rest->has_hooks)
                puts("# its specification has hooks, programs of the host that change the container; they are not run");
        for (guint i = 0; i < rest->groups->len; i++) {
                gid_t gid = g_array_index(rest->groups, gid_t, i);
                if (has_group(gid))
                        continue;
                struct group *entry = getgrgid(gid);
                printf("# its specification wants the group %u, which you are not in, so some of its devices may be closed; "
                       "'sudo usermod -aG %s %s' and a new login put you in\n",
                       gid, entry ? entry->gr_name : "GROUP", g_get_user_name());
        }
}

static bool translate(const char *text, CdiRest *rest, GError **error) {
        const char *equals = strchr(text, '=');
        g_autofree char *own = g_build_filename(g_get_user_config_dir(), "cdi", NULL);
        g_autofree char *other = NULL;
        const char *const folders[] = {own, "/run/cdi", "/etc/cdi"};

        if (!equals)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not of the form VENDOR/CLASS=DEVICE", text);
        g_autofree char *kind = g_strndup(text, (gsize) (equals - text));
        for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
                if (!look_in_folder(folders[i], kind, equals + 1, rest, &other))
                        continue;
                return true;
        }
        return fail(
                error, WOLFFIA_ERROR_NOT_FOUND,
                "No specification in ~/.config/cdi, /run/cdi or /etc/cdi knows the device '%s'%s%s (for NVIDIA's: "
                "'nvidia-ctk cdi generate --format=json --output=/etc/cdi/nvidia.json' as root)",
                text, other ? "; JSON is read, and not YAML as in " : "", other ? other : "");
}

int verb_cdi(const Verb *verb, int argc, char **argv) {
        const GOptionEntry entries[] = {{NULL}};
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a device is needed");
        for (char **name = arguments; *name; name++) {
                g_autoptr(GError) error = NULL;
                CdiRest rest = CDI_REST_NONE;
                bool done = translate(*name, &rest, &error);
                if (done)
                        tell_rest(&rest);
                g_array_unref(rest.groups);
                if (!done)
                        return verb_fail(error);
        }
        return VERB_SUCCESS;
}
