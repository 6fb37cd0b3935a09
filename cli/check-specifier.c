/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Specifiers of systemd.unit(5) in a unit of a user's manager, as far as they are known while the unit does not run. */

#include "cli/check.h"

#include "base/file.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What a service's name is made of: PREFIX@INSTANCE.service. */
static char *stem_of(const char *service) {
        return g_strndup(service, strlen(service) - strlen(".service"));
}

static char *prefix_of(const char *service) {
        g_autofree char *stem = stem_of(service);

        return g_strndup(stem, strcspn(stem, "@"));
}

/* Empty for a unit without; NULL for a template, which may become any. */
static char *instance_of(const char *service) {
        g_autofree char *stem = stem_of(service);
        const char *at = strchr(stem, '@');

        if (at && !at[1])
                return NULL;
        return g_strdup(at ? at + 1 : "");
}

static char *last_part_of(const char *service) {
        g_autofree char *prefix = prefix_of(service);
        const char *dash = strrchr(prefix, '-');

        return g_strdup(dash ? dash + 1 : prefix);
}

/* systemd-escape(1), backwards; takes TEXT, which may be NULL. */
static char *unescape(char *text) {
        g_autofree char *escaped = text;

        if (!escaped)
                return NULL;
        GString *plain = g_string_new(NULL);
        for (const char *p = escaped; *p; p++) {
                bool is_byte =
                        p[0] == '\\' && p[1] == 'x' && g_ascii_isxdigit(p[2]) && g_ascii_isxdigit(p[3]);

                if (is_byte) {
                        g_string_append_c(plain, (char) (g_ascii_xdigit_value(p[2]) * 16 +
                                                         g_ascii_xdigit_value(p[3])));
                        p += 3;
                } else
                        g_string_append_c(plain, *p == '-' ? '/' : *p);
        }
        return g_string_free(plain, FALSE);
}

/* %f */
static char *path_of(const char *service) {
        g_autofree char *instance = instance_of(service);
        g_autofree char *plain =
                unescape(instance && *instance ? g_steal_pointer(&instance) : prefix_of(service));

        if (strstr(service, "@."))
                return NULL;
        return *plain == '/' ? g_strdup(plain) : g_strconcat("/", plain, NULL);
}

static char *of_service(const char *service, char letter) {
        switch (letter) {
        case 'n':
                return g_strdup(service);
        case 'N':
                return stem_of(service);
        case 'p':
                return prefix_of(service);
        case 'P':
                return unescape(prefix_of(service));
        case 'i':
                return instance_of(service);
        case 'I':
                return unescape(instance_of(service));
        case 'j':
                return last_part_of(service);
        case 'J':
                return unescape(last_part_of(service));
        case 'f':
                return path_of(service);
        case 'y':
                return g_build_filename(g_get_user_runtime_dir(), "systemd/generator", service, NULL);
        case 'Y':
                return g_build_filename(g_get_user_runtime_dir(), "systemd/generator", NULL);
        default:
                return NULL;
        }
}

/* Where a user's units keep what %S means: since systemd 254 it is $XDG_STATE_HOME. */
static const char *state_folder(void) {
        static guint version;
        g_autofree char *text = NULL;

        if (version == 0 && g_spawn_command_line_sync("systemctl --version", &text, NULL, NULL, NULL) &&
            text)
                version = (guint) g_ascii_strtoull(text + strcspn(text, "0123456789"), NULL, 10);
        return version >= 254 ? g_get_user_state_dir() : version > 0 ? g_get_user_config_dir() : NULL;
}

static char *temporary_folder(const char *usual) {
        static const char *const variables[] = {"TMPDIR", "TEMP", "TMP"};

        for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
                const char *folder = g_getenv(variables[i]);

                if (folder && *folder == '/')
                        return g_strdup(folder);
        }
        return g_strdup(usual);
}

static char *of_folders(char letter) {
        const char *state = letter == 'S' || letter == 'L' ? state_folder() : NULL;

        switch (letter) {
        case 'h':
                return g_strdup(g_get_home_dir());
        case 't':
                return g_strdup(g_get_user_runtime_dir());
        case 'E':
                return g_strdup(g_get_user_config_dir());
        case 'C':
                return g_strdup(g_get_user_cache_dir());
        case 'D':
                return g_strdup(g_get_user_data_dir());
        case 'S':
                return g_strdup(state);
        case 'L':
                return state ? g_build_filename(state, "log", NULL) : NULL;
        case 'T':
                return temporary_folder("/tmp");
        case 'V':
                return temporary_folder("/var/tmp");
        default:
                return NULL;
        }
}

static char *of_user(char letter) {
        const struct passwd *user = letter == 's' ? getpwuid(getuid()) : NULL;
        const struct group *group = letter == 'g' ? getgrgid(getgid()) : NULL;

        switch (letter) {
        case 'u':
                return g_strdup(g_get_user_name());
        case 'U':
                return g_strdup_printf("%u", (unsigned) getuid());
        case 'g':
                return group ? g_strdup(group->gr_name) : NULL;
        case 'G':
                return g_strdup_printf("%u", (unsigned) getgid());
        case 's':
                return user ? g_strdup(user->pw_shell) : NULL;
        default:
                return NULL;
        }
}

/* The machines that Debian is made for, in the words of ConditionArchitecture=. */
static char *architecture(const char *machine) {
        static const char *const words[][2] = {
                {"x86_64", "x86-64"}, {"i686", "x86"},    {"aarch64", "arm64"},    {"armv7l", "arm"},
                {"armv6l", "arm"},    {"s390x", "s390x"}, {"ppc64le", "ppc64-le"}, {"riscv64", "riscv64"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (g_str_equal(machine, words[i][0]))
                        return g_strdup(words[i][1]);
        return NULL;
}

/* One line of digits. NULL where it cannot be read. */
static char *read_id(const char *path) {
        char *text = NULL;

        if (!file_read(AT_FDCWD, path, 256, &text, NULL, NULL))
                return NULL;
        g_strdelimit(text, "-", ' ');
        g_auto(GStrv) parts = g_strsplit(g_strstrip(text), " ", -1);
        g_free(text);
        return g_strjoinv("", parts);
}

/* The value of a variable in os-release(5) or machine-info(5), empty where it says nothing. */
static char *read_variable(const char *const *paths, const char *name) {
        g_autofree char *text = NULL;

        while (*paths && !file_read(AT_FDCWD, *paths, 1 << 16, &text, NULL, NULL))
                paths++;
        g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
        for (char **line = lines; *line; line++) {
                size_t length = strlen(name);

                if (strncmp(*line, name, length) == 0 && (*line)[length] == '=') {
                        char *value = g_shell_unquote(*line + length + 1, NULL);
                        return value ? value : g_strdup("");
                }
        }
        return g_strdup("");
}

static char *of_system(char letter) {
        static const char *const releases[] = {"/etc/os-release", "/usr/lib/os-release", NULL};
        const char *name = letter == 'o'   ? "ID"
                           : letter == 'w' ? "VERSION_ID"
                           : letter == 'W' ? "VARIANT_ID"
                           : letter == 'B' ? "BUILD_ID"
                           : letter == 'M' ? "IMAGE_ID"
                           : letter == 'A' ? "IMAGE_VERSION"
                                           : NULL;

        return name ? read_variable(releases, name) : NULL;
}

static char *of_machine(char letter) {
        static const char *const infos[] = {"/etc/machine-info", NULL};
        struct utsname names;

        if (uname(&names) < 0)
                return NULL;
        switch (letter) {
        case 'a':
                return architecture(names.machine);
        case 'b':
                return read_id("/proc/sys/kernel/random/boot_id");
        case 'm':
                return read_id("/etc/machine-id");
        case 'v':
                return g_strdup(names.release);
        case 'H':
                return g_strdup(names.nodename);
        case 'l':
                return g_strndup(names.nodename, strcspn(names.nodename, "."));
        case 'q': {
                char *pretty = read_variable(infos, "PRETTY_HOSTNAME");

                if (*pretty)
                        return pretty;
                g_free(pretty);
                return g_strdup(names.nodename);
        }
        default:
                return NULL;
        }
}

char *check_specifier(const char *service, char letter) {
        char *value = letter == '%' ? g_strdup("%") : of_service(service, letter);

        if (!value)
                value = of_folders(letter);
        if (!value)
                value = of_user(letter);
        if (!value)
                value = of_system(letter);
        return value ? value : of_machine(letter);
}
