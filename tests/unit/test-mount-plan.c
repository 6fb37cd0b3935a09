/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The plan as a list of lines, so that a reader sees order and options at once. */

#include "runner/mount-plan.h"

#include "base/error.h"
#include "runner/mount-options.h"

#include <string.h>
#include <sys/mount.h>

static const MountFacts usual = {
        .own_network = true, .has_tty_group = true, .has_groups = true, .etc_dir = "/run/c"};

static GPtrArray *plan(const ContainerSpec *spec, const MountFacts *facts) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MountPlan) made = NULL;

        mount_plan(spec, facts, &made, &error);
        g_assert_no_error(error);
        return g_ptr_array_ref(made->steps);
}

static const MountStep *find(const GPtrArray *steps, const char *target) {
        for (guint i = 0; i < steps->len; i++) {
                const MountStep *step = steps->pdata[i];
                if (g_str_equal(step->target, target))
                        return step;
        }
        return NULL;
}

static guint find_index(const GPtrArray *steps, const char *target) {
        for (guint i = 0; i < steps->len; i++)
                if (g_str_equal(((const MountStep *) steps->pdata[i])->target, target))
                        return i;
        g_error("no step for %s", target);
}

static void add(GPtrArray *list, const char *text) {
        g_ptr_array_add(list, g_strdup(text));
}

static void file_systems_are_what_the_oci_specification_says(void) {
        static const struct {
                const char *target, *type;
        } expected[] = {{"/proc", "proc"},        {"/sys", "sysfs"},      {"/sys/fs/cgroup", "cgroup2"},
                        {"/dev", "tmpfs"},        {"/dev/pts", "devpts"}, {"/dev/shm", "tmpfs"},
                        {"/dev/mqueue", "mqueue"}};
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GPtrArray) steps = plan(spec, &usual);

        for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
                const MountStep *step = find(steps, expected[i].target);
                g_assert_nonnull(step);
                g_assert_cmpint(step->kind, ==, MOUNT_FILE_SYSTEM);
                g_assert_cmpstr(step->type, ==, expected[i].type);
                g_assert_true(step->attributes & MOUNT_ATTR_NOSUID);
                g_assert_true(step->attributes & MOUNT_ATTR_NOEXEC);
        }
        g_assert_true(find(steps, "/sys")->attributes & MOUNT_ATTR_RDONLY);
        g_assert_true(find(steps, "/sys/fs/cgroup")->attributes & MOUNT_ATTR_RDONLY);
        g_assert_false(find(steps, "/proc")->attributes & MOUNT_ATTR_RDONLY);
}

static void devices_are_bound_and_linked(void) {
        static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
        static const char *const links[] = {"fd", "stdin", "stdout", "stderr", "ptmx"};
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(GPtrArray) steps = plan(spec, &usual);

        for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
                g_autofree char *path = g_strconcat("/dev/", nodes[i], NULL);
                const MountStep *step = find(steps, path);
                g_assert_nonnull(step);
                g_assert_cmpint(step->kind, ==, MOUNT_BIND);
                g_assert_cmpstr(step->source, ==, path);
                /* nodev would make the node useless. */
                g_assert_false(step->attributes & MOUNT_ATTR_NODEV);
                g_assert_cmpuint(find_index(steps, path), >, find_index(steps, "/dev"));
        }
        for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
                g_autofree char *path = g_strconcat("/dev/", links[i], NULL);
                const MountStep *step = find(steps, path);
                g_assert_nonnull(step);
                g_assert_cmpint(step->kind, ==, MOUNT_LINK);
        }
}

static void without_a_tty_group_devpts_names_none(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;
        g_autoptr(GPtrArray) with = plan(spec, &facts);

        facts.has_tty_group = false;
        g_autoptr(GPtrArray) without = plan(spec, &facts);
        g_assert_nonnull(strstr(find(with, "/dev/pts")->options, "gid=5"));
        g_assert_null(strstr(find(without, "/dev/pts")->options, "gid="));
        g_assert_nonnull(strstr(find(without, "/dev/pts")->options, "newinstance"));
}

static void with_the_hosts_network_sys_is_bound(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;

        facts.own_network = false;
        g_autoptr(GPtrArray) steps = plan(spec, &facts);
        const MountStep *step = find(steps, "/sys");
        g_assert_cmpint(step->kind, ==, MOUNT_BIND);
        g_assert_cmpstr(step->source, ==, "/sys");
        g_assert_true(step->attributes & MOUNT_ATTR_RDONLY);
}

static void volumes_have_parents_first_whatever_the_order(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/host/c:/data/cache/deep");
        add(spec->volumes, "/host/x:/data-x");
        add(spec->tmpfs, "/data/cache");
        add(spec->volumes, "/host/a:/data:ro");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        g_assert_cmpuint(find_index(steps, "/data"), <, find_index(steps, "/data/cache"));
        g_assert_cmpuint(find_index(steps, "/data/cache"), <, find_index(steps, "/data/cache/deep"));
        g_assert_cmpuint(find_index(steps, "/dev/mqueue"), <, find_index(steps, "/data"));
        g_assert_cmpuint(find_index(steps, "/data"), <, find_index(steps, "/proc/kcore"));

        const MountStep *step = find(steps, "/data");
        g_assert_cmpint(step->kind, ==, MOUNT_BIND);
        g_assert_cmpstr(step->source, ==, "/host/a");
        g_assert_cmpstr(step->origin, ==, "Volume=/host/a:/data:ro");
        g_assert_true(step->attributes & MOUNT_ATTR_RDONLY);
        g_assert_false(find(steps, "/data-x")->attributes & MOUNT_ATTR_RDONLY);
}

static void of_two_on_one_target_the_later_is_on_top(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/host/first:/data");
        add(spec->volumes, "/host/second:/data");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        guint i = find_index(steps, "/data");
        g_assert_cmpstr(((const MountStep *) steps->pdata[i])->source, ==, "/host/first");
        g_assert_cmpstr(((const MountStep *) steps->pdata[i + 1])->source, ==, "/host/second");
}

static void volumes_are_nosuid_and_nodev(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/host:/data:noexec");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        guint64 attributes = find(steps, "/data")->attributes;
        g_assert_true(attributes & MOUNT_ATTR_NOSUID);
        g_assert_true(attributes & MOUNT_ATTR_NODEV);
        g_assert_true(attributes & MOUNT_ATTR_NOEXEC);
}

static void volumes_may_have_device_nodes_and_setuid_when_asked(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/host:/data:suid,dev");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        g_assert_cmphex(find(steps, "/data")->attributes, ==, 0);
}

static VolumeRecord *make_record(const char *name, const char *path) {
        VolumeRecord *record = volume_record_new(name);

        record->path = g_strdup(path);
        return record;
}

static void named_volumes_are_their_folders(void) {
        g_autoptr(VolumeRecord) old = make_record("old", "/v/old"), new = make_record("new", "/v/new"),
                                memory = make_record("memory", "/v/memory"),
                                elsewhere = make_record("elsewhere", "/v/elsewhere");
        MountVolume volumes[] = {{"old", old}, {"new", new}, {"memory", memory}, {"elsewhere", elsewhere}};
        g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(MountVolume));
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;

        g_array_append_vals(list, volumes, G_N_ELEMENTS(volumes));
        facts.volumes = list;
        new->is_fresh = true;
        memory->source = VOLUME_SOURCE_TMPFS;
        memory->options = g_strdup("size=5m,noexec");
        elsewhere->source = VOLUME_SOURCE_BIND;
        elsewhere->device = g_strdup("/srv");
        add(spec->volumes, "old:/old:ro");
        add(spec->volumes, "new:/new:nocopy");
        add(spec->volumes, "memory:/memory");
        add(spec->volumes, "elsewhere:/elsewhere");
        g_autoptr(GPtrArray) steps = plan(spec, &facts);
        g_assert_cmpstr(find(steps, "/old")->source, ==, "/v/old/data");
        g_assert_null(find(steps, "/old")->first_use.folder);
        g_assert_true(find(steps, "/old")->attributes & MOUNT_ATTR_RDONLY);
        g_assert_cmpstr(find(steps, "/new")->first_use.folder, ==, "/v/new");
        g_assert_true(find(steps, "/new")->first_use.no_copy);
        g_assert_cmpint(find(steps, "/memory")->kind, ==, MOUNT_FILE_SYSTEM);
        g_assert_cmpstr(find(steps, "/memory")->options, ==, "size=5m");
        g_assert_true(find(steps, "/memory")->attributes & MOUNT_ATTR_NOEXEC);
        g_assert_cmpstr(find(steps, "/elsewhere")->source, ==, "/srv");
        g_assert_false(find(steps, "/elsewhere")->is_created);
}

static void what_the_kernel_does_not_give_is_told(void) {
        static const struct {
                const char *volume, *word;
        } cases[] = {{"/host:/data:idmap", "keep-id"}, {"/host:/data:rshared", "rslave"}};

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(ContainerSpec) spec = container_spec_new();
                g_autoptr(MountPlan) made = NULL;
                add(spec->volumes, cases[i].volume);
                g_assert_true(mount_plan(spec, &usual, &made, NULL));
                g_assert_cmpuint(made->notices->len, ==, 1);
                g_assert_nonnull(strstr(made->notices->pdata[0], cases[i].word));
                g_assert_nonnull(strstr(made->notices->pdata[0], cases[i].volume));
        }
        g_autoptr(ContainerSpec) spec = container_spec_new();
        g_autoptr(MountPlan) made = NULL, quiet = NULL;
        spec->rootfs = g_strdup("/srv/root:O,idmap");
        g_assert_true(mount_plan(spec, &usual, &made, NULL));
        g_assert_cmpuint(made->notices->len, ==, 1);
        g_assert_nonnull(strstr(made->notices->pdata[0], "Rootfs=/srv/root:O,idmap: "));
        g_free(spec->rootfs);
        spec->rootfs = g_strdup("/srv/root:O");
        g_assert_true(mount_plan(spec, &usual, &quiet, NULL));
        g_assert_cmpuint(quiet->notices->len, ==, 0);
}

/* Row F7. */
static void what_gets_a_label_is_known(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/plain:/plain");
        add(spec->volumes, "/a:/a:ro,Z");
        add(spec->volumes, "/b:/b:z");
        add(spec->mounts, "type=bind,source=/c,target=/c,relabel=private");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        g_assert_cmpint(find(steps, "/plain")->relabel, ==, VOLUME_RELABEL_NONE);
        g_assert_cmpint(find(steps, "/a")->relabel, ==, VOLUME_RELABEL_PRIVATE);
        g_assert_cmpint(find(steps, "/b")->relabel, ==, VOLUME_RELABEL_SHARED);
        g_assert_cmpint(find(steps, "/c")->relabel, ==, VOLUME_RELABEL_PRIVATE);
}

static void without_a_name_a_volume_is_the_containers_own(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/anonymous");
        g_autoptr(GPtrArray) writable = plan(spec, &usual);
        g_assert_cmpint(find(writable, "/anonymous")->kind, ==, MOUNT_FOLDER);
        spec->read_only = TRISTATE_YES;
        g_autoptr(GPtrArray) read_only = plan(spec, &usual);
        g_assert_cmpint(find(read_only, "/anonymous")->kind, ==, MOUNT_FOLDER);

        static const char *const declared[] = {"/declared", "/anonymous", "/", NULL};
        MountFacts facts = usual;
        facts.own_dir = "/containers/c";
        facts.image_volumes = declared;
        g_autoptr(GPtrArray) own = plan(spec, &facts);
        g_assert_true(find(own, "/anonymous")->first_use.is_own);
        g_assert_true(g_str_has_prefix(find(own, "/declared")->source, "/containers/c/anonymous-"));
        g_assert_cmpstr(find(own, "/declared")->source, !=, find(own, "/anonymous")->source);
        g_assert_null(find(own, "/"));

        /* Images often declare what they do not have. */
        spec->read_only = TRISTATE_NO;
        g_autoptr(GPtrArray) in_layer = plan(spec, &facts);
        g_assert_cmpint(find(in_layer, "/declared")->kind, ==, MOUNT_FOLDER);
}

static void the_images_working_directory_is_there(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;

        facts.image_folder = "/srv/app";
        g_autoptr(GPtrArray) steps = plan(spec, &facts);
        g_assert_cmpint(find(steps, "/srv/app")->kind, ==, MOUNT_FOLDER);
        facts.image_folder = "relative";
        g_autoptr(GPtrArray) without = plan(spec, &facts);
        g_assert_null(find(without, "relative"));
}

static void a_time_zone_covers_the_images_link(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;

        g_autoptr(GPtrArray) without = plan(spec, &facts);
        g_assert_null(find(without, "/etc/localtime"));
        facts.time_zone_path = "/usr/share/zoneinfo/Europe/Paris";
        g_autoptr(GPtrArray) with = plan(spec, &facts);
        g_assert_cmpstr(find(with, "/etc/localtime")->source, ==, facts.time_zone_path);
        g_assert_true(find(with, "/etc/localtime")->covers_link);
        add(spec->volumes, "/home/zone:/etc/localtime:ro");
        g_autoptr(GPtrArray) own = plan(spec, &facts);
        g_assert_cmpstr(find(own, "/etc/localtime")->source, ==, "/home/zone");
        g_assert_true(find(own, "/etc/localtime")->covers_link);
}

static void tmpfs_is_for_everybody_and_has_the_images_files(void) {
        static const struct {
                const char *text, *options;
                bool is_exec, is_suid, copies_up, change_owner, has_mode;
        } cases[] = {
                {"/t", "mode=1777", true, false, true, false, false},
                {"/t:size=64m", "mode=1777,size=64m", true, false, true, false, false},
                {"/t:rw,size=64m,mode=700", "size=64m,mode=700", true, false, true, false, true},
                {"/t:exec,suid,dev", "mode=1777", true, true, true, false, false},
                {"/t:noexec,nosuid,U", "mode=1777", false, false, true, true, false},
                {"/t:notmpcopyup", "mode=1777", true, false, false, false, false},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(ContainerSpec) spec = container_spec_new();
                add(spec->tmpfs, cases[i].text);
                g_autoptr(GPtrArray) steps = plan(spec, &usual);
                const MountStep *step = find(steps, "/t");
                g_assert_cmpstr(step->options, ==, cases[i].options);
                g_assert_cmpint(!(step->attributes & MOUNT_ATTR_NOEXEC), ==, cases[i].is_exec);
                g_assert_cmpint(!(step->attributes & MOUNT_ATTR_NOSUID), ==, cases[i].is_suid);
                g_assert_cmpint(!(step->attributes & MOUNT_ATTR_NODEV), ==, cases[i].is_suid);
                g_assert_cmpint(step->copies_up, ==, cases[i].copies_up);
                g_assert_cmpint(step->change_owner, ==, cases[i].change_owner);
                g_assert_cmpint(step->has_mode, ==, cases[i].has_mode);
        }
}

static void a_read_only_root_has_writable_folders(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        g_autoptr(GPtrArray) without = plan(spec, &usual);
        g_assert_null(find(without, "/tmp"));
        spec->read_only = TRISTATE_YES;
        add(spec->volumes, "/host:/tmp");
        g_autoptr(GPtrArray) with = plan(spec, &usual);
        g_assert_cmpint(find(with, "/run")->kind, ==, MOUNT_FILE_SYSTEM);
        g_assert_cmpint(find(with, "/var/tmp")->kind, ==, MOUNT_FILE_SYSTEM);
        g_assert_cmpint(find(with, "/tmp")->kind, ==, MOUNT_BIND);
        spec->read_only_tmpfs = TRISTATE_NO;
        g_autoptr(GPtrArray) neither = plan(spec, &usual);
        g_assert_null(find(neither, "/run"));
}

static void own_files_come_from_the_runtime_folder(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;

        facts.notify_dir = "/run/c/notify";
        facts.init_path = "/usr/bin/catatonit";
        g_autoptr(GPtrArray) steps = plan(spec, &facts);
        g_assert_cmpstr(find(steps, "/etc/hosts")->source, ==, "/run/c/hosts");
        g_assert_cmpstr(find(steps, "/etc/hostname")->source, ==, "/run/c/hostname");
        g_assert_cmpstr(find(steps, "/etc/resolv.conf")->source, ==, "/run/c/resolv.conf");
        g_assert_cmpstr(find(steps, "/run/notify")->source, ==, "/run/c/notify");
        const MountStep *init = find(steps, "/run/podman-init");
        g_assert_cmpstr(init->source, ==, "/usr/bin/catatonit");
        g_assert_true(init->attributes & MOUNT_ATTR_RDONLY);
        g_assert_false(init->attributes & MOUNT_ATTR_NOEXEC);

        g_autoptr(GPtrArray) plain = plan(spec, &usual);
        g_assert_null(find(plain, "/run/notify"));
        g_assert_null(find(plain, "/run/podman-init"));
}

/* podman-run(1): the user's own file is what the container sees. */
static void the_users_hosts_file_wins(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/host/hosts:/etc/hosts:ro");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        const char *on_top = NULL;
        for (guint i = 0; i < steps->len; i++) {
                const MountStep *step = steps->pdata[i];
                if (g_str_equal(step->target, "/etc/hosts"))
                        on_top = step->source;
        }
        if (g_strcmp0(on_top, "/host/hosts") != 0)
                g_test_incomplete("our own hosts file lies over the user's");
}

static void hiding_comes_last(void) {
        static const char *const hidden[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list",
                                             "/sys/firmware"};
        static const char *const read_only[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
                                                "/proc/bus"};
        g_autoptr(ContainerSpec) spec = container_spec_new();

        add(spec->volumes, "/host:/zzz");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++)
                g_assert_cmpint(find(steps, hidden[i])->kind, ==, MOUNT_MASK);
        for (size_t i = 0; i < G_N_ELEMENTS(read_only); i++)
                g_assert_cmpint(find(steps, read_only[i])->kind, ==, MOUNT_READ_ONLY);
        bool hiding = false;
        for (guint i = 0; i < steps->len; i++) {
                const MountStep *step = steps->pdata[i];
                bool hides = step->kind == MOUNT_MASK || step->kind == MOUNT_READ_ONLY;
                g_assert_true(hides || !hiding);
                hiding = hides;
        }
        g_assert_true(hiding);
}

static void shm_has_the_size_that_is_asked_for(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();

        g_autoptr(GPtrArray) usual_steps = plan(spec, &usual);
        g_assert_nonnull(strstr(find(usual_steps, "/dev/shm")->options, "size=67108864"));
        /* Units that the grammar knows and tmpfs does not. */
        spec->shm_size = g_strdup("1.5GiB");
        g_autoptr(GPtrArray) steps = plan(spec, &usual);
        g_assert_cmpstr(find(steps, "/dev/shm")->options, ==, "mode=1777,size=1610612736");
}

static void memory_and_queues_are_the_hosts_with_its_ipc(void) {
        g_autoptr(ContainerSpec) spec = container_spec_new();
        MountFacts facts = usual;

        spec->ipc = g_strdup("host");
        g_autoptr(GPtrArray) without = plan(spec, &facts);
        g_assert_cmpint(find(without, "/dev/shm")->kind, ==, MOUNT_BIND);
        g_assert_cmpstr(find(without, "/dev/shm")->source, ==, "/dev/shm");
        g_assert_null(find(without, "/dev/mqueue"));
        /* Of a pod's member too. */
        facts.has_queues = true;
        facts.shm_dir = "/run/p/shm";
        g_autoptr(GPtrArray) steps = plan(spec, &facts);
        g_assert_cmpstr(find(steps, "/dev/shm")->source, ==, "/dev/shm");
        g_assert_cmpstr(find(steps, "/dev/mqueue")->source, ==, "/dev/mqueue");
}

static void split_options_tells_the_kernels_from_the_file_systems(void) {
        g_autofree char *rest = NULL, *none = NULL;
        g_autoptr(GError) error = NULL;
        guint64 attributes = 0;

        g_assert_true(mount_options_split("ro,size=5m,noexec,nosuid,nodev,noatime,uid=7,_netdev",
                                          &attributes, &rest, &error));
        g_assert_no_error(error);
        g_assert_cmphex(attributes, ==,
                        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                                MOUNT_ATTR_NOATIME);
        g_assert_cmpstr(rest, ==, "size=5m,uid=7");
        g_assert_true(mount_options_split("rw,exec", &attributes, &none, NULL));
        g_assert_cmphex(attributes, ==, 0);
        g_assert_true(!none || !*none);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/mount-plan/file-systems/are-what-the-oci-specification-says",
                        file_systems_are_what_the_oci_specification_says);
        g_test_add_func("/mount-plan/devices/are-bound-and-linked", devices_are_bound_and_linked);
        g_test_add_func("/mount-plan/devices/name-no-tty-group-that-is-not-mapped",
                        without_a_tty_group_devpts_names_none);
        g_test_add_func("/mount-plan/sys/is-bound-with-the-hosts-network",
                        with_the_hosts_network_sys_is_bound);
        g_test_add_func("/mount-plan/volumes/have-parents-first-whatever-the-order",
                        volumes_have_parents_first_whatever_the_order);
        g_test_add_func("/mount-plan/volumes/have-the-later-on-top",
                        of_two_on_one_target_the_later_is_on_top);
        g_test_add_func("/mount-plan/volumes/are-nosuid-and-nodev", volumes_are_nosuid_and_nodev);
        g_test_add_func("/mount-plan/volumes/may-have-device-nodes-and-setuid-when-asked",
                        volumes_may_have_device_nodes_and_setuid_when_asked);
        g_test_add_func("/mount-plan/volumes/with-names-are-their-folders", named_volumes_are_their_folders);
        g_test_add_func("/mount-plan/volumes/without-a-name-are-the-containers-own",
                        without_a_name_a_volume_is_the_containers_own);
        g_test_add_func("/mount-plan/folders/the-images-working-directory-is-there",
                        the_images_working_directory_is_there);
        g_test_add_func("/mount-plan/time-zone/covers-the-images-link", a_time_zone_covers_the_images_link);
        g_test_add_func("/mount-plan/volumes/tell-what-the-kernel-does-not-give",
                        what_the_kernel_does_not_give_is_told);
        g_test_add_func("/mount-plan/labels/knows-what-gets-one", what_gets_a_label_is_known);
        g_test_add_func("/mount-plan/tmpfs/is-for-everybody-and-has-the-images-files",
                        tmpfs_is_for_everybody_and_has_the_images_files);
        g_test_add_func("/mount-plan/read-only/has-writable-folders", a_read_only_root_has_writable_folders);
        g_test_add_func("/mount-plan/own-files/come-from-the-runtime-folder",
                        own_files_come_from_the_runtime_folder);
        g_test_add_func("/mount-plan/own-files/give-way-to-the-users", the_users_hosts_file_wins);
        g_test_add_func("/mount-plan/hiding/comes-last", hiding_comes_last);
        g_test_add_func("/mount-plan/shm/has-the-size-that-is-asked-for",
                        shm_has_the_size_that_is_asked_for);
        g_test_add_func("/mount-plan/shm/is-the-hosts-with-its-ipc",
                        memory_and_queues_are_the_hosts_with_its_ipc);
        g_test_add_func("/mount-plan/split-options/tells-the-kernels-from-the-file-systems",
                        split_options_tells_the_kernels_from_the_file_systems);
        return g_test_run();
}
