/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kinds of source files. */

#include "generator/source.h"

#include "spec/nearest.h"

#include <string.h>

static const struct {
        const char *extension;
        const char *section;
        const char *suffix; /* of the unit's name */
        const char *refusal;
} kinds[] = {
        [SOURCE_CONTAINER] = {".container", "Container", "", NULL},
        [SOURCE_VOLUME] = {".volume", "Volume", "-volume", NULL},
        [SOURCE_NETWORK] = {".network", "Network", "-network", NULL},
        [SOURCE_POD] = {".pod", "Pod", "-pod", NULL},
        [SOURCE_IMAGE] = {".image", "Image", "-image", NULL},
        [SOURCE_BUILD] = {".build", "Build", "-build", NULL},
        [SOURCE_KUBE] =
                {".kube", "Kube", "",
                 ".kube files hold Kubernetes' YAML, which is not read here; write a .pod file and .container files"},
        [SOURCE_ARTIFACT] = {".artifact", "Artifact", "-artifact",
                             "artifacts are not fetched; wolffia pull and .image files fetch images"},
};

SourceKind source_kind(const char *name) {
        const char *extension = strrchr(name, '.');

        if (!extension || extension == name)
                return SOURCE_NONE;
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                if (extension[1] == kinds[i].extension[1] && strcmp(extension, kinds[i].extension) == 0)
                        return (SourceKind) i;
        return SOURCE_NONE;
}

const char *source_nearest_extension(const char *name) {
        const char *extensions[G_N_ELEMENTS(kinds)];

        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                extensions[i] = kinds[i].extension;
        return nearest_extension(name, extensions, G_N_ELEMENTS(extensions));
}

const char *source_section(SourceKind kind) {
        return kinds[kind].section;
}

const char *source_refusal(SourceKind kind) {
        return kinds[kind].refusal;
}

char *source_service(const char *name, SourceKind kind) {
        size_t length = strlen(name) - strlen(kinds[kind].extension);
        const char *at = memchr(name, '@', length);
        size_t stem = at ? (size_t) (at - name) : length;

        char *service = g_malloc(length + strlen(kinds[kind].suffix) + sizeof ".service"), *p = service;
        p = mempcpy(p, name, stem);
        p = stpcpy(p, kinds[kind].suffix);
        p = mempcpy(p, name + stem, length - stem);
        strcpy(p, ".service");
        return service;
}

bool source_is_unit_name(const char *name) {
        const char *dot = strrchr(name, '.');

        if (!dot || dot == name || *name == '@' || strlen(name) > 255)
                return false;
        for (const char *p = name; *p; p++)
                if (!g_ascii_isalnum(*p) && !strchr(":-_.\\@", *p))
                        return false;
        return true;
}

static const char *last_part(const char *prefix) {
        const char *dash = strrchr(prefix, '-');

        return dash ? dash + 1 : prefix;
}

char *source_expand(const char *text, const char *service, const char *instance) {
        g_autofree char *stem = g_strndup(service, strlen(service) - strlen(".service"));
        g_autofree char *prefix = g_strndup(stem, strcspn(stem, "@"));
        GString *expanded = g_string_new(NULL);

        for (const char *p = text; *p; p++) {
                const char *value = NULL;

                if (*p == '%')
                        value = p[1] == 'n'                  ? service
                                : p[1] == 'N'                ? stem
                                : p[1] == 'p' || p[1] == 'P' ? prefix
                                : p[1] == 'j' || p[1] == 'J' ? last_part(prefix)
                                : p[1] == 'i' || p[1] == 'I' ? instance
                                : p[1] == '%'                ? "%%"
                                                             : NULL;
                if (value) {
                        g_string_append(expanded, value);
                        p++;
                } else
                        g_string_append_c(expanded, *p);
        }
        return g_string_free(expanded, FALSE);
}
