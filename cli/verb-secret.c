/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia secret: what units name by Secret=. */

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/json.h"
#include "cli/secret-store.h"
#include "cli/table.h"
#include "cli/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* ---- create ---- */

static const char create_description[] =
        "It is read from FILE, or from standard input with '-' or without FILE, as it is: a line\n"
        "end at its end belongs to it. Where systemd can (version 256), it is encrypted for\n"
        "you; otherwise it is a file that only you can read.";

typedef struct CreateOptions {
        gboolean environment, replace, plain, encrypt;
} CreateOptions;

static bool read_stream(int fd, GString *text, GError **error) {
        for (;;) {
                char buffer[4096];
                ssize_t n = read(fd, buffer, sizeof buffer);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot read the secret");
                if (n == 0)
                        return true;
                g_string_append_len(text, buffer, n);
                if (text->len > SECRET_STORE_LARGEST)
                        return fail(error, WOLFFIA_ERROR_VALUE, "A secret holds 512 KiB at most");
        }
}

/* FILE may be a pipe that a shell has made: <(pass show db). */
static bool read_source(const char *source, bool is_variable, GString *text, GError **error) {
        if (is_variable) {
                const char *value = source ? g_getenv(source) : NULL;
                if (!value)
                        return fail(error, WOLFFIA_ERROR_NOT_FOUND,
                                    "There is no variable '%s' in the environment", source ? source : "");
                g_string_append(text, value);
                return true;
        }
        if (!source || g_str_equal(source, "-")) {
                if (isatty(STDIN_FILENO))
                        verb_warn("reading the secret from the terminal; Ctrl-D twice ends it");
                return read_stream(STDIN_FILENO, text, error);
        }
        autofd int fd = open(source, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return fail_errno(error, errno, "Cannot open %s", source);
        return read_stream(fd, text, error);
}

static bool create(const char *name, const char *source, const CreateOptions *options, GError **error) {
        SecretStoreKind kind = options->plain     ? SECRET_STORE_PLAIN
                               : options->encrypt ? SECRET_STORE_ENCRYPTED
                                                  : SECRET_STORE_BEST;
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(StoredSecret) secret = NULL;

        if (!read_source(source, options->environment, text, error) ||
            !secret_store_create(name, text->str, text->len, kind, options->replace, &secret, error))
                return false;
        if (!secret->is_encrypted && !options->plain)
                verb_warn(
                        "it is kept as a file that only you can read: systemd here cannot encrypt for a user "
                        "(version 256 can)");
        return true;
}

static int secret_create(const Verb *verb, int argc, char **argv) {
        CreateOptions options = {0};
        const GOptionEntry entries[] = {
                {"encrypt", 0, 0, G_OPTION_ARG_NONE, &options.encrypt, "Fail where it cannot be encrypted",
                 NULL},
                {"env", 'e', 0, G_OPTION_ARG_NONE, &options.environment,
                 "FILE is the name of a variable that holds it", NULL},
                {"plain", 0, 0, G_OPTION_ARG_NONE, &options.plain, "Do not encrypt it", NULL},
                {"replace", 0, 0, G_OPTION_ARG_NONE, &options.replace, "Replace one of this name", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, create_description, false, argc, argv, &arguments, &status))
                return status;
        if (!arguments[0] || (arguments[1] && arguments[2]))
                return verb_misuse(verb, "the name of the secret and at most one file are needed");
        return create(arguments[0], arguments[1], &options, &error) ? VERB_SUCCESS : verb_fail(error);
}

/* ---- list and inspect ---- */

static void describe(JsonBuilder *builder, const StoredSecret *secret) {
        json_add_string(builder, "name", secret->name);
        json_add_boolean(builder, "encrypted", secret->is_encrypted);
        json_add_string(builder, "path", secret->path);
        json_add_integer(builder, "changed", secret->change_usec / G_USEC_PER_SEC);
}

static void print_table(const GPtrArray *secrets) {
        static const TableColumn columns[] = {
                {"NAME", false, true}, {"KEPT", false, false}, {"CHANGED", false, false}};
        g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

        for (guint i = 0; i < secrets->len; i++) {
                const StoredSecret *secret = secrets->pdata[i];
                g_autofree char *age = table_print_age(secret->change_usec);
                table_add(table, secret->name, TABLE_PLAIN);
                table_add(table, secret->is_encrypted ? "encrypted" : "plain file", TABLE_PLAIN);
                table_add(table, age, TABLE_PLAIN);
        }
        table_show(table);
}

static int secret_list(const Verb *verb, int argc, char **argv) {
        gboolean json = FALSE, quiet = FALSE;
        g_autofree char *template = NULL;
        g_autoptr(GError) error = NULL;
        const GOptionEntry entries[] = {
                {"format", 0, 0, G_OPTION_ARG_STRING, &template, "A line for each, by this template",
                 "TEMPLATE"},
                {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print them as a JSON list", NULL},
                {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Print names only", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, entries, NULL, false, argc, argv, &arguments, &status))
                return status;
        if (*arguments)
                return verb_misuse(verb, "it takes no arguments");
        g_autoptr(GPtrArray) secrets = secret_store_list();
        g_autoptr(JsonBuilder) builder = json_builder_new();
        json_builder_begin_array(builder);
        for (guint i = 0; i < secrets->len; i++) {
                json_builder_begin_object(builder);
                describe(builder, secrets->pdata[i]);
                json_builder_end_object(builder);
                if (quiet)
                        puts(((const StoredSecret *) secrets->pdata[i])->name);
        }
        json_builder_end_array(builder);
        if (json || (template && !quiet))
                return json_show_as(builder, json ? NULL : template, &error) ? VERB_SUCCESS
                                                                             : verb_fail(error);
        if (!quiet)
                print_table(secrets);
        return VERB_SUCCESS;
}

static bool inspect(char **names, bool show, GError **error) {
        g_autoptr(JsonBuilder) builder = json_builder_new();

        json_builder_begin_array(builder);
        for (; *names; names++) {
                g_autoptr(StoredSecret) secret = NULL;
                g_autofree char *data = NULL;
                gsize size;
                if (!secret_store_find(*names, &secret, error) ||
                    (show && !secret_store_read(secret, &data, &size, error)))
                        return false;
                json_builder_begin_object(builder);
                describe(builder, secret);
                g_autofree char *text = show ? g_utf8_make_valid(data, (gssize) size) : NULL;
                if (show)
                        json_add_string(builder, "secret", text);
                json_builder_end_object(builder);
        }
        json_builder_end_array(builder);
        json_show(builder);
        return true;
}

static int secret_inspect(const Verb *verb, int argc, char **argv) {
        gboolean show = FALSE;
        const GOptionEntry entries[] = {
                {"showsecret", 0, 0, G_OPTION_ARG_NONE, &show, "Print what they hold, too", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autoptr(GError) error = NULL;
        int status;

        if (!verb_parse(verb, entries, NULL, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a secret is needed");
        return inspect(arguments, show, &error) ? VERB_SUCCESS : verb_fail(error);
}

/* ---- remove ---- */

static const char remove_description[] =
        "Containers that run keep what they were given; they do not start again without it.";

static int secret_remove(const Verb *verb, int argc, char **argv) {
        g_auto(GStrv) arguments = NULL;
        int status;

        if (!verb_parse(verb, NULL, remove_description, false, argc, argv, &arguments, &status))
                return status;
        if (!*arguments)
                return verb_misuse(verb, "the name of a secret is needed");
        status = VERB_SUCCESS;
        for (char **name = arguments; *name; name++) {
                g_autoptr(GError) error = NULL;
                if (!secret_store_remove(*name, &error))
                        status = verb_fail(error);
        }
        return status;
}

const Verb secret_verbs[] = {
        {"secret create", "NAME [FILE]", "Store a secret", secret_create, false, VERB_TAKES_NAME_AND_FILE,
         NULL},
        {"secret list", "", "List the secrets, and how each is kept", secret_list, false, VERB_TAKES_NOTHING,
         NULL},
        {"secret inspect", "NAME…", "Tell of secrets, as JSON", secret_inspect, false, VERB_TAKES_SECRETS,
         NULL},
        {"secret remove", "NAME…", "Remove secrets", secret_remove, false, VERB_TAKES_SECRETS, NULL},
        {NULL},
};
