/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Unit files through inih.
 *
 * inih reads a line at a time, knows neither continued lines nor line numbers, takes "Key: value" for an
 * assignment, and in its usual build cuts lines at 200 bytes. So it is fed through ini_parse_stream() with
 * logical lines that are made here: comments taken out, continuations joined, each checked to be a section
 * or an assignment. What it gives back is a key and a value; section and line are known here, since the
 * reader is called right before the handler. */

#include "spec/unit-read.h"

#include "base/cleanup.h"
#include "spec/problem.h"

#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

/* Files of units are a few kilobytes; systemd's own limit is 1 MiB for one line. */
#define LARGEST_FILE (16u * 1024 * 1024)

struct UnitReader {
        const char *rest; /* what is still to be read */
        const char *end;
        guint next_line; /* the number of the line at `rest` */

        const char *line; /* the logical line that inih is given: in the text itself, or in `joined` */
        size_t length;
        size_t given; /* how much of it inih has, the newline counted */
        guint number; /* where it starts */

        GString *text;   /* of the file */
        GString *joined; /* a line with its continuations */
        GString *name;   /* of a section */
        GPtrArray *
                comments; /* seen since the last assignment: they belong to the next one of the same section */
        bool is_utf8;     /* all of it */
        guint section;
        UnitFile *unit;
        const char *file;
        GPtrArray *problems;
};

UnitReader *unit_reader_new(void) {
        UnitReader *reader = g_new0(UnitReader, 1);

        reader->text = g_string_sized_new(8192);
        reader->joined = g_string_sized_new(512);
        reader->name = g_string_sized_new(64);
        reader->comments = g_ptr_array_new();
        return reader;
}

void unit_reader_free(UnitReader *reader) {
        if (!reader)
                return;
        g_string_free(reader->text, TRUE);
        g_string_free(reader->joined, TRUE);
        g_string_free(reader->name, TRUE);
        g_ptr_array_unref(reader->comments);
        g_free(reader);
}

/* The next physical line without blanks at its ends, or false at the end of the text. */
static bool next_line(UnitReader *reader, const char **ret_start, size_t *ret_length) {
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

static bool is_comment(const char *line, size_t length) {
        return length > 0 && (*line == '#' || *line == ';');
}

static bool is_header(const char *line, size_t length) {
        if (length < 3 || *line != '[' || line[length - 1] != ']')
                return false;
        for (size_t i = 1; i + 1 < length; i++)
                if (!g_ascii_isalpha(line[i]))
                        return false;
        return true;
}

/* A backslash that was left behind takes the section below with it. */
static void check_header(UnitReader *reader, const char *line, size_t length) {
        if (is_header(line, length))
                problem_add(
                        reader->problems, PROBLEM_WARNING, reader->file, reader->next_line - 1, NULL,
                        "'%.*s' is no section here, but a part of line %u, which goes on behind its backslash; "
                        "remove that",
                        (int) length, line, reader->number);
}

/* Joins what follows a line that ends in a backslash. As systemd does: the backslash becomes a blank,
 * comments in between are skipped, an empty line ends it. */
static void join_lines(UnitReader *reader, const char *line, size_t length) {
        GString *joined = reader->joined;
        bool more = true;

        g_string_truncate(joined, 0);
        do {
                if (is_comment(line, length) && joined->len > 0)
                        continue;
                if (joined->len > 0)
                        check_header(reader, line, length);
                more = is_continued(line, length);
                g_string_append_len(joined, line, (gssize) (more ? length - 1 : length));
                if (more)
                        g_string_append_c(joined, ' ');
        } while (more && next_line(reader, &line, &length));

        while (joined->len > 0 && g_ascii_isspace(joined->str[joined->len - 1]))
                g_string_truncate(joined, joined->len - 1);
        reader->line = joined->str;
        reader->length = joined->len;
}

/* The next line that says something. */
static bool next_logical_line(UnitReader *reader) {
        const char *line;
        size_t length;

        while (next_line(reader, &line, &length)) {
                if (length == 0)
                        continue;
                if (is_comment(line, length)) {
                        g_ptr_array_add(reader->comments,
                                        (char *) unit_file_keep_len(reader->unit, line, length));
                        continue;
                }
                reader->number = reader->next_line - 1;
                reader->line = line;
                reader->length = length;
                if (is_continued(line, length))
                        join_lines(reader, line, length);
                if (reader->length > 0)
                        return true;
        }
        return false;
}

static void problem(UnitReader *reader, const char *text) {
        g_autofree char *shown = g_utf8_make_valid(reader->line, (gssize) MIN(reader->length, 60));

        problem_add(reader->problems, PROBLEM_ERROR, reader->file, reader->number, NULL, "%s: '%s'", text,
                    shown);
}

static void enter_section(UnitReader *reader) {
        if (reader->line[reader->length - 1] != ']' || reader->length == 2) {
                problem(reader, "this is not a section; write one like [Container]");
                return;
        }
        g_string_truncate(reader->name, 0);
        g_string_append_len(reader->name, reader->line + 1, (gssize) reader->length - 2);
        if (strpbrk(reader->name->str, "[]")) {
                problem(reader, "a section's name has no brackets in it");
                return;
        }
        reader->section = unit_file_add_section(reader->unit, reader->name->str);
        g_ptr_array_set_size(reader->comments, 0);
}

/* Sections are known here, so that inih need not see them. */
static bool take_section(UnitReader *reader) {
        if (*reader->line != '[')
                return false;
        enter_section(reader);
        return true;
}

/* What inih would take for something else than systemd does is refused here. */
static bool is_assignment(UnitReader *reader) {
        const char *equals = memchr(reader->line, '=', reader->length);

        if (!equals)
                problem(reader, "this is neither [Section] nor Key=value");
        else if (equals == reader->line)
                problem(reader, "there is no key before the '='");
        else if (memchr(reader->line, ':', (size_t) (equals - reader->line)))
                problem(reader, "a key has no ':' in it");
        else if (reader->section == UNIT_FILE_NO_SECTION)
                problem(reader, "this stands before the first [Section]");
        else
                return true;
        return false;
}

/* Nearly all unit files are ASCII, which is seen eight bytes at a time. */
static bool is_utf8(const char *text, size_t size) {
        size_t i = 0;

        for (; i + sizeof(guint64) <= size; i += sizeof(guint64)) {
                guint64 bytes;

                memcpy(&bytes, text + i, sizeof bytes);
                if (bytes & G_GUINT64_CONSTANT(0x8080808080808080))
                        return g_utf8_validate_len(text + i, size - i, NULL);
        }
        return g_utf8_validate_len(text + i, size - i, NULL);
}

static bool is_text(UnitReader *reader) {
        if (reader->is_utf8 || g_utf8_validate_len(reader->line, reader->length, NULL))
                return true;
        problem(reader, "this line is not UTF-8 text");
        return false;
}

/* ini_reader: like fgets(), over logical lines of any length. */
static char *read_for_inih(char *buffer, int size, void *data) {
        UnitReader *reader = data;

        if (reader->given > reader->length) {
                do {
                        if (!next_logical_line(reader))
                                return NULL;
                } while (!is_text(reader) || take_section(reader) || !is_assignment(reader));
                reader->given = 0;
        }

        size_t room = (size_t) size - 1, length = MIN(room, reader->length - reader->given);
        memcpy(buffer, reader->line + reader->given, length);
        if (length < room)
                buffer[length++] = '\n';
        buffer[length] = '\0';
        reader->given += length;
        return buffer;
}

/* ini_handler: returns nonzero for "go on". */
static int take_assignment(void *data, const char *section, const char *key, const char *value) {
        UnitReader *reader = data;

        for (guint i = 0; i < reader->comments->len; i++)
                unit_file_add(reader->unit, reader->section, NULL, reader->comments->pdata[i], reader->file,
                              reader->number);
        if (reader->comments->len > 0)
                g_ptr_array_set_size(reader->comments, 0);
        unit_file_add(reader->unit, reader->section, key, value, reader->file, reader->number);
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

void unit_read_text(UnitReader *reader, const char *text, size_t size, const char *file, UnitFile *unit,
                    GPtrArray *problems) {
        bool has_mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

        if (size > LARGEST_FILE) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL,
                            "the file is too large for a unit file (above 16 MiB)");
                return;
        }
        if (memchr(text, '\0', size)) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL,
                            "this is not a text file: it has a zero byte in it");
                return;
        }

        reader->rest = text + (has_mark ? 3 : 0);
        reader->end = text + size;
        reader->next_line = 1;
        reader->length = 0;
        reader->given = 1; /* nothing is left over */
        reader->is_utf8 = is_utf8(text, size);
        reader->section = UNIT_FILE_NO_SECTION;
        reader->unit = unit;
        reader->file = unit_file_keep(unit, file);
        reader->problems = problems;
        g_ptr_array_set_size(reader->comments, 0);

        prepare_inih(size);
        int bad_line = ini_parse_stream(read_for_inih, reader, take_assignment, reader);
        if (bad_line != 0)
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "inih cannot read this file (%d)",
                            bad_line);
}

/* Most unit files are smaller, and one read() is enough then. */
#define USUAL_SIZE 8192

static bool read_whole(int fd, GString *buffer) {
        size_t size = USUAL_SIZE;

        g_string_set_size(buffer, 0);
        for (;;) {
                size_t before = buffer->len;

                g_string_set_size(buffer, before + size);
                ssize_t n = TEMP_FAILURE_RETRY(read(fd, buffer->str + before, size));
                g_string_truncate(buffer, before + (size_t) MAX(n, 0));
                if (n < 0)
                        return false;
                if ((size_t) n < size || buffer->len > LARGEST_FILE)
                        return true;
                size = 65536;
        }
}

/* What is there when there is nothing to read: a file that is empty, or a link to /dev/null, masks. */
static UnitReadResult judge_empty(int fd, const char *file, GPtrArray *problems) {
        struct stat status;

        if (fstat(fd, &status) == 0 && (S_ISCHR(status.st_mode) || S_ISREG(status.st_mode)))
                return UNIT_READ_EMPTY;
        problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "this is not a file but something else");
        return UNIT_READ_FAILED;
}

UnitReadResult unit_read(UnitReader *reader, int dir_fd, const char *name, const char *file, UnitFile *unit,
                         GPtrArray *problems) {
        /* O_NONBLOCK: a fifo that somebody put here must not hang the user manager. */
        autofd int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

        if (fd < 0) {
                problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "the file cannot be opened: %s",
                            g_strerror(errno));
                return UNIT_READ_FAILED;
        }
        if (!read_whole(fd, reader->text)) {
                if (errno == EISDIR)
                        problem_add(problems, PROBLEM_ERROR, file, 0, NULL,
                                    "this is not a file but a folder");
                else
                        problem_add(problems, PROBLEM_ERROR, file, 0, NULL, "the file cannot be read: %s",
                                    g_strerror(errno));
                return UNIT_READ_FAILED;
        }
        if (reader->text->len == 0)
                return judge_empty(fd, file, problems);
        unit_read_text(reader, reader->text->str, reader->text->len, file, unit, problems);
        return UNIT_READ_DONE;
}
