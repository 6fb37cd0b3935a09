/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which capabilities a user namespace's root has in vain: with all of them, each of these calls is
 * refused as it is to anybody. runner/security-caps.c warns of them when somebody adds one. */

#include "tests/lib/mapped.h"
#include "tests/lib/scratch.h"
#include "tests/lib/skip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acct.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int error_of(long result) {
        return result < 0 ? errno : 0;
}

/* ENOSYS: this kernel was built without the call, so there is nothing to see. */
#define EXPECT_REFUSED(expected, call)                                                                      \
        do {                                                                                                \
                int found = error_of(call);                                                                 \
                if (found != ENOSYS)                                                                        \
                        g_assert_cmpint(found, ==, expected);                                               \
        } while (0)

static bool the_clock(void *data, GError **error) {
        struct timespec now;
        struct timeval day;

        clock_gettime(CLOCK_REALTIME, &now);
        gettimeofday(&day, NULL);
        EXPECT_REFUSED(EPERM, clock_settime(CLOCK_REALTIME, &now));
        EXPECT_REFUSED(EPERM, settimeofday(&day, NULL));
        EXPECT_REFUSED(EPERM, timerfd_create(CLOCK_REALTIME_ALARM, TFD_CLOEXEC)); /* CAP_WAKE_ALARM */
        return true;
}

static bool the_machine(void *data, GError **error) {
        EXPECT_REFUSED(EPERM, syscall(SYS_delete_module, "no_such_module", O_NONBLOCK));
        EXPECT_REFUSED(EPERM, syscall(SYS_init_module, "", 0, ""));
        EXPECT_REFUSED(EPERM, acct("/no/such/file"));
        EXPECT_REFUSED(EPERM, syscall(SYS_vhangup));
        EXPECT_REFUSED(EPERM, klogctl(8 /* console level */, NULL, 0));
#if defined(SYS_ioperm)
        EXPECT_REFUSED(EPERM, syscall(SYS_ioperm, 0x80, 1, 1));
        EXPECT_REFUSED(EPERM, syscall(SYS_iopl, 3));
#endif
        return true;
}

static bool files(void *data, GError **error) {
        int flags = FS_IMMUTABLE_FL;

        if (!mapped_unshare_mounts(error))
                return false;
        g_assert_cmpint(error_of(mount("none", "/tmp", "tmpfs", 0, NULL)), ==,
                        0); /* CAP_SYS_ADMIN does something */
        EXPECT_REFUSED(EPERM, mknod("/tmp/null", S_IFCHR | 0666, makedev(1, 3)));
        g_assert_cmpint(error_of(mknod("/tmp/whiteout", S_IFCHR, makedev(0, 0))), ==, 0);

        int fd = open("/tmp/file", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        g_assert_cmpint(fd, >=, 0);
        int refusal = error_of(ioctl(fd, FS_IOC_SETFLAGS, &flags));
        if (refusal != ENOTTY && refusal != EOPNOTSUPP) /* tmpfs has them since Linux 6.0 */
                g_assert_cmpint(refusal, ==, EPERM);
        close(fd);

        fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
        struct stat info;
        if (fd >= 0 && fstat(fd, &info) == 0 && info.st_uid != getuid()) {
                EXPECT_REFUSED(EACCES, fcntl(fd, F_SETLEASE, F_RDLCK));
        }
        return true;
}

static bool limits(void *data, GError **error) {
        static char page[4096] __attribute__((aligned(4096)));
        struct rlimit none = {0, 0}, some = {10, 10}, more = {11, 11}, files = {64, 64},
                      more_files = {65, 65};

        g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &files), ==, 0);
        EXPECT_REFUSED(EPERM, setrlimit(RLIMIT_NOFILE, &more_files)); /* CAP_SYS_RESOURCE */
        g_assert_cmpint(setrlimit(RLIMIT_SIGPENDING, &some), ==, 0);
        EXPECT_REFUSED(EPERM, setrlimit(RLIMIT_SIGPENDING, &more));

        g_assert_cmpint(setrlimit(RLIMIT_MEMLOCK, &none), ==, 0);
        EXPECT_REFUSED(EPERM, mlock(page, sizeof page)); /* CAP_IPC_LOCK */

        g_assert_cmpint(setrlimit(RLIMIT_NICE, &none), ==, 0);
        g_assert_cmpint(setrlimit(RLIMIT_RTPRIO, &none), ==, 0);
        EXPECT_REFUSED(EACCES, setpriority(PRIO_PROCESS, 0, -5)); /* CAP_SYS_NICE */
        EXPECT_REFUSED(EPERM, sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}));
        return true;
}

/* The flag that keeps the machine awake (CAP_BLOCK_SUSPEND) is dropped in silence; /proc tells. */
static bool sleep_of_the_machine(void *data, GError **error) {
        g_autofree char *path = NULL, *text = NULL;
        int epoll_fd = epoll_create1(EPOLL_CLOEXEC), fds[2];
        struct epoll_event event = {.events = EPOLLIN | EPOLLWAKEUP};

        g_assert_cmpint(pipe(fds), ==, 0);
        g_assert_cmpint(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[0], &event), ==, 0);
        path = g_strdup_printf("/proc/self/fdinfo/%d", epoll_fd);
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        const char *events = strstr(text, "events:");
        g_assert_nonnull(events);
        g_assert_cmphex(g_ascii_strtoull(events + strlen("events:"), NULL, 16) & EPOLLWAKEUP, ==, 0);
        return true;
}

static bool programs_in_the_kernel(void *data, GError **error) {
        struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
        union bpf_attr program = {
                .prog_type = BPF_PROG_TYPE_KPROBE,
                .insns = (guint64) (guintptr) code,
                .insn_cnt = G_N_ELEMENTS(code),
                .license = (guint64) (guintptr) "GPL",
        };
        EXPECT_REFUSED(EPERM, syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program));

        g_autofree char *paranoid = NULL;
        struct perf_event_attr event = {
                .type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK};
        if (g_file_get_contents("/proc/sys/kernel/perf_event_paranoid", &paranoid, NULL, NULL) &&
            atoi(paranoid) > 1) {
                int refusal = error_of(syscall(SYS_perf_event_open, &event, -1, 0, -1, 0));
                g_assert_true(refusal == EACCES || refusal == EPERM);
        }
        return true;
}

/* PAM takes ECONNREFUSED for "no audit here". */
static bool the_audit_system(void *data, GError **error) {
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
        struct {
                struct nlmsghdr header;
                char text[16];
        } message = {{.nlmsg_len = sizeof message,
                      .nlmsg_type = AUDIT_USER,
                      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
                     "x"};
        struct {
                struct nlmsghdr header;
                struct nlmsgerr error;
                char rest[64];
        } answer = {0};
        struct sockaddr_nl readers = {.nl_family = AF_NETLINK, .nl_groups = 1};

        if (fd < 0) {
                /* A kernel without audit, or a filter (systemd-nspawn's) that keeps it away. */
                g_assert_true(errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT);
                return true;
        }
        EXPECT_REFUSED(EPERM, bind(fd, (struct sockaddr *) &readers, sizeof readers)); /* CAP_AUDIT_READ */

        /* CAP_AUDIT_WRITE, CAP_AUDIT_CONTROL: refused as the answer, or at once where there is no audit
         * daemon. */
        for (int type = 0; type < 2; type++) {
                message.header.nlmsg_type = type == 0 ? AUDIT_USER : AUDIT_GET;
                if (send(fd, &message, sizeof message, 0) < 0) {
                        g_assert_cmpint(errno, ==, ECONNREFUSED);
                        continue;
                }
                g_assert_cmpint(recv(fd, &answer, sizeof answer, 0), >, 0);
                g_assert_cmpint(answer.header.nlmsg_type, ==, NLMSG_ERROR);
                g_assert_cmpint(-answer.error.error, ==, ECONNREFUSED);
        }
        return true;
}

/* Not in vain: a container's root restarts the container, by the death of its process 1. */
static bool restart(void *data, GError **error) {
        if (unshare(CLONE_NEWPID) < 0)
                g_error("unshare: %s", strerror(errno));
        pid_t child = fork();
        if (child == 0) {
                reboot(RB_AUTOBOOT);
                _exit(1);
        }
        int status = 0;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFSIGNALED(status));
        g_assert_cmpint(WTERMSIG(status), ==, SIGHUP);
        return true;
}

/* Nor is this one: the namespace's own interfaces. */
static bool network(void *data, GError **error) {
        struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

        g_assert_cmpint(unshare(CLONE_NEWNET), ==, 0);
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(error_of(ioctl(fd, SIOCSIFFLAGS, &request)), ==, 0);
        return true;
}

static void run(gconstpointer work) {
        mapped_run_single((UserNamespaceWork) work, NULL);
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_data_func("/capabilities/in-vain/clock", the_clock, run);
        g_test_add_data_func("/capabilities/in-vain/machine", the_machine, run);
        g_test_add_data_func("/capabilities/in-vain/files", files, run);
        g_test_add_data_func("/capabilities/in-vain/limits", limits, run);
        g_test_add_data_func("/capabilities/in-vain/sleep", sleep_of_the_machine, run);
        g_test_add_data_func("/capabilities/in-vain/programs-in-the-kernel", programs_in_the_kernel, run);
        g_test_add_data_func("/capabilities/in-vain/audit", the_audit_system, run);
        g_test_add_data_func("/capabilities/of-use/restart", restart, run);
        g_test_add_data_func("/capabilities/of-use/network", network, run);
        return g_test_run();
}
