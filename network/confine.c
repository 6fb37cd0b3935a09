/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filter is a list of comparisons. No call but socket() has its arguments looked at, so the kernel finds all others
 * to be "always allowed" when it takes the filter (Linux 5.11), and they cost a bit test. */

#include "network/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_CALLS 64
#define COUNT(a)   (sizeof(a) / sizeof *(a))

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__ && defined __AARCH64EL__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#else
#define ARCHITECTURE 0 /* unknown here: no filter */
#endif

#define FIELD(name)         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define IF(value, skip)     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (skip), 0)
#define ALLOW               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE              BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* What libc does by itself. */
static const int own_calls[] = {
        SYS_brk,
#ifdef SYS_mmap /* 32-bit arm has another */
        SYS_mmap,
#endif
        SYS_munmap,
        SYS_mremap,
        SYS_madvise,
        SYS_futex,
        SYS_clock_gettime,
        SYS_close,
        SYS_ppoll,
#ifdef SYS_poll
        SYS_poll,
#endif
        SYS_restart_syscall,
        SYS_rt_sigreturn,
        SYS_exit,
        SYS_exit_group,
        /* Programs that are built with sanitizers say these on their way out. */
        SYS_gettid,
        SYS_sigaltstack,
};

/* The sets of capabilities, and what they are given to programs by. */
static bool drop_capabilities(uint64_t kept) {
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[2] = {0};

        for (unsigned long i = 0; i < 64; i++)
                if (prctl(PR_CAPBSET_DROP, i, 0UL, 0UL, 0UL) < 0 &&
                    errno != EINVAL) /* beyond the last one */
                        return false;
        for (int i = 0; i < 2; i++)
                data[i].effective = data[i].permitted = (uint32_t) (kept >> 32 * i);
        return syscall(SYS_capset, &header, data) == 0;
}

static size_t add(struct sock_filter *code, const int *calls, size_t count) {
        size_t n = 0;

        for (size_t i = 0; i < count; i++) {
                if (calls[i] == SYS_socket)
                        continue;
                code[n++] = (struct sock_filter) UNLESS((uint32_t) calls[i], 1);
                code[n++] = (struct sock_filter) ALLOW;
        }
        return n;
}

static bool has_socket(const int *calls, size_t count) {
        for (size_t i = 0; i < count; i++)
                if (calls[i] == SYS_socket)
                        return true;
        return false;
}

/* All architectures above store the lower half of an argument first. */
static bool filter_calls(const int *calls, size_t count) {
        static const struct sock_filter head[] = {FIELD(arch), IF(ARCHITECTURE, 1), REFUSE, FIELD(nr)};
        static const struct sock_filter sockets[] = {
                UNLESS(SYS_socket, 8),
                FIELD(args[0]),
                IF(AF_INET, 1),
                UNLESS(AF_INET6, 5),
                FIELD(args[1]),
                BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t) ~(SOCK_CLOEXEC | SOCK_NONBLOCK)),
                IF(SOCK_STREAM, 1),
                UNLESS(SOCK_DGRAM, 1),
                ALLOW,
        };
        static const struct sock_filter refuse = REFUSE;
        struct sock_filter code[COUNT(head) + COUNT(sockets) + 2 * MOST_CALLS + 1];
        size_t n = 0;

        if (COUNT(own_calls) + count > MOST_CALLS) {
                errno = E2BIG;
                return false;
        }
        for (size_t i = 0; i < COUNT(head); i++)
                code[n++] = head[i];
        n += add(code + n, calls, count);
        n += add(code + n, own_calls, COUNT(own_calls));
        for (size_t i = 0; has_socket(calls, count) && i < COUNT(sockets); i++)
                code[n++] = sockets[i];
        code[n++] = refuse;
        const struct sock_fprog program = {.len = (unsigned short) n, .filter = code};
        return ARCHITECTURE == 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ||
               errno == EINVAL;
}

bool confine(uint64_t capabilities, const int *calls, size_t count) {
        return drop_capabilities(capabilities) && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
               filter_calls(calls, count);
}
