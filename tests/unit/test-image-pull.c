/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "image/pull.h"

#include <string.h>

/* What skopeo 1.9 and 1.18 say, and a word of what we make of it. */
static const struct {
        const char *complaint;
        const char *word;
} cases[] = {
        {"time=\"2024-01-01T00:00:00Z\" level=fatal msg=\"initializing source docker://r/x:latest: reading manifest latest in r/x: "
         "manifest unknown: manifest unknown\"",
         "not known to the registry"},
        {"level=fatal msg=\"initializing source docker://x: reading manifest latest in docker.io/library/x: errors:\\ndenied: requested "
         "access to the resource is denied\\nunauthorized: authentication required\\n\"",
         "needs a login, or does not exist"},
        {"level=fatal msg=\"pinging container registry r: Get \\\"https://r/v2/\\\": dial tcp: lookup r: no such host\"",
         "name is not known"},
        {"level=fatal msg=\"pinging container registry 127.0.0.1:1: Get \\\"http://127.0.0.1:1/v2/\\\": dial tcp 127.0.0.1:1: connect: "
         "connection refused\"",
         "nothing listens"},
        {"level=fatal msg=\"pinging container registry r: Get \\\"https://r/v2/\\\": http: server gave HTTP response to HTTPS client\"",
         "insecure = true"},
        {"level=fatal msg=\"Get \\\"https://r/v2/\\\": x509: certificate signed by unknown authority\"",
         "certs.d"},
        {"level=fatal msg=\"copying system image from manifest list: Error choosing image instance: no image found in manifest list for "
         "architecture arm64, variant \\\"v8\\\", OS linux\"",
         "architecture"},
        {"level=fatal msg=\"reading blob: write /x/oci-put-blob1: no space left on device\"",
         "disk is full"},
        {"level=fatal msg=\"toomanyrequests: You have reached your pull rate limit.\"", "too many requests"},
        {"something never heard of", "something never heard of"},
};

static void test_complaints_are_explained(void) {
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *text = image_pull_explain("quay.io/a/b:c", cases[i].complaint);

                if (!strstr(text, cases[i].word))
                        g_error("'%s' lacks '%s'", text, cases[i].word);
                g_assert_true(g_str_has_prefix(text, "'quay.io/a/b:c' "));
                g_assert_null(strstr(text, "level=fatal"));
                g_assert_null(strchr(text, '\n'));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/image-pull/complaints-are-explained", test_complaints_are_explained);
        return g_test_run();
}
