/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia-log, the program itself: what it makes of its input, and when its file turns. */

#include "base/cleanup.h"
#include "base/process.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PIECE_SIZE 16384

/* Writes TEXT to the file "log", which becomes "log.1" above LIMIT. */
static void put(const Scratch *scratch, const char *limit, const char *text) {
        g_autofree char *path = scratch_path(scratch, "log");
        g_autoptr(GError) error = NULL;
        autofd int input_fd = memfd_create("input", MFD_CLOEXEC);
        autofd int output_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const ProcessFiles files = {.input_fd = input_fd, .output_fd = output_fd};

        g_assert_cmpint(write(input_fd, text, strlen(text)), ==, strlen(text));
        g_assert_cmpint(lseek(input_fd, 0, SEEK_SET), ==, 0);
        g_assert_true(process_run((const char *const[]){g_getenv("WOLFFIA_LOG"), path, limit, NULL}, &files,
                                  &error));
        g_assert_no_error(error);
}

/* The lines of a log file, each without its time and stream: "F text". */
static char **read_lines(const Scratch *scratch, const char *name) {
        static const char stream[] = " stdout ";
        g_autofree char *text = scratch_read(scratch, name);
        g_assert_true(*text == '\0' || g_str_has_suffix(text, "\n"));
        char **lines = g_strsplit(g_strchomp(text), "\n", -1);

        for (char **line = lines; *line; line++) {
                char *found = strstr(*line, stream);
                g_assert_nonnull(found);
                *found = '\0';
                g_assert_true(g_regex_match_simple(
                        "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}[+-]\\d\\d:\\d\\d$", *line, 0,
                        0));
                char *rest = g_strdup(found + strlen(stream));
                g_free(*line);
                *line = rest;
        }
        return lines;
}

static void lines_have_time_and_stream(Scratch *scratch, gconstpointer data) {
        put(scratch, "0", "one\n\ntwo words\n");
        put(scratch, "0", "no end");
        g_auto(GStrv) lines = read_lines(scratch, "log");
        g_assert_cmpstrv(lines, ((const char *const[]){"F one", "F ", "F two words", "F no end", NULL}));
}

static void long_lines_come_in_pieces(Scratch *scratch, gconstpointer data) {
        g_autofree char *piece = g_strnfill(PIECE_SIZE, 'x'),
                        *text = g_strconcat(piece, piece, "end\n", NULL),
                        *partial = g_strconcat("P ", piece, NULL);

        put(scratch, "0", text);
        put(scratch, "0", piece); /* what was begun is ended, also where nothing follows */
        g_auto(GStrv) lines = read_lines(scratch, "log");
        /* The empty last line has lost its space with the line end. */
        g_assert_cmpstr(lines[0], ==, partial);
        g_assert_cmpstr(lines[1], ==, partial);
        g_assert_cmpstr(lines[2], ==, "F end");
        g_assert_cmpstr(lines[3], ==, partial);
        g_assert_cmpuint(g_strv_length(lines), ==, 5);
}

static void the_file_turns_at_its_size(Scratch *scratch, gconstpointer data) {
        GString *text = g_string_new(NULL);

        for (int i = 0; i < 1000; i++)
                g_string_append_printf(text, "%d\n", i);
        put(scratch, "4000", text->str);
        g_string_free(text, TRUE);

        g_auto(GStrv) before = read_lines(scratch, "log.1"), lines = read_lines(scratch, "log");
        guint count = g_strv_length(lines), n_before = g_strv_length(before);
        g_assert_cmpstr(lines[count - 1], ==, "F 999");
        g_autofree char *last = g_strdup_printf("F %u", 999 - count);
        g_assert_cmpstr(before[n_before - 1], ==, last);
        g_assert_cmpuint(n_before, >, 50);
        g_assert_cmpuint(n_before * strlen("2026-01-31T12:00:00.123456789+01:00 stdout F 999\n"), <=, 4000);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        scratch_test_add("/log-file/lines-have-time-and-stream", lines_have_time_and_stream);
        scratch_test_add("/log-file/long-lines-come-in-pieces", long_lines_come_in_pieces);
        scratch_test_add("/log-file/the-file-turns-at-its-size", the_file_turns_at_its_size);
        return g_test_run();
}
