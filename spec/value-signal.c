/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names of signals. glibc's sigabbrev_np() has them the other way round only, and is newer than some
 * hosts. */

#include "spec/value-signal.h"

#include "base/error.h"
#include "spec/value-basic.h"

#include <signal.h>

static const struct {
        const char *name;
        int number;
} signals[] = {
        {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},
        {"TRAP", SIGTRAP},     {"ABRT", SIGABRT},   {"IOT", SIGIOT},   {"BUS", SIGBUS},
        {"FPE", SIGFPE},       {"KILL", SIGKILL},   {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},
        {"USR2", SIGUSR2},     {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
        {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD},   {"CLD", SIGCHLD},  {"CONT", SIGCONT},
        {"STOP", SIGSTOP},     {"TSTP", SIGTSTP},   {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},
        {"URG", SIGURG},       {"XCPU", SIGXCPU},   {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
        {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"POLL", SIGPOLL},
        {"PWR", SIGPWR},       {"SYS", SIGSYS},
};

/* "RTMIN+3", "RTMAX-1". libc keeps the first two real-time signals, so the numbers are known at run time
 * only. */
static bool parse_realtime(const char *name, int *ret_signal) {
        bool from_top = g_ascii_strncasecmp(name, "RTMAX", 5) == 0;
        guint64 distance = 0;

        if (!from_top && g_ascii_strncasecmp(name, "RTMIN", 5) != 0)
                return false;
        if (name[5]) {
                if (name[5] != (from_top ? '-' : '+') ||
                    !value_number_parse(name + 6, (guint64) (SIGRTMAX - SIGRTMIN), &distance, NULL))
                        return false;
        }
        *ret_signal = from_top ? SIGRTMAX - (int) distance : SIGRTMIN + (int) distance;
        return true;
}

bool value_signal_parse(const char *text, int *ret_signal, GError **error) {
        guint64 number;

        if (value_number_parse(text, (guint64) SIGRTMAX, &number, NULL) && number > 0) {
                *ret_signal = (int) number;
                return true;
        }
        const char *name = g_ascii_strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
        for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
                if (g_ascii_strcasecmp(name, signals[i].name) == 0) {
                        *ret_signal = signals[i].number;
                        return true;
                }
        if (parse_realtime(name, ret_signal))
                return true;
        return fail(error, WOLFFIA_ERROR_VALUE,
                    "'%s' is not a signal; write a name like SIGTERM or SIGRTMIN+3, or 1 to %d", text,
                    SIGRTMAX);
}
