/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia: the command for people. Finds the verb; everything else is the verb's. */

#include "base/arguments.h"
#include "base/log.h"
#include "cli/verb.h"
#include "config.h"
#include "spec/problem.h"
#include "spec/settings.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const Verb verb_table[] = {
        {"run", "IMAGE [COMMAND [ARGUMENT…]]", "Run a container", verb_run, false, VERB_TAKES_IMAGE, NULL},
        {"ps", "", "List containers", verb_ps, false, VERB_TAKES_NOTHING, NULL},
        {"start", "NAME…", "Start containers", verb_start, false, VERB_TAKES_CONTAINERS, NULL},
        {"stop", "NAME…", "Stop containers", verb_stop, false, VERB_TAKES_CONTAINERS, NULL},
        {"restart", "NAME…", "Stop and start containers", verb_restart, false, VERB_TAKES_CONTAINERS, NULL},
        {"logs", "NAME…", "Show what containers have written", verb_logs, false, VERB_TAKES_CONTAINERS,
         NULL},
        {"inspect", "NAME…", "Tell all that is known of containers, as JSON", verb_inspect, false,
         VERB_TAKES_CONTAINERS, NULL},
        {"stats", "[NAME…]", "Show what containers use", verb_stats, false, VERB_TAKES_CONTAINERS, NULL},
        {"top", "NAME", "List the processes of a container", verb_top, false, VERB_TAKES_CONTAINER, NULL},
        {"port", "NAME [PORT]", "Show which ports of the host lead to a container", verb_port, false,
         VERB_TAKES_CONTAINER, NULL},
        {"pause", "NAME…", "Freeze containers", verb_pause, false, VERB_TAKES_CONTAINERS, NULL},
        {"unpause", "NAME…", "Let frozen containers go on", verb_unpause, false, VERB_TAKES_CONTAINERS,
         NULL},
        {"kill", "NAME…", "Send a signal to containers", verb_kill, false, VERB_TAKES_CONTAINERS, NULL},
        {"wait", "NAME…", "Wait until containers end, and print how", verb_wait, false,
         VERB_TAKES_CONTAINERS, NULL},
        {"exec", "NAME COMMAND [ARGUMENT…]", "Run a further command in a container", verb_exec, false,
         VERB_TAKES_CONTAINER, NULL},
        {"shell", "NAME", "Open a shell in a container", verb_shell, false, VERB_TAKES_CONTAINER, NULL},
        {"cp", "SOURCE TARGET", "Copy files between a container and here", verb_cp, false, VERB_TAKES_FILES,
         NULL},
        {"mount", "NAME [COMMAND [ARGUMENT…]]", "Work in a container's files with programs of the host",
         verb_mount, false, VERB_TAKES_CONTAINER, NULL},
        {"images", "", "List the images in your store", verb_images, false, VERB_TAKES_NOTHING, NULL},
        {"pull", "NAME…", "Fetch images from a registry", verb_pull, false, VERB_TAKES_IMAGES, NULL},
        {"import", "NAME SOURCE", "Add an image from a folder or an archive", verb_import, false,
         VERB_TAKES_NAME_AND_FILE, NULL},
        {"rmi", "NAME…", "Remove images", verb_rmi, false, VERB_TAKES_IMAGES, NULL},
        {"build", "CONTEXT", "Build an image with buildah", verb_build, false, VERB_TAKES_FILES, NULL},
        {"check", "[FILE…]", "Say what is wrong in unit files, before systemd reads them", verb_check, false,
         VERB_TAKES_FILES, NULL},
        {"adopt", "[NAME…]", "Take over files of Podman's Quadlet", verb_adopt, false, VERB_TAKES_NOTHING,
         NULL},
        {"doctor", "", "Look for what keeps containers from running well on this host", verb_doctor, false,
         VERB_TAKES_NOTHING, NULL},
        {"explain", "[ROW…]", "Tell what becomes of a known shortcoming", verb_explain, false,
         VERB_TAKES_ROWS, NULL},
        {"linger", "[on|off|status]", "Have your services outlive logins, and start at boot", verb_linger,
         false, VERB_TAKES_NOTHING, NULL},
        {"unshare", "[COMMAND [ARGUMENT…]]", "Run a command as root of your user namespace", verb_unshare,
         false, VERB_TAKES_COMMAND, NULL},
        {"secret", "VERB …", "Store, list and remove secrets", verb_dispatch, false, VERB_TAKES_NOTHING,
         secret_verbs},
        {"volume", "VERB …", "Make, list, fill and remove named volumes", verb_dispatch, false,
         VERB_TAKES_NOTHING, volume_verbs},
        {"network", "VERB …", "List networks, and who is on them", verb_dispatch, false, VERB_TAKES_NOTHING,
         network_verbs},
        {"cdi", "DEVICE…", "Translate devices of the Container Device Interface", verb_cdi, true,
         VERB_TAKES_NOTHING, NULL},
        {"prepare", "NAME", "Unpack an image's layers for an id map", verb_prepare, true, VERB_TAKES_NOTHING,
         NULL},
        {"prepare-seccomp", "FILE", "Compile a system call filter", verb_prepare_seccomp, true,
         VERB_TAKES_NOTHING, NULL},
        {"complete", "WORD…", "Complete the last word of a command line", verb_complete, true,
         VERB_TAKES_NOTHING, NULL},
        {NULL},
};

static void print_help(FILE *file) {
        fputs("Usage: wolffia VERB [OPTION…] [ARGUMENT…]\n"
              "\n"
              "Runs containers as your own systemd services: drop a .container file into\n"
              "~/.config/wolffia/, run systemctl --user daemon-reload, start the service.\n"
              "\n"
              "Verbs:\n",
              file);
        verb_print_table(verb_table, file);
        fputs("\n"
              "'wolffia VERB --help' describes a verb, and so does wolffia(1).\n",
              file);
}

/* VERB is NULL for all of them. */
static int help(const char *name) {
        const Verb *verb = name ? verb_find(verb_table, name) : NULL;

        if (verb)
                return verb->run(verb, 2, (char *[]){(char *) verb->name, (char *) "--help", NULL});
        if (name)
                return verb_fail_unknown(verb_table, name);
        print_help(stdout);
        return VERB_SUCCESS;
}

/* WARN: of faults in it; everybody else finds them in the journal, at each start. */
static void settle(bool warn) {
        g_autoptr(GPtrArray) problems = problems_new();
        g_autoptr(Settings) settings = settings_load(problems);

        settings_apply(settings);
        for (guint i = 0; warn && i < problems->len; i++) {
                g_autofree char *text = problem_print(problems->pdata[i]);
                verb_warn(text);
        }
}

/* Every user of the host can read a command line, and passwords stand in these verbs' --env= and commands. */
static int run_hidden(const Verb *verb, int argc, char **argv) {
        char **words = g_new0(char *, (gsize) argc);

        for (int i = 1; i < argc; i++)
                words[i - 1] = g_strdup(argv[i]);
        arguments_hide(argc, argv, verb->name);
        int status = verb->run(verb, argc - 1, words);
        g_strfreev(words);
        return status;
}

int main(int argc, char **argv) {
        /* The encoding of the terminal, and nothing else: messages and numbers are English everywhere. */
        setlocale(LC_CTYPE, "");
        log_open("wolffia");
        log_set_target(LOG_TARGET_STDERR);

        if (argc < 2) {
                print_help(stderr);
                return VERB_USAGE;
        }
        if (g_str_equal(argv[1], "--version")) {
                puts("wolffia " WOLFFIA_VERSION);
                return VERB_SUCCESS;
        }
        if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") || g_str_equal(argv[1], "help"))
                return help(argv[2]);

        const Verb *verb = verb_find(verb_table, argv[1]);
        if (verb)
                settle(!verb->is_internal && (g_str_equal(verb->name, "check") || isatty(STDERR_FILENO)));
        if (verb && (g_str_equal(verb->name, "exec") || g_str_equal(verb->name, "run")))
                return run_hidden(verb, argc, argv);
        return verb ? verb->run(verb, argc - 1, argv + 1) : verb_fail_unknown(verb_table, argv[1]);
}
