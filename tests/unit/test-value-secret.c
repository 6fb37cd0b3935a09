/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-secret.h"

#include <string.h>

static void test_forms(void) {
        static const struct {
                const char *text, *name;
                SecretKind kind;
                const char *target;
                guint32 uid, gid;
                mode_t mode;
        } forms[] = {
                {"db", "db", SECRET_MOUNT, "/run/secrets/db", 0, 0, 0444},
                {"db,type=env", "db", SECRET_ENVIRONMENT, "db", 0, 0, 0444},
                {"db,type=env,target=DB_PASS", "db", SECRET_ENVIRONMENT, "DB_PASS", 0, 0, 0444},
                {"db,target=DB_PASS,type=env", "db", SECRET_ENVIRONMENT, "DB_PASS", 0, 0, 0444},
                {"db,type=mount,target=passwd", "db", SECRET_MOUNT, "/run/secrets/passwd", 0, 0, 0444},
                {"db,target=/etc/x/passwd,uid=1883,gid=70,mode=0400", "db", SECRET_MOUNT, "/etc/x/passwd",
                 1883, 70, 0400},
                {"db,UID=5,GID=6", "db", SECRET_MOUNT, "/run/secrets/db", 5, 6, 0444},
                {"source=db,type=env", "db", SECRET_ENVIRONMENT, "db", 0, 0, 0444},
                {"a.b_c-d", "a.b_c-d", SECRET_MOUNT, "/run/secrets/a.b_c-d", 0, 0, 0444},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(Secret) secret = NULL;
                g_autoptr(GError) error = NULL;

                (void) value_secret_parse(forms[i].text, &secret, &error);
                g_assert_no_error(error);
                g_assert_cmpstr(secret->name, ==, forms[i].name);
                g_assert_cmpint(secret->kind, ==, forms[i].kind);
                g_assert_cmpstr(secret->target, ==, forms[i].target);
                g_assert_cmpuint(secret->uid, ==, forms[i].uid);
                g_assert_cmpuint(secret->gid, ==, forms[i].gid);
                g_assert_cmpuint(secret->mode, ==, forms[i].mode);
        }
}

static void test_names_the_fault(void) {
        static const char *const forms[][2] = {
                {"", "names no secret"},
                {"type=env", "names no secret"},
                {"../x", "cannot be the name of a secret"},
                {"a/b", "cannot be the name of a secret"},
                {".", "cannot be the name of a secret"},
                {"-x", "cannot be the name of a secret"},
                {"db,type=file", "mount and env are"},
                {"db,env", "of the form NAME=VALUE"},
                {"db,taget=X", "'taget' is not an option"},
                {"db,uid=me", "uid= is a number"},
                {"db,mode=rw", "not an octal mode"},
                {"db,type=env,mode=0400", "mode= belongs to a file"},
                {"db,type=env,target=A=B", "name of a variable"},
                {"db,target=/", "cannot be the path of a file"},
                {"db,target=..", "cannot be the path of a file"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(Secret) secret = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(value_secret_parse(forms[i][0], &secret, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                if (!strstr(error->message, forms[i][1]))
                        g_error("%s: %s", forms[i][0], error->message);
                g_assert_null(secret);
        }
}

static void test_long_names(void) {
        g_autofree char *longest = g_strnfill(237, 'x'), *longer = g_strnfill(238, 'x');

        g_assert_true(value_secret_check_name(longest, NULL));
        g_assert_false(value_secret_check_name(longer, NULL));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-secret/forms", test_forms);
        g_test_add_func("/value-secret/names-the-fault", test_names_the_fault);
        g_test_add_func("/value-secret/long-names", test_long_names);
        return g_test_run();
}
