/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Children born inside a user namespace that somebody else has made, for real. */

#include "runner/namespaces.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/id-nest.h"
#include "base/sync.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process with namespaces of its own and MAP, which waits to be killed. */
static pid_t make_owner(const IdMap *map) {
        g_autoptr(GError) error = NULL;
        pid_t child;

        namespaces_spawn(0, -1, &child, &error);
        g_assert_no_error(error);
        if (child == 0) {
                pause();
                _exit(0);
        }
        id_map_write(map, child, &error);
        g_assert_no_error(error);
        return child;
}

static void end(pid_t child) {
        kill(child, SIGKILL);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
}

static ino_t inode_of(pid_t pid, const char *kind) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/%s", (int) pid, kind);
        struct stat status;

        g_assert_cmpint(stat(path, &status), ==, 0);
        return status.st_ino;
}

/* MAP's child inside OWNER: lives, is ours, has MAP as the host sees it, and is root. */
static pid_t bear(const NamespacesOwner *owner, const IdMap *map, guint64 of_host) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child;

        g_assert_true(sync_open(&sync, NULL));
        namespaces_spawn_inside(owner, map, of_host, -1, &child, &error);
        g_assert_no_error(error);
        if (child == 0) {
                sync_become_child(&sync);
                if (!sync_wait(&sync, 1, &error) || !namespaces_become_root(&error) || getuid() != 0 ||
                    getgid() != 0 || getpid() != 1)
                        _exit(1);
                (void) sync_reach(&sync, 2, NULL);
                pause();
                _exit(0);
        }
        sync_become_parent(&sync);
        g_assert_true(sync_reach(&sync, 1, NULL));
        sync_wait(&sync, 2, &error);
        g_assert_no_error(error);
        sync_close(&sync);
        g_autoptr(IdMap) found = NULL;
        g_assert_true(id_nest_read(child, &found, NULL));
        g_autofree char *expected = id_map_print(map->users), *users = id_map_print(found->users);
        g_assert_cmpstr(users, ==, expected);
        return child;
}

static void child_inside_has_the_map_that_was_asked_for(void) {
        g_autoptr(IdMap) outer = mapped_plan_many();
        NamespacesOwner owner;

        if (!outer)
                return;
        pid_t keeper = make_owner(outer);
        g_assert_true(namespaces_owner_open(keeper, &owner, NULL));
        pid_t child = bear(&owner, outer, 0);
        g_assert_cmpuint(inode_of(child, "user"), !=, inode_of(keeper, "user"));
        g_assert_cmpuint(inode_of(child, "net"), !=, inode_of(keeper, "net"));
        end(child);
        namespaces_owner_clear(&owner);
        end(keeper);
}

static bool write_map(const char *text) {
        autofd int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);

        return fd >= 0 && file_write_all(fd, text, strlen(text), NULL);
}

/* A payload that has moved into a user namespace of its own, where it is user 1000 alone. */
static pid_t make_nested_owner(const IdMap *map) {
        g_autoptr(GError) error = NULL;
        Sync sync = SYNC_NONE;
        pid_t child;

        g_assert_true(sync_open(&sync, NULL));
        namespaces_spawn(0, -1, &child, &error);
        g_assert_no_error(error);
        if (child == 0) {
                sync_become_child(&sync);
                if (!sync_wait(&sync, 1, NULL) || !namespaces_become_root(NULL) ||
                    unshare(CLONE_NEWUSER) < 0 || !write_map("1000 0 1\n") || !sync_reach(&sync, 2, NULL))
                        _exit(1);
                pause();
                _exit(0);
        }
        sync_become_parent(&sync);
        id_map_write(map, child, &error);
        g_assert_no_error(error);
        g_assert_true(sync_reach(&sync, 1, NULL));
        g_assert_true(sync_wait(&sync, 2, NULL));
        sync_close(&sync);
        return child;
}

static void an_owner_that_has_moved_is_found(void) {
        g_autoptr(IdMap) outer = mapped_plan_many();
        NamespacesOwner owner;

        if (!outer)
                return;
        pid_t keeper = make_nested_owner(outer);
        g_assert_true(namespaces_owner_open(keeper, &owner, NULL));
        g_autofree char *found = id_map_print(owner.map->users), *expected = id_map_print(outer->users);
        g_assert_cmpstr(found, ==, expected);
        end(bear(&owner, outer, 0));
        namespaces_owner_clear(&owner);
        end(keeper);
}

static void child_inside_may_keep_the_users_id(void) {
        g_autoptr(IdMap) outer = mapped_plan_many();
        NamespacesOwner owner;

        if (!outer)
                return;
        /* The user as 3, between the first subordinate ids. */
        IdExtent last = g_array_index(outer->users, IdExtent, outer->users->len - 1);
        g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(IdRange));
        IdRange range = {last.outside, last.count};
        g_array_append_val(ranges, range);
        g_autoptr(IdMap) map = id_map_plan_keep_id(getuid(), getgid(), 3, 3, ranges, ranges);
        pid_t keeper = make_owner(outer);
        g_assert_true(namespaces_owner_open(keeper, &owner, NULL));
        end(bear(&owner, map, 0));
        namespaces_owner_clear(&owner);
        end(keeper);
}

static void child_inside_shares_the_owners_network(void) {
        g_autoptr(IdMap) outer = mapped_plan_many();
        NamespacesOwner owner;

        if (!outer)
                return;
        pid_t keeper = make_owner(outer);
        g_assert_true(namespaces_owner_open(keeper, &owner, NULL));
        g_assert_true(namespaces_owner_share(&owner, keeper, "net", NULL));
        g_assert_true(namespaces_owner_share(&owner, keeper, "uts", NULL));
        pid_t child = bear(&owner, outer, 0);
        g_assert_cmpuint(inode_of(child, "net"), ==, inode_of(keeper, "net"));
        g_assert_cmpuint(inode_of(child, "uts"), ==, inode_of(keeper, "uts"));
        g_assert_cmpuint(inode_of(child, "ipc"), !=, inode_of(keeper, "ipc"));
        end(child);
        namespaces_owner_clear(&owner);
        end(keeper);
}

static void namespace_outlives_the_owners_processes(void) {
        g_autoptr(IdMap) outer = mapped_plan_many();
        NamespacesOwner owner;

        if (!outer)
                return;
        pid_t keeper = make_owner(outer);
        g_assert_true(namespaces_owner_open(keeper, &owner, NULL));
        end(keeper);
        end(bear(&owner, outer, 0));
        namespaces_owner_clear(&owner);
}

static void map_that_does_not_fit_is_refused(void) {
        g_autoptr(IdMap) outer = mapped_plan_many();
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        g_autoptr(IdMap) single = id_map_plan_default(getuid(), getgid(), none, none);
        g_autoptr(GError) error = NULL;
        NamespacesOwner owner;
        pid_t child;

        if (!outer)
                return;
        pid_t keeper = make_owner(single);
        g_assert_true(namespaces_owner_open(keeper, &owner, NULL));
        g_assert_false(namespaces_spawn_inside(&owner, outer, 0, -1, &child, &error));
        g_assert_nonnull(strstr(error->message, "user id 1 "));
        end(bear(&owner, single, 0));
        namespaces_owner_clear(&owner);
        end(keeper);
        /* And nobody is left to wait for. */
        g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/namespaces/inside/has-the-map-that-was-asked-for",
                        child_inside_has_the_map_that_was_asked_for);
        g_test_add_func("/namespaces/inside/finds-an-owner-that-has-moved",
                        an_owner_that_has_moved_is_found);
        g_test_add_func("/namespaces/inside/may-keep-the-users-id", child_inside_may_keep_the_users_id);
        g_test_add_func("/namespaces/inside/shares-the-owners-network",
                        child_inside_shares_the_owners_network);
        g_test_add_func("/namespaces/inside/outlives-the-owners-processes",
                        namespace_outlives_the_owners_processes);
        g_test_add_func("/namespaces/inside/refuses-a-map-that-does-not-fit",
                        map_that_does_not_fit_is_refused);
        return g_test_run();
}
