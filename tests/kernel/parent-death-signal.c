/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* prctl(2), PR_SET_PDEATHSIG: ends the container when its supervisor is killed. A change of ids clears it, so it is set
 * after the last one; it reaches a payload of other ids, and one that is pid 1 of its own namespace, and survives exec.
 * A payload that changes its ids itself (gosu, su-exec) is without it: then the unit's cgroup is what ends it. */

#include "base/error.h"
#include "base/sync.h"
#include "tests/lib/mapped.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int death_signal(void) {
        int number = -1;

        prctl(PR_GET_PDEATHSIG, &number);
        return number;
}

static bool work_cleared(void *data, GError **error) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (death_signal() != SIGKILL)
                return fail(error, WOLFFIA_ERROR_VALUE, "it was not set");
        if (setresgid(33, 33, 33) < 0 || setresuid(33, 33, 33) < 0)
                return fail_errno(error, errno, "Cannot become another user");
        if (death_signal() != 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "a change of ids leaves it");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return death_signal() == SIGKILL || fail(error, WOLFFIA_ERROR_VALUE, "it cannot be set again");
}

static void is_cleared_by_a_change_of_ids(void) {
        mapped_run_many(work_cleared, NULL);
}

typedef struct Payload {
        const IdMap *map;
        int life_fd;      /* write end of a pipe: closed when the payload is dead */
        bool changes_ids; /* the payload itself, after it was made */
} Payload;

/* The payload: pid 1 of its namespace, another user, another program. */
static void become_payload(Sync *sync, const Payload *payload) {
        if (!sync_wait(sync, 2, NULL) || setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 ||
            setresuid(0, 0, 0) < 0)
                _exit(1);
        if (!payload->changes_ids && (setresgid(33, 33, 33) < 0 || setresuid(33, 33, 33) < 0))
                _exit(1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (payload->changes_ids && (setresgid(33, 33, 33) < 0 || setresuid(33, 33, 33) < 0))
                _exit(1);
        fcntl(payload->life_fd, F_SETFD, 0);
        (void) sync_reach(sync, 3, NULL);
        execlp("sleep", "sleep", "5", NULL);
        _exit(1);
}

/* The supervisor, which is killed once the payload runs. */
static void become_supervisor(const Payload *payload, int ready_fd) {
        Sync sync = SYNC_NONE;

        if (!sync_open(&sync, NULL))
                _exit(1);
        pid_t child = fork();
        if (child == 0) {
                sync_become_child(&sync);
                if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0 || !sync_reach(&sync, 1, NULL))
                        _exit(1);
                /* A pid namespace begins with a child; its parent is the one that is killed. */
                pid_t first = fork();
                if (first == 0)
                        become_payload(&sync, payload);
                close(payload->life_fd);
                close(ready_fd);
                sync_close(&sync);
                pause();
                _exit(0);
        }
        sync_become_parent(&sync);
        close(payload->life_fd);
        if (!sync_wait(&sync, 1, NULL) || !id_map_write(payload->map, child, NULL) ||
            !sync_reach(&sync, 2, NULL) || !sync_wait(&sync, 3, NULL) || !sync_wait_exec(&sync, NULL))
                _exit(1);
        (void) !write(ready_fd, &child, sizeof child);
        pause();
        _exit(0);
}

/* Whether the payload is gone within two seconds of its parent. */
static bool dies_with_its_parent(Payload payload) {
        int life[2], ready[2];
        pid_t parent = 0;

        g_assert_cmpint(pipe2(life, O_CLOEXEC), ==, 0);
        g_assert_cmpint(pipe2(ready, O_CLOEXEC), ==, 0);
        payload.life_fd = life[1];
        pid_t supervisor = fork();
        if (supervisor == 0) {
                close(life[0]);
                close(ready[0]);
                become_supervisor(&payload, ready[1]);
        }
        close(life[1]);
        close(ready[1]);
        g_assert_cmpint(read(ready[0], &parent, sizeof parent), ==, sizeof parent);
        close(ready[0]);
        kill(parent, SIGKILL);

        struct pollfd event = {.fd = life[0]};
        bool is_dead = poll(&event, 1, 2000) == 1;
        close(life[0]);
        kill(supervisor, SIGKILL);
        waitpid(supervisor, NULL, 0);
        return is_dead;
}

static void reaches_other_ids_and_pid_1(void) {
        g_autoptr(IdMap) map = mapped_plan_many();

        if (map)
                g_assert_true(dies_with_its_parent((Payload){.map = map}));
}

static void is_lost_by_a_payload_that_changes_its_ids(void) {
        g_autoptr(IdMap) map = mapped_plan_many();

        if (map)
                g_assert_false(dies_with_its_parent((Payload){.map = map, .changes_ids = true}));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/parent-death-signal/is-cleared-by-a-change-of-ids", is_cleared_by_a_change_of_ids);
        g_test_add_func("/parent-death-signal/reaches-other-ids-and-pid-1", reaches_other_ids_and_pid_1);
        g_test_add_func("/parent-death-signal/is-lost-by-a-payload-that-changes-its-ids",
                        is_lost_by_a_payload_that_changes_its_ids);
        return g_test_run();
}
