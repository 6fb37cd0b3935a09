/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/doctor.h"

#include <string.h>

static void ids_that_somebody_else_has_too_are_found(void) {
        static const char text[] =
                "# comment\nalice:100000:65536\n1000:100010:5\nbob:165536:65536\ncarol:165535:1\nbroken:x:1\n";
        static const IdRange alices = {100000, 65536}, far = {500000, 65536};
        g_autofree char *line = doctor_find_overlap(text, "alice", 1000, alices);
        g_autofree char *none = doctor_find_overlap(text, "alice", 1000, far);
        g_autofree char *number = doctor_find_overlap("1001:165535:2\n", "alice", 1000, alices);

        g_assert_cmpstr(line, ==, "carol:165535:1");
        g_assert_null(none);
        g_assert_cmpstr(number, ==, "1001:165535:2");
}

static void the_worst_is_the_verdict(void) {
        g_autoptr(Doctor) doctor = doctor_new(false);

        g_assert_cmpint(doctor_verdict(doctor), ==, DOCTOR_OK);
        doctor_say(doctor, DOCTOR_ADVICE, "B3", "lingering", "off");
        doctor_say(doctor, DOCTOR_OK, "N1", "ports", "from %d on", 1024);
        g_assert_cmpint(doctor_verdict(doctor), ==, DOCTOR_ADVICE);
        doctor_say(doctor, DOCTOR_PROBLEM, "U6", "user namespaces", "none");
        g_assert_cmpint(doctor_verdict(doctor), ==, DOCTOR_PROBLEM);
        g_assert_cmpstr(g_array_index(doctor->findings, DoctorFinding, 1).text, ==, "from 1024 on");
}

static void small_send_buffers_are_found(void) {
        const char *usual = doctor_advise_send_buffer("4096\t16384\t4194304\n");
        const char *chosen = doctor_advise_send_buffer("4096\t16384\t16777216\n");

        g_assert_nonnull(strstr(usual, "/sysctl.d/90-wolffia.conf"));
        g_assert_nonnull(doctor_advise_send_buffer("4096\t1048575\t4194304\n"));
        g_assert_null(doctor_advise_send_buffer("4096\t1048576\t4194304\n"));
        g_assert_null(doctor_advise_send_buffer("4096\t4194304\t16777216\n"));
        g_assert_null(doctor_advise_send_buffer(""));
        /* What somebody has chosen is not undone. */
        g_assert_nonnull(strstr(chosen, "second number"));
        g_assert_null(strstr(chosen, "install"));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/doctor/overlap/finds-ids-of-two", ids_that_somebody_else_has_too_are_found);
        g_test_add_func("/doctor/verdict/is-the-worst", the_worst_is_the_verdict);
        g_test_add_func("/doctor/send-buffer/finds-small-ones", small_send_buffers_are_found);
        return g_test_run();
}
