/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-log: writes what a payload says into a file, for LogDriver=k8s-file. Started by the runner alone (runner/payload-output.c);
 * the supervisor is at the other end of its standard input, and waits for its end.
 *
 *     wolffia-log FILE SIZE      standard input: the payload's output; standard output: FILE, opened to append
 *
 * The format is that of Kubernetes' container runtimes ("CRI log format"), which podman writes and collectors of logs read:
 * a time, the stream, F for a whole line or P for a piece of a long one, and the text. Above SIZE bytes (0: no limit)
 * the file becomes FILE.1, in the place of the one before, and a new one begins. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 16384, HEAD_SIZE = 64, OUTPUT_SIZE = 1 << 17 };

typedef struct LogFile {
        const char *path;
        unsigned long long limit, size;
        bool is_regular;
        bool has_complained; /* once: a full disk is not to fill the journal too */
        char head[HEAD_SIZE];
        time_t head_time;
        char line[LINE_MAX_SIZE]; /* what has no end yet */
        size_t line_size;
        bool is_continued;        /* a piece is written of the line to which it belongs */
        char output[OUTPUT_SIZE]; /* finished lines, written when nothing more comes at once */
        size_t output_size;
} LogFile;

static void complain(LogFile *file, const char *what) {
        if (!file->has_complained)
                fprintf(stderr, "wolffia-log: cannot %s %s: %s; output of the container is lost\n", what,
                        file->path, strerror(errno));
        file->has_complained = true;
}

/* A reader that has the file open goes on to its end; whoever opens it by name finds the new one. */
static void rotate(LogFile *file) {
        char old[PATH_MAX];

        if ((size_t) snprintf(old, sizeof old, "%s.1", file->path) >= sizeof old ||
            rename(file->path, old) < 0) {
                complain(file, "rename");
                file->limit = 0;
                return;
        }
        int fd = open(file->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd < 0) {
                complain(file, "open");
                return;
        }
        (void) dup2(fd, STDOUT_FILENO);
        close(fd);
        file->size = 0;
}

static void write_output(LogFile *file) {
        for (size_t done = 0; done < file->output_size;) {
                ssize_t n = write(STDOUT_FILENO, file->output + done, file->output_size - done);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0) {
                        complain(file, "write");
                        break;
                }
                done += (size_t) n;
                file->size += (unsigned long long) n;
        }
        file->output_size = 0;
}

/* RFC 3339 with the local zone. The part above the second is printed anew once a second. */
static size_t print_head(LogFile *file, char *output, char kind) {
        struct timespec now;
        char zone[8] = "";

        clock_gettime(CLOCK_REALTIME, &now);
        if (now.tv_sec != file->head_time) {
                struct tm parts;
                localtime_r(&now.tv_sec, &parts);
                (void) strftime(file->head, sizeof file->head, "%Y-%m-%dT%H:%M:%S%z", &parts);
                file->head_time = now.tv_sec;
        }
        memcpy(zone, file->head + 19, 5); /* +0200 */
        return (size_t) snprintf(output, HEAD_SIZE, "%.19s.%09ld%.3s:%.2s stdout %c ", file->head,
                                 now.tv_nsec, zone, zone + 3, kind);
}

static void add_line(LogFile *file, const char *text, size_t size, char kind) {
        if (file->output_size + HEAD_SIZE + size + 1 > sizeof file->output)
                write_output(file);
        if (file->is_regular && file->limit > 0 && file->size + file->output_size > 0 &&
            file->size + file->output_size + HEAD_SIZE + size > file->limit) {
                write_output(file);
                rotate(file);
        }
        file->output_size += print_head(file, file->output + file->output_size, kind);
        memcpy(file->output + file->output_size, text, size);
        file->output_size += size;
        file->output[file->output_size++] = '\n';
        file->is_continued = kind == 'P';
}

/* Cuts what is there into lines; what has no end yet waits for it, unless it is too long. */
static void take(LogFile *file) {
        char *start = file->line, *end = file->line + file->line_size, *newline;

        while ((newline = memchr(start, '\n', (size_t) (end - start)))) {
                add_line(file, start, (size_t) (newline - start), 'F');
                start = newline + 1;
        }
        file->line_size = (size_t) (end - start);
        memmove(file->line, start, file->line_size);
        if (file->line_size == sizeof file->line) {
                add_line(file, file->line, file->line_size, 'P');
                file->line_size = 0;
        }
}

static void copy(LogFile *file) {
        for (;;) {
                ssize_t n = read(STDIN_FILENO, file->line + file->line_size,
                                 sizeof file->line - file->line_size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                file->line_size += (size_t) n;
                take(file);
                write_output(file);
        }
        if (file->line_size > 0 || file->is_continued)
                add_line(file, file->line, file->line_size, 'F');
        write_output(file);
}

int main(int argc, char **argv) {
        static LogFile file;
        struct stat status;
        sigset_t all;

        if (argc != 3) {
                fputs("wolffia-log is started by wolffia-runner, not by hand\n", stderr);
                return 64;
        }
        /* Signals to the whole unit, or from the keyboard, are the payload's: what it says to them is to be written. */
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        file.path = argv[1];
        file.limit = strtoull(argv[2], NULL, 10);
        if (fstat(STDOUT_FILENO, &status) == 0) {
                file.is_regular = S_ISREG(status.st_mode);
                file.size = (unsigned long long) status.st_size;
        }
        copy(&file);
        return file.has_complained;
}
