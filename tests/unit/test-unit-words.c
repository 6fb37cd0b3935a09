/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "base/error.h"
#include "spec/unit-words.h"

static void assert_words(const char *text, bool escapes, const char *const *expected) {
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        guint count = 0;

        g_test_message("%s", text);
        (void) (escapes ? unit_words_split : unit_words_split_plain)(text, words, &error);
        g_assert_no_error(error);
        for (; expected[count]; count++) {
                g_assert_cmpuint(count, <, words->len);
                g_assert_cmpstr(words->pdata[count], ==, expected[count]);
        }
        g_assert_cmpuint(words->len, ==, count);
}

static void test_splits_as_exec_start(void) {
        static const struct {
                const char *text;
                const char *words[6];
        } lines[] = {
                {"", {NULL}},
                {"  \t ", {NULL}},
                {"a b\tc", {"a", "b", "c"}},
                {"\"a b\" 'c d'", {"a b", "c d"}},
                {"\"\" a ''", {"", "a", ""}},
                {"a\"b c\"d", {"ab cd"}},
                {"--env=\"A=b c\"", {"--env=A=b c"}},
                {"'a\"b' \"c'd\"", {"a\"b", "c'd"}},
                {"a\\tb \"c\\nd\"", {"a\tb", "c\nd"}},
                {"a\\sb \\\\ \\\" \\'", {"a b", "\\", "\"", "'"}},
                {"\\x41\\102\\u00e9\\U0001f600", {"AB\xc3\xa9\xf0\x9f\x98\x80"}},
                {"\\xc3\\xa9", {"\xc3\xa9"}}, /* bytes, not characters */
                {"a \\; b", {"a", ";", "b"}},
                {"%h $HOME ${X} $$", {"%h", "$HOME", "${X}", "$$"}},
                {"größe", {"größe"}},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
                assert_words(lines[i].text, true, lines[i].words);
}

static void test_splits_plain_without_escapes(void) {
        assert_words("a\\tb 'c\\' \"d e\"", false, (const char *[]){"a\\tb", "c\\", "d e", NULL});
        assert_words("\\; x", false, (const char *[]){"\\;", "x", NULL});
}

static void test_names_the_fault(void) {
        static const struct {
                const char *text, *fault;
        } lines[] = {
                {"a \\q", "the escape \\q is not known; write \\\\q"},
                {"Host(`a\\.b`)", "the escape \\. is not known"},
                {"a\\", "single backslash"},
                {"\"a", "double quote is opened"},
                {"it's", "single quote is opened"},
                {"\\x4", "the escape \\x"},
                {"\\x00", "the escape \\x"},
                {"\\000", "the escape \\0"},
                {"\\777", "the escape \\7"},
                {"\\ud800", "the escape \\u"},
                {"\\U00110000", "the escape \\U"},
                {"\\é", "the escape \\é"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
                g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GError) error = NULL;

                g_ptr_array_add(words, g_strdup("before"));
                g_assert_false(unit_words_split(lines[i].text, words, &error));
                g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_SYNTAX);
                g_assert_nonnull(strstr(error->message, lines[i].fault));
                g_assert_cmpuint(words->len, ==, 1);
        }
}

static void test_quotes_only_where_needed(void) {
        static const struct {
                const char *word, *expand, *literal;
        } words[] = {
                {"plain", "plain", "plain"},
                {"", "\"\"", "\"\""},
                {"a b", "\"a b\"", "\"a b\""},
                {"it's", "\"it's\"", "\"it's\""},
                {"a\"b\\c", "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\""},
                {";", "\";\"", "\";\""},
                {"#x", "\"#x\"", "\"#x\""},
                {"a;b#c", "a;b#c", "a;b#c"},
                {"a\nb\x01", "\"a\\nb\\x01\"", "\"a\\nb\\x01\""},
                {"größe", "größe", "größe"},
                {"\xff", "\"\\xff\"", "\"\\xff\""},
                {"%h/$X", "%h/$X", "%%h/$$X"},
                {"% $", "\"% $\"", "\"%% $$\""},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
                g_autoptr(GString) expand = g_string_new(NULL), literal = g_string_new(NULL);

                unit_words_quote(expand, words[i].word, UNIT_WORDS_EXPAND);
                unit_words_quote(literal, words[i].word, UNIT_WORDS_LITERAL);
                g_assert_cmpstr(expand->str, ==, words[i].expand);
                g_assert_cmpstr(literal->str, ==, words[i].literal);
        }
}

static void test_quotes_options(void) {
        static const struct {
                const char *value, *line;
        } options[] = {
                {"A=b c", "--env=\"A=b c\""},
                {"", "--env="},
                {"$PORT", "--env=${PORT}"},
                {"$PORT:80", "--env=$PORT:80"},
                {"$1", "--env=$1"},
                {";", "--env=;"},
                {"#", "--env=#"},
                {"${PORT}", "--env=${PORT}"},
                {"$", "--env=$"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
                g_autoptr(GString) line = g_string_new(NULL);

                unit_words_quote_option(line, "env", options[i].value, UNIT_WORDS_EXPAND);
                g_assert_cmpstr(line->str, ==, options[i].line);
        }
}

/* Words of random bytes come back from a line. What systemd makes of such a line is a case of tests/machine. */
static void test_round_trip(void) {
        static const char interesting[] = "ab \t\n\r\\\"'`$%;#=-_/:.\x01\x7f\xc3\xa9\xff{}[]";

        for (int i = 0; i < 20000; i++) {
                g_autoptr(GString) line = g_string_new(NULL);
                g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GPtrArray) back = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(GError) error = NULL;
                int count = g_test_rand_int_range(0, 6);

                for (int j = 0; j < count; j++) {
                        int length = g_test_rand_int_range(0, 12);
                        GString *word = g_string_new(NULL);

                        for (int k = 0; k < length; k++)
                                g_string_append_c(
                                        word, interesting[g_test_rand_int_range(0, sizeof interesting - 1)]);
                        unit_words_quote(line, word->str, UNIT_WORDS_EXPAND);
                        g_string_append_c(line, ' ');
                        g_ptr_array_add(words, g_string_free(word, FALSE));
                }
                (void) unit_words_split(line->str, back, &error);
                g_assert_no_error(error);
                g_assert_cmpuint(back->len, ==, words->len);
                for (guint j = 0; j < words->len; j++)
                        g_assert_cmpstr(back->pdata[j], ==, words->pdata[j]);
        }
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/unit-words/splits-as-exec-start", test_splits_as_exec_start);
        g_test_add_func("/unit-words/splits-plain-without-escapes", test_splits_plain_without_escapes);
        g_test_add_func("/unit-words/names-the-fault", test_names_the_fault);
        g_test_add_func("/unit-words/quotes-only-where-needed", test_quotes_only_where_needed);
        g_test_add_func("/unit-words/quotes-options", test_quotes_options);
        g_test_add_func("/unit-words/round-trip", test_round_trip);
        return g_test_run();
}
