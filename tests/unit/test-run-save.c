/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is written is what the generator reads back. */

#include "cli/run.h"
#include "generator/generate.h"
#include "spec/container-options.h"
#include "tests/lib/scratch.h"

#include <string.h>

static ContainerSpec *parse(const char *const *words) {
        g_autoptr(GError) error = NULL;
        ContainerSpec *spec = NULL;

        (void) container_options_parse(words, &spec, &error);
        g_assert_no_error(error);
        return spec;
}

static void keys_are_written_as_they_are_read(void) {
        g_autoptr(ContainerSpec) spec = parse(
                (const char *const[]){"--name=shop", "-p", "8080:80", "-e", "A=$x %h \"q\"", "--umask=077",
                                      "--read-only", "--security-opt=no-new-privileges", "--hostname=100%",
                                      "box", "sh", "-c", "echo \"$A\"; true", NULL});
        g_autofree char *text = run_save_print(spec, NULL);

        g_assert_cmpstr(text, ==,
                        "[Container]\n"
                        "ContainerName=shop\n"
                        "Image=box\n"
                        "Exec=sh -c \"echo \\\"$$A\\\"; true\"\n"
                        "Environment=\"A=$$x %%h \\\"q\\\"\"\n"
                        "ReadOnly=true\n"
                        "PublishPort=8080:80\n"
                        "HostName=100%%\n"
                        "NoNewPrivileges=true\n"
                        "PodmanArgs=--umask=077\n"
                        "\n[Install]\nWantedBy=default.target\n");
}

static void the_generator_has_nothing_to_say(Scratch *scratch, gconstpointer data) {
        g_autoptr(ContainerSpec) spec =
                parse((const char *const[]){"--name=shop", "--tmpfs=/tmp", "--cap-drop=all", "--memory=1G",
                                            "-v", "/srv:/srv:ro", "box", NULL});
        g_autofree char *text = run_save_print(spec, NULL), *path = scratch_path(scratch, "shop.container"),
                        *unit = NULL;
        g_autoptr(GPtrArray) problems = NULL;

        scratch_write(scratch, "shop.container", text);
        g_assert_true(generate_check(path, NULL, &unit, &problems, NULL));
        g_assert_cmpuint(problems->len, ==, 0);
        g_assert_nonnull(strstr(unit, "--tmpfs=/tmp"));
        g_assert_nonnull(strstr(unit, "MemoryMax=1G"));
        g_assert_nonnull(strstr(unit, "--volume=/srv:/srv:ro"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/run-save/print/quotes-as-keys-are-read", keys_are_written_as_they_are_read);
        scratch_test_add("/run-save/print/passes-the-generator", the_generator_has_nothing_to_say);
        return g_test_run();
}
