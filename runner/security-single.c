/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A filter cannot answer getuid() differently from one time to the next, so a program that looks whether its change of user came
 * about sees that it did not. Entry points that start themselves again as another user are such: runner/payload-switch.h. */

#include "runner/security-single.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__ && !defined __ILP32__
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__ && defined __AARCH64EL__
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define OWN_ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined __s390x__
#define OWN_ARCHITECTURE AUDIT_ARCH_S390X
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
#define OWN_ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined __loongarch64
#define OWN_ARCHITECTURE AUDIT_ARCH_LOONGARCH64
#endif

/* A call and where its arguments have ids. */
typedef struct Change {
        int number;
        unsigned first;
        unsigned count; /* 0: whatever the arguments are */
} Change;

static const Change changes[] = {
#ifdef SYS_chown
        {SYS_chown, 1, 2},
#endif
#ifdef SYS_lchown
        {SYS_lchown, 1, 2},
#endif
        {SYS_fchown, 1, 2},   {SYS_fchownat, 2, 2}, {SYS_setuid, 0, 1},    {SYS_setgid, 0, 1},
        {SYS_setreuid, 0, 2}, {SYS_setregid, 0, 2}, {SYS_setresuid, 0, 3}, {SYS_setresgid, 0, 3},
        {SYS_setfsuid, 0, 1}, {SYS_setfsgid, 0, 1}, {SYS_setgroups, 0, 0},
};

#define CODE_PER_ID 4
#define CODE_MAX    (4 + (3 * CODE_PER_ID + 2) * G_N_ELEMENTS(changes))

static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
static const struct sock_filter success = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0);

/* The lower half of an argument, which is all of an id. */
static struct sock_filter load_argument(unsigned n) {
        unsigned half = G_BYTE_ORDER == G_BIG_ENDIAN ? 4 : 0;

        return (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             (guint32) offsetof(struct seccomp_data, args) + 8 * n + half);
}

/* Root and "as it is" are true; any other id is pretended. */
static gsize plan_change(const Change *change, struct sock_filter *code) {
        gsize length = 0;
        guint8 size = (guint8) (change->count * CODE_PER_ID + 1);

        code[length++] =
                (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (guint32) change->number, 0, size);
        for (unsigned i = 0; i < change->count; i++) {
                code[length++] = load_argument(change->first + i);
                code[length++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
                code[length++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, G_MAXUINT32, 1, 0);
                code[length++] = success;
        }
        code[length++] = change->count > 0 ? allow : success;
        return length;
}

struct sock_filter *security_single_plan(gsize *ret_length) {
        g_autofree struct sock_filter *code = g_new0(struct sock_filter, CODE_MAX);
        gsize length = 0;

#ifdef OWN_ARCHITECTURE
        code[length++] =
                (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
        code[length++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0);
        code[length++] = allow;
        code[length++] =
                (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
        for (size_t i = 0; i < G_N_ELEMENTS(changes); i++)
                length += plan_change(&changes[i], code + length);
#else
        (void) plan_change;
#endif
        code[length++] = allow;
        *ret_length = length;
        return g_steal_pointer(&code);
}

bool security_single_pretend(GError **error) {
        gsize length;
        g_autofree struct sock_filter *code = security_single_plan(&length);
        struct sock_fprog program = {.len = (unsigned short) length, .filter = code};

        /* The flag as in runner/security-seccomp.c. */
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) < 0)
                return fail_errno(error, errno, "Cannot load the filter that answers changes of users");
        return true;
}

static bool read_id(const char *path, guint32 *ret_id, GError **error) {
        g_autofree char *text = NULL;
        unsigned inside, outside, count;

        if (!file_read(AT_FDCWD, path, 0, &text, NULL, error))
                return false;
        if (sscanf(text, "%u %u %u", &inside, &outside, &count) != 3 || count != 1)
                return fail(error, WOLFFIA_ERROR_VALUE, "The container has more than one id");
        *ret_id = inside;
        return true;
}

bool security_single_read(uid_t *ret_uid, gid_t *ret_gid, GError **error) {
        return read_id("/proc/self/uid_map", ret_uid, error) &&
               read_id("/proc/self/gid_map", ret_gid, error);
}

static bool write_line(const char *path, const char *text, GError **error) {
        autofd int fd = open(path, O_WRONLY | O_CLOEXEC);

        if (fd < 0 || write(fd, text, strlen(text)) < 0)
                return fail_errno(error, errno, "Cannot write %s", path);
        return true;
}

bool security_single_enter(uid_t uid, gid_t gid, GError **error) {
        g_autofree char *users = g_strdup_printf("%u 0 1\n", uid),
                        *groups = g_strdup_printf("%u 0 1\n", gid);
        uid_t own_uid;
        gid_t own_gid;

        if (!security_single_read(&own_uid, &own_gid, error))
                return false;
        if (own_uid == uid && own_gid == gid)
                return true;
        if (own_uid != 0 || own_gid != 0)
                return fail(
                        error, WOLFFIA_ERROR_UNSUPPORTED,
                        "The container has a single id, which is user %u of group %u there, so nothing in it can run as "
                        "user %u of group %u",
                        own_uid, own_gid, uid, gid);
        if (unshare(CLONE_NEWUSER) < 0)
                return fail_errno(error, errno, "Cannot make a user namespace for user %u", uid);
        return write_line("/proc/self/setgroups", "deny", error) &&
               write_line("/proc/self/uid_map", users, error) &&
               write_line("/proc/self/gid_map", groups, error);
}
