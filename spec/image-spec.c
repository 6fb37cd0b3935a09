/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Image]: its table. */

#include "spec/image-spec.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/container-checks.h"
#include "spec/key-common.h"

#include <string.h>

static bool check_policy(const char *value, GError **error) {
        static const char *const known[] = {"always", "missing", "never", "newer"};

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (g_str_equal(value, known[i]))
                        return true;
        return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is none of always, missing, never and newer", value);
}

#define FIELD(name) offsetof(ImageSpec, name)

/* clang-format off */
static const Key image_keys[] = {
        {"Image", NULL, 0, KEY_SINGLE, KEY_WORKS, check_image,
         FIELD(image), "IMAGE", "what to fetch"},
        {"ImageTag", "tag", 0, KEY_SINGLE, KEY_WORKS, check_image,
         FIELD(tag), "NAME", "name under which it is kept, and that other files mean"},
        {"Policy", "policy", 0, KEY_SINGLE, KEY_WORKS, check_policy,
         FIELD(policy), "WHEN", "when it is fetched: newer, always, missing or never"},
        {"Arch", "arch", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(arch), "ARCH", "another architecture than this machine's"},
        {"OS", "os", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(os), "OS", "another operating system"},
        {"Variant", "variant", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(variant), "VARIANT", "variant of the architecture"},
        {"AuthFile", "authfile", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(auth_file), "FILE", "file with logins of registries"},
        {"CertDir", "cert-dir", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(certificates), "FOLDER", "folder with certificates of the registry"},
        {"Creds", "creds", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(credentials), "NAME:PASSWORD", "login of the registry"},
        {"DecryptionKey", "decryption-key", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(decryption_key), "KEY[:PASSPHRASE]", "key of an encrypted image"},
        {"TLSVerify", "tls-verify", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(verify_tls), NULL, "check the registry's certificate"},
        {"Retry", "retry", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(retry), "NUMBER", "how often a failed transfer is tried again"},
        {NULL, "unit", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(unit), "UNIT", "name of the systemd unit, for messages"},
        KEY_COMMON_ROWS,
        {"RetryDelay", "retry-delay", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         KEY_NO_FIELD, "SECONDS", "the time between two attempts grows by itself"},
        {"AllTags", "all-tags", 0, KEY_BOOLEAN, KEY_IGNORED, NULL,
         KEY_NO_FIELD, NULL, "the image that is named is fetched, which is the one that other files mean; each further tag takes an .image file of its own"},
        KEY_OPTION_WITHOUT("disable-content-trust", 0, KEY_BOOLEAN, "containers-policy.json(5) says which signatures are needed"),
        KEY_OPTION_REFUSED("platform", 0, KEY_SINGLE, "write Arch= and OS= instead"),
};
/* clang-format on */

static KeyIndex key_index;

const KeyTable image_key_table = {
        .section = "Image",
        .keys = image_keys,
        .count = G_N_ELEMENTS(image_keys),
        .spec_size = sizeof(ImageSpec),
        .index = &key_index,
};

ImageSpec *image_spec_new(void) {
        return key_table_new_spec(&image_key_table);
}

void image_spec_free(ImageSpec *spec) {
        key_table_free_spec(&image_key_table, spec);
}

static bool adjust_path(const KeyLoad *load, char **value, GError **error) {
        return reference_path(load->path, value, error);
}

static const KeyAdjustment adjustments[] = {
        {FIELD(auth_file), adjust_path},
        {FIELD(certificates), adjust_path},
        {KEY_NO_FIELD, NULL},
};

static void check(KeyLoad *load) {
        ImageSpec *spec = load->spec;

        if (!spec->image)
                key_load_report_key(load, PROBLEM_ERROR, "Image",
                                    "Image= says what to fetch, and is missing");
}

const KeyLoader image_loader = {
        .table = &image_key_table,
        .adjustments = adjustments,
        .check = check,
};
