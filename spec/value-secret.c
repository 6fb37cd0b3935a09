/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The grammar of secrets. */

#include "spec/value-secret.h"

#include "base/error.h"
#include "spec/value-basic.h"
#include "spec/value-user.h"

#include <string.h>

#define FOLDER "/run/secrets/"
/* A suffix comes behind it, and for a moment another (file_write_atomic()). */
#define LONGEST_NAME 237

void secret_free(Secret *secret) {
        if (!secret)
                return;
        g_free(secret->name);
        g_free(secret->target);
        g_free(secret);
}

char *value_secret_store(void) {
        return g_build_filename(g_get_user_data_dir(), "wolffia", "secrets", NULL);
}

bool value_secret_check_name(const char *name, GError **error) {
        bool good = *name && !strchr("-.", *name) && strlen(name) <= LONGEST_NAME &&
                    g_utf8_validate(name, -1, NULL);

        for (const char *p = name; *p; p++)
                good = good && !g_ascii_iscntrl(*p) && !strchr("/=,", *p);
        if (!good)
                return fail(
                        error, WOLFFIA_ERROR_VALUE,
                        "'%s' cannot be the name of a secret: that has no '/', '=' or ',', begins with neither '.' "
                        "nor '-', and is not longer than %d bytes",
                        name, LONGEST_NAME);
        return true;
}

/* What has been said, before it is known what it means. */
typedef struct Said {
        const char *type;
        const char *target;
        const char *of_files; /* the first option that only files have */
} Said;

static bool take_id(const char *option, const char *value, guint32 *ret_id, GError **error) {
        if (!value_id_parse(value, ret_id))
                return fail(error, WOLFFIA_ERROR_VALUE, "%s= is a number, not '%s'", option, value);
        return true;
}

static bool take_type(Secret *secret, const char *value, GError **error) {
        if (!g_str_equal(value, "mount") && !g_str_equal(value, "env"))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not a type; mount and env are", value);
        secret->kind = g_str_equal(value, "env") ? SECRET_ENVIRONMENT : SECRET_MOUNT;
        return true;
}

static bool take_option(Secret *secret, Said *said, const char *option, const char *value, GError **error) {
        if (g_str_equal(option, "type"))
                return take_type(secret, value, error);
        if (g_str_equal(option, "target")) {
                said->target = value;
                return true;
        }
        if (g_str_equal(option, "source")) {
                g_free(secret->name);
                secret->name = g_strdup(value);
                return true;
        }
        bool is_uid = g_ascii_strcasecmp(option, "uid") == 0,
             is_gid = g_ascii_strcasecmp(option, "gid") == 0;
        bool is_mode = g_str_equal(option, "mode");
        if (!is_uid && !is_gid && !is_mode)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not an option of secrets; type=, target=, uid=, gid= and mode= are",
                            option);
        said->of_files = is_uid ? "uid" : is_gid ? "gid" : "mode";
        if (is_mode)
                return value_mode_parse(value, &secret->mode, error);
        return take_id(option, value, is_uid ? &secret->uid : &secret->gid, error);
}

static bool is_variable(const char *name) {
        return *name && !strchr(name, '=');
}

/* Sets the target, which means one of two things. */
static bool complete(Secret *secret, const Said *said, GError **error) {
        const char *target = said->target && *said->target ? said->target : secret->name;

        if (secret->kind == SECRET_ENVIRONMENT) {
                if (said->of_files)
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "%s= belongs to a file, and type=env makes a variable", said->of_files);
                if (!is_variable(target))
                        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' cannot be the name of a variable",
                                    target);
                secret->target = g_strdup(target);
                return true;
        }
        if (target[strspn(target, "/.")] == '\0')
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' cannot be the path of a file", target);
        secret->target = *target == '/' ? g_strdup(target) : g_strconcat(FOLDER, target, NULL);
        return true;
}

bool value_secret_parse(const char *text, Secret **ret_secret, GError **error) {
        g_autoptr(Secret) secret = g_new0(Secret, 1);
        g_auto(GStrv) parts = g_strsplit(text, ",", -1);
        Said said = {0};
        guint first = 0;

        secret->mode = 0444;
        if (parts[0] && !strchr(parts[0], '=')) {
                secret->name = g_strdup(parts[0]);
                first = 1;
        }
        for (char **part = parts + first; *part; part++) {
                char *equals = strchr(*part, '=');

                if (!equals)
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is not an option of secrets, which are of the form NAME=VALUE",
                                    *part);
                *equals = '\0';
                if (!take_option(secret, &said, *part, equals + 1, error))
                        return false;
        }
        if (!secret->name || !*secret->name)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' names no secret; write NAME,type=env,…", text);
        if (!value_secret_check_name(secret->name, error) || !complete(secret, &said, error))
                return false;
        *ret_secret = g_steal_pointer(&secret);
        return true;
}
