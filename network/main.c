/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-network: what the units of .network files execute. Options are those of the key table
 * (spec/network-spec.c). */

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/notify.h"
#include "config.h"
#include "network/holder.h"
#include "spec/key-options.h"
#include "spec/settings.h"
#include "spec/value-network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void report(const NetworkSpec *spec, const GError *failure) {
        notify_status(failure->message);
        log_entry(LOG_ERR, failure->message, "MESSAGE_ID", MESSAGE_START_FAILED, "USER_UNIT",
                  spec->unit && *spec->unit ? spec->unit : NULL, NULL);
}

int main(int argc, char **argv) {
        g_autoptr(NetworkSpec) spec = network_spec_new();
        g_autoptr(GError) error = NULL;

        log_open("wolffia-network");
        if (argc == 2 && g_str_equal(argv[1], "--version")) {
                puts("wolffia-network " WOLFFIA_VERSION);
                return EXIT_SUCCESS;
        }
        if (argc < 2 || g_str_equal(argv[1], "--help")) {
                fputs("Usage: wolffia-network --name=NAME [OPTION…]\n\nHolds one network of containers, as the units "
                      "do that wolffia-generator writes for .network files.\nSee wolffia-network(5) for the options.\n",
                      argc < 2 ? stderr : stdout);
                return argc < 2 ? 64 : EXIT_SUCCESS;
        }
        g_autoptr(Settings) settings = settings_load(NULL); /* members tell what is wrong in it */
        settings_apply(settings);
        if (!key_options_parse(&network_key_table, (const char *const *) argv + 1, spec, &error) ||
            !value_network_check_name(spec->name ? spec->name : "", &error)) {
                report(spec, error);
                return 78; /* EX_CONFIG, sysexits.h */
        }
        holder_run(spec, &error);
        report(spec, error);
        return 125;
}
