/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/reference.h"

#include "base/error.h"

#include <string.h>

/* There are x.volume and the like, which stand for the-x, and a volume "named" of some file. */
static bool find(const char *name, char **ret_resource, char **ret_service, void *data, GError **error) {
        if (*name != 'x')
                return fail(error, WOLFFIA_ERROR_NOT_FOUND, "%s: no", name);
        *ret_resource = g_strdup("the-x");
        *ret_service = g_strdup_printf("of-%s.service", name);
        return true;
}

static char *owner(const char *extension, const char *resource, void *data) {
        return g_str_equal(resource, "named") ? g_strdup_printf("of%s.service", extension) : NULL;
}

static bool take_volume(References *references, char **value, GError **error) {
        return reference_volume(references, "/units/web.container", value, error);
}

static bool take_mount(References *references, char **value, GError **error) {
        return reference_mount(references, "/units/web.container", value, error);
}

static bool take_network(References *references, char **value, GError **error) {
        bool is_made;

        return reference_network(references, value, &is_made, error);
}

typedef bool (*Take)(References *references, char **value, GError **error);

/* REQUIRED is what the value needs: units, and paths behind them. */
static void assert_takes(Take take, const char *value, const char *expected, const char *required) {
        References references;
        g_autofree char *text = g_strdup(value);
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) needs = g_string_new(NULL);

        g_test_message("%s", value);
        references_init(&references);
        references.find = find;
        references.owner = owner;
        (void) take(&references, &text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(text, ==, expected);
        const GPtrArray *lists[] = {references.required, references.bound, references.paths};
        for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
                for (guint j = 0; j < lists[i]->len; j++)
                        g_string_append_printf(needs, "%s%s", needs->len > 0 ? " " : "",
                                               (const char *) lists[i]->pdata[j]);
        g_assert_cmpstr(needs->str, ==, required);
        references_clear(&references);
}

static void assert_refuses(Take take, const char *value, const char *fault) {
        References references;
        g_autofree char *text = g_strdup(value);
        g_autoptr(GError) error = NULL;

        g_test_message("%s", value);
        references_init(&references);
        references.find = find;
        g_assert_false(take(&references, &text, &error));
        g_assert_nonnull(strstr(error->message, fault));
        references_clear(&references);
}

static void test_volumes(void) {
        assert_takes(take_volume, "x.volume:/x:ro", "the-x:/x:ro", "of-x.volume.service");
        assert_takes(take_volume, "./a/../b:/x", "/units/b:/x", "/units/b");
        assert_takes(take_volume, "/a:/x", "/a:/x", "/a");
        assert_takes(take_volume, "/:/x", "/:/x", "");
        assert_takes(take_volume, "/$A:/x", "/$A:/x", "");
        assert_takes(take_volume, "%h/a:/x", "%h/a:/x", "");
        assert_takes(take_volume, "named:/x", "named:/x", "of.volume.service");
        assert_takes(take_volume, "systemd-named:/x:U", "named:/x:U", "of.volume.service");
        assert_takes(take_volume, "other:/x", "other:/x", "");
        assert_takes(take_volume, "/only", "/only", "");
        assert_refuses(take_volume, "y.volume:/x", "y.volume: no");
}

static void test_networks(void) {
        assert_takes(take_network, "x.network", "the-x", "of-x.network.service");
        assert_takes(take_network, "x.network:ip=1:2", "the-x:ip=1:2", "of-x.network.service");
        assert_takes(take_network, "x.container", "container:the-x", "of-x.container.service");
        assert_takes(take_network, "container:named", "container:named", "of.container.service");
        assert_takes(take_network, "container:systemd-named", "container:named", "of.container.service");
        assert_takes(take_network, "container:x", "container:x", "");
        assert_takes(take_network, "named:alias=a", "named:alias=a", "of.network.service");
        assert_takes(take_network, "other:alias=a", "other:alias=a", "wolffia-network@other.service");
        assert_takes(take_network, "host", "host", "");
        assert_takes(take_network, "pasta:-T,80", "pasta:-T,80", "");
        assert_takes(take_network, "$NET", "$NET", "");
        assert_takes(take_network, "net-%i", "net-%i", "");
        assert_refuses(take_network, "x.container:a", "takes no options");
        assert_refuses(take_network, "y.network", "y.network: no");
}

static void test_images_and_pods(void) {
        assert_takes(reference_image, "x.image", "the-x", "of-x.image.service");
        assert_takes(reference_image, "x.build", "the-x", "of-x.build.service");
        assert_takes(reference_image, "x", "x", "");
        assert_takes(reference_pod, "x.pod", "the-x", "of-x.pod.service");
        assert_refuses(reference_pod, "x", "write x.pod");
        assert_refuses(reference_pod, "y.pod", "y.pod: no");
}

static void test_mounts(void) {
        assert_takes(take_mount, "type=volume,source=x.volume,target=/x",
                     "type=volume,source=the-x,target=/x", "of-x.volume.service");
        assert_takes(take_mount, "target=/x,src=x.volume", "target=/x,src=the-x", "of-x.volume.service");
        assert_takes(take_mount, "type=bind,source=./b,dst=/x", "type=bind,source=/units/b,dst=/x",
                     "/units/b");
        assert_takes(take_mount, "type=tmpfs,target=/x", "type=tmpfs,target=/x", "");
        assert_takes(take_mount, "target=/x", "target=/x", "");
        /* "source" as a part of another word is none. */
        assert_takes(take_mount, "type=tmpfs,xsource=x.volume", "type=tmpfs,xsource=x.volume", "");
        assert_takes(take_mount, "type=image,source=x.build,dst=/%i", "type=image,source=the-x,dst=/%i",
                     "of-x.build.service");
        assert_takes(take_mount, "type=image,source=localhost/x,dst=/y",
                     "type=image,source=localhost/x,dst=/y", "");
        assert_refuses(take_mount, "type=image,target=/x", "has no source");
        assert_refuses(take_mount, "type=bind,target=/x", "has no source");
        assert_refuses(take_mount, "type=artifact,source=x", "not supported");
}

static void test_without_other_files(void) {
        g_autofree char *value = g_strdup("x.volume:/x"), *bare = g_strdup("named:/x");
        g_autoptr(GError) error = NULL;

        g_assert_false(reference_volume(NULL, "/units/web.container", &value, &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_NOT_FOUND);
        g_assert_true(reference_volume(NULL, "/units/web.container", &bare, NULL));
        g_assert_cmpstr(bare, ==, "named:/x");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/reference/volumes", test_volumes);
        g_test_add_func("/reference/networks", test_networks);
        g_test_add_func("/reference/images-and-pods", test_images_and_pods);
        g_test_add_func("/reference/mounts", test_mounts);
        g_test_add_func("/reference/without-other-files", test_without_other_files);
        return g_test_run();
}
