/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "image/reference.h"

#include <string.h>

#define HEX    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX

static void check(const char *text, const char *pulled, const char *kept) {
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(image_reference_parse(text, &reference, &error));
        g_assert_no_error(error);
        g_autofree char *printed = image_reference_print(reference, "docker.io");
        g_assert_cmpstr(printed, ==, pulled);

        g_auto(GStrv) candidates = image_reference_candidates(reference);
        g_autofree char *joined = g_strjoinv(" ", candidates);
        g_assert_cmpstr(joined, ==, kept);
}

static void test_names_as_users_write_them(void) {
        check("nginx", "docker.io/library/nginx:latest",
              "localhost/nginx:latest docker.io/library/nginx:latest");
        check("nginx:1.27", "docker.io/library/nginx:1.27",
              "localhost/nginx:1.27 docker.io/library/nginx:1.27");
        check("me/app", "docker.io/me/app:latest", "localhost/me/app:latest docker.io/me/app:latest");
        check("docker://quay.io/x/y_z/a-b__c.d:V_1-x", "quay.io/x/y_z/a-b__c.d:V_1-x",
              "quay.io/x/y_z/a-b__c.d:V_1-x");
        check("localhost/nginx:1", "localhost/nginx:1", "localhost/nginx:1");
        check("localhost:5000/a/b", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest");
        check("[::1]:5000/a", "[::1]:5000/a:latest", "[::1]:5000/a:latest");
        check("Registry.Example/a", "Registry.Example/a:latest", "Registry.Example/a:latest");
}

static void test_docker_io_has_several_names(void) {
        check("docker.io/nginx", "docker.io/library/nginx:latest", "docker.io/library/nginx:latest");
        check("index.docker.io/library/nginx", "docker.io/library/nginx:latest",
              "docker.io/library/nginx:latest");
        check("registry-1.docker.io/me/app", "docker.io/me/app:latest", "docker.io/me/app:latest");
}

static void test_a_digest_beats_a_tag(void) {
        check("nginx@" DIGEST, "docker.io/library/nginx@" DIGEST,
              "localhost/nginx@" DIGEST " docker.io/library/nginx@" DIGEST);
        check("quay.io/x:1@" DIGEST, "quay.io/x@" DIGEST, "quay.io/x@" DIGEST);
}

static void test_what_is_no_name(void) {
        static const char *const bad[] = {
                "",
                ":",
                "@",
                "/",
                "a/",
                "/a",
                "a//b",
                "a:",
                "a:-b",
                "a@b",
                "a@sha256:12",
                "a@sha512:" HEX HEX,
                "a b",
                "-a",
                "a-",
                "a___b",
                "a..b",
                "a._b",
                "ä",
                "a:b:c/d",
                ".example/a",
                "example.:5/a",
                "example:/a",
                "example:99999/a",
                "[::1/a",
                "[]/a",
                "[x]:5/a",
                "../a",
                "a/../b",
                "a\nb",
                "docker://",
                "a:" HEX HEX "x",
                "a+b",
                "a=b",
        };
        char long_name[300];

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(ImageReference) reference = NULL;
                g_autoptr(GError) error = NULL;

                if (image_reference_parse(bad[i], &reference, &error))
                        g_error("'%s' was taken for a name", bad[i]);
                if (error)
                        g_assert_true(strstr(error->message, "no image name") != NULL);
        }
        memset(long_name, 'a', sizeof long_name - 1);
        long_name[sizeof long_name - 1] = '\0';
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(GError) error = NULL;
        g_assert_false(image_reference_parse(long_name, &reference, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_assert_cmpuint(strlen(error->message), <, 200);
}

static void test_upper_case_is_explained(void) {
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(image_reference_parse("Nginx:latest", &reference, &error));
        g_assert_nonnull(strstr(error->message, "lower case"));
}

static void test_a_component_and_back(void) {
        g_autofree char *component = image_reference_escape("localhost:5000/a/b-c_d:1.x");
        g_autofree char *name = image_reference_unescape(component);

        g_assert_null(strchr(component, '/'));
        g_assert_cmpstr(name, ==, "localhost:5000/a/b-c_d:1.x");
}

static bool is_loopback(const char *text) {
        g_autoptr(ImageReference) reference = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(image_reference_parse(text, &reference, &error));
        return image_reference_is_loopback(reference);
}

static void test_loopback(void) {
        g_assert_true(is_loopback("localhost/a"));
        g_assert_true(is_loopback("localhost:5000/a"));
        g_assert_true(is_loopback("127.0.0.1:5000/a"));
        g_assert_true(is_loopback("127.3.2.1/a"));
        g_assert_true(is_loopback("[::1]:5000/a"));
        g_assert_false(is_loopback("a"));
        g_assert_false(is_loopback("127.0.0.1.example.org/a"));
        g_assert_false(is_loopback("127.evil.example/a"));
        g_assert_false(is_loopback("localhost.example/a"));
        g_assert_false(is_loopback("[::2]/a"));
        g_assert_false(is_loopback("10.0.0.1/a"));
}

static void test_digests(void) {
        g_assert_true(image_reference_is_digest(DIGEST));
        g_assert_false(image_reference_is_digest(HEX));
        g_assert_false(image_reference_is_digest(DIGEST "0"));
        g_assert_false(image_reference_is_digest(
                "sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
        g_assert_false(image_reference_is_digest("sha256:../../etc/passwd"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/image-reference/names-as-users-write-them", test_names_as_users_write_them);
        g_test_add_func("/image-reference/docker-io-has-several-names", test_docker_io_has_several_names);
        g_test_add_func("/image-reference/a-digest-beats-a-tag", test_a_digest_beats_a_tag);
        g_test_add_func("/image-reference/what-is-no-name", test_what_is_no_name);
        g_test_add_func("/image-reference/upper-case-is-explained", test_upper_case_is_explained);
        g_test_add_func("/image-reference/a-component-and-back", test_a_component_and_back);
        g_test_add_func("/image-reference/loopback", test_loopback);
        g_test_add_func("/image-reference/digests", test_digests);
        return g_test_run();
}
