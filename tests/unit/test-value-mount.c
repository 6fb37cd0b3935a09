/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/value-mount.h"

#include "base/error.h"

#include <string.h>

static MountValue *parse(const char *text) {
        g_autoptr(GError) error = NULL;
        MountValue *value = NULL;

        (void) value_mount_parse(text, &value, &error);
        g_assert_no_error(error);
        return value;
}

static void types_and_names_are_podmans(void) {
        g_autoptr(MountValue) bind = parse(
                "type=bind,src=/a,dst=/b,ro,U=true,bind-propagation=rslave,relabel=private,exec=false");
        g_assert_cmpint(bind->type, ==, MOUNT_TYPE_BIND);
        g_assert_cmpint(bind->volume.kind, ==, VOLUME_PATH);
        g_assert_cmpstr(bind->volume.source, ==, "/a");
        g_assert_cmpstr(bind->volume.target, ==, "/b");
        g_assert_true(bind->volume.read_only && bind->volume.change_owner && bind->volume.no_exec);
        g_assert_cmpint(bind->volume.propagation, ==, VOLUME_RSLAVE);
        g_assert_cmpint(bind->volume.relabel, ==, VOLUME_RELABEL_PRIVATE);

        g_autoptr(MountValue) memory =
                parse("target=/t,type=tmpfs,tmpfs-size=1m,tmpfs-mode=700,uid=5,readonly=false");
        g_assert_cmpint(memory->type, ==, MOUNT_TYPE_TMPFS);
        g_assert_cmpstr(memory->options, ==, "size=1m,mode=700,uid=5");
        g_assert_false(memory->volume.read_only);

        g_autoptr(MountValue) named = parse("source=data,destination=/d");
        g_assert_cmpint(named->type, ==, MOUNT_TYPE_VOLUME);
        g_assert_cmpint(named->volume.kind, ==, VOLUME_NAMED);
        g_autoptr(MountValue) anonymous = parse("type=volume,target=/d");
        g_assert_cmpint(anonymous->volume.kind, ==, VOLUME_ANONYMOUS);
        g_autoptr(MountValue) image = parse("subpath=/a,type=image,src=localhost/x:1,target=/d");
        g_assert_cmpint(image->type, ==, MOUNT_TYPE_IMAGE);
        g_assert_cmpstr(image->volume.source, ==, "localhost/x:1");
        g_assert_cmpstr(image->subpath, ==, "/a");
        g_assert_true(image->volume.read_only);
        g_autoptr(MountValue) writable = parse("type=image,source=x,target=/d,readwrite=true");
        g_assert_false(writable->volume.read_only);
        g_autoptr(MountValue) part = parse("source=x,target=/d,subpath=/a,copy");
        g_assert_cmpstr(part->subpath, ==, "/a");
        g_autoptr(MountValue) empty = parse("type=tmpfs,target=/t,notmpcopyup,U");
        g_assert_true(empty->volume.no_copy && empty->volume.change_owner);
        g_autoptr(MountValue) matches = parse("type=glob,src=/etc/*.conf");
        g_assert_cmpint(matches->type, ==, MOUNT_TYPE_GLOB);
}

static void what_cannot_be_is_refused(void) {
        static const struct {
                const char *text, *word;
        } cases[] = {
                {"", "target="},
                {"type=bind,target=/x", "source="},
                {"type=bind,source=/x", "target="},
                {"type=tape,source=/x,target=/y", "tape"},
                {"type=image,target=/y", "source="},
                {"type=image,source=x,target=/y,U", "no other options"},
                {"type=image,source=x", "target="},
                {"type=bind,source=/x,target=/y,subpath=/z", "subpath"},
                {"type=volume,target=/y,subpath=/z", "has a name"},
                {"type=volume,source=x,target=/y,subpath=/z,O", "has a name"},
                {"type=ramfs,target=/y,tmpcopyup", "tmpcopyup"},
                {"type=bind,source=/x,target=/y,notmpcopyup", "notmpcopyup"},
                {"type=bind,source=/x,target=/y,O,upperdir=/u,workdir=/w", "upperdir"},
                {"type=artifact,source=x,target=/y", "artifact"},
                {"type=bind,source=/x,target=y", "does not start"},
                {"type=bind,source=/x,target=/", "whole container"},
                {"type=bind,source=/x,target=/y,sizzle", "sizzle"},
                {"type=bind,source=/x,target=/y,no-dereference", "what a link leads to is mounted"},
                {"type=bind,source=/x,target=/y,ro=perhaps", "perhaps"},
                {"type=bind,source=/x,target=/y,tmpfs-size=1m", "tmpfs-size"},
                {"source=../x,target=/y", "type=bind"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(MountValue) value = NULL;
                g_autoptr(GError) error = NULL;
                g_assert_false(value_mount_parse(cases[i].text, &value, &error));
                g_assert_nonnull(strstr(error->message, cases[i].word));
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/value-mount/has-podmans-types-and-names", types_and_names_are_podmans);
        g_test_add_func("/value-mount/refuses-what-cannot-be", what_cannot_be_is_refused);
        return g_test_run();
}
