/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "network/uplink.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <elf.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define START_TIMEOUT_MSEC 20000
#define LAST_WORDS_MSEC    1000

static bool has_avx2(void) {
#ifdef __x86_64__
        return __builtin_cpu_supports("avx2");
#else
        return false;
#endif
}

/* A script in its place is somebody's who wants to be asked. */
static bool is_script(const char *path) {
        char magic[SELFMAG] = "";
        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);

        return fd < 0 || read(fd, magic, sizeof magic) != sizeof magic ||
               memcmp(magic, ELFMAG, SELFMAG) != 0;
}

static void skip_detour(GPtrArray *arguments) {
        g_autofree char *path = has_avx2() ? process_find_program(arguments->pdata[0]) : NULL;
        g_autofree char *better = path ? g_strconcat(path, ".avx2", NULL) : NULL;

        if (!better || access(better, X_OK) < 0 || is_script(path))
                return;
        g_free(arguments->pdata[0]);
        arguments->pdata[0] = g_steal_pointer(&better);
}

/* Standard input, output and error: the only descriptors that it does not close. Its "pid file" is the pipe of its complaints,
 * where the number says that it is up. */
void uplink_complete_pasta(GPtrArray *arguments) {
        static const char *const last[] = {
                "--netns", "/proc/self/fd/0", "--userns",           "/proc/self/fd/1",
                "--pid",   "/proc/self/fd/2", /* ends them: */ NULL};

        skip_detour(arguments);
        for (size_t i = 0; i < G_N_ELEMENTS(last); i++)
                g_ptr_array_add(arguments, g_strdup(last[i]));
}

/* The kernel asks whether pasta may create its "file" unless it remembers that it is there; AppArmor's refusal is logged, though
 * nothing is to be created and the file opens. So it is made to remember. */
static void make_known(const Process *process) {
        g_autofree char *path = g_strdup_printf("/proc/%d/fd/2", (int) process->pid);
        char target[64];

        (void) !readlink(path, target, sizeof target);
}

bool uplink_start_pasta(GPtrArray *arguments, int network_fd, int user_fd, Process *ret_process,
                        GError **error) {
        const ProcessFiles files = {.input_fd = network_fd, .output_fd = user_fd, .is_apart = true};

        uplink_complete_pasta(arguments);
        if (!process_start((const char *const *) arguments->pdata, &files, ret_process, error))
                return false;
        make_known(ret_process);
        g_free(ret_process->name);
        ret_process->name = g_strdup("pasta");
        return true;
}

bool uplink_start_slirp(const GPtrArray *arguments, Process *ret_process, int *ret_ready_fd,
                        GError **error) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        autofd int read_fd = fds[0], write_fd = fds[1];
        const ProcessFiles files = {.input_fd = write_fd, .output_fd = -1, .is_apart = true};
        if (!process_start((const char *const *) arguments->pdata, &files, ret_process, error))
                return false;
        *ret_ready_fd = steal_fd(&read_fd);
        return true;
}

/* A line that is a number, among whatever else was said. */
static bool has_number(const char *said) {
        g_auto(GStrv) lines = g_strsplit(said, "\n", -1);

        for (char **line = lines; *line && line[1]; line++)
                if (**line && (*line)[strspn(*line, "0123456789")] == '\0')
                        return true;
        return false;
}

static bool fail_ended(Process *process, const GString *said, GError **error) {
        g_autofree char *name = g_strdup(process->name), *words = g_strchomp(g_strdup(said->str));
        g_autoptr(GError) reason = NULL;

        if (process_finish(process, NULL, &reason))
                return fail(error, WOLFFIA_ERROR_HELPER, "%s ended without a word", name);
        if (!*words) {
                g_propagate_error(error, g_steal_pointer(&reason));
                return false;
        }
        /* An option that it does not know has it print all that it does know. */
        const char *usage = strstr(words, "\nUsage: ");
        return fail(error, WOLFFIA_ERROR_HELPER, "%s failed: %.*s%s", name,
                    usage ? (int) (usage - words) : (int) strlen(words), words,
                    usage ? "; its manual lists the options of this version" : "");
}

static bool fail_late(Process *process, bool has_hung_up, const GString *said, GError **error) {
        g_autofree char *words = g_strchomp(g_strdup(said->str));

        if (has_hung_up)
                fail(error, WOLFFIA_ERROR_HELPER, "%s gave up before it was up: %s", process->name,
                     *words ? words : "it does not say why");
        else
                fail(error, WOLFFIA_ERROR_HELPER, "%s is not up after %d s", process->name,
                     START_TIMEOUT_MSEC / 1000);
        process_abandon(process);
        return false;
}

bool uplink_wait(Process *process, int ready_fd, GError **error) {
        g_autoptr(GString) said = g_string_new(NULL);
        gint64 until = g_get_monotonic_time() + START_TIMEOUT_MSEC * G_TIME_SPAN_MILLISECOND;
        bool has_hung_up = false;
        char buffer[1024];

        while (!has_number(said->str)) {
                gint64 left = (until - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
                struct pollfd events[] = {{.fd = process->error_fd, .events = POLLIN},
                                          {.fd = ready_fd, .events = POLLIN}};
                int n = left > 0 ? poll(events, G_N_ELEMENTS(events), (int) left) : 0;
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return fail_late(process, has_hung_up, said, error);
                if (events[1].revents & POLLIN)
                        return true;
                if (events[1].revents) {
                        /* What it has to say of that, or its end, comes now. */
                        has_hung_up = true;
                        ready_fd = -1;
                        until = MIN(until,
                                    g_get_monotonic_time() + LAST_WORDS_MSEC * G_TIME_SPAN_MILLISECOND);
                }
                if (!events[0].revents)
                        continue;
                ssize_t length = read(process->error_fd, buffer, sizeof buffer);
                if (length > 0)
                        g_string_append_len(said, buffer, length);
                else if (length == 0 || errno != EINTR)
                        return fail_ended(process, said, error);
        }
        return true;
}

/* It has said so in different words from version to version. */
bool uplink_wants_interface(const GError *reason) {
        return strstr(reason->message, "No external routable interface") ||
               strstr(reason->message, "no interfaces");
}
