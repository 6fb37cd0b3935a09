/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A profile is a default action and a list of groups, each with names, an action, conditions on arguments, and conditions on
 * the host that say whether the group counts at all. */

#include "cli/seccomp-profile.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "image/document.h"
#include "spec/value-capability.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ARGUMENTS_MAX    6    /* a system call has no more */
#define INSTRUCTIONS_MAX 4096 /* the kernel's BPF_MAXINSNS */

static const struct {
        const char *machine, *architecture;
} machines[] = {
        {"x86_64", "amd64"},    {"aarch64", "arm64"},   {"armv7l", "arm"},  {"i686", "386"},
        {"ppc64le", "ppc64le"}, {"riscv64", "riscv64"}, {"s390x", "s390x"}, {"loongarch64", "loong64"},
};

SeccompProfileHost seccomp_profile_host(guint64 capabilities) {
        static struct utsname names;
        SeccompProfileHost host = {
                .capabilities = capabilities, .architecture = "", .kernel = names.release};

        uname(&names);
        for (size_t i = 0; i < G_N_ELEMENTS(machines); i++)
                if (g_str_equal(names.machine, machines[i].machine))
                        host.architecture = machines[i].architecture;
        return host;
}

/* ---- words ---- */

/* A member that is a number, or else ORDINARY. Numbers above the largest signed one have their high bit set in what other
 * programs write, too; json-glib reads them as floating point. */
static guint64 number_of(JsonObject *object, const char *name, guint64 ordinary) {
        JsonNode *node =
                object && json_object_has_member(object, name) ? json_object_get_member(object, name) : NULL;

        if (!node || !JSON_NODE_HOLDS_VALUE(node))
                return ordinary;
        if (json_node_get_value_type(node) == G_TYPE_INT64)
                return (guint64) json_node_get_int(node);
        if (json_node_get_value_type(node) != G_TYPE_DOUBLE)
                return ordinary;
        double value = json_node_get_double(node);
        return value >= 0 && value < 18446744073709551616.0 ? (guint64) value : ordinary;
}

static bool parse_action(JsonObject *object, const char *name, guint64 errno_value, guint32 *ret_action,
                         GError **error) {
        static const struct {
                const char *name;
                guint32 action;
        } actions[] = {
                {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
                {"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
                {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
                {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
                {"SCMP_ACT_LOG", SCMP_ACT_LOG},
                {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
        };
        const char *text = image_document_string(object, name);

        if (!text)
                return fail(error, WOLFFIA_ERROR_SYNTAX, "a \"%s\" is missing", name);
        for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
                if (g_str_equal(text, actions[i].name)) {
                        *ret_action = actions[i].action;
                        return true;
                }
        if (g_str_equal(text, "SCMP_ACT_ERRNO")) {
                *ret_action = SCMP_ACT_ERRNO(errno_value & 0xffff);
                return true;
        }
        if (g_str_equal(text, "SCMP_ACT_NOTIFY") || g_str_equal(text, "SCMP_ACT_TRACE"))
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "%s needs a program that answers, and none is there; SCMP_ACT_ERRNO and SCMP_ACT_LOG do without",
                        text);
        return fail(error, WOLFFIA_ERROR_SYNTAX, "there is no action '%s'", text);
}

static bool parse_operator(const char *text, enum scmp_compare *ret_operator, GError **error) {
        static const struct {
                const char *name;
                enum scmp_compare operator;
        } operators[] = {
                {"SCMP_CMP_EQ", SCMP_CMP_EQ}, {"SCMP_CMP_GE", SCMP_CMP_GE},
                {"SCMP_CMP_GT", SCMP_CMP_GT}, {"SCMP_CMP_LE", SCMP_CMP_LE},
                {"SCMP_CMP_LT", SCMP_CMP_LT}, {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
                {"SCMP_CMP_NE", SCMP_CMP_NE},
        };

        for (size_t i = 0; text && i < G_N_ELEMENTS(operators); i++)
                if (g_str_equal(text, operators[i].name)) {
                        *ret_operator = operators[i].operator;
                        return true;
                }
        return fail(error, WOLFFIA_ERROR_SYNTAX, "there is no comparison '%s'", text ? text : "");
}

/* ---- conditions on the host ---- */

static bool has_capability(const SeccompProfileHost *host, const char *text) {
        const char *name = NULL;
        cap_value_t capability;

        if (!value_capability_parse(text, &name, NULL) || cap_from_name(name, &capability) < 0)
                return false;
        return (host->capabilities >> capability) & 1;
}

/* "5.8" ≤ "6.1.0-13-amd64" */
static bool is_kernel_at_least(const char *kernel, const char *wanted) {
        char *kernel_end, *wanted_end;

        for (int part = 0; part < 2; part++) {
                guint64 has = g_ascii_strtoull(kernel, &kernel_end, 10),
                        asked = g_ascii_strtoull(wanted, &wanted_end, 10);
                if (has != asked)
                        return has > asked;
                if (*kernel_end != '.' || *wanted_end != '.')
                        break;
                kernel = kernel_end + 1;
                wanted = wanted_end + 1;
        }
        return true;
}

/* Whether all, or any, of the list's words hold. */
static bool are_capabilities(const SeccompProfileHost *host, char **words, bool all) {
        for (char **word = words; word && *word; word++)
                if (has_capability(host, *word) != all)
                        return !all;
        return all;
}

static bool counts(JsonObject *group, const SeccompProfileHost *host) {
        JsonObject *includes = image_document_object(group, "includes"),
                   *excludes = image_document_object(group, "excludes");
        g_auto(GStrv) needed = image_document_strings(includes, "caps"),
                      unwanted = image_document_strings(excludes, "caps"),
                      arches = image_document_strings(includes, "arches"),
                      not_arches = image_document_strings(excludes, "arches");
        const char *kernel = image_document_string(includes, "minKernel");

        if (!are_capabilities(host, needed, true) || are_capabilities(host, unwanted, false))
                return false;
        if (arches && *arches && !g_strv_contains((const char *const *) arches, host->architecture))
                return false;
        if (not_arches && g_strv_contains((const char *const *) not_arches, host->architecture))
                return false;
        return !kernel || is_kernel_at_least(host->kernel, kernel);
}

/* ---- rules ---- */

typedef struct Group {
        guint32 action;
        struct scmp_arg_cmp comparisons[ARGUMENTS_MAX];
        guint n_comparisons;
        bool is_any; /* comparisons of one argument are alternatives, as in runc and crun */
} Group;

static bool parse_comparisons(JsonObject *object, Group *group, GError **error) {
        JsonArray *list = image_document_array(object, "args");
        guint length = image_document_length(list);

        if (length > ARGUMENTS_MAX)
                return fail(error, WOLFFIA_ERROR_SYNTAX,
                            "there are %u conditions on arguments in one place; six are possible", length);
        for (guint i = 0; i < length; i++) {
                JsonObject *comparison = image_document_object_at(list, i);
                struct scmp_arg_cmp *slot = &group->comparisons[group->n_comparisons++];
                guint64 index = number_of(comparison, "index", G_MAXUINT64);

                if (index >= ARGUMENTS_MAX)
                        return fail(error, WOLFFIA_ERROR_SYNTAX,
                                    "the index of an argument is missing, or not within 0 to 5");
                slot->arg = (unsigned) index;
                slot->datum_a = number_of(comparison, "value", 0);
                slot->datum_b = number_of(comparison, "valueTwo", 0);
                if (!parse_operator(image_document_string(comparison, "op"), &slot->op, error))
                        return false;
                for (guint j = 0; j + 1 < group->n_comparisons; j++)
                        group->is_any = group->is_any || group->comparisons[j].arg == slot->arg;
        }
        return true;
}

static bool add_rules(scmp_filter_ctx filter, const Group *group, const char *name, GError **error) {
        int number = seccomp_syscall_resolve_name(name);
        guint n_rules = group->is_any ? group->n_comparisons : 1,
              length = group->is_any ? 1 : group->n_comparisons;

        if (number == __NR_SCMP_ERROR)
                return true;
        for (guint i = 0; i < n_rules; i++) {
                int result = seccomp_rule_add_array(filter, group->action, number, length,
                                                    length > 0 ? &group->comparisons[i] : NULL);
                /* Said already, or of a call that this architecture does not have. */
                if (result < 0 && result != -EEXIST && result != -EDOM && result != -EINVAL)
                        return fail_errno(error, result, "%s: libseccomp does not take the rule", name);
        }
        return true;
}

static bool add_group(scmp_filter_ctx filter, JsonObject *object, guint32 ordinary, GError **error) {
        g_auto(GStrv) names = image_document_strings(object, "names");
        const char *single = image_document_string(object, "name");
        Group group = {0};

        if (!parse_action(object, "action", number_of(object, "errnoRet", EPERM), &group.action, error) ||
            !parse_comparisons(object, &group, error))
                return false;
        /* What is so anyway is no rule to libseccomp. */
        if (group.action == ordinary)
                return true;
        if (single && !add_rules(filter, &group, single, error))
                return false;
        for (char **name = names; name && *name; name++)
                if (!add_rules(filter, &group, *name, error))
                        return false;
        return true;
}

/* The processor's other modes, as 32-bit programs: from the list of all architectures ("archMap"), what goes with ours; or a
 * plain list. Unknown ones are of other processors. */
static void add_architectures(scmp_filter_ctx filter, JsonObject *root, const char *own) {
        g_auto(GStrv) plain = image_document_strings(root, "architectures");
        JsonArray *map = image_document_array(root, "archMap");
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

        for (char **word = plain; word && *word; word++)
                g_ptr_array_add(words, g_strdup(*word));
        for (guint i = 0; i < image_document_length(map); i++) {
                JsonObject *entry = image_document_object_at(map, i);
                g_autofree char *lower =
                        g_ascii_strdown(image_document_string(entry, "architecture") ?: "", -1);
                if (!g_str_has_prefix(lower, "scmp_arch_") ||
                    seccomp_arch_resolve_name(lower + 10) != seccomp_arch_native())
                        continue;
                g_auto(GStrv) others = image_document_strings(entry, "subArchitectures");
                for (char **word = others; word && *word; word++)
                        g_ptr_array_add(words, g_strdup(*word));
        }
        for (guint i = 0; i < words->len; i++) {
                g_autofree char *lower = g_ascii_strdown(words->pdata[i], -1);
                guint32 token =
                        g_str_has_prefix(lower, "scmp_arch_") ? seccomp_arch_resolve_name(lower + 10) : 0;
                if (token != 0)
                        (void) seccomp_arch_add(filter, token);
        }
}

/* ---- the whole ---- */

static bool export_filter(scmp_filter_ctx filter, GByteArray **ret_filter, GError **error) {
        g_autofree char *program = NULL;
        gsize size;

        autofd int fd = memfd_create("seccomp", MFD_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        int result = seccomp_export_bpf(filter, fd);
        if (result < 0)
                return fail_errno(error, result, "libseccomp cannot make a program of it");
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
        if (!file_read(AT_FDCWD, path, INSTRUCTIONS_MAX * sizeof(struct sock_filter), &program, &size,
                       error))
                return fail_prefix(error, "It becomes longer than the %d instructions that the kernel takes",
                                   INSTRUCTIONS_MAX);
        *ret_filter = g_byte_array_new_take((guint8 *) g_steal_pointer(&program), size);
        return true;
}

static bool add_all(scmp_filter_ctx filter, JsonObject *root, guint32 ordinary,
                    const SeccompProfileHost *host, GError **error) {
        JsonArray *groups = image_document_array(root, "syscalls");

        add_architectures(filter, root, host->architecture);
        /* no_new_privs is another key's business; a tree is several times as fast to go through as a list. */
        (void) seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
        (void) seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        for (guint i = 0; i < image_document_length(groups); i++) {
                JsonObject *group = image_document_object_at(groups, i);
                if (group && counts(group, host) && !add_group(filter, group, ordinary, error))
                        return fail_prefix(error, "syscalls[%u]", i);
        }
        return true;
}

bool seccomp_profile_compile(const char *text, gsize size, const SeccompProfileHost *host,
                             GByteArray **ret_filter, GError **error) {
        g_autoptr(JsonNode) node = NULL;
        guint32 ordinary;

        if (!image_document_parse(text, size, &node, error))
                return false;
        if (!JSON_NODE_HOLDS_OBJECT(node))
                return fail(error, WOLFFIA_ERROR_SYNTAX, "it is no JSON object");
        JsonObject *root = json_node_get_object(node);
        if (!parse_action(root, "defaultAction", number_of(root, "defaultErrnoRet", EPERM), &ordinary,
                          error))
                return false;

        scmp_filter_ctx filter = seccomp_init(ordinary);
        if (!filter)
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED, "libseccomp does not take the default action");
        bool done = add_all(filter, root, ordinary, host, error) && export_filter(filter, ret_filter, error);
        seccomp_release(filter);
        return done;
}
