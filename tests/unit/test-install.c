/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "generator/install.h"
#include "spec/problem.h"
#include "spec/unit-read.h"

#include <string.h>

/* db.container is there. */
static char *resolve(const char *source, const char **ret_nearest, void *data) {
        if (g_str_equal(source, "db.container"))
                return g_strdup("db.service");
        *ret_nearest = "db.container";
        return NULL;
}

static void assert_links(const char *service, const char *lines, const char *expected, const char *warning) {
        g_autofree char *text = g_strconcat("[Install]\n", lines, "\n", NULL);
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();
        g_autoptr(GArray) links = install_links_new();
        g_autoptr(GString) list = g_string_new(NULL);

        unit_read_text(reader, text, strlen(text), "f", unit, problems);
        const ServiceInput input = {.unit = unit, .service = service, .resolve = resolve};
        install_plan(&input, links, problems);
        for (guint i = 0; i < links->len; i++) {
                const InstallLink *link = &g_array_index(links, InstallLink, i);
                g_string_append_printf(list, "%s%s%s%s->%s", i > 0 ? " " : "",
                                       link->folder ? link->folder : "", link->folder ? "/" : "", link->name,
                                       link->target);
        }
        g_assert_cmpstr(list->str, ==, expected);
        g_assert_cmpuint(problems->len, ==, warning ? 1 : 0);
        if (warning)
                g_assert_cmpstr(((const Problem *) problems->pdata[0])->text, ==, warning);
}

static void test_wants(void) {
        assert_links("web.service", "WantedBy=default.target",
                     "default.target.wants/web.service->../web.service", NULL);
        assert_links(
                "web.service", "WantedBy=a.target b.target\nRequiredBy=c.target\nUpheldBy=d.service",
                "a.target.wants/web.service->../web.service b.target.wants/web.service->../web.service "
                "c.target.requires/web.service->../web.service d.service.upholds/web.service->../web.service",
                NULL);
        assert_links("web.service", "WantedBy=a.target\nWantedBy=\nWantedBy=b.target",
                     "b.target.wants/web.service->../web.service", NULL);
        assert_links("web.service", "WantedBy=a.target a.target",
                     "a.target.wants/web.service->../web.service", NULL);
        assert_links(
                "web.service", "Also=x.service", "",
                "'x.service' is not enabled with it: generated units cannot be; its own [Install] counts");
}

static void test_targets_of_the_system(void) {
        assert_links("web.service", "WantedBy=multi-user.target",
                     "default.target.wants/web.service->../web.service",
                     "'multi-user.target' does not exist among a user's units; taken as default.target");
        assert_links("web.service", "WantedBy=multi-user.target default.target",
                     "default.target.wants/web.service->../web.service", NULL);
}

static void test_files(void) {
        assert_links("web.service", "WantedBy=db.container", "db.service.wants/web.service->../web.service",
                     NULL);
        assert_links("web.service", "RequiredBy=bd.container", "",
                     "'bd.container' is not there, ignoring; did you mean db.container?");
}

static void test_specifiers(void) {
        assert_links("a-web@b.service", "WantedBy=x@%i.target %p.target %j.target",
                     "x@b.target.wants/a-web@b.service->../a-web@b.service "
                     "a-web.target.wants/a-web@b.service->../a-web@b.service "
                     "web.target.wants/a-web@b.service->../a-web@b.service",
                     NULL);
        assert_links("web@.service", "DefaultInstance=b\nWantedBy=x@%i.target",
                     "x@b.target.wants/web@b.service->../web@.service", NULL);
        assert_links("web@.service", "DefaultInstance=b\nWantedBy=%N.target",
                     "web@b.target.wants/web@b.service->../web@.service", NULL);
        assert_links("web.service", "WantedBy=%h.target", "",
                     "'%h.target' is not the name of a unit, ignoring");
}

static void test_templates(void) {
        assert_links(
                "web@.service", "WantedBy=default.target", "",
                "'default.target' starts no instance of a template without DefaultInstance=; write that, or make a "
                "link like web@NAME.container to this file for each instance");
        assert_links("web@.service", "WantedBy=default.target\nDefaultInstance=a",
                     "default.target.wants/web@a.service->../web@.service", NULL);
        assert_links("web@b.service", "WantedBy=default.target",
                     "default.target.wants/web@b.service->../web@b.service", NULL);
}

/* systemd.unit(5): systemd loads no other links. */
static void test_aliases_of_templates(void) {
        assert_links("web@.service", "Alias=other@.service other@a.service",
                     "other@.service->web@.service other@a.service->web@.service", NULL);
        assert_links(
                "web@.service", "DefaultInstance=a\nAlias=other.service", "",
                "'other.service' cannot lead to a template, ignoring; write other@.service for all its instances, or "
                "other@NAME.service for one");
        assert_links("web@b.service", "Alias=other@b.service", "other@b.service->web@b.service", NULL);
        assert_links("web@b.service", "Alias=other@.service web@.service", "other@b.service->web@b.service",
                     NULL);
        assert_links("web@b.service", "Alias=other@%i.service", "other@b.service->web@b.service", NULL);
        assert_links("web@b.service", "Alias=other.service", "",
                     "'other.service' cannot lead to the instance 'b', ignoring; write other@b.service");
        assert_links("web@b.service", "Alias=other@c.service", "",
                     "'other@c.service' cannot lead to the instance 'b', ignoring; write other@b.service");
        assert_links(
                "web.service", "Alias=other@c.service", "",
                "'other@c.service' is for templates and instances, and web.service is none, ignoring; write "
                "other.service");
}

static void test_names(void) {
        assert_links("web.service", "Alias=www.service web.service", "www.service->web.service", NULL);
        assert_links("web.service", "Alias=../x.service", "",
                     "'../x.service' is not the name of a service, ignoring");
        assert_links("web.service", "Alias=x.target", "",
                     "'x.target' is not the name of a service, ignoring");
        assert_links("web.service", "WantedBy=../../x.target", "",
                     "'../../x.target' is not the name of a unit, ignoring");
        assert_links("web.service", "WantedBy=default", "", "'default' is not the name of a unit, ignoring");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/install/files", test_files);
        g_test_add_func("/install/specifiers", test_specifiers);
        g_test_add_func("/install/wants", test_wants);
        g_test_add_func("/install/targets-of-the-system", test_targets_of_the_system);
        g_test_add_func("/install/templates", test_templates);
        g_test_add_func("/install/templates/aliases", test_aliases_of_templates);
        g_test_add_func("/install/names", test_names);
        return g_test_run();
}
