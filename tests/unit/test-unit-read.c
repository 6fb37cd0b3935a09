/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "spec/problem.h"
#include "spec/unit-read.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* "[Section]\nline Key=value\n…", so that a whole file is one comparison. */
static char *print(const UnitFile *unit) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < unit->sections->len; i++) {
                g_string_append_printf(text, "[%s]\n", (const char *) unit->sections->pdata[i]);
                for (guint j = 0; j < unit->assignments->len; j++) {
                        const UnitAssignment *assignment = unit_file_at(unit, j);

                        if (assignment->section == i)
                                g_string_append_printf(text, "%u %s%s%s\n", assignment->line,
                                                       assignment->key ? assignment->key : "",
                                                       assignment->key ? "=" : "", assignment->value);
                }
        }
        return g_string_free(text, FALSE);
}

static void assert_reads(const char *text, const char *expected, const char *expected_problems) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();
        g_autoptr(GString) complaint = g_string_new(NULL);

        unit_read_text(reader, text, strlen(text), "f", unit, problems);
        g_autofree char *read = print(unit);
        g_assert_cmpstr(read, ==, expected);
        for (guint i = 0; i < problems->len; i++) {
                g_autofree char *line = problem_print(problems->pdata[i]);
                g_string_append_printf(complaint, "%s\n", line);
        }
        g_assert_cmpstr(complaint->str, ==, expected_problems);
}

static void test_keeps_order_and_lines(void) {
        assert_reads("[A]\nk=1\n\nl = 2 \n[B]\nk=3\n[A]\nk=4\n", "[A]\n2 k=1\n4 l=2\n8 k=4\n[B]\n6 k=3\n",
                     "");
        assert_reads("", "", "");
        assert_reads("[A]", "[A]\n", "");
        assert_reads("[A]\nk=1", "[A]\n2 k=1\n", "");
        assert_reads("\xef\xbb\xbf[A]\r\n  k  =  1  \r\n", "[A]\n2 k=1\n", "");
        assert_reads("[A]\nk=\nk=\n", "[A]\n2 k=\n3 k=\n", "");
}

static void test_joins_lines(void) {
        assert_reads("[A]\nk=a\\\n  b\nl=2\n", "[A]\n2 k=a b\n4 l=2\n", "");
        assert_reads("[A]\nk=a \\\n# comment\n; another\n b \\\n c\nl=2\n", "[A]\n2 k=a  b  c\n7 l=2\n", "");
        assert_reads("[A]\nk=a\\ \t\nb\n", "[A]\n2 k=a b\n", "");
        assert_reads("[A]\nk=a\\\\\nl=2\n", "[A]\n2 k=a\\\\\n3 l=2\n", "");
        assert_reads("[A]\nk=a\\\n\nl=2\n", "[A]\n2 k=a\n4 l=2\n", ""); /* an empty line ends it */
        assert_reads("[A]\nk=a\\", "[A]\n2 k=a\n", "");
        assert_reads("[A]\n\\\n\\\nk=1\n", "[A]\n2 k=1\n", "");
        assert_reads(
                "[A]\nk=a\\\n[B]\nl=1\n", "[A]\n2 k=a [B]\n4 l=1\n",
                "f:3: '[B]' is no section here, but a part of line 2, which goes on behind its backslash; "
                "remove that\n");
        assert_reads("[A]\nk=a\\\n[ -f x ]\n", "[A]\n2 k=a [ -f x ]\n", "");
}

static void test_is_not_led_astray(void) {
        assert_reads("[A]\nk=a ; b # c\nl=;x\n", "[A]\n2 k=a ; b # c\n3 l=;x\n", "");
        assert_reads("[A]\nk=a:b\nl=x=y\nm=[B]\n", "[A]\n2 k=a:b\n3 l=x=y\n4 m=[B]\n", "");
        assert_reads("[A]\n  k=1\n  l=2\n", "[A]\n2 k=1\n3 l=2\n", ""); /* indented lines continue nothing */
        assert_reads("[A]\nk=\"a\n", "[A]\n2 k=\"a\n", "");
}

static void test_keeps_comments_of_assignments(void) {
        assert_reads("# top\n[A]\n# one\n; two\nk=1\n# of nobody\n[B]\nl=2\n",
                     "[A]\n5 # one\n5 ; two\n5 k=1\n[B]\n8 l=2\n", "");
}

static void test_names_the_line(void) {
        assert_reads("[A]\nk\nl=2\n", "[A]\n3 l=2\n", "f:2: this is neither [Section] nor Key=value: 'k'\n");
        assert_reads(
                "[A]\nKey: value\nKey:x=1\n", "[A]\n",
                "f:2: this is neither [Section] nor Key=value: 'Key: value'\nf:3: a key has no ':' in it: 'Key:x=1'\n");
        assert_reads("k=1\n[A]\n", "[A]\n", "f:1: this stands before the first [Section]: 'k=1'\n");
        assert_reads("[A\nk=1\n[]\n[B]x\n", "",
                     "f:1: this is not a section; write one like [Container]: '[A'\n"
                     "f:2: this stands before the first [Section]: 'k=1'\n"
                     "f:3: this is not a section; write one like [Container]: '[]'\n"
                     "f:4: this is not a section; write one like [Container]: '[B]x'\n");
        assert_reads("[A]\n=1\n", "[A]\n", "f:2: there is no key before the '=': '=1'\n");
        assert_reads("[A]\nk=\\\n a\nb\xff=\xff\nl=1\n", "[A]\n2 k=a\n5 l=1\n",
                     "f:4: this line is not UTF-8 text: 'b\xef\xbf\xbd=\xef\xbf\xbd'\n");
}

/* inih's own buffers hold 200 bytes of a line and 50 of a section. */
static void test_has_no_limit(void) {
        g_autofree char *long_word = g_strnfill(3 * 1000 * 1000, 'x');
        g_autofree char *text = g_strdup_printf("[%s]\n%s=%s\nk=1\n", long_word, long_word, long_word);
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();

        unit_read_text(reader, text, strlen(text), "f", unit, problems);
        g_assert_cmpuint(problems->len, ==, 0);
        g_assert_cmpstr(unit->sections->pdata[0], ==, long_word);
        g_assert_cmpuint(unit->assignments->len, ==, 2);
        g_assert_cmpstr(unit_file_at(unit, 0)->key, ==, long_word);
        g_assert_cmpstr(unit_file_at(unit, 0)->value, ==, long_word);
        g_assert_cmpstr(unit_file_at(unit, 1)->value, ==, "1");
}

static void test_refuses_zero_bytes(void) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();

        unit_read_text(reader, "[A]\nk=\0x\n", 9, "f", unit, problems);
        g_assert_cmpuint(unit->assignments->len, ==, 0);
        g_assert_true(problems_have_errors(problems));
}

static UnitReadResult read_path(const char *path, char **ret_problem) {
        g_autoptr(UnitReader) reader = unit_reader_new();
        g_autoptr(UnitFile) unit = unit_file_new();
        g_autoptr(GPtrArray) problems = problems_new();
        UnitReadResult result = unit_read(reader, AT_FDCWD, path, path, unit, problems);

        *ret_problem = problems->len > 0 ? g_strdup(((const Problem *) problems->pdata[0])->text) : NULL;
        return result;
}

static void test_reads_regular_files_only(void) {
        g_autofree char *folder = g_dir_make_tmp("wolffia-XXXXXX", NULL);
        g_autofree char *empty = g_build_filename(folder, "empty", NULL),
                        *fifo = g_build_filename(folder, "fifo", NULL);
        g_autofree char *problem = NULL;

        g_assert_cmpint(read_path("/dev/null", &problem), ==, UNIT_READ_EMPTY);
        g_assert_null(problem);
        g_assert_true(g_file_set_contents(empty, "", 0, NULL));
        g_assert_cmpint(read_path(empty, &problem), ==, UNIT_READ_EMPTY);

        g_assert_cmpint(read_path(folder, &problem), ==, UNIT_READ_FAILED);
        g_assert_cmpstr(problem, ==, "this is not a file but a folder");
        g_clear_pointer(&problem, g_free);
        g_assert_no_errno(mkfifo(fifo, 0600));
        g_assert_cmpint(read_path(fifo, &problem), ==, UNIT_READ_FAILED); /* and does not hang */
        g_clear_pointer(&problem, g_free);
        g_assert_cmpint(read_path("/nonexistent", &problem), ==, UNIT_READ_FAILED);
        g_assert_nonnull(strstr(problem, "cannot be opened"));

        g_assert_no_errno(unlink(empty));
        g_assert_no_errno(unlink(fifo));
        g_assert_no_errno(rmdir(folder));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/unit-read/keeps-order-and-lines", test_keeps_order_and_lines);
        g_test_add_func("/unit-read/joins-lines", test_joins_lines);
        g_test_add_func("/unit-read/is-not-led-astray", test_is_not_led_astray);
        g_test_add_func("/unit-read/keeps-comments-of-assignments", test_keeps_comments_of_assignments);
        g_test_add_func("/unit-read/names-the-line", test_names_the_line);
        g_test_add_func("/unit-read/has-no-limit", test_has_no_limit);
        g_test_add_func("/unit-read/refuses-zero-bytes", test_refuses_zero_bytes);
        g_test_add_func("/unit-read/reads-regular-files-only", test_reads_regular_files_only);
        return g_test_run();
}
