/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/container-keys.h"
#include "spec/container-options.h"

static ContainerSpec *parse(const char *line) {
        g_auto(GStrv) arguments = g_strsplit(line, "|", -1);
        g_autoptr(GError) error = NULL;
        ContainerSpec *spec = NULL;

        g_test_message("%s", line);
        (void) container_options_parse((const char *const *) arguments, &spec, &error);
        g_assert_no_error(error);
        spec->privileged = TRISTATE_UNSET; /* is said otherwise when it has been read */
        return spec;
}

static char *join(const ContainerSpec *spec) {
        g_autoptr(GPtrArray) arguments = container_options_print(spec);

        g_ptr_array_add(arguments, NULL);
        return g_strjoinv("|", (char **) arguments->pdata);
}

static void test_reads_what_podman_run_reads(void) {
        static const struct {
                const char *line, *canonical;
        } lines[] = {
                {"img", "img"},
                {"img|--name=x|-p|1", "img|--name=x|-p|1"},
                {"--name|web|img", "--name=web|img"},
                {"--name=a|--name=b|img", "--name=b|img"},
                {"-p|80:80|-p81:81|-p=82:82|img", "--publish=80:80|--publish=81:81|--publish=82:82|img"},
                {"-e|A=b c|-eX|img", "--env=A=b c|--env=X|img"},
                {"--env=|img", "--env=|img"},
                {"--init|--read-only=no|img", "--read-only=false|--init|img"},
                {"--init|img|cmd", "--init|img|cmd"},
                {"--security-opt|no-new-privileges|img", "--security-opt=no-new-privileges|img"},
                {"--security-opt|seccomp=/x|--security-opt=mask=/a|img",
                 "--security-opt=mask=/a|--security-opt=seccomp=/x|img"},
                {"--security-opt=no-new-privileges=false|img", "--security-opt=no-new-privileges=false|img"},
                {"--entrypoint=|img", "--entrypoint=|img"},
                {"--rootfs=/r|cmd|arg", "--rootfs=/r|cmd|arg"},
                {"--rootfs|/r|--|--help|x", "--rootfs=/r|--|--help|x"},
                {"--rootfs=/r", "--rootfs=/r"},
                {"--|img|--|x", "img|--|x"},
                {"--broken=why", "--broken=why"},
                {"--rm|-d|--replace|img", "img"},
                {"--health-cmd|x|img", "--health-cmd=x|img"},
                {"--group=g|--unit=web.service|img", "--group=g|--unit=web.service|img"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
                g_autoptr(ContainerSpec) spec = parse(lines[i].line);
                g_autofree char *canonical = join(spec);

                g_assert_cmpstr(canonical, ==, lines[i].canonical);
        }
}

static void test_names_the_fault(void) {
        static const struct {
                const char *line, *fault;
        } lines[] = {
                {"--pubish=80:80|img", "there is no option --pubish; did you mean --publish?"},
                {"--pubish|80:80|img", "there is no option --pubish; did you mean --publish?"},
                {"--quite-unknown", "there is no option --quite-unknown"},
                {"-Z|img", "there is no option -Z"},
                {"--name", "--name needs a value: --name=NAME"},
                {"-p", "-p needs a value"},
                {"--init=perhaps|img", "--init: 'perhaps' is neither yes nor no"},
                {"--security-opt=foo=bar|img", "--security-opt=foo=bar is not known; --security-opt= knows"},
                {"--security-opt|foo|img", "--security-opt=foo is not known"},
                {"--restart=always|img", "--restart: write Restart= in [Service] instead"},
                {"--pid=host|img", "--pid: a container sees its own processes only"},
                {"--uts|host|img", "--uts: a container has a host name of its own"},
                {"--gpus=2|img", "--gpus: '2' may mean"},
                {"--restart|always|img", "--restart: write Restart= in [Service] instead"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
                g_auto(GStrv) arguments = g_strsplit(lines[i].line, "|", -1);
                g_autoptr(GError) error = NULL;
                ContainerSpec *spec = NULL;

                g_test_message("%s", lines[i].line);
                g_assert_false(container_options_parse((const char *const *) arguments, &spec, &error));
                g_assert_null(spec);
                g_test_message("%s", error->message);
                g_assert_nonnull(strstr(error->message, lines[i].fault));
        }
}

static void test_says_privileged_by_what_it_gives(void) {
        g_autoptr(ContainerSpec) spec = NULL;

        g_assert_true(container_options_parse(
                (const char *const[]){"--privileged", "--security-opt=seccomp=unconfined", "img", NULL},
                &spec, NULL));
        g_autofree char *canonical = join(spec);
        g_assert_cmpstr(canonical, ==,
                        "--security-opt=unmask=ALL|--cap-add=all|--security-opt=seccomp=unconfined|img");
}

static char *random_text(void) {
        static const char letters[] = "ab=-/:,. \t\n\"'\\$%;#\xc3\xa9";
        int length = g_test_rand_int_range(0, 10);
        GString *text = g_string_new(NULL);

        for (int i = 0; i < length; i++)
                g_string_append_c(text, letters[g_test_rand_int_range(0, sizeof letters - 1)]);
        return g_string_free(text, FALSE);
}

static ContainerSpec *random_spec(void) {
        ContainerSpec *spec = container_spec_new();

        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];

                if (!key_has_field(key) || g_strcmp0(key->key, "StartWithPod") == 0 ||
                    g_test_rand_int_range(0, 3) > 0)
                        continue;
                if (key_kind(key) == KEY_KIND_TEXT)
                        *key_text(key, spec) = random_text();
                else if (key_kind(key) == KEY_KIND_TRISTATE)
                        *key_tristate(key, spec) = g_test_rand_bit() ? TRISTATE_YES : TRISTATE_NO;
                else
                        for (int j = g_test_rand_int_range(0, 4); j > 0; j--)
                                g_ptr_array_add(*key_list(key, spec),
                                                /* A value that was read has none. */
                                                key->has_commas ? g_strdelimit(random_text(), ",", ';')
                                                                : random_text());
        }

        /* Either an image, which is no option, or a root folder; and a command only behind one of them. */
        if (g_test_rand_bit()) {
                g_clear_pointer(&spec->rootfs, g_free);
                g_free(spec->image);
                spec->image = g_strdup("image");
        } else {
                g_clear_pointer(&spec->image, g_free);
                if (!spec->rootfs)
                        g_ptr_array_set_size(spec->command, 0);
        }
        /* Are said otherwise when they have been read. */
        spec->privileged = TRISTATE_UNSET;
        g_clear_pointer(&spec->gpus, g_free);
        return spec;
}

static void assert_equal(const ContainerSpec *a, const ContainerSpec *b) {
        for (size_t i = 0; i < container_key_table.count; i++) {
                const Key *key = &container_key_table.keys[i];

                if (!key_has_field(key) || g_strcmp0(key->key, "StartWithPod") == 0)
                        continue;
                if (key_kind(key) == KEY_KIND_TEXT)
                        g_assert_cmpstr(*key_text(key, a), ==, *key_text(key, b));
                else if (key_kind(key) == KEY_KIND_TRISTATE)
                        g_assert_cmpint(*key_tristate(key, a), ==, *key_tristate(key, b));
                else {
                        const GPtrArray *x = *key_list(key, a), *y = *key_list(key, b);

                        g_assert_cmpuint(x->len, ==, y->len);
                        for (guint j = 0; j < x->len; j++)
                                g_assert_cmpstr(x->pdata[j], ==, y->pdata[j]);
                }
        }
}

static void test_every_spec_survives_the_command_line(void) {
        for (int i = 0; i < 3000; i++) {
                g_autoptr(ContainerSpec) spec = random_spec(), back = NULL;
                g_autoptr(GPtrArray) arguments = container_options_print(spec);
                g_autoptr(GError) error = NULL;

                g_ptr_array_add(arguments, NULL);
                (void) container_options_parse((const char *const *) arguments->pdata, &back, &error);
                g_assert_no_error(error);
                assert_equal(spec, back);
        }
}

static void test_clear_makes_as_new(void) {
        g_autoptr(ContainerSpec) spec = random_spec(), new = container_spec_new();

        container_spec_clear(spec);
        assert_equal(spec, new);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/container-options/reads-what-podman-run-reads", test_reads_what_podman_run_reads);
        g_test_add_func("/container-options/names-the-fault", test_names_the_fault);
        g_test_add_func("/container-options/says-privileged-by-what-it-gives",
                        test_says_privileged_by_what_it_gives);
        g_test_add_func("/container-options/every-spec-survives-the-command-line",
                        test_every_spec_survives_the_command_line);
        g_test_add_func("/container-spec/clear-makes-as-new", test_clear_makes_as_new);
        return g_test_run();
}
