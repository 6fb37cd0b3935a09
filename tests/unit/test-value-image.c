/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-image.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_takes_names(void) {
        static const char *const good[] = {
                "nginx",
                "nginx:latest",
                "docker.io/library/nginx:1.25",
                "localhost/web",
                "localhost:5000/a/b:tag",
                "docker://ghcr.io/x/y",
                "quay.io/x/y@sha256:" DIGEST,
                "quay.io/x/y:v1@sha256:" DIGEST,
                "sha256:" DIGEST,
                DIGEST,
                "containers-storage:localhost/x",
                "oci:/srv/layout:tag",
                "docker-archive:/x.tar",
                "Registry.Example.ORG/x",
                "[::1]:5000/x",
                "a__b/c-d.e",
                "127.0.0.1:5000/nginx",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
                g_autoptr(GError) error = NULL;

                (void) value_image_check(good[i], &error);
                g_assert_no_error(error);
        }
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
        } forms[] = {
                {"", "name is missing"},
                {"docker://", "name is missing"},
                {"docker.io/Nginx", "capital letters"},
                {"nginx:", "bad tag"},
                {"nginx:a b", "bad tag"},
                {"nginx@sha256:abc", "bad digest"},
                {"nginx@sha256:" DIGEST "00", "66 digits"},
                {"nginx@md5", "bad digest"},
                {"a//b", "not the name of an image"},
                {"/a", "not the name of an image"},
                {"a/", "not the name of an image"},
                {"my image", "not the name of an image"},
                {"https://docker.io/x", "not the name of an image"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(GError) error = NULL;

                g_test_message("%s", forms[i].text);
                g_assert_false(value_image_check(forms[i].text, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_test_message("%s", error->message);
                g_assert_nonnull(strstr(error->message, forms[i].fault));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-image/takes-names", test_takes_names);
        g_test_add_func("/value-image/names-the-fault", test_names_the_fault);
        return g_test_run();
}
