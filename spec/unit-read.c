/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit files through inih.
 *
 * inih reads a line at a time, knows neither continued lines nor line numbers, takes "Key: value" for an assignment, and
 * in its usual build cuts lines at 200 bytes. So it is fed through ini_parse_stream() with logical lines that are made
 * here: comments taken out, continuations joined, each checked to be a section or an assignment. What it gives back is
 * a key and a value; section and line are known here, since the reader is called right before the handler. */

#include "spec/unit-read.h"

#include "base/cleanup.h"
#include "spec/problem.h"

#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

/* Files of units are a few kilobytes; systemd's own limit is 1 MiB for one line. */
#define LARGEST_FILE (16u * 1024 * 1024)

typedef struct Reader {
        const char *rest; /* what is still to be read */
        const char *end;
        guint next_line;  /* the number of the line at `rest` */

        GString *logical; /* the line that inih gets, ended by a newline */
        size_t given;     /* how much of it inih has */
        guint line;       /* where it starts */

        GPtrArray *comments; /* seen since the last assignment: they belong to the next one of the same section */
        guint section;
        UnitFile *unit;
        const char *file;
        GPtrArray *problems;
} Reader;

/* The next physical line without blanks at its ends, or false at the end of the text. */
static bool next_line(Reader *reader, const char **ret_start, size_t *ret_length) {
        if (reader->rest >= reader->end)
                return false;

        const char *start = reader->rest;
        const char *newline = memchr(start, '\n', (size_t) (reader->end - start));
        const char *stop = newline ? newline : reader->end;
        reader->rest = newline ? newline + 1 : reader->end;
        reader->next_line++;

        while (start < stop && g_ascii_isspace(*start))
                start++;
        while (stop > start && g_ascii_isspace(stop[-1]))
                stop--;
        *ret_start = start;
        *ret_length = (size_t) (stop - start);
        return true;
}

/* An odd number of backslashes at the end: the last is not escaped by the one before it. */
static bool is_continued(const char *line, size_t length) {
        size_t count = 0;

        while (count < length && line[length - 1 - count] == '\\')
                count++;
        return count % 2 == 1;
}

/* The next line that is no comment, with its continuations, into `logical`. As systemd does: the backslash becomes a
 * blank, comments between continued lines are skipped, an empty line ends the continuation. */
static bool next_logical_line(Reader *reader) {
        bool continued = false;
        const char *line;
        size_t length;

        g_string_truncate(reader->logical, 0);
        while (next_line(reader, &line, &length)) {
                if (!continued)
                        reader->line = reader->next_line - 1;
                if (length > 0 && (*line == '#' || *line == ';')) {
                        if (!continued)
                                g_ptr_array_add(reader->comments, (char *) g_string_chunk_insert_len(
                                                        reader->unit->text, line, (gssize) length));
                        continue;
                }
                if (!continued && length == 0)
                        continue;

                bool more = is_continued(line, length);
                g_string_append_len(reader->logical, line, (gssize) (more ? length - 1 : length));
                if (!more)
                        return true;
                g_string_append_c(reader->logical, ' ');
                continued = true;
        }
        return continued;
}

static void strip_end(GString *line) {
        while (line->len > 0 && g_ascii_isspace(line->str[line->len - 1]))
                g_string_truncate(line, line->len - 1);
}

static void problem(Reader *reader, const char *text) {
        g_autofree char *shown = g_utf8_make_valid(reader->logical->str, MIN((gssize) reader->logical->len, 60));

        problem_add(reader->problems, PROBLEM_ERROR, reader->file, reader->line, NULL, "%s: '%s'", text, shown);
}

static bool enter_section(Reader *reader) {
        GString *line = reader->logical;

        if (line->str[line->len - 1] != ']' || line->len == 2) {
                problem(reader, "this is not a section; write one like [Container]");
                return false;
        }
        g_autofree char *name = g_strndup(line->str + 1, line->len - 2);
        if (strpbrk(name, "[]")) {
                problem(reader, "a section's name has no brackets in it");
                return false;
        }
        reader->section = unit_file_add_section(reader->unit, name);
        g_ptr_array_set_size(reader->comments, 0);
        return true;
}

/* What inih would take for something else than systemd does is refused here. */
static bool is_assignment(Reader *reader) {
        const char *line = reader->logical->str;
        size_t key_length = strcspn(line, "=");

        if (!line[key_length])
                problem(reader, "this is neither [Section] nor Key=value");
        else if (key_length == 0)
                problem(reader, "there is no key before the '='");
        else if (strcspn(line, ":") < key_length)
                problem(reader, "a key has no ':' in it");
        else if (reader->section == UNIT_FILE_NO_SECTION)
                problem(reader, "this stands before the first [Section]");
        else
                return true;
        return false;
}

static bool is_text(Reader *reader) {
        if (g_utf8_validate_len(reader->logical->str, reader->logical->len, NULL))
                return true;
        problem(reader, "this line is not UTF-8 text");
        return false;
}

/* ini_reader: like fgets(), over logical lines of any length. */
static char *read_for_inih(char *buffer, int size, void *data) {
        Reader *reader = data;

        if (reader->given == reader->logical->len) {
                bool good;

                do {
                        if (!next_logical_line(reader))
                                return NULL;
                        strip_end(reader->logical);
                        good = reader->logical->len > 0 && is_text(reader) &&
                               (*reader->logical->str == '[' ? enter_section(reader) : is_assignment(reader));
                } while (!good);
                g_string_append_c(reader->logical, '\n');
                reader->given = 0;
        }

        size_t length = MIN((size_t) size - 1, reader->logical->len - reader->given);
        memcpy(buffer, reader->logical->str + reader->given, length);
        buffer[length] = '\0';
        reader->given += length;
        return buffer;
}

/* ini_handler: returns nonzero for "go on". */
static int take_assignment(void *data, const char *section, const char *key, const char *value) {
        Reader *reader = data;

        for (guint i = 0; i < reader->comments->len; i++)
                unit_file_add(reader->unit, reader->section, NULL, reader->comments->pdata[i], reader->file, reader->line);
        g_ptr_array_set_size(reader->comments, 0);
        unit_file_add(reader->unit, reader->section, key, value, reader->file, reader->line);
        return 1;
}

/* Debian's inih has its build options as variables; meson.build makes sure of them. */
static void prepare_inih(size_t longest_line) {
        ini_use_stack = false;
        ini_allow_realloc = true;
        ini_max_line = G_MAXINT;
        ini_initial_alloc = (int) longest_line + 3;
        ini_allow_inline_comments = false;
        ini_allow_multiline = false;
        ini_allow_no_value = false;
        ini_allow_bom = false;
        ini_stop_on_first_error = false;
}

void unit_read_text(const char *text, size_t size, const char *file, UnitFile *unit, GPtrArray *problems) {
        g_autoptr(GString) logical = g_string_sized_new(256);
        g_autoptr(GPtrArray) comments = g_ptr_array_new();
        bool has_mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
        Reader reader = {
                .rest = text + (has_mark ? 3 : 0),
                .end = text + size,
                .next_line = 1,
                .logical = logical,
                .comments = comments,
                .section = UNIT_FILE_NO_SECTION,
                .unit = unit,
                .file = unit_file_keep(unit, file),
                .problems = problems,
        };

        if (size > LARGEST_FILE) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "the file is too large for a unit file (above 16 MiB)");
                return;
        }
        if (memchr(text, '\0', size)) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "this is not a text file: it has a zero byte in it");
                return;
        }

        prepare_inih(size);
        int bad_line = ini_parse_stream(read_for_inih, &reader, take_assignment, &reader);
        if (bad_line != 0)
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "inih cannot read this file (%d)", bad_line);
}

/* Reads a file of the given size hint whole; one read() is enough for a regular file that nobody writes to. */
static bool read_whole(int fd, size_t size, GString *buffer) {
        g_string_set_size(buffer, 0);
        for (;;) {
                size_t before = buffer->len;

                g_string_set_size(buffer, before + MAX(size, 4096) + 1);
                ssize_t n = TEMP_FAILURE_RETRY(read(fd, buffer->str + before, buffer->len - before));
                if (n < 0)
                        return false;
                g_string_truncate(buffer, before + (size_t) n);
                if ((size_t) n <= size || buffer->len > LARGEST_FILE)
                        return true;
                size = 65536;
        }
}

UnitReadResult unit_read(int dir_fd, const char *name, const char *file, GString *buffer, UnitFile *unit,
                         GPtrArray *problems) {
        /* O_NONBLOCK: a fifo that somebody put here must not hang the user manager. */
        autofd int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat status;

        if (fd < 0 || fstat(fd, &status) < 0) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "the file cannot be opened: %s", g_strerror(errno));
                return UNIT_READ_FAILED;
        }
        if (S_ISCHR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size == 0))
                return UNIT_READ_EMPTY;
        if (!S_ISREG(status.st_mode)) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "this is not a file but %s",
                            S_ISDIR(status.st_mode) ? "a folder" : "something else");
                return UNIT_READ_FAILED;
        }
        if (!read_whole(fd, (size_t) MIN(status.st_size, (off_t) LARGEST_FILE), buffer)) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "the file cannot be read: %s", g_strerror(errno));
                return UNIT_READ_FAILED;
        }
        unit_read_text(buffer->str, buffer->len, file, unit, problems);
        return UNIT_READ_DONE;
}
