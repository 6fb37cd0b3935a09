/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-userns.h"

static UserNamespaceMode *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        UserNamespaceMode *mode = NULL;

        (void) value_userns_parse(text, &mode, &error);
        g_assert_no_error(error);
        return mode;
}

static void test_kinds(void) {
        static const struct {
                const char *text;
                UserNamespaceKind kind;
        } forms[] = {
                {NULL, USER_NAMESPACE_DEFAULT},      {"", USER_NAMESPACE_DEFAULT},
                {"private", USER_NAMESPACE_DEFAULT}, {"keep-id", USER_NAMESPACE_KEEP_ID},
                {"auto", USER_NAMESPACE_AUTO},       {"nomap", USER_NAMESPACE_NOMAP},
                {"host", USER_NAMESPACE_HOST},       {"single", USER_NAMESPACE_SINGLE},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(UserNamespaceMode) mode = parse(forms[i].text);

                g_assert_cmpint(mode->kind, ==, forms[i].kind);
                g_assert_false(mode->has_uid || mode->has_gid || mode->has_size);
        }
}

static void test_options(void) {
        g_autoptr(UserNamespaceMode) keep = parse("keep-id:uid=200,gid=210,size=300");
        g_assert_true(keep->has_uid && keep->has_gid && keep->has_size);
        g_assert_cmpuint(keep->uid, ==, 200);
        g_assert_cmpuint(keep->gid, ==, 210);
        g_assert_cmpuint(keep->size, ==, 300);

        g_autoptr(UserNamespaceMode) only_uid = parse("keep-id:uid=0");
        g_assert_true(only_uid->has_uid && !only_uid->has_gid);

        g_autoptr(UserNamespaceMode) automatic = parse("auto:size=10,uidmapping=0:1:2,gidmapping=3:4:5");
        g_assert_cmpuint(automatic->size, ==, 10);
        g_assert_cmpstr(automatic->uid_mapping, ==, "0:1:2");
        g_assert_cmpstr(automatic->gid_mapping, ==, "3:4:5");
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
                WolffiaError code;
        } forms[] = {
                {"keepid", "'keepid' is not known; did you mean keep-id?", WOLFFIA_ERROR_VALUE},
                {"xyzzy-plugh", "'xyzzy-plugh' is not known; keep-id,", WOLFFIA_ERROR_VALUE},
                {"keep-id:uid=me", "'me' is not a number (uid=)", WOLFFIA_ERROR_VALUE},
                {"keep-id:user=1", "keep-id has uid=, gid= and size=", WOLFFIA_ERROR_VALUE},
                {"auto:uid=1", "auto has size=", WOLFFIA_ERROR_VALUE},
                {"host:uid=1", "only keep-id and auto have options", WOLFFIA_ERROR_VALUE},
                {"ns:/x", "not supported", WOLFFIA_ERROR_UNSUPPORTED},
                {"container:x", "not supported", WOLFFIA_ERROR_UNSUPPORTED},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(UserNamespaceMode) mode = NULL;
                g_autoptr(GError) error = NULL;

                g_assert_false(value_userns_parse(forms[i].text, &mode, &error));
                g_assert_error(error, WOLFFIA_ERROR, (int) forms[i].code);
                g_assert_nonnull(strstr(error->message, forms[i].fault));
                g_assert_null(mode);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-userns/kinds", test_kinds);
        g_test_add_func("/value-userns/options", test_options);
        g_test_add_func("/value-userns/names-the-fault", test_names_the_fault);
        return g_test_run();
}
