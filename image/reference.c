/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names of images: split from the outside in, then each part is held against its grammar. */

#include "image/reference.h"

#include "base/error.h"

#include <string.h>

#define DIGEST_PREFIX "sha256:"

enum { DIGEST_DIGITS = 64, TAG_LENGTH_MAX = 128, NAME_LENGTH_MAX = 255 };

void image_reference_free(ImageReference *reference) {
        if (!reference)
                return;
        g_free(reference->registry);
        g_free(reference->repository);
        g_free(reference->tag);
        g_free(reference->digest);
        g_free(reference);
}

bool image_reference_is_digest(const char *text) {
        if (!g_str_has_prefix(text, DIGEST_PREFIX))
                return false;

        const char *digits = text + strlen(DIGEST_PREFIX);
        return strlen(digits) == DIGEST_DIGITS && strspn(digits, "0123456789abcdef") == DIGEST_DIGITS;
}

static bool is_tag(const char *text) {
        size_t length = strlen(text);

        if (length == 0 || length > TAG_LENGTH_MAX || !(g_ascii_isalnum(text[0]) || text[0] == '_'))
                return false;
        for (const char *c = text; *c; c++)
                if (!g_ascii_isalnum(*c) && !strchr("_.-", *c))
                        return false;
        return true;
}

/* Runs of lower-case letters and digits, joined by ".", "_", "__" or any number of "-". */
static bool is_repository_component(const char *text) {
        const char *c = text;

        for (;;) {
                if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c))
                        return false;
                while (g_ascii_islower(*c) || g_ascii_isdigit(*c))
                        c++;
                if (*c == '\0')
                        return true;
                if (*c == '.')
                        c++;
                else if (*c == '_')
                        c += c[1] == '_' ? 2 : 1;
                else if (*c == '-')
                        c += strspn(c, "-");
                else
                        return false;
        }
}

static bool is_repository(const char *text) {
        g_auto(GStrv) components = g_strsplit(text, "/", -1);

        for (char **component = components; *component; component++)
                if (!is_repository_component(*component))
                        return false;
        return *components != NULL;
}

/* GLib takes a vertical tab in front for a blank. */
static bool is_port(const char *text) {
        return g_ascii_isdigit(*text) && g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, NULL, NULL);
}

static bool is_host(const char *text, size_t length) {
        if (length == 0 || text[0] == '-' || text[0] == '.' || text[length - 1] == '-' ||
            text[length - 1] == '.')
                return false;
        for (size_t i = 0; i < length; i++)
                if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '.')
                        return false;
        return true;
}

static bool is_registry(const char *text) {
        if (text[0] == '[') {
                const char *end = strchr(text, ']');
                if (!end || strspn(text + 1, "0123456789abcdefABCDEF:.") != (size_t) (end - text - 1) ||
                    end - text < 3)
                        return false;
                return end[1] == '\0' || (end[1] == ':' && is_port(end + 2));
        }

        const char *colon = strchr(text, ':');
        return colon ? is_host(text, (size_t) (colon - text)) && is_port(colon + 1)
                     : is_host(text, strlen(text));
}

/* Docker's rule for the first of several components. */
static bool looks_like_registry(const char *component) {
        return strpbrk(component, ".:[") || g_str_equal(component, IMAGE_REFERENCE_LOCAL_REGISTRY);
}

static bool is_docker_hub(const char *registry) {
        return g_str_equal(registry, "docker.io") || g_str_equal(registry, "index.docker.io") ||
               g_str_equal(registry, "registry-1.docker.io");
}

/* Cuts "@sha256:…" and ":TAG" off NAME. */
static bool take_suffixes(const char *text, char *name, ImageReference *reference, GError **error) {
        char *at = strchr(name, '@');
        if (at) {
                *at = '\0';
                reference->digest = g_strdup(at + 1);
                if (!image_reference_is_digest(reference->digest))
                        return fail(
                                error, WOLFFIA_ERROR_VALUE,
                                "'%s' is no image name: a digest is 'sha256:' and 64 lower-case hexadecimal digits",
                                text);
        }

        char *colon = strrchr(name, ':');
        if (colon && !strchr(colon, '/')) {
                *colon = '\0';
                if (!is_tag(colon + 1))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is no image name: '%s' cannot be a tag", text, colon + 1);
                reference->tag = g_strdup(colon + 1);
        }
        if (reference->digest)
                g_clear_pointer(&reference->tag, g_free);
        else if (!reference->tag)
                reference->tag = g_strdup("latest");
        return true;
}

static bool take_name(const char *text, const char *name, ImageReference *reference, GError **error) {
        const char *slash = strchr(name, '/');
        g_autofree char *first = slash ? g_strndup(name, (size_t) (slash - name)) : NULL;

        if (first && looks_like_registry(first)) {
                if (!is_registry(first))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is no image name: '%s' cannot be a registry", text, first);
                reference->registry =
                        g_strdup(is_docker_hub(first) ? IMAGE_REFERENCE_DEFAULT_REGISTRY : first);
                name = slash + 1;
        }
        if (!is_repository(name)) {
                g_autofree char *lower = g_ascii_strdown(name, -1);
                if (is_repository(lower))
                        return fail(error, WOLFFIA_ERROR_VALUE,
                                    "'%s' is no image name: it must be in lower case", text);
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is no image name", text);
        }

        /* Docker Hub keeps its official images under library/. */
        bool hub = reference->registry && is_docker_hub(reference->registry);
        reference->repository =
                hub && !strchr(name, '/') ? g_strconcat("library/", name, NULL) : g_strdup(name);
        return true;
}

/* In full a name must fit a component of a path (NAME_MAX, limits.h), since it becomes one in the store. */
static bool check_length(const char *text, const ImageReference *reference, GError **error) {
        g_autofree char *full = image_reference_print(reference, IMAGE_REFERENCE_DEFAULT_REGISTRY);
        g_autofree char *local = image_reference_print(reference, IMAGE_REFERENCE_LOCAL_REGISTRY);

        if (strlen(full) <= NAME_LENGTH_MAX && strlen(local) <= NAME_LENGTH_MAX)
                return true;
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%.40s…' is no image name: in full it is longer than %d characters", text,
                    NAME_LENGTH_MAX);
}

bool image_reference_parse(const char *text, ImageReference **ret_reference, GError **error) {
        g_autoptr(ImageReference) reference = g_new0(ImageReference, 1);
        g_autofree char *name =
                g_strdup(g_str_has_prefix(text, "docker://") ? text + strlen("docker://") : text);

        if (!take_suffixes(text, name, reference, error) || !take_name(text, name, reference, error) ||
            !check_length(text, reference, error))
                return false;
        *ret_reference = g_steal_pointer(&reference);
        return true;
}

char *image_reference_print(const ImageReference *reference, const char *default_registry) {
        const char *registry = reference->registry ? reference->registry : default_registry;
        bool official =
                !reference->registry && is_docker_hub(registry) && !strchr(reference->repository, '/');

        return g_strconcat(registry, "/", official ? "library/" : "", reference->repository,
                           reference->digest ? "@" : ":",
                           reference->digest ? reference->digest : reference->tag, NULL);
}

char **image_reference_candidates(const ImageReference *reference) {
        char **names = g_new0(char *, 3);

        if (reference->registry) {
                names[0] = image_reference_print(reference, NULL);
        } else {
                names[0] = image_reference_print(reference, IMAGE_REFERENCE_LOCAL_REGISTRY);
                names[1] = image_reference_print(reference, IMAGE_REFERENCE_DEFAULT_REGISTRY);
        }
        return names;
}

char *image_reference_escape(const char *name) {
        return g_strdelimit(g_strdup(name), "/", '+');
}

char *image_reference_unescape(const char *component) {
        return g_strdelimit(g_strdup(component), "+", '/');
}

bool image_reference_is_loopback(const ImageReference *reference) {
        const char *registry = reference->registry;

        if (!registry)
                return false;
        if (g_str_has_prefix(registry, "[::1]"))
                return true;

        /* "127.evil.example" is a name like any other. */
        g_autofree char *host = g_strndup(registry, strcspn(registry, ":"));
        return g_str_equal(host, "localhost") ||
               (g_str_has_prefix(host, "127.") && strspn(host, "0123456789.") == strlen(host));
}
