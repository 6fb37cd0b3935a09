/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/value-volume.h"

static Volume *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        Volume *volume = NULL;

        g_test_message("%s", text);
        (void) value_volume_parse(text, &volume, &error);
        g_assert_no_error(error);
        return volume;
}

static void test_tells_kinds_of_sources(void) {
        static const struct {
                const char *text, *source, *target;
                VolumeKind kind;
        } forms[] = {
                {"/data", NULL, "/data", VOLUME_ANONYMOUS},
                {"/srv/x:/data", "/srv/x", "/data", VOLUME_PATH},
                {"./x:/data", "./x", "/data", VOLUME_PATH},
                {"data:/data", "data", "/data", VOLUME_NAMED},
                {"my_data-1.x:/data:ro", "my_data-1.x", "/data", VOLUME_NAMED},
                {"data.volume:/data", "data.volume", "/data", VOLUME_UNIT},
                {"/srv/x:/data:", "/srv/x", "/data", VOLUME_PATH},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(Volume) volume = parse(forms[i].text);

                g_assert_cmpstr(volume->source, ==, forms[i].source);
                g_assert_cmpstr(volume->target, ==, forms[i].target);
                g_assert_cmpint(volume->kind, ==, forms[i].kind);
        }
}

static void test_reads_options(void) {
        g_autoptr(Volume) plain = parse("/a:/b");
        g_assert_false(plain->read_only || plain->change_owner || plain->overlay || plain->no_copy ||
                       plain->no_exec || plain->dev || plain->suid || plain->not_recursive);
        g_assert_cmpint(plain->relabel, ==, VOLUME_RELABEL_NONE);
        g_assert_cmpint(plain->propagation, ==, VOLUME_PROPAGATION_DEFAULT);
        g_assert_null(plain->idmap);

        g_autoptr(Volume) all = parse("/a:/b:ro,Z,U,O,nocopy,noexec,dev,suid,bind,rslave,idmap=uids=0-1-2");
        g_assert_true(all->read_only && all->change_owner && all->overlay && all->no_copy && all->no_exec &&
                      all->dev && all->suid && all->not_recursive);
        g_assert_cmpint(all->relabel, ==, VOLUME_RELABEL_PRIVATE);
        g_assert_cmpint(all->propagation, ==, VOLUME_RSLAVE);
        g_assert_cmpstr(all->idmap, ==, "uids=0-1-2");

        g_autoptr(Volume) taken_back = parse("/a:/b:ro,rw,z,noexec,exec,nocopy,copy,idmap");
        g_assert_false(taken_back->read_only || taken_back->no_exec || taken_back->no_copy);
        g_assert_cmpint(taken_back->relabel, ==, VOLUME_RELABEL_SHARED);
        g_assert_cmpstr(taken_back->idmap, ==, "");
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
        } forms[] = {
                {"", "a volume is missing"},
                {":/data", "nothing before the ':'"},
                {"data", "does not start with '/'"},
                {"/a:b", "'b', the place in the container"},
                {"/a:/b:r0", "'r0' is not a volume option"},
                {"/a:/b:ro:Z", "'ro:Z' is not a volume option"},
                {"/a:/", "whole container"},
                {"/a:/./..//", "whole container"},
                {"a b:/c", "neither a path nor a volume's name"},
                {"/a:/b:upperdir=/u,workdir=/w", "go with the option O"},
                {"/a:/b:O,upperdir=/u", "go together"},
                {"/a:/b:O,upperdir=u,workdir=/w", "absolute path"},
                {"~/a:/c", "neither a path nor a volume's name"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
                g_autoptr(Volume) volume = NULL;
                g_autoptr(GError) error = NULL;

                g_test_message("%s", forms[i].text);
                g_assert_false(value_volume_parse(forms[i].text, &volume, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
                g_assert_nonnull(strstr(error->message, forms[i].fault));
                g_assert_null(volume);
        }
}

static void test_a_layer_may_be_kept(void) {
        g_autoptr(Volume) volume = NULL;

        g_assert_true(value_volume_parse("/a:/b:O,upperdir=/u,workdir=%h/w", &volume, NULL));
        g_assert_cmpstr(volume->upper, ==, "/u");
        g_assert_cmpstr(volume->work, ==, "%h/w");
}

static void test_tmpfs_splits_only(void) {
        g_autofree char *target = NULL, *options = NULL;

        g_assert_true(value_tmpfs_parse("/tmp:size=1g,mode=1777", &target, &options, NULL));
        g_assert_cmpstr(target, ==, "/tmp");
        g_assert_cmpstr(options, ==, "size=1g,mode=1777");

        g_autofree char *target2 = NULL, *options2 = NULL;
        g_assert_true(value_tmpfs_parse("/run", &target2, &options2, NULL));
        g_assert_cmpstr(target2, ==, "/run");
        g_assert_null(options2);

        g_autofree char *target3 = NULL, *options3 = NULL;
        g_assert_false(value_tmpfs_parse("run", &target3, &options3, NULL));
        g_assert_null(target3);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-volume/tells-kinds-of-sources", test_tells_kinds_of_sources);
        g_test_add_func("/value-volume/reads-options", test_reads_options);
        g_test_add_func("/value-volume/a-layer-may-be-kept", test_a_layer_may_be_kept);
        g_test_add_func("/value-volume/names-the-fault", test_names_the_fault);
        g_test_add_func("/value-volume/tmpfs-splits-only", test_tmpfs_splits_only);
        return g_test_run();
}
