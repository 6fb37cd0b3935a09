/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines of subuid(5), the good, the odd and the broken; and the files that the system has, replaced by ours. */

#include "base/id-ranges.h"

#include "base/error.h"
#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* "100000+65536 300000+1000" */
static char *print(const GArray *ranges) {
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < ranges->len; i++) {
                IdRange range = g_array_index(ranges, IdRange, i);
                g_string_append_printf(text, "%s%u+%u", i > 0 ? " " : "", range.start, range.count);
        }
        return g_string_free(text, FALSE);
}

static void assert_ranges(const char *text, const char *expected) {
        g_autoptr(GArray) ranges = id_ranges_parse(text, "alice", 1000);
        g_autofree char *found = print(ranges);

        g_assert_cmpstr(found, ==, expected);
}

static void takes_the_users_lines_only(void) {
        assert_ranges("bob:100000:65536\nalice:165536:65536\ncarol:231072:65536\n", "165536+65536");
        assert_ranges("alicex:1:2\nxalice:1:2\nALICE:1:2\n", "");
        assert_ranges("", "");
        assert_ranges("\n\n", "");
}

static void knows_the_user_by_number(void) {
        assert_ranges("1000:100000:65536\n10001:5:5\n", "100000+65536");
        assert_ranges("alice:100000:1000\n1000:200000:1000\n", "100000+1000 200000+1000");
}

static void takes_all_lines_in_any_order(void) {
        assert_ranges("alice:300000:10\nbob:5:5\nalice:100000:20\nalice:200000:30\n",
                      "100000+20 200000+30 300000+10");
        /* The last line may lack its end. */
        assert_ranges("alice:100000:65536", "100000+65536");
}

static void skips_broken_lines(void) {
        static const char *const broken[] = {
                "alice",
                "alice:",
                "alice:1",
                "alice::5",
                "alice:5:",
                "alice:5:5:5",
                "alice:x:5",
                "alice:5:x",
                "alice:-1:5",
                "alice:5:-1",
                "alice: 5:5",
                "alice:5:0",
                "alice:+5:5",
                "alice:5:5 ",
                "alice:0x5:5",
                "# alice:5:5",
                " alice:5:5",
                "alice:5.5:5",
                "alice:4294967295:1",
                "alice:4294967294:2",
                "alice:1:4294967295",
                "alice:99999999999999999999:5",
                "alice:5:99999999999999999999",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
                g_autofree char *text = g_strconcat(broken[i], "\nalice:7:7\n", NULL);
                assert_ranges(text, "7+7");
        }
}

static void reaches_the_last_id(void) {
        assert_ranges("alice:4294967294:1\n", "4294967294+1");
        assert_ranges("alice:0:4294967294\n", "0+4294967294");
}

static void cuts_what_is_said_twice(void) {
        assert_ranges("alice:100000:65536\n1000:100000:65536\n", "100000+65536");
        assert_ranges("alice:100000:100\nalice:100050:100\n", "100000+100 100100+50");
        assert_ranges("alice:100000:1000\nalice:100100:10\nalice:100990:20\n", "100000+1000 101000+10");
        /* Neighbours stay two: newuidmap compares with the lines. */
        assert_ranges("alice:100:100\nalice:200:100\n", "100+100 200+100");
}

/* ---- the system's files ---- */

typedef struct Files {
        const char *folder; /* takes the place of /etc */
        const char *user;
        const char *expected_users; /* NULL: a failure is */
        const char *expected_groups;
} Files;

static bool compare_loaded(const char *user, IdKind kind, const char *expected, GError **error) {
        g_autoptr(GArray) ranges = NULL;
        g_autoptr(GError) refusal = NULL;

        if (!id_ranges_load(user, 1000, kind, &ranges, &refusal)) {
                const char *source = kind == ID_KIND_USER ? "/etc/subuid" : "/etc/subgid";
                if (!expected && !ranges &&
                    (strstr(refusal->message, "nsswitch.conf") || strstr(refusal->message, source)))
                        return true;
                g_propagate_error(error, g_steal_pointer(&refusal));
                return false;
        }
        g_autofree char *found = print(ranges);
        if (g_strcmp0(found, expected) != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "'%s' instead of '%s'", found, expected);
        return true;
}

static bool load_from_other_etc(void *data, GError **error) {
        const Files *files = data;

        if (!mapped_unshare_mounts(error))
                return false;
        if (mount(files->folder, "/etc", NULL, MS_BIND, NULL) < 0)
                return fail_errno(error, errno, "Cannot replace /etc");
        return compare_loaded(files->user, ID_KIND_USER, files->expected_users, error) &&
               compare_loaded(files->user, ID_KIND_GROUP, files->expected_groups, error);
}

static void load_reads_a_file_for_each_kind(Scratch *scratch, gconstpointer data) {
        Files files = {scratch->path, "alice", "100000+65536", "200000+1000"};

        scratch_write(scratch, "subuid", "alice:100000:65536\n");
        scratch_write(scratch, "subgid", "1000:200000:1000\n");
        mapped_run_single(load_from_other_etc, &files);
}

static void load_takes_a_missing_file_for_an_answer(Scratch *scratch, gconstpointer data) {
        Files files = {scratch->path, "alice", "", "200000+1000"};

        scratch_write(scratch, "subgid", "1000:200000:1000\n");
        scratch_write(scratch, "nsswitch.conf", "passwd: files ldap\nsubid:\t files \nhosts: dns\n");
        mapped_run_single(load_from_other_etc, &files);
}

static void load_fails_when_a_file_cannot_be_read(Scratch *scratch, gconstpointer data) {
        Files files = {scratch->path, "alice", NULL, NULL};

        /* Not "no ranges": a container would silently start with one id. */
        scratch_write(scratch, "subuid/folder", "");
        scratch_write(scratch, "subgid/folder", "");
        mapped_run_single(load_from_other_etc, &files);
}

/* ---- other sources, through libsubid ---- */

static bool has_module(void) {
        if (g_getenv("WOLFFIA_SUBID_MODULE"))
                return true;
        skip_test("run by 'meson test', which shows the loader where libsubid_wolffia.so is");
        return false;
}

static void load_asks_the_source_that_nsswitch_names(Scratch *scratch, gconstpointer data) {
        Files alice = {scratch->path, "alice", "500000+65536 600000+10", "600000+65536 700000+10"};
        Files carol = {scratch->path, "carol", "", ""};

        scratch_write(scratch, "subuid", "alice:100000:65536\n");
        scratch_write(scratch, "nsswitch.conf", "subid: wolffia\n");
        if (!has_module())
                return;
        mapped_run_single(load_from_other_etc, &alice);
        mapped_run_single(load_from_other_etc, &carol);
}

static void load_fails_when_the_source_does_not_answer(Scratch *scratch, gconstpointer data) {
        Files files = {scratch->path, "bob", NULL, NULL};

        scratch_write(scratch, "subuid", "bob:100000:65536\n");
        scratch_write(scratch, "nsswitch.conf", "# comment\nsubid: wolffia\n");
        if (has_module())
                mapped_run_single(load_from_other_etc, &files);
}

static void user_name_falls_back_to_digits(void) {
        g_autofree char *root = id_ranges_user_name(0), *nobody = id_ranges_user_name(3999999999u);

        g_assert_cmpstr(root, ==, "root");
        g_assert_cmpstr(nobody, ==, "3999999999");
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/id-ranges/parse/takes-the-users-lines-only", takes_the_users_lines_only);
        g_test_add_func("/id-ranges/parse/knows-the-user-by-number", knows_the_user_by_number);
        g_test_add_func("/id-ranges/parse/takes-all-lines-in-any-order", takes_all_lines_in_any_order);
        g_test_add_func("/id-ranges/parse/skips-broken-lines", skips_broken_lines);
        g_test_add_func("/id-ranges/parse/reaches-the-last-id", reaches_the_last_id);
        g_test_add_func("/id-ranges/parse/cuts-what-is-said-twice", cuts_what_is_said_twice);
        scratch_test_add("/id-ranges/load/reads-a-file-for-each-kind", load_reads_a_file_for_each_kind);
        scratch_test_add("/id-ranges/load/takes-a-missing-file-for-an-answer",
                         load_takes_a_missing_file_for_an_answer);
        scratch_test_add("/id-ranges/load/fails-when-a-file-cannot-be-read",
                         load_fails_when_a_file_cannot_be_read);
        scratch_test_add("/id-ranges/load/asks-the-source-that-nsswitch-names",
                         load_asks_the_source_that_nsswitch_names);
        scratch_test_add("/id-ranges/load/fails-when-the-source-does-not-answer",
                         load_fails_when_the_source_does_not_answer);
        g_test_add_func("/id-ranges/user-name/falls-back-to-digits", user_name_falls_back_to_digits);
        return g_test_run();
}
