/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The spelling of image names (the grammar of the OCI distribution specification, "reference"). What a name
 * stands for is for image/ to say. */

#include "spec/value-image.h"

#include "base/error.h"

#include <string.h>

/* containers-transports(5): what is behind these is a path or a name of another world. */
static const char *const transports[] = {
        "containers-storage:", "dir:", "docker-archive:", "docker-daemon:", "oci-archive:", "oci:"};

static bool is_hexadecimal(const char *text, size_t length) {
        for (size_t i = 0; i < length; i++)
                if (!g_ascii_isdigit(text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
                        return false;
        return length > 0;
}

static bool check_tag(const char *tag, size_t length, const char *text, GError **error) {
        bool good = length > 0 && length <= 128 && (g_ascii_isalnum(tag[0]) || tag[0] == '_');

        for (size_t i = 0; i < length; i++)
                good = good && (g_ascii_isalnum(tag[i]) || (tag[i] && strchr("_.-", tag[i])));
        if (!good)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' has a bad tag '%.*s'; a tag has letters, digits and _ . -", text,
                            (int) length, tag);
        return true;
}

static bool check_digest(const char *digest, const char *text, GError **error) {
        const char *colon = strchr(digest, ':');
        size_t length = colon ? strlen(colon + 1) : 0;

        if (!colon || colon == digest || length < 32 || !is_hexadecimal(colon + 1, length))
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' has a bad digest; write NAME@sha256: and 64 hexadecimal digits", text);
        if (g_str_has_prefix(digest, "sha256:") && length != 64)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has a digest of %zu digits, sha256 has 64",
                            text, length);
        return true;
}

/* A component between slashes. The first may be a registry: HOST[:PORT], upper case allowed. */
static bool check_component(const char *name, size_t length, bool registry, const char *text,
                            GError **error) {
        bool good = length > 0 && (g_ascii_isalnum(name[0]) || (registry && name[0] == '['));

        for (size_t i = 0; i < length && good; i++) {
                if (!registry && g_ascii_isupper(name[i]))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' has capital letters; names of images have none", text);
                good = g_ascii_isalnum(name[i]) || (name[i] && strchr(registry ? "_.-:[]" : "_.-", name[i]));
        }
        if (!good)
                return fail(error, WOLFFIA_ERROR_VALUE,
                            "'%s' is not the name of an image; write REGISTRY/NAME:TAG", text);
        return true;
}

static bool check_path(const char *path, size_t length, const char *text, GError **error) {
        const char *end = path + length;

        for (bool first = true;; first = false) {
                const char *slash = memchr(path, '/', (size_t) (end - path));
                const char *stop = slash ? slash : end;

                if (!check_component(path, (size_t) (stop - path), first && slash, text, error))
                        return false;
                if (!slash)
                        return true;
                path = slash + 1;
        }
}

bool value_image_check(const char *text, GError **error) {
        const char *name = g_str_has_prefix(text, "docker://") ? text + strlen("docker://") : text;

        if (!*name)
                return fail(error, WOLFFIA_ERROR_VALUE, "the image's name is missing");
        for (size_t i = 0; i < G_N_ELEMENTS(transports); i++)
                if (g_str_has_prefix(text, transports[i]))
                        return true;
        if (g_str_has_prefix(text, "sha256:"))
                return check_digest(text, text, error);

        const char *at = strchr(name, '@');
        if (at && !check_digest(at + 1, text, error))
                return false;
        const char *end = at ? at : name + strlen(name);
        const char *slash = memrchr(name, '/', (size_t) (end - name));
        const char *last = slash ? slash + 1 : name;
        const char *colon = memchr(last, ':', (size_t) (end - last));
        if (colon && !check_tag(colon + 1, (size_t) (end - colon - 1), text, error))
                return false;
        return check_path(name, (size_t) ((colon ? colon : end) - name), text, error);
}
