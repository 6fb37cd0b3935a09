/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia doctor: what is not as it should be, before a container fails of it. */

#include "cli/doctor.h"
#include "cli/verb.h"

static const char description[] =
        "Each line has a verdict (ok, advice: containers run, and something is missed, or problem),\n"
        "the row of the list of shortcomings, what it is about, and what to do. Exit status: 0 no\n"
        "problem, 1 at least one.";

int verb_doctor(const Verb *verb, int argc, char **argv) {
        gboolean fixes = FALSE, as_json = FALSE;
        g_auto(GStrv) words = NULL;
        int status;
        const GOptionEntry entries[] = {
                {"fix", 0, 0, G_OPTION_ARG_NONE, &fixes, "Change what you may change yourself: lingering",
                 NULL},
                {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
                {NULL},
        };

        if (!verb_parse(verb, entries, description, false, argc, argv, &words, &status))
                return status;
        if (words[0])
                return verb_misuse(verb, "nothing is to be named");

        g_autoptr(Doctor) doctor = doctor_new(fixes);
        doctor_check_ids(doctor);
        doctor_check_session(doctor);
        doctor_check_host(doctor);
        if (as_json)
                doctor_print_json(doctor);
        else
                doctor_print(doctor);
        return doctor_verdict(doctor) == DOCTOR_PROBLEM ? VERB_FAILURE : VERB_SUCCESS;
}
