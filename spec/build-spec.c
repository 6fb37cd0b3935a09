/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* [Build]: its table, and where the files that it reads lie. */

#include "spec/build-spec.h"

#include "base/error.h"
#include "base/path.h"
#include "spec/container-checks.h"
#include "spec/key-common.h"

#include <string.h>

/* What buildah knows; networks and volumes of ours it does not. */
static bool check_mode_of_network(const char *value, GError **error) {
        if (g_str_equal(value, "host") || g_str_equal(value, "none") || g_str_equal(value, "private"))
                return true;
        return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "'%s' is not possible while an image is built; host, none and private are", value);
}

static bool check_folder(const char *value, GError **error) {
        if (*value != '/' && *value != '.')
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "'%s' is not a path; volumes cannot be used while an image is built", value);
        return check_volume(value, error);
}

#define FIELD(name) offsetof(BuildSpec, name)

/* Options that have no key, and pass to buildah as they are. */
#define PASSED(option, letter, class, field, metavariable, description)                                     \
        { NULL, option, letter, class, KEY_WORKS, NULL, FIELD(field), metavariable, description }
#define REMARK_IMPORTED "the image goes to the store under its ImageTag="

/* clang-format off */
static const Key build_keys[] = {
        {"ImageTag", "tag", 't', KEY_LINES, KEY_WORKS, check_image,
         FIELD(tags), "NAME", "name of the image; the first is the one that other files mean"},
        {"File", "file", 'f', KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(file), "FILE", "instructions, a Containerfile"},
        {"SetWorkingDirectory", NULL, 0, KEY_SINGLE, KEY_WORKS, NULL,
         KEY_NO_FIELD, "FOLDER", "what COPY takes from: unit, file, a folder or a URL"},
        {NULL, NULL, 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(context), "CONTEXT", "what COPY takes from: a folder or a URL"},
        {"Target", "target", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(target), "STAGE", "stage of the instructions to stop at"},
        {"IgnoreFile", "ignorefile", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(ignore_file), "FILE", "what COPY leaves out"},
        {"BuildArg", "build-arg", 0, KEY_MAP, KEY_WORKS, check_pair,
         FIELD(build_arguments), "NAME=VALUE", "value of an ARG"},
        {"Environment", "env", 0, KEY_MAP, KEY_WORKS, check_pair,
         FIELD(environment), "NAME=VALUE", "variable of the image"},
        {"Label", "label", 0, KEY_MAP, KEY_WORKS, check_pair,
         FIELD(labels), "NAME=VALUE", "metadata"},
        {"Annotation", "annotation", 0, KEY_MAP, KEY_WORKS, check_pair,
         FIELD(annotations), "NAME=VALUE", "metadata"},
        {"Secret", "secret", 0, KEY_WORDS, KEY_WORKS, NULL,
         FIELD(secrets), "id=ID,src=FILE", "secret for RUN"},
        {"Volume", "volume", 'v', KEY_LINES, KEY_WORKS, check_folder,
         FIELD(volumes), "SOURCE:TARGET[:OPTIONS]", "file or folder for RUN"},
        {"Network", "network", 0, KEY_LINES, KEY_WORKS, check_mode_of_network,
         FIELD(networks), "MODE", "network of RUN: host, none or private"},
        {"DNS", "dns", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns), "ADDRESS", "name server of RUN"},
        {"DNSOption", "dns-option", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns_options), "OPTION", "option of resolv.conf(5)"},
        {"DNSSearch", "dns-search", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(dns_search), "DOMAIN", "search domain"},
        {"GroupAdd", "group-add", 0, KEY_LINES, KEY_WORKS, NULL,
         FIELD(groups), "GROUP", "additional group of RUN"},
        {"Arch", "arch", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(arch), "ARCH", "another architecture than this machine's"},
        {"Variant", "variant", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(variant), "VARIANT", "variant of the architecture"},
        {"Pull", "pull", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(pull), "WHEN", "when the base image is fetched: missing, always, newer or never"},
        {"ForceRM", "force-rm", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(force_rm), NULL, "remove what is left of a failed build"},
        {"AuthFile", "authfile", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(auth_file), "FILE", "file with logins of registries"},
        {"TLSVerify", "tls-verify", 0, KEY_BOOLEAN, KEY_WORKS, NULL,
         FIELD(verify_tls), NULL, "check registries' certificates"},
        PASSED("add-host", 0, KEY_LINES, hosts, "NAME:ADDRESS", "line of /etc/hosts of RUN"),
        PASSED("build-context", 0, KEY_LINES, contexts, "NAME=FOLDER", "further place that COPY --from takes from"),
        PASSED("cap-add", 0, KEY_LINES, capabilities_added, "CAPABILITY", "add a capability of RUN"),
        PASSED("cap-drop", 0, KEY_LINES, capabilities_dropped, "CAPABILITY", "drop a capability of RUN"),
        PASSED("cert-dir", 0, KEY_SINGLE, certificates, "FOLDER", "folder with certificates of registries"),
        PASSED("creds", 0, KEY_SINGLE, credentials, "NAME:PASSWORD", "login of the registry"),
        PASSED("device", 0, KEY_LINES, devices, "DEVICE", "device node of the host for RUN"),
        PASSED("format", 0, KEY_SINGLE, format, "FORMAT", "oci, or docker, which has HEALTHCHECK and SHELL"),
        PASSED("from", 0, KEY_SINGLE, from, "IMAGE", "instead of the image of the first FROM"),
        PASSED("http-proxy", 0, KEY_BOOLEAN, http_proxy, NULL, "pass on http_proxy and its relatives"),
        PASSED("isolation", 0, KEY_SINGLE, isolation, "WAY", "how RUN runs: chroot, oci or rootless"),
        PASSED("jobs", 0, KEY_SINGLE, jobs, "NUMBER", "stages that are built at once"),
        PASSED("layers", 0, KEY_BOOLEAN, layers, NULL, "keep a layer for each instruction"),
        PASSED("no-cache", 0, KEY_BOOLEAN, no_cache, NULL, "build all anew"),
        PASSED("security-opt", 0, KEY_LINES, security_options, "OPTION", "of RUN"),
        PASSED("shm-size", 0, KEY_SINGLE, shm_size, "SIZE", "size of /dev/shm of RUN"),
        PASSED("squash", 0, KEY_BOOLEAN, squash, NULL, "one layer for all instructions"),
        PASSED("ssh", 0, KEY_LINES, ssh, "ID[=SOCKET]", "agent of SSH for RUN"),
        PASSED("timestamp", 0, KEY_SINGLE, timestamp, "SECONDS", "when all files were made"),
        PASSED("ulimit", 0, KEY_LINES, ulimits, "NAME=SOFT[:HARD]", "resource limit of RUN"),
        PASSED("unsetenv", 0, KEY_LINES, unset_variables, "NAME", "variable that the image loses"),
        {NULL, "unit", 0, KEY_SINGLE, KEY_WORKS, NULL,
         FIELD(unit), "UNIT", "name of the systemd unit, for messages"},
        KEY_COMMON_ROWS,
        {"Retry", "retry", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         KEY_NO_FIELD, "NUMBER", "buildah tries failed transfers again by itself"},
        {"RetryDelay", "retry-delay", 0, KEY_SINGLE, KEY_IGNORED, NULL,
         KEY_NO_FIELD, "SECONDS", "the time between two attempts grows by itself"},
        KEY_OPTION_WITHOUT("compress", 0, KEY_BOOLEAN, REMARK_IMPORTED),
        KEY_OPTION_WITHOUT("disable-compression", 0, KEY_BOOLEAN, REMARK_IMPORTED),
        KEY_OPTION_WITHOUT("disable-content-trust", 0, KEY_BOOLEAN, "containers-policy.json(5) says which signatures are needed"),
        KEY_OPTION_WITHOUT("quiet", 'q', KEY_BOOLEAN, "what is printed goes to the journal"),
        KEY_OPTION_WITHOUT("rm", 0, KEY_BOOLEAN, "nothing is left of a build that went well"),
        KEY_OPTION_REFUSED("all-platforms", 0, KEY_BOOLEAN, REMARK_IMPORTED ", for one architecture; Arch= says which"),
        KEY_OPTION_REFUSED("cpu-shares", 'c', KEY_SINGLE, "write CPUWeight= in [Service] instead"),
        KEY_OPTION_REFUSED("cpuset-cpus", 0, KEY_SINGLE, "write AllowedCPUs= in [Service] instead"),
        KEY_OPTION_REFUSED("iidfile", 0, KEY_SINGLE, REMARK_IMPORTED "; `wolffia images` shows its digest"),
        KEY_OPTION_REFUSED("manifest", 0, KEY_SINGLE, REMARK_IMPORTED ", for one architecture; Arch= says which"),
        KEY_OPTION_REFUSED("memory", 'm', KEY_SINGLE, "write MemoryMax= in [Service] instead"),
        KEY_OPTION_REFUSED("output", 'o', KEY_SINGLE, REMARK_IMPORTED),
        KEY_OPTION_REFUSED("os", 0, KEY_SINGLE, "images are built for Linux"),
        KEY_OPTION_REFUSED("platform", 0, KEY_SINGLE, "write Arch= instead"),
};
/* clang-format on */

static KeyIndex key_index;

const KeyTable build_key_table = {
        .section = "Build",
        .keys = build_keys,
        .count = G_N_ELEMENTS(build_keys),
        .spec_size = sizeof(BuildSpec),
        .index = &key_index,
};

BuildSpec *build_spec_new(void) {
        return key_table_new_spec(&build_key_table);
}

void build_spec_free(BuildSpec *spec) {
        key_table_free_spec(&build_key_table, spec);
}

static bool adjust_path(const KeyLoad *load, char **value, GError **error) {
        return reference_path(load->path, value, error);
}

static bool adjust_volume(const KeyLoad *load, char **value, GError **error) {
        return reference_volume(load->references, load->path, value, error);
}

static const KeyAdjustment adjustments[] = {
        {FIELD(auth_file), adjust_path},
        {FIELD(certificates), adjust_path},
        {FIELD(ignore_file), adjust_path},
        {FIELD(volumes), adjust_volume},
        {KEY_NO_FIELD, NULL},
};

static bool is_url(const char *text) {
        return strstr(text, "://") || g_str_has_prefix(text, "git@") ||
               g_str_has_prefix(text, "github.com/");
}

/* Neither relative nor to be known before systemd expands it. */
static bool is_fixed(const char *path) {
        return strchr("/%$", *path) || is_url(path);
}

static char *folder_of(const char *path) {
        return strchr(path, '/') ? g_path_get_dirname(path) : NULL;
}

static void check_file_folder(KeyLoad *load, BuildSpec *spec) {
        if (spec->file && is_fixed(spec->file)) {
                if (!spec->context)
                        spec->context = is_url(spec->file) ? NULL : folder_of(spec->file);
        } else if (!spec->context && unit_file_value(load->unit, "Service", "WorkingDirectory"))
                spec->context = g_strdup(".");
        else if (!spec->context)
                key_load_report_key(
                        load, PROBLEM_ERROR, spec->file ? "File" : "ImageTag",
                        spec->file ? "where it lies is missing; write SetWorkingDirectory=unit for this "
                                     "file's folder, or an absolute path"
                                   : "neither File= nor SetWorkingDirectory= says what to build");
}

/* File= and the context, absolute where that can be known now. A relative File= lies in the context; with
 * SetWorkingDirectory=file it starts from the unit file's folder. */
static void set_folders(KeyLoad *load, BuildSpec *spec) {
        const char *value = unit_file_value(load->unit, "Build", "SetWorkingDirectory");
        g_autofree char *own = g_path_get_dirname(load->path),
                        *folder = value ? key_load_unquote(value) : NULL;
        bool by_file = folder && g_ascii_strcasecmp(folder, "file") == 0;

        if (by_file && !spec->file)
                key_load_report_key(load, PROBLEM_ERROR, "SetWorkingDirectory", "file needs File=");
        else if (by_file) {
                if (!is_fixed(spec->file))
                        (void) reference_path(load->path, &spec->file, NULL);
                spec->context = folder_of(spec->file);
        } else if (folder && g_ascii_strcasecmp(folder, "unit") == 0)
                spec->context = g_strdup(own);
        else if (folder)
                spec->context = is_fixed(folder) ? g_strdup(folder) : path_absolute(own, folder);

        if (spec->file && spec->context && !is_fixed(spec->file) && !is_url(spec->context)) {
                g_autofree char *file = g_strconcat(spec->context, "/", spec->file, NULL);

                g_free(spec->file);
                spec->file = *file == '/' ? path_normalise(file) : g_steal_pointer(&file);
        }
        check_file_folder(load, spec);
}

static void check(KeyLoad *load) {
        BuildSpec *spec = load->spec;

        if (spec->tags->len == 0)
                key_load_report_key(load, PROBLEM_ERROR, "ImageTag",
                                    "ImageTag= says what the image is called, and is missing");
        set_folders(load, spec);
        if (spec->context && *spec->context == '/')
                references_add_path(load->references, spec->context);
}

const KeyLoader build_loader = {
        .table = &build_key_table,
        .adjustments = adjustments,
        .check = check,
};
