/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner/namespaces.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id-nest.h"
#include "base/process.h"
#include "base/sync.h"
#include "base/user-namespace.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool explain_refusal(int errno_value, GError **error) {
        return user_namespace_explain(errno_value, "Cannot make the container's namespaces", error);
}

/* The user namespace that PID's process namespace belongs to. A payload may have moved into a user namespace below: one that gives a
 * single id another name (runner/security-single.h), or of its own making, and can do nothing of the kind with the other. */
static bool open_container_user(pid_t pid, int *ret_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/pid", (int) pid);
        struct stat theirs, ours;

        autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &theirs) < 0 || stat("/proc/self/ns/pid", &ours) < 0)
                return fail_errno(error, errno, "Cannot open the container's process namespace");
        if (theirs.st_ino == ours.st_ino)
                return namespaces_open_user(pid, ret_fd, error);
        *ret_fd = ioctl(fd, NS_GET_USERNS);
        return *ret_fd >= 0 || fail_errno(error, errno, "Cannot find the user namespace to be born in");
}

static bool is_in(pid_t pid, int user_fd) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/user", (int) pid);
        struct stat theirs, wanted;

        return stat(path, &theirs) == 0 && fstat(user_fd, &wanted) == 0 && theirs.st_ino == wanted.st_ino;
}

/* A map is read of a process: here of one that moves in for that long. */
static bool read_map(int user_fd, IdMap **ret_map, GError **error) {
        int ready[2];
        guint8 refusal = 0;

        if (pipe2(ready, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        autofd int reading = ready[0], writing = ready[1];
        pid_t visitor = fork();
        if (visitor < 0)
                return fail_errno(error, errno, "Cannot fork");
        if (visitor == 0) {
                refusal = setns(user_fd, CLONE_NEWUSER) < 0 ? (guint8) errno : 0;
                if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && write(writing, &refusal, 1) == 1)
                        pause();
                _exit(EXIT_FAILURE);
        }
        cleanup_fd(&writing);
        bool came = read(reading, &refusal, 1) == 1 && refusal == 0;
        bool done = came ? id_nest_read(visitor, ret_map, error)
                         : fail_errno(error, refusal, "Cannot enter the user namespace to be born in");
        process_kill(visitor);
        return done;
}

bool namespaces_owner_open(pid_t pid, NamespacesOwner *ret_owner, GError **error) {
        NamespacesOwner owner = NAMESPACES_OWNER_NONE;

        if (!open_container_user(pid, &owner.user_fd, error))
                return false;
        if (!(is_in(pid, owner.user_fd) ? id_nest_read(pid, &owner.map, error)
                                        : read_map(owner.user_fd, &owner.map, error))) {
                namespaces_owner_clear(&owner);
                return false;
        }
        *ret_owner = owner;
        return true;
}

bool namespaces_owner_share(NamespacesOwner *owner, pid_t pid, const char *kind, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/%s", (int) pid, kind);

        for (size_t i = 0; i < G_N_ELEMENTS(owner->shared_fds); i++) {
                if (owner->shared_fds[i] >= 0)
                        continue;
                owner->shared_fds[i] = open(path, O_RDONLY | O_CLOEXEC);
                return owner->shared_fds[i] >= 0 || fail_errno(error, errno, "Cannot open %s", path);
        }
        g_assert_not_reached();
}

bool namespaces_owner_take(NamespacesOwner *owner, pid_t pid, const char *path, GError **error) {
        g_autofree char *mounts = g_strdup_printf("/proc/%d/ns/mnt", (int) pid);

        owner->mounts_fd = open(mounts, O_RDONLY | O_CLOEXEC);
        if (owner->mounts_fd < 0)
                return fail_errno(error, errno, "Cannot open %s", mounts);
        owner->mount_path = g_strdup(path);
        owner->mount_fd = open("/", O_PATH | O_CLOEXEC);
        return owner->mount_fd >= 0 || fail_errno(error, errno, "Cannot open /");
}

void namespaces_owner_clear(NamespacesOwner *owner) {
        cleanup_fd(&owner->mounts_fd);
        cleanup_fd(&owner->mount_fd);
        g_clear_pointer(&owner->mount_path, g_free);
        cleanup_fd(&owner->user_fd);
        g_clear_pointer(&owner->map, id_map_free);
        for (size_t i = 0; i < G_N_ELEMENTS(owner->shared_fds); i++)
                cleanup_fd(&owner->shared_fds[i]);
}

/* CLONE_NEW… of all namespaces that the container has to itself. */
static guint64 own_namespaces(const NamespacesOwner *owner, guint64 of_host) {
        guint64 flags = (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                         CLONE_NEWCGROUP | CLONE_NEWNET) &
                        ~of_host;

        for (size_t i = 0; owner && i < G_N_ELEMENTS(owner->shared_fds); i++) {
                int kind = owner->shared_fds[i] < 0 ? 0 : ioctl(owner->shared_fds[i], NS_GET_NSTYPE);
                if (kind > 0)
                        flags &= ~(guint64) kind;
        }
        return flags;
}

static long spawn(guint64 flags, int exit_signal, int cgroup_fd) {
        struct clone_args arguments = {
                .flags = flags | (cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
                .exit_signal = (guint64) exit_signal,
                .cgroup = cgroup_fd >= 0 ? (guint64) cgroup_fd : 0,
        };

        return syscall(SYS_clone3, &arguments, sizeof arguments);
}

bool namespaces_spawn(guint64 of_host, int cgroup_fd, pid_t *ret_child, GError **error) {
        long child = spawn(own_namespaces(NULL, of_host), SIGCHLD, cgroup_fd);

        if (child < 0)
                return explain_refusal(errno, error);
        *ret_child = (pid_t) child;
        return true;
}

static bool enter_owner(const NamespacesOwner *owner, GError **error) {
        if (setns(owner->user_fd, CLONE_NEWUSER) < 0)
                return fail_errno(error, errno, "Cannot enter the user namespace to be born in");
        for (size_t i = 0; i < G_N_ELEMENTS(owner->shared_fds); i++)
                if (owner->shared_fds[i] >= 0 && setns(owner->shared_fds[i], 0) < 0)
                        return fail_errno(error, errno, "Cannot enter a namespace that is to be shared");
        return true;
}

/* In a process of its own, which has our descriptors: whoever has entered a mount namespace has no way back. */
static int take_mount(const NamespacesOwner *owner) {
        if (setns(owner->mounts_fd, CLONE_NEWNS) < 0)
                return errno;
        int fd = open_tree(AT_FDCWD, owner->mount_path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        if (fd < 0 || dup3(fd, owner->mount_fd, O_CLOEXEC) < 0)
                return errno;
        close(fd);
        return 0;
}

static bool take_along(const NamespacesOwner *owner, GError **error) {
        int status = 0;

        if (owner->mounts_fd < 0)
                return true;
        long helper = spawn(CLONE_FILES | CLONE_VFORK, SIGCHLD, -1);
        if (helper == 0)
                _exit(take_mount(owner));
        if (helper < 0 || waitpid((pid_t) helper, &status, 0) < 0)
                return fail_errno(error, errno, "Cannot fork");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return fail_errno(error, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR,
                                  "Cannot take part in %s", owner->mount_path);
        return true;
}

/* The kernel lets only those make a user namespace who have an id in the one they are in. Where the user has none (UserNS=auto and
 * nomap), what is born there has its namespace rather than one of its own, and so the same ids. */
static bool shares_user(const NamespacesOwner *owner) {
        return id_map_inside(owner->map->users, geteuid()) == G_MAXUINT32 ||
               id_map_inside(owner->map->groups, getegid()) == G_MAXUINT32;
}

static bool check_shared(const NamespacesOwner *owner, const IdMap *map, GError **error) {
        g_autofree char *own = id_map_key(map), *theirs = id_map_key(owner->map);

        return g_str_equal(own, theirs) ||
               fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                    "The user's own id is not among those of the namespace that is to be joined (UserNS=auto, or nomap), "
                    "so only a container with exactly the same ids can join: a member of a pod without UserNS= and "
                    "UIDMap= of its own");
}

/* What the process in between does: it ends once the child, which is its parent's by CLONE_PARENT, has its map. Returns
 * in the child alone, with RET_CHILD 0. A process id as the host has it goes back as the meeting point. */
static bool bear(Sync *sync, const NamespacesOwner *owner, const IdMap *nested, guint64 flags, int cgroup_fd,
                 GError **error) {
        if (!enter_owner(owner, error) || !take_along(owner, error))
                return false;
        long child = spawn(flags | CLONE_PARENT, 0, cgroup_fd);
        if (child < 0)
                return explain_refusal(errno, error);
        if (child == 0)
                return true;
        g_autoptr(GError) failure = NULL;
        bool done = sync_reach(sync, (int) child, &failure);
        if (done && (flags & CLONE_NEWUSER) && !id_nest_write(nested, (pid_t) child, &failure)) {
                sync_fail(sync, failure);
                done = false;
        }
        _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool wait_for_birth(Sync *sync, pid_t between, pid_t *ret_child, GError **error) {
        int child;
        bool born = sync_receive(sync, &child, error);
        bool mapped = born && sync_wait_exec(sync, error);

        process_wait(between, NULL);
        if (born && !mapped)
                process_kill(child);
        if (born)
                *ret_child = child;
        return mapped;
}

bool namespaces_spawn_inside(const NamespacesOwner *owner, const IdMap *map, guint64 of_host, int cgroup_fd,
                             pid_t *ret_child, GError **error) {
        g_autoptr(IdMap) nested = NULL;
        g_autoptr(GError) failure = NULL;
        guint64 flags = own_namespaces(owner, of_host);
        Sync sync = SYNC_NONE;

        if (shares_user(owner)) {
                if (!check_shared(owner, map, error))
                        return false;
                flags &= ~(guint64) CLONE_NEWUSER;
        }
        if (!id_nest_plan(map, owner->map, &nested, error) || !sync_open(&sync, error))
                return false;
        pid_t between = fork();
        if (between < 0) {
                sync_close(&sync);
                return fail_errno(error, errno, "Cannot fork");
        }
        if (between == 0) {
                sync_become_child(&sync);
                if (!bear(&sync, owner, nested, flags, cgroup_fd, &failure)) {
                        sync_fail(&sync, failure);
                        _exit(EXIT_FAILURE);
                }
                sync_close(&sync);
                *ret_child = 0;
                return true;
        }
        sync_become_parent(&sync);
        bool done = wait_for_birth(&sync, between, ret_child, error);
        sync_close(&sync);
        return done;
}

bool namespaces_become_root(GError **error) {
        if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
                return fail_errno(error, errno, "Cannot become root of the user namespace");
        /* A change of ids clears both. Dumpable, or /proc/PID/ns/ is closed to pasta and to the runner. */
        if (prctl(PR_SET_DUMPABLE, 1) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return fail_errno(error, errno, "Cannot tie the container to its supervisor");
        return true;
}

bool namespaces_open_user(pid_t child, int *ret_fd, GError **error) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/user", (int) child);
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return fail_errno(error, errno, "Cannot open the container's user namespace");
        *ret_fd = fd;
        return true;
}

bool namespaces_set_host_name(const char *name, GError **error) {
        if (sethostname(name, strlen(name)) < 0)
                return fail_errno(error, errno, "Cannot set the host name '%s' (64 characters at most)",
                                  name);
        return true;
}

bool namespaces_raise_loopback(GError **error) {
        struct ifreq request = {.ifr_name = "lo"};

        autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
                return fail_errno(error, errno, "Cannot look at the loopback interface");
        request.ifr_flags |= IFF_UP;
        if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
                return fail_errno(error, errno, "Cannot raise the loopback interface");
        return true;
}
