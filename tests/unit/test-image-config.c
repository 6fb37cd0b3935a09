/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "image/config.h"

#include <string.h>

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static ImageManifest *manifest_of(const char *const *blobs) {
        ImageManifest *manifest = g_new0(ImageManifest, 1);

        manifest->digest = g_strdup("");
        manifest->config = g_strdup(A);
        manifest->layers = g_ptr_array_new_with_free_func(g_free);
        for (; *blobs; blobs++)
                g_ptr_array_add(manifest->layers, g_strdup(*blobs));
        return manifest;
}

static bool parse(const char *text, const char *const *blobs, ImageConfig **ret_config, GError **error) {
        g_autoptr(ImageManifest) manifest = manifest_of(blobs);

        return image_config_parse(text, strlen(text), manifest, "amd64", ret_config, error);
}

static void refuse(const char *text, const char *const *blobs, const char *word) {
        g_autoptr(ImageConfig) config = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(parse(text, blobs, &config, &error));
        if (!strstr(error->message, word))
                g_error("'%s' lacks '%s'", error->message, word);
}

static void test_an_empty_one_is_read(void) {
        g_autoptr(ImageConfig) config = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(parse("{\"rootfs\":{\"diff_ids\":[]}}", (const char *const[]){NULL}, &config, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(config->fields.user, ==, "");
        g_assert_null(config->fields.entrypoint[0]);
        g_assert_null(config->fields.layers[0]);
}

static void test_a_health_check_is_kept_as_options(void) {
        g_autoptr(ImageConfig) config = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(parse(
                "{\"rootfs\":{\"diff_ids\":[]},\"config\":{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a \\\"b\\\"\"],"
                "\"Interval\":5000000000,\"Retries\":2}}}",
                (const char *const[]){NULL}, &config, &error));
        g_assert_cmpstrv(config->fields.health,
                         ((const char *[]){"--health-cmd=[\"CMD-SHELL\",\"a \\\"b\\\"\"]",
                                           "--health-interval=5000000us", "--health-retries=2", NULL}));
}

static void test_layers_that_occur_twice_keep_their_last_place(void) {
        g_autoptr(ImageConfig) config = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(parse("{\"rootfs\":{\"diff_ids\":[\"" A "\",\"" B "\",\"" A "\",\"" C "\",\"" B
                            "\"]}}",
                            (const char *const[]){"1", "2", "3", "4", "5", NULL}, &config, &error));
        g_assert_cmpstrv(config->fields.layers, ((const char *[]){A, C, B, NULL}));
        g_assert_cmpstrv(config->fields.blobs, ((const char *[]){"3", "4", "5", NULL}));
}

static void test_what_does_not_fit(void) {
        const char *const one[] = {"1", NULL};

        refuse("[]", one, "artifact");
        refuse("{}", one, "artifact");
        refuse("{\"rootfs\":{\"diff_ids\":[]}}", one, "0 layers");
        refuse("{\"rootfs\":{\"diff_ids\":[\"../../x\"]}}", one, "no sha256");
        refuse("{\"rootfs\":{\"diff_ids\":[\"" A "\"]},\"architecture\":\"s390x\"}", one, "for s390x");
        refuse("{\"rootfs\":{\"diff_ids\":[\"" A "\"]},\"os\":\"windows\"}", one, "for windows");
}

static char *change(const char *const *lines) {
        g_autoptr(JsonObject) settings = image_config_new_settings();
        g_autoptr(GError) error = NULL;

        for (; *lines; lines++)
                if (!image_config_change(settings, *lines, &error))
                        return g_strdup(error->message);
        g_autofree char *document = image_config_print(settings, "amd64", A);
        const char *start = strstr(document, "\"config\":"), *end = strstr(document, ",\"rootfs\"");
        return g_strndup(start + strlen("\"config\":"), (gsize) (end - start) - strlen("\"config\":"));
}

#define check_change(expected, ...)                                                                         \
        do {                                                                                                \
                g_autofree char *text = change((const char *[]){__VA_ARGS__, NULL});                        \
                g_assert_cmpstr(text, ==, expected);                                                        \
        } while (0)

static void test_changes(void) {
        check_change("{\"Cmd\":[\"/bin/sh\",\"-c\",\"nginx -g x\"]}", "CMD nginx -g x");
        check_change("{\"Cmd\":[\"a\",\"b c\"]}", "cmd [\"a\", \"b c\"]");
        check_change("{\"Cmd\":[\"a\"]}", "CMD=[\"a\"]");
        check_change("{\"Entrypoint\":[\"b\"]}", "ENTRYPOINT [\"a\"]", "ENTRYPOINT [\"b\"]");
        check_change("{\"Env\":[\"B=c d\",\"A=2\"]}", "ENV A=1 B='c d'", "ENV A=2");
        check_change("{\"Env\":[\"A=b  c=d\"]}", "ENV A b  c=d");
        check_change("{\"Labels\":{\"a\":\"b\",\"c\":\"\"}}", "LABEL a=b c=");
        check_change("{\"ExposedPorts\":{\"80/tcp\":{},\"5-9/udp\":{}}}", "EXPOSE 80 5-9/udp");
        check_change("{\"Volumes\":{\"/a\":{},\"/b\":{}}}", "VOLUME [\"/a\", \"/b\"]");
        check_change("{\"User\":\"a:b\",\"WorkingDir\":\"/x y\",\"StopSignal\":\"9\"}", "USER a:b",
                     "WORKDIR /x y", "STOPSIGNAL 9");
}

static void test_changes_that_are_none(void) {
        check_change(
                "'RUN' is none of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME and WORKDIR",
                "RUN ls");
        check_change("'CMD' has no value", "CMD");
        check_change("'[1]' is no list of strings", "CMD [1]");
        check_change("'A' is not of the form NAME=VALUE", "ENV A");
        check_change("'=b' is not of the form NAME=VALUE", "ENV =b");
        check_change("'x' is not an absolute path", "VOLUME x");
        check_change("'0/tcp' is not of the form PORT[-PORT][/tcp|udp|sctp]", "EXPOSE 0/tcp");
        check_change("'80/icmp' is not of the form PORT[-PORT][/tcp|udp|sctp]", "EXPOSE 80/icmp");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/image-config/health", test_a_health_check_is_kept_as_options);
        g_test_add_func("/image-config/an-empty-one-is-read", test_an_empty_one_is_read);
        g_test_add_func("/image-config/layers-that-occur-twice-keep-their-last-place",
                        test_layers_that_occur_twice_keep_their_last_place);
        g_test_add_func("/image-config/what-does-not-fit", test_what_does_not_fit);
        g_test_add_func("/image-config/changes", test_changes);
        g_test_add_func("/image-config/changes-that-are-none", test_changes_that_are_none);
        return g_test_run();
}
