/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The filter, first as data: an interpreter of the kernel's small language asks it about each call. Then
 * as what it is for: a process loads it and makes the calls. */

#include "base/error.h"
#include "runner/security-seccomp.h"
#include "runner/security-syscalls.h"
#include "tests/lib/skip.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <linux/audit.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALLOWED 0
#define BIT(n)  (G_GUINT64_CONSTANT(1) << (n))
#define X32_BIT 0x40000000u

/* What the kernel would answer: ALLOWED or an errno value. */
static int ask(const struct sock_filter *filter, gsize length, const struct seccomp_data *data) {
        guint32 a = 0;

        for (gsize i = 0; i < length; i++) {
                const struct sock_filter *code = &filter[i];
                bool holds = false;

                switch (code->code) {
                case BPF_LD | BPF_W | BPF_ABS:
                        g_assert_cmpuint(code->k % 4, ==, 0);
                        g_assert_cmpuint(code->k, <, sizeof *data);
                        memcpy(&a, (const char *) data + code->k, sizeof a);
                        continue;
                case BPF_ALU | BPF_AND | BPF_K:
                        a &= code->k;
                        continue;
                case BPF_RET | BPF_K:
                        if (code->k == SECCOMP_RET_ALLOW)
                                return ALLOWED;
                        g_assert_cmphex(code->k & SECCOMP_RET_ACTION_FULL, ==, SECCOMP_RET_ERRNO);
                        return (int) (code->k & SECCOMP_RET_DATA);
                case BPF_JMP | BPF_JA:
                        i += code->k;
                        continue;
                case BPF_JMP | BPF_JEQ | BPF_K:
                        holds = a == code->k;
                        break;
                case BPF_JMP | BPF_JGE | BPF_K:
                        holds = a >= code->k;
                        break;
                case BPF_JMP | BPF_JSET | BPF_K:
                        holds = a & code->k;
                        break;
                default:
                        g_error("instruction %zu is 0x%x", i, code->code);
                }
                i += holds ? code->jt : code->jf;
        }
        g_error("the program has no end");
}

static int verdict(guint64 bits, guint32 arch, guint32 number, guint64 argument0, guint64 argument1) {
        gsize length;
        g_autofree struct sock_filter *filter = security_seccomp_plan(bits, &length);
        struct seccomp_data data = {.arch = arch, .nr = (int) number, .args = {argument0, argument1}};

        return ask(filter, length, &data);
}

/* Our own architecture's calls, by number. */
static int native(guint64 bits, long number, guint64 argument0, guint64 argument1) {
        return verdict(bits, seccomp_arch_native(), (guint32) number, argument0, argument1);
}

static void test_refuses_what_is_listed(void) {
        for (gsize i = 0; i < G_N_ELEMENTS(syscall_groups); i++) {
                const SyscallGroup *group = &syscall_groups[i];
                g_assert_nonnull(group->reason);
                for (const char *const *name = group->names; *name; name++) {
                        int number = seccomp_syscall_resolve_name(*name);
                        if (number < 0)
                                continue;
                        g_test_message("%s", *name);
                        g_assert_cmpint(native(0, number, 0, 0), ==, group->error);
                        g_assert_cmpint(native(~group->lifted_by, number, 0, 0), ==, group->error);
                        for (int bit = 0; bit < 64; bit++)
                                if (group->lifted_by & BIT(bit))
                                        g_assert_cmpint(native(BIT(bit), number, 0, 0), ==, ALLOWED);
                }
        }
}

static void test_looks_at_arguments(void) {
        g_assert_cmpint(native(0, SYS_socket, AF_INET, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_socket, AF_NETLINK, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_socket, AF_ALG, 0), ==, EAFNOSUPPORT);
        g_assert_cmpint(native(0, SYS_socket, AF_VSOCK, 0), ==, EAFNOSUPPORT);
        /* The kernel's parameter is an int: what stands above does not count, and must not hide anything. */
        g_assert_cmpint(native(0, SYS_socket, AF_ALG | BIT(32), 0), ==, EAFNOSUPPORT);

        g_assert_cmpint(native(0, SYS_clone, CLONE_VM | CLONE_FILES | SIGCHLD, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_clone, CLONE_NEWUSER | SIGCHLD, 0), ==, EPERM);
        g_assert_cmpint(native(0, SYS_clone, CLONE_NEWNET, 0), ==, EPERM);
        g_assert_cmpint(native(BIT(CAP_SYS_ADMIN), SYS_clone, CLONE_NEWNET, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_unshare, CLONE_FS, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_unshare, CLONE_NEWTIME, 0), ==, EPERM);
        g_assert_cmpint(native(0, SYS_unshare, CLONE_NEWUSER, 0), ==, EPERM);
        g_assert_cmpint(native(SECURITY_SECCOMP_NESTING, SYS_unshare, CLONE_NEWUSER, 0), ==, ALLOWED);

        g_assert_cmpint(native(0, SYS_ioctl, 0, TIOCGWINSZ), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_ioctl, 0, TIOCSTI), ==, EPERM);
        g_assert_cmpint(native(0, SYS_ioctl, 0, TIOCSTI | BIT(40)), ==, EPERM);
        g_assert_cmpint(native(SECURITY_SECCOMP_NO_TERMINAL, SYS_ioctl, 0, TIOCSTI), ==, ALLOWED);

        g_assert_cmpint(native(0, SYS_personality, 0xffffffff, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_personality, PER_LINUX32, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_personality, PER_LINUX32 | UNAME26, 0), ==, ALLOWED);
        g_assert_cmpint(native(0, SYS_personality, ADDR_NO_RANDOMIZE, 0), ==, EPERM);
        g_assert_cmpint(native(0, SYS_personality, READ_IMPLIES_EXEC | PER_LINUX32, 0), ==, EPERM);
}

/* What the runner still does once the filter is loaded, and what no program could do without. */
static void test_allows_what_follows(void) {
        static const int numbers[] = {SYS_setgroups,
                                      SYS_setresgid,
                                      SYS_setresuid,
                                      SYS_capget,
                                      SYS_capset,
                                      SYS_prctl,
                                      SYS_chdir,
                                      SYS_execve,
                                      SYS_execveat,
                                      SYS_close_range,
                                      SYS_write,
                                      SYS_sendmsg,
                                      SYS_exit_group,
                                      SYS_umask,
                                      SYS_setsid,
                                      SYS_dup3,
                                      SYS_openat2,
                                      SYS_mmap,
                                      SYS_mprotect,
                                      SYS_futex,
                                      SYS_rseq,
                                      SYS_ptrace,
                                      SYS_seccomp,
                                      SYS_memfd_create,
                                      SYS_fanotify_init,
                                      SYS_process_vm_readv,
                                      SYS_name_to_handle_at,
                                      SYS_chroot};

        for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
                g_assert_cmpint(native(0, numbers[i], 0, 0), ==, ALLOWED);
}

static void test_does_not_know_newer_calls(void) {
        g_assert_cmpint(native(~G_GUINT64_CONSTANT(0), SYSCALL_REVIEWED, 0, 0), ==, ALLOWED);
        g_assert_cmpint(native(~G_GUINT64_CONSTANT(0), SYSCALL_REVIEWED + 1, 0, 0), ==, ENOSYS);
        g_assert_cmpint(native(~G_GUINT64_CONSTANT(0), G_MAXINT32, 0, 0), ==, ENOSYS);
        g_assert_cmpint(native(~G_GUINT64_CONSTANT(0), -1, 0, 0), ==, ENOSYS);
        g_assert_cmpint(verdict(~G_GUINT64_CONSTANT(0), AUDIT_ARCH_ALPHA, 0, 0, 0), ==, ENOSYS);
}

#if defined(__x86_64__)
static guint count_allowed(guint32 arch, guint32 from, guint32 to) {
        guint count = 0;

        for (guint32 number = from; number <= to; number++)
                count += verdict(0, arch, number, 0, 0) == ALLOWED;
        return count;
}

/* Fails when the lists or SYSCALL_REVIEWED change, so that a change of one is a decision. Arguments are 0
 * here. */
static void test_allows_as_many_as_reviewed(void) {
        g_assert_cmpuint(count_allowed(AUDIT_ARCH_X86_64, 0, 511), ==, 322);
        g_assert_cmpuint(count_allowed(AUDIT_ARCH_I386, 0, 511), ==, 406);
        g_assert_cmpuint(count_allowed(AUDIT_ARCH_X86_64, X32_BIT + 512, X32_BIT + 600), ==, 33);
}

static void test_knows_other_architectures(void) {
        /* i386: mount 21, umount 22, reboot 88, clone3 435, socketcall 102, waitpid 7. */
        g_assert_cmpint(verdict(0, AUDIT_ARCH_I386, 21, 0, 0), ==, EPERM);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_I386, 22, 0, 0), ==, EPERM);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_I386, 88, 0, 0), ==, EPERM);
        g_assert_cmpint(verdict(BIT(CAP_SYS_BOOT), AUDIT_ARCH_I386, 88, 0, 0), ==, ALLOWED);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_I386, 435, 0, 0), ==, ENOSYS);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_I386, 359, AF_VSOCK, 0), ==, EAFNOSUPPORT);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_I386, 7, 0, 0), ==, ALLOWED);
        /* x32: read, mount, ioctl (514), kexec_load (528), and the bit does not hide x86_64's. */
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, X32_BIT + SYS_read, 0, 0), ==, ALLOWED);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, X32_BIT + SYS_mount, 0, 0), ==, EPERM);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, X32_BIT + 514, 0, TIOCSTI), ==, EPERM);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, X32_BIT + 528, 0, 0), ==, EPERM);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, X32_BIT + 548, 0, 0), ==, ENOSYS);
        /* x86_64's own numbers end with the kernel's probes. */
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, 336, 0, 0), ==, ALLOWED);
        g_assert_cmpint(verdict(0, AUDIT_ARCH_X86_64, 337, 0, 0), ==, ENOSYS);
}
#endif

#define PODMAN_PROFILE "/usr/share/containers/seccomp.json"

/* The calls that podman-run(1) allows and we do not, whatever the capabilities: each is a decision, whose
 * reason is in security-syscalls.h. */
static const char *const stricter_than_podman[] = {
        "mount",         "umount", "umount2",  "pivot_root", "open_tree", "move_mount",
        "mount_setattr", "fsopen", "fsconfig", "fsmount",    "fspick",    "setns",
        "clone3",        "reboot", "syslog",   "keyctl",     NULL,
};

static bool allows_always(JsonObject *rule) {
        static const char *const conditions[] = {"args", "includes", "excludes"};

        for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
                JsonNode *node = json_object_get_member(rule, conditions[i]);
                if (node && JSON_NODE_HOLDS_OBJECT(node) &&
                    json_object_get_size(json_node_get_object(node)) > 0)
                        return false;
                if (node && JSON_NODE_HOLDS_ARRAY(node) &&
                    json_array_get_length(json_node_get_array(node)) > 0)
                        return false;
        }
        return g_str_equal(json_object_get_string_member(rule, "action"), "SCMP_ACT_ALLOW");
}

static void test_refuses_no_more_than_podman(void) {
        g_autoptr(JsonParser) parser = json_parser_new();

        if (!json_parser_load_from_file(parser, PODMAN_PROFILE, NULL)) {
                skip_test("no " PODMAN_PROFILE " to compare with");
                return;
        }
        JsonArray *rules =
                json_object_get_array_member(json_node_get_object(json_parser_get_root(parser)), "syscalls");
        guint n_compared = 0;

        for (guint i = 0; i < json_array_get_length(rules); i++) {
                JsonObject *rule = json_array_get_object_element(rules, i);
                JsonArray *names = json_object_get_array_member(rule, "names");
                for (guint j = 0; allows_always(rule) && j < json_array_get_length(names); j++) {
                        const char *name = json_array_get_string_element(names, j);
                        int number = seccomp_syscall_resolve_name(name);
                        if (number < 0 || g_strv_contains(stricter_than_podman, name))
                                continue;
                        g_test_message("%s", name);
                        g_assert_cmpint(native(0, number, 0, 0), ==, ALLOWED);
                        n_compared++;
                }
        }
        g_assert_cmpuint(n_compared, >, 250);
}

/* ---- in the kernel ---- */

static int error_of(long result) {
        return result < 0 ? errno : 0;
}

#define EXPECT(expected, call)                                                                              \
        do {                                                                                                \
                int found = error_of(call);                                                                 \
                if (found != (expected)) {                                                                  \
                        g_printerr("%s: %s, not %s\n", #call, g_strerror(found), g_strerror(expected));     \
                        _exit(1);                                                                           \
                }                                                                                           \
        } while (0)

static void try_calls(void) {
        char *const argv[] = {(char *) "true", NULL};

        EXPECT(0, (getppid(), 0));
        EXPECT(EPERM, mount("none", "/nowhere", "tmpfs", 0, NULL));
        EXPECT(EPERM, unshare(CLONE_NEWUSER));
        EXPECT(0, unshare(CLONE_FILES));
        EXPECT(ENOSYS, syscall(SYS_clone3, NULL, 0));
        EXPECT(ENOSYS, syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
        EXPECT(ENOSYS, syscall(SYSCALL_REVIEWED + 1));
        EXPECT(EAFNOSUPPORT, socket(AF_ALG, SOCK_SEQPACKET, 0));
        EXPECT(0, socket(AF_UNIX, SOCK_STREAM, 0));
        EXPECT(EPERM, personality(ADDR_NO_RANDOMIZE));
        EXPECT(EPERM, syscall(SYS_bpf, 0, NULL, 0));
        EXPECT(0, (long) close_range(100, 200, 0));
        EXPECT(0, chdir("/"));

        pid_t child = fork();
        if (child == 0)
                _exit(0);
        EXPECT(0, child);
        EXPECT(0, waitpid(child, NULL, 0));
        execv("/bin/true", argv);
        _exit(2);
}

static void test_holds_in_the_kernel(void) {
        pid_t child = fork();

        if (child == 0) {
                g_autoptr(GError) error = NULL;
                if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0 ||
                    !security_seccomp_apply(NULL, 0, NULL, &error)) {
                        g_printerr("%s\n", error ? error->message : "no_new_privs");
                        _exit(3);
                }
                try_calls();
        }
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void test_names_profiles(void) {
        g_autoptr(GError) error = NULL;

        g_assert_true(security_seccomp_check(NULL, NULL));
        g_assert_true(security_seccomp_check("", NULL));
        g_assert_true(security_seccomp_check("unconfined", NULL));
        g_assert_true(security_seccomp_check("nesting", NULL));
        g_assert_false(security_seccomp_check("unconfinde", &error));
        g_assert_error(error, WOLFFIA_ERROR, WOLFFIA_ERROR_VALUE);
        g_clear_error(&error);
        g_assert_true(security_seccomp_check("/etc/profile.json", NULL));
}

int main(int argc, char **argv) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/security-seccomp/plan/refuses-what-is-listed", test_refuses_what_is_listed);
        g_test_add_func("/security-seccomp/plan/looks-at-arguments", test_looks_at_arguments);
        g_test_add_func("/security-seccomp/plan/allows-what-follows", test_allows_what_follows);
        g_test_add_func("/security-seccomp/plan/does-not-know-newer-calls", test_does_not_know_newer_calls);
#if defined(__x86_64__)
        g_test_add_func("/security-seccomp/plan/allows-as-many-as-reviewed",
                        test_allows_as_many_as_reviewed);
        g_test_add_func("/security-seccomp/plan/knows-other-architectures", test_knows_other_architectures);
#endif
        g_test_add_func("/security-seccomp/plan/refuses-no-more-than-podman",
                        test_refuses_no_more_than_podman);
        g_test_add_func("/security-seccomp/apply/holds-in-the-kernel", test_holds_in_the_kernel);
        g_test_add_func("/security-seccomp/check/names-profiles", test_names_profiles);
        return g_test_run();
}
