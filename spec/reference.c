/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* References between unit files, by the keys that may hold them. Where a file has a name of its own for what
 * it makes (VolumeName=), a bare name finds it as well. */

#include "spec/reference.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/value-mount.h"
#include "spec/value-network.h"

#include <string.h>

/* Podman's Quadlet puts this in front of the names of what files stand for; here it is an alias. */
#define ALIAS_PREFIX "systemd-"

void references_init(References *references) {
        memset(references, 0, sizeof *references);
        references->required = g_ptr_array_new_with_free_func(g_free);
        references->bound = g_ptr_array_new_with_free_func(g_free);
        references->paths = g_ptr_array_new_with_free_func(g_free);
}

void references_reset(References *references) {
        g_ptr_array_set_size(references->required, 0);
        g_ptr_array_set_size(references->bound, 0);
        g_ptr_array_set_size(references->paths, 0);
        g_clear_pointer(&references->pod, g_free);
}

void references_clear(References *references) {
        g_ptr_array_unref(references->required);
        g_ptr_array_unref(references->bound);
        g_ptr_array_unref(references->paths);
        g_free(references->pod);
}

/* Takes TEXT. */
static void add_once(GPtrArray *list, char *text) {
        for (guint i = 0; i < list->len; i++)
                if (g_str_equal(list->pdata[i], text)) {
                        g_free(text);
                        return;
                }
        g_ptr_array_add(list, text);
}

void references_add_path(References *references, const char *path) {
        /* Variables are known to ExecStart= only. */
        if (references && *path == '/' && !strchr(path, '$') && path[strspn(path, "/")] != '\0')
                add_once(references->paths, g_strdup(path));
}

static bool find(References *references, const char *name, char **ret_resource, char **ret_service,
                 GError **error) {
        if (!references || !references->find)
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "%s: there is no such file", name);
        return references->find(name, ret_resource, ret_service, references->data, error);
}

/* Replaces LENGTH bytes of *VALUE from OFFSET on. */
static void replace(char **value, size_t offset, size_t length, const char *text) {
        char *whole = g_strdup_printf("%.*s%s%s", (int) offset, *value, text, *value + offset + length);

        g_free(*value);
        *value = whole;
}

/* The part of *VALUE names the file of NAME. */
static bool take_file(References *references, char **value, size_t offset, size_t length, const char *name,
                      GError **error) {
        g_autofree char *resource = NULL, *service = NULL;

        if (!find(references, name, &resource, &service, error))
                return false;
        replace(value, offset, length, resource);
        add_once(references->required, g_steal_pointer(&service));
        return true;
}

/* The part of *VALUE is a name that a file of EXTENSION may have given. False: none has. */
static bool take_name(References *references, char **value, size_t offset, size_t length,
                      const char *extension, const char *name) {
        if (!references || !references->owner)
                return false;
        char *service = references->owner(extension, name, references->data);
        if (!service && g_str_has_prefix(name, ALIAS_PREFIX)) {
                service = references->owner(extension, name + strlen(ALIAS_PREFIX), references->data);
                if (service)
                        replace(value, offset, length, name + strlen(ALIAS_PREFIX));
        }
        if (service)
                add_once(references->required, service);
        return service;
}

bool reference_is_image_file(const char *value) {
        return g_str_has_suffix(value, ".image") || g_str_has_suffix(value, ".build");
}

bool reference_image(References *references, char **value, GError **error) {
        if (!reference_is_image_file(*value))
                return true;
        g_autofree char *name = g_strdup(*value);
        return take_file(references, value, 0, strlen(*value), name, error);
}

bool reference_path(const char *unit_path, char **value, GError **error) {
        /* A specifier or variable in front may well be an absolute path. */
        if (strchr("/%$", **value))
                return true;
        g_autofree char *folder = g_path_get_dirname(unit_path);
        char *absolute = path_absolute(folder, *value);
        g_free(*value);
        *value = absolute;
        return true;
}

/* A path of the host from OFFSET on; relative ones start with ".". */
static void take_path(References *references, const char *unit_path, char **value, size_t offset,
                      size_t length) {
        g_autofree char *path = g_strndup(*value + offset, length);

        if (*path == '.') {
                (void) reference_path(unit_path, &path, NULL);
                replace(value, offset, length, path);
        }
        references_add_path(references, path);
}

static bool take_volume(References *references, const char *unit_path, char **value, size_t offset,
                        size_t length, GError **error) {
        g_autofree char *source = g_strndup(*value + offset, length);

        if (*source == '/' || *source == '.')
                take_path(references, unit_path, value, offset, length);
        else if (g_str_has_suffix(source, ".volume"))
                return take_file(references, value, offset, length, source, error);
        else if (!strchr("%$", *source))
                (void) take_name(references, value, offset, length, ".volume", source);
        return true;
}

bool reference_volume(References *references, const char *unit_path, char **value, GError **error) {
        const char *colon = strchr(*value, ':');

        /* Without a colon it is a place in the container. */
        return !colon || take_volume(references, unit_path, value, 0, (size_t) (colon - *value), error);
}

static bool take_container(References *references, char **value, const char *name, GError **error) {
        g_autofree char *resource = NULL, *service = NULL;

        if (strchr(*value, ':'))
                return fail(error, WOLFFIA_ERROR_VALUE, "the network of %s takes no options", name);
        if (!find(references, name, &resource, &service, error))
                return false;
        g_free(*value);
        *value = g_strconcat("container:", resource, NULL);
        add_once(references->required, g_steal_pointer(&service));
        return true;
}

/* A bare name, as it is written where `podman network create` was run once. */
static bool take_network_name(References *references, char **value, size_t length, const char *name) {
        if (!references || take_name(references, value, 0, length, ".network", name))
                return false;
        add_once(references->required, g_strdup_printf("wolffia-network@%s.service", name));
        return true;
}

bool reference_network(References *references, char **value, bool *ret_is_made, GError **error) {
        size_t length = strcspn(*value, ":");
        g_autofree char *name = g_strndup(*value, length);

        if (g_str_has_suffix(name, ".network"))
                return take_file(references, value, 0, length, name, error);
        if (g_str_has_suffix(name, ".container"))
                return take_container(references, value, name, error);
        if (g_str_equal(name, "container") && (*value)[length]) {
                g_autofree char *other = g_strdup(*value + length + 1);

                (void) take_name(references, value, length + 1, strlen(other), ".container", other);
                return true;
        }
        /* What systemd expands is known at run time only: that network must be there. */
        if (value_network_is_of_unit(*value) && !strpbrk(name, "%$"))
                *ret_is_made = take_network_name(references, value, length, name);
        return true;
}

bool reference_default_network(References *references, GPtrArray *networks, GError **error) {
        bool is_made; /* with the defaults, as whoever names it for all containers knows */

        if (networks->len > 0 || !references || !references->network ||
            !value_network_is_of_unit(references->network))
                return true;
        g_autofree char *value = g_strdup(references->network);
        if (!reference_network(references, &value, &is_made, error))
                return fail_prefix(error, "wolffia.conf: Network=");
        g_ptr_array_add(networks, g_steal_pointer(&value));
        return true;
}

bool reference_pod(References *references, char **value, GError **error) {
        g_autofree char *resource = NULL, *service = NULL;

        if (!g_str_has_suffix(*value, ".pod"))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' is not the name of a .pod file; write %s.pod",
                            *value, *value);
        if (!find(references, *value, &resource, &service, error))
                return false;
        g_free(references->pod);
        references->pod = *value;
        *value = g_steal_pointer(&resource);
        add_once(references->bound, g_steal_pointer(&service));
        return true;
}

/* The value of a field of Mount=: "source=" and the like, at the beginning or behind a comma. False when
 * there is none. */
static bool find_field(const char *mount, const char *name, size_t *ret_offset, size_t *ret_length) {
        size_t name_length = strlen(name);

        for (const char *field = mount; field; field = strchr(field, ',')) {
                field += *field == ',';
                if (strncmp(field, name, name_length) == 0 && field[name_length] == '=') {
                        *ret_offset = (size_t) (field - mount) + name_length + 1;
                        *ret_length = strcspn(mount + *ret_offset, ",");
                        return true;
                }
        }
        return false;
}

static bool take_mount(References *references, const char *unit_path, const char *type, char **value,
                       size_t offset, size_t length, GError **error) {
        g_autofree char *source = g_strndup(*value + offset, length);

        if (g_str_equal(type, "volume"))
                return take_volume(references, unit_path, value, offset, length, error);
        if (g_str_equal(type, "image"))
                return !reference_is_image_file(source) ||
                       take_file(references, value, offset, length, source, error);
        if (g_str_equal(type, "bind") || g_str_equal(type, "glob"))
                take_path(references, unit_path, value, offset, length);
        return true;
}

bool reference_mount(References *references, const char *unit_path, char **value, GError **error) {
        size_t offset, length;
        g_autofree char *type = find_field(*value, "type", &offset, &length)
                                        ? g_strndup(*value + offset, length)
                                        : g_strdup("volume");

        if (!value_mount_check_type(type, error))
                return false;
        if (find_field(*value, "source", &offset, &length) || find_field(*value, "src", &offset, &length))
                return take_mount(references, unit_path, type, value, offset, length, error);
        if (g_str_equal(type, "bind") || g_str_equal(type, "glob") || g_str_equal(type, "image"))
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' has no source; write source=…", *value);
        return true;
}
