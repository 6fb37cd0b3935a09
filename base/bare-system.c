/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The few functions of the C library that the supervisor, wolffia-init and the relay use, as plain system calls, so that
 * they can be linked with nothing at all: one supervisor, and often one relay, stays for each container, and the C library
 * is nine tenths of their memory (253 KiB with glibc 2.41 for the first supervisor, 20 KiB without). Meson leaves this file
 * out on processors that it has no system call instruction for; there the C library is linked as usual.
 *
 * What each function does is in its manual page. Only what those programs need is here: no buffers, no heap, no locale.
 * The linker leaves out what one of them does not need. */

#include "base/shed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/time_types.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv);
int *__errno_location(void);
_Noreturn void bare_start(long *stack);

/* ---- the kernel ---- */

#if defined(__x86_64__)

static long call(long number, long a, long b, long c, long d, long e, long f) {
        register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
        long result;

        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                         : "rcx", "r11", "memory");
        return result;
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call bare_start\n");

#elif defined(__aarch64__)

static long call(long number, long a, long b, long c, long d, long e, long f) {
        register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
                         x2 __asm__("x2") = c;
        register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;

        __asm__ volatile("svc #0"
                         : "+r"(x0)
                         : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                         : "memory");
        return x0;
}

__asm__(".globl _start\n_start: mov x29, #0\n mov x30, #0\n mov x0, sp\n bl bare_start\n");

#endif

char **environ;
static int errno_value;

int *__errno_location(void) {
        return &errno_value;
}

/* The kernel's "-errno", as the C library has it. */
static long done(long result) {
        if (result < 0) {
                errno_value = (int) -result;
                return -1;
        }
        return result;
}

#define CALL(number, a, b, c, d, e)                                                                         \
        done(call((number), (long) (a), (long) (b), (long) (c), (long) (d), (long) (e), 0))

/* The stack at the start of a program: the number of arguments, they themselves, NULL, the environment
 * (System V ABI). */
_Noreturn void bare_start(long *stack) {
        int argc = (int) stack[0];
        char **argv = (char **) (stack + 1);

        environ = argv + argc + 1;
        _exit(main(argc, argv));
}

char *getenv(const char *name) {
        size_t size = strlen(name);

        for (char **entry = environ; *entry; entry++)
                if (strncmp(*entry, name, size) == 0 && (*entry)[size] == '=')
                        return *entry + size + 1;
        return NULL;
}

/* ---- files ---- */

ssize_t read(int fd, void *buffer, size_t size) {
        return CALL(SYS_read, fd, buffer, size, 0, 0);
}

ssize_t write(int fd, const void *buffer, size_t size) {
        return CALL(SYS_write, fd, buffer, size, 0, 0);
}

int close(int fd) {
        return (int) CALL(SYS_close, fd, 0, 0, 0, 0);
}

int open(const char *path, int flags, ...) {
        return (int) CALL(SYS_openat, AT_FDCWD, path, flags, 0, 0);
}

int openat(int fd, const char *path, int flags, ...) {
        return (int) CALL(SYS_openat, fd, path, flags, 0, 0);
}

int fcntl(int fd, int command, ...) {
        va_list arguments;

        va_start(arguments, command);
        long argument = va_arg(arguments, long);
        va_end(arguments);
        return (int) CALL(SYS_fcntl, fd, command, argument, 0, 0);
}

/* The same layout as the kernel's on the processors that are here. */
int fstat(int fd, struct stat *status) {
        return (int) CALL(SYS_fstat, fd, status, 0, 0, 0);
}

int unlinkat(int fd, const char *path, int flags) {
        return (int) CALL(SYS_unlinkat, fd, path, flags, 0, 0);
}

int rmdir(const char *path) {
        return (int) CALL(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR, 0, 0);
}

ssize_t getdents64(int fd, void *buffer, size_t size) {
        return CALL(SYS_getdents64, fd, buffer, size, 0, 0);
}

int poll(struct pollfd *events, nfds_t count, int timeout_msec) {
        struct __kernel_timespec timeout = {timeout_msec / 1000, timeout_msec % 1000 * 1000000L};

        return (int) CALL(SYS_ppoll, events, count, timeout_msec < 0 ? NULL : &timeout, NULL, 0);
}

int socket(int domain, int type, int protocol) {
        return (int) CALL(SYS_socket, domain, type, protocol, 0, 0);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
               socklen_t length) {
        return done(call(SYS_sendto, fd, (long) data, (long) size, flags, (long) address, (long) length));
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
        return sendto(fd, data, size, flags, NULL, 0);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
        return (int) done(call(SYS_connect, fd, (long) address, length, 0, 0, 0));
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
        return (int) done(call(SYS_bind, fd, (long) address, length, 0, 0, 0));
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
        return (int) CALL(SYS_getsockname, fd, address, length, 0, 0);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t at) {
        return CALL(SYS_pread64, fd, buffer, size, at, 0);
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t at) {
        return CALL(SYS_pwrite64, fd, buffer, size, at, 0);
}

int ftruncate(int fd, off_t size) {
        return (int) CALL(SYS_ftruncate, fd, size, 0, 0, 0);
}

ssize_t readlink(const char *restrict path, char *restrict target, size_t size) {
        return CALL(SYS_readlinkat, AT_FDCWD, path, target, size, 0);
}

int ioctl(int fd, unsigned long request, ...) {
        va_list arguments;

        va_start(arguments, request);
        long argument = va_arg(arguments, long);
        va_end(arguments);
        return (int) done(call(SYS_ioctl, fd, (long) request, argument, 0, 0, 0));
}

int socketpair(int domain, int type, int protocol, int fds[2]) {
        return (int) CALL(SYS_socketpair, domain, type, protocol, fds, 0);
}

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
        return (int) CALL(SYS_accept4, fd, address, length, flags, 0);
}

ssize_t recv(int fd, void *data, size_t size, int flags) {
        return CALL(SYS_recvfrom, fd, data, size, flags, NULL);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
        return CALL(SYS_recvmsg, fd, message, flags, 0, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
        return CALL(SYS_sendmsg, fd, message, flags, 0, 0);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
        return (int) CALL(SYS_setsockopt, fd, level, option, value, size);
}

int shutdown(int fd, int how) {
        return (int) CALL(SYS_shutdown, fd, how, 0, 0, 0);
}

int pipe2(int fds[2], int flags) {
        return (int) CALL(SYS_pipe2, fds, flags, 0, 0, 0);
}

ssize_t splice(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
        return done(call(SYS_splice, from, (long) from_at, to, (long) to_at, (long) size, (long) flags));
}

int epoll_create1(int flags) {
        return (int) CALL(SYS_epoll_create1, flags, 0, 0, 0, 0);
}

int epoll_ctl(int fd, int operation, int watched_fd, struct epoll_event *event) {
        return (int) CALL(SYS_epoll_ctl, fd, operation, watched_fd, event, 0);
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout_msec) {
        return (int) CALL(SYS_epoll_pwait, fd, events, most, timeout_msec, NULL);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
        return (int) CALL(SYS_clock_gettime, clock, time, 0, 0, 0);
}

/* ---- memory ---- */

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t at) {
        long result = done(call(SYS_mmap, (long) address, (long) size, protection, flags, fd, at));

        return result == -1 ? MAP_FAILED : (void *) result;
}

int munmap(void *address, size_t size) {
        return (int) CALL(SYS_munmap, address, size, 0, 0, 0);
}

/* A program that is all small has none to let go of. */
void shed_start(void) {
}

/* ---- processes and signals ---- */

void _exit(int status) {
        for (;;)
                call(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

pid_t fork(void) {
        return (pid_t) CALL(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

int execve(const char *path, char *const *argv, char *const *envp) {
        return (int) CALL(SYS_execve, path, argv, envp, 0, 0);
}

int close_range(unsigned first, unsigned last, int flags) {
        return (int) CALL(SYS_close_range, first, last, flags, 0, 0);
}

int pidfd_open(pid_t pid, unsigned flags) {
        return (int) CALL(SYS_pidfd_open, pid, flags, 0, 0, 0);
}

pid_t waitpid(pid_t pid, int *status, int options) {
        return (pid_t) CALL(SYS_wait4, pid, status, options, NULL, 0);
}

int kill(pid_t pid, int number) {
        return (int) CALL(SYS_kill, pid, number, 0, 0, 0);
}

pid_t getpid(void) {
        return (pid_t) call(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

int raise(int number) {
        return kill(getpid(), number);
}

int setpgid(pid_t pid, pid_t group) {
        return (int) CALL(SYS_setpgid, pid, group, 0, 0, 0);
}

int setns(int fd, int type) {
        return (int) CALL(SYS_setns, fd, type, 0, 0, 0);
}

int setresuid(uid_t real, uid_t effective, uid_t saved) {
        return (int) CALL(SYS_setresuid, real, effective, saved, 0, 0);
}

int setresgid(gid_t real, gid_t effective, gid_t saved) {
        return (int) CALL(SYS_setresgid, real, effective, saved, 0, 0);
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) {
        return (int) CALL(SYS_prlimit64, 0, resource, limit, NULL, 0);
}

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit) {
        return (int) CALL(SYS_prlimit64, 0, resource, NULL, limit, 0);
}

int prctl(int option, ...) {
        unsigned long words[4];
        va_list arguments;

        va_start(arguments, option);
        for (int i = 0; i < 4; i++)
                words[i] = va_arg(arguments, unsigned long);
        va_end(arguments);
        return (int) CALL(SYS_prctl, option, words[0], words[1], words[2], words[3]);
}

long syscall(long number, ...) {
        long words[6];
        va_list arguments;

        va_start(arguments, number);
        for (int i = 0; i < 6; i++)
                words[i] = va_arg(arguments, long);
        va_end(arguments);
        return done(call(number, words[0], words[1], words[2], words[3], words[4], words[5]));
}

int setitimer(__itimer_which_t which, const struct itimerval *value, struct itimerval *old) {
        return (int) CALL(SYS_setitimer, which, value, old, 0, 0);
}

/* The kernel's sets are 64 bits; the C library's begin with them. */
int sigfillset(sigset_t *set) {
        memset(set, 0xff, sizeof *set);
        return 0;
}

int sigemptyset(sigset_t *set) {
        memset(set, 0, sizeof *set);
        return 0;
}

int sigaddset(sigset_t *set, int number) {
        *(uint64_t *) (void *) set |= UINT64_C(1) << (number - 1);
        return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old) {
        return (int) CALL(SYS_rt_sigprocmask, how, set, old, sizeof(uint64_t), 0);
}

int signalfd(int fd, const sigset_t *set, int flags) {
        return (int) CALL(SYS_signalfd4, fd, set, sizeof(uint64_t), flags, 0);
}

/* SIG_DFL and SIG_IGN, which need no handler and so no way back from one. */
sighandler_t signal(int number, sighandler_t handler) {
        const unsigned long action[4] = {(unsigned long) handler, 0, 0, 0};

        return CALL(SYS_rt_sigaction, number, action, NULL, sizeof(uint64_t), 0) < 0 ? SIG_ERR : SIG_DFL;
}
