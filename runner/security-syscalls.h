/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which system calls a container's payload may not make, each with the reason. security-compile.c turns this
 * into a filter when Wolffia is built; nothing else reads it but tests.
 *
 * Where the list comes from: every call of Linux up to SYSCALL_REVIEWED was looked at with these questions.
 *   1. Can it do anything for a process whose capabilities count in a user namespace only? If the kernel
 * refuses it there anyhow (clock, modules, swap, …), refusing it here loses nothing, and one fault in the
 * kernel's own check stays out of reach.
 *   2. Does it open much of the kernel to somebody who has no privilege, while few services need it
 * (namespaces inside namespaces, bpf, io_uring, key rings, userfaultfd)? Those are where containers have
 * been escaped from.
 *   3. Does it tell about the host or about other containers (kernel log, pages in the cache)?
 *   4. Does it pass by the filter, or by namespaces (AF_VSOCK, io_uring, mips' syscall())?
 * Whatever is left is allowed. Then the verdicts were compared with the documented defaults of other
 * programs: nothing that podman-run(1)'s profile lets an ordinary payload do is refused here, but for the
 * namespaces of question 2, which Docker's profile refuses likewise; tests/unit/test-security-seccomp.c
 * makes that comparison again where Podman's profile is installed, and names each difference.
 *
 * A call above SYSCALL_REVIEWED is answered with ENOSYS, as by a kernel that does not have it, so that
 * libraries use what they used before. Raising the number is a review of the calls in between; the test that
 * counts the allowed calls fails until its figures are raised with it. */

#include <stdint.h>

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/socket.h>

/* file_setattr, Linux 6.17; 6.18 has no newer one. Calls since 5.0 have one number on all architectures. */
#define SYSCALL_REVIEWED 469

/* Any of these makes a group's calls ordinary again: capabilities that the payload gets, or one of the two
 * above them, see security-seccomp.h. A bare bit, so that the runner has nothing to look up. */
#define LIFTED_BY(capability) (UINT64_C(1) << (capability))
#define LIFTED_BY_NESTING     (UINT64_C(1) << 62)
#define LIFTED_BY_NO_TERMINAL (UINT64_C(1) << 63)
#define LIFTED_BY_NAMESPACES  (LIFTED_BY(CAP_SYS_ADMIN) | LIFTED_BY_NESTING)

/* Calls that are refused whatever their arguments. Names that an architecture does not have are skipped
 * there. */
typedef struct SyscallGroup {
        const char *reason;
        int error; /* EPERM: "you may not"; ENOSYS where programs have a fallback for kernels without it */
        uint64_t lifted_by;
        const char *names[24]; /* ends with NULL */
} SyscallGroup;

static const SyscallGroup syscall_groups[] = {
        {
                .reason = "mounting is for the owner of the mount namespace, and each kind of file system "
                          "is a parser of "
                          "the kernel that would be fed by the payload",
                .error = EPERM,
                .lifted_by = LIFTED_BY_NAMESPACES,
                .names = {"mount", "umount", "umount2", "pivot_root", "open_tree", "open_tree_attr",
                          "move_mount", "mount_setattr", "fsopen", "fsconfig", "fsmount", "fspick"},
        },
        {
                .reason = "joining a namespace by a descriptor needs CAP_SYS_ADMIN in it, which the payload "
                          "has nowhere",
                .error = EPERM,
                .lifted_by = LIFTED_BY_NAMESPACES,
                .names = {"setns"},
        },
        {
                .reason = "its flags, namespaces among them, lie in memory that a filter cannot read; all C "
                          "libraries "
                          "take ENOSYS as the sign to use clone(), whose flags can be checked",
                .error = ENOSYS,
                .lifted_by = LIFTED_BY_NAMESPACES,
                .names = {"clone3"},
        },
        {
                .reason = "renaming the container is for who may administer it",
                .error = EPERM,
                .lifted_by = LIFTED_BY_NAMESPACES,
                .names = {"sethostname", "setdomainname"},
        },
        {
                .reason = "quotas belong to the file systems of the host",
                .error = EPERM,
                .lifted_by = LIFTED_BY(CAP_SYS_ADMIN),
                .names = {"quotactl", "quotactl_fd"},
        },
        {
                .reason = "restarts the container where its pid namespace allows it, the machine otherwise",
                .error = EPERM,
                .lifted_by = LIFTED_BY(CAP_SYS_BOOT),
                .names = {"reboot"},
        },
        {
                .reason = "loads programs into the kernel; its verifier has let bad ones through again and "
                          "again",
                .error = EPERM,
                .lifted_by = LIFTED_BY(CAP_BPF) | LIFTED_BY(CAP_SYS_ADMIN),
                .names = {"bpf"},
        },
        {
                .reason = "measures other processes and the kernel itself, by a large interface with a long "
                          "list of faults",
                .error = EPERM,
                .lifted_by = LIFTED_BY(CAP_PERFMON) | LIFTED_BY(CAP_SYS_ADMIN),
                .names = {"perf_event_open"},
        },
        {
                .reason = "opens a file by its number, past all folders, so also past the container's root",
                .error = EPERM,
                .lifted_by = LIFTED_BY(CAP_DAC_READ_SEARCH),
                .names = {"open_by_handle_at"},
        },
        {
                .reason = "the kernel's log is the host's: addresses, devices, names of other users' "
                          "processes",
                .error = EPERM,
                .lifted_by = LIFTED_BY(CAP_SYSLOG) | LIFTED_BY(CAP_SYS_ADMIN),
                .names = {"syslog"},
        },
        {
                .reason = "key rings are not the container's: the login session's ring, with tickets and "
                          "keys, would be "
                          "in reach, and all containers share one quota. Programs keep their keys in files "
                          "then",
                .error = ENOSYS,
                .names = {"add_key", "request_key", "keyctl"},
        },
        {
                .reason = "does other calls' work without making them, so nothing of this list would hold "
                          "for it; and "
                          "a good part of recent escapes began there. Event loops fall back to epoll",
                .error = ENOSYS,
                .names = {"io_uring_setup", "io_uring_enter", "io_uring_register"},
        },
        {
                .reason = "lets a program stop the kernel in the middle of a copy, which turns rare races "
                          "into sure ones",
                .error = EPERM,
                .names = {"userfaultfd"},
        },
        {
                .reason = "hands the same pages to another process without copying them; changing them "
                          "afterwards has "
                          "fooled checks. splice() and sendfile() do not have that",
                .error = EPERM,
                .names = {"vmsplice"},
        },
        {
                .reason =
                        "moves pages of other processes about and tells where they are, which a NUMA-aware "
                        "administrator needs, no service",
                .error = EPERM,
                .names = {"move_pages", "migrate_pages"},
        },
        {
                .reason = "tells which pages of a file are in the cache. Containers share the files of an "
                          "image, so one "
                          "sees what another reads",
                .error = ENOSYS,
                .names = {"cachestat"},
        },
        {
                .reason = "the clock is the host's and has no namespace (Linux refuses it below the first "
                          "user namespace)",
                .error = EPERM,
                .names = {"settimeofday", "stime", "clock_settime", "clock_settime64"},
        },
        {
                .reason = "kernel modules, kernels to boot, swap, accounting: the host's, and refused below "
                          "the first "
                          "user namespace",
                .error = EPERM,
                .names = {"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
                          "swapon", "swapoff", "acct"},
        },
        {
                .reason = "raw access to the machine's ports and devices, and hanging up its terminals; "
                          "refused likewise",
                .error = EPERM,
                .names = {"iopl", "ioperm", "pciconfig_read", "pciconfig_write", "pciconfig_iobase", "rtas",
                          "vhangup"},
        },
        {
                .reason = "remains of old kernels that no C library uses; some of today's kernels still "
                          "answer",
                .error = ENOSYS,
                .names = {"uselib", "ustat", "sysfs", "_sysctl", "lookup_dcookie", "nfsservctl", "bdflush",
                          "vm86", "vm86old", "create_module", "query_module", "get_kernel_syms",
                          "afs_syscall", "getpmsg", "putpmsg", "security", "tuxcall", "vserver"},
        },
        {
                .reason = "makes the call that its first argument says, past this filter (o32 programs on "
                          "mips)",
                .error = ENOSYS,
                .names = {"syscall"},
        },
};

/* Calls that are refused for some values of one argument. The kernel looks at the lower 32 bits of all of
 * these. */
typedef enum SyscallTest {
        SYSCALL_HAS_ANY_BIT, /* of values[0] */
        SYSCALL_IS_ONE_OF,
        SYSCALL_IS_NONE_OF,
} SyscallTest;

typedef struct SyscallCheck {
        const char *reason;
        const char *name;
        unsigned argument;
        SyscallTest test;
        uint32_t values[6];
        unsigned n_values;
        int error;
        uint64_t lifted_by;
} SyscallCheck;

#define SYSCALL_NEW_NAMESPACES                                                                              \
        (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |       \
         CLONE_NEWNET)

/* AF_VSOCK and AF_ALG are refused as by a kernel without them. On 32-bit x86 this holds for socket() alone:
 * with socketcall() the family lies in memory, and refusing that call would break every program of Debian's
 * i386. */
static const SyscallCheck syscall_checks[] = {
        {
                .reason = "whoever makes a user namespace has all capabilities in it, and with them the "
                          "parts of the "
                          "kernel that were written for root: most escapes of the last ten years began so",
                .name = "clone",
                .argument = 0, /* 1 on s390, security-compile.c knows */
                .test = SYSCALL_HAS_ANY_BIT,
                .values = {SYSCALL_NEW_NAMESPACES},
                .n_values = 1,
                .error = EPERM,
                .lifted_by = LIFTED_BY_NAMESPACES,
        },
        {
                .reason = "the same; leaving a shared table of files or a shared working directory stays "
                          "possible",
                .name = "unshare",
                .argument = 0,
                .test = SYSCALL_HAS_ANY_BIT,
                .values = {SYSCALL_NEW_NAMESPACES | CLONE_NEWTIME},
                .n_values = 1,
                .error = EPERM,
                .lifted_by = LIFTED_BY_NAMESPACES,
        },
        {
                .reason = "AF_VSOCK talks to the hypervisor, past the network namespace; AF_ALG loads "
                          "ciphers into the "
                          "kernel that programs have in their own libraries, and has been a way out of "
                          "containers",
                .name = "socket",
                .argument = 0,
                .test = SYSCALL_IS_ONE_OF,
                .values = {AF_ALG, AF_VSOCK},
                .n_values = 2,
                .error = EAFNOSUPPORT,
        },
        {
                .reason = "types into the terminal, so that a payload that was given one could give "
                          "commands to the "
                          "shell that started it; TIOCLINUX pastes on the host's console",
                .name = "ioctl",
                .argument = 1,
                .test = SYSCALL_IS_ONE_OF,
                .values = {TIOCSTI, 0x541c /* TIOCLINUX */},
                .n_values = 2,
                .error = EPERM,
                .lifted_by = LIFTED_BY_NO_TERMINAL,
        },
        {
                .reason = "old personalities switch off protections (a mapped page zero, executable data). "
                          "What stays: "
                          "plain Linux and its 32-bit name, with and without a version that begins with "
                          "2.6, and the "
                          "question which one is set",
                .name = "personality",
                .argument = 0,
                .test = SYSCALL_IS_NONE_OF,
                .values = {0, 0x8, 0x20000, 0x20008, 0xffffffff},
                .n_values = 5,
                .error = EPERM,
        },
};

/* Numbers of refused calls that are newer than the libseccomp of the oldest system that we build on. */
typedef struct SyscallNumber {
        const char *name;
        uint32_t number;
} SyscallNumber;

static const SyscallNumber syscall_numbers[] = {
        {"cachestat", 451},
        {"open_tree_attr", 467},
};
