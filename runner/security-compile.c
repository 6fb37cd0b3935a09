/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Compiles the lists of security-syscalls.h into the filter that the runner hands to the kernel. Runs when
 * Wolffia is built and writes a header; nothing of it is installed.
 *
 *     security-compile ARCHITECTURE little|big OUTPUT          (the names that Meson uses)
 *
 * How it works
 *
 * libseccomp knows the number of each call on each architecture; the program of instructions is ours, since
 * libseccomp has no way to say three things that this filter needs:
 *   - "all numbers up to here are allowed, all above it are answered with ENOSYS". It takes one rule per
 * call, 1,100 with the sub-architectures, which makes a program six times as long; the kernel translates
 * that at each start;
 *   - "refuse unless the argument is one of these" (one comparison per argument and rule, so personality()
 * cannot be told by rules that refuse);
 *   - one program for all sets of capabilities. Here each refusal that a capability lifts has an instruction
 * of its own; the runner overwrites it with "allow" when the payload has the capability.
 *
 * For each architecture: a binary search over the numbers where the verdict changes, the tests of arguments,
 * and the returns. Whatever never looks at an argument is found to be "always allowed" by the kernel when it
 * takes the filter (Linux 5.11 and later), and costs a bit test from then on. */

#include "runner/security-syscalls.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_GROUPS        (sizeof syscall_groups / sizeof *syscall_groups)
#define N_CHECKS        (sizeof syscall_checks / sizeof *syscall_checks)
#define MAX_CODE        2048
#define MAX_LABELS      256
#define MAX_COMPARISONS 3
#define X32_BIT         0x40000000u
#define NOT_A_LABEL     (-1)

/* What follows from a number. The same as label numbers of a section; labels inside a search come after
 * them. */
enum {
        VERDICT_ALLOW,
        VERDICT_UNKNOWN,
        VERDICT_GROUP,
        VERDICT_CHECK = VERDICT_GROUP + N_GROUPS,
        VERDICT_REFUSED_CHECK = VERDICT_CHECK + N_CHECKS,
        VERDICT_LAST = VERDICT_REFUSED_CHECK + N_CHECKS,
};

/* Numbers that were reviewed, and the name of their architecture in libseccomp. */
typedef struct Range {
        const char *name;
        uint32_t first;
        uint32_t last;
} Range;

#define MAX_RANGES 3

/* The call numbers of what the kernel calls an architecture. */
typedef struct Table {
        const char *machine; /* Meson's name of the processor family */
        uint32_t audit;      /* what the filter sees */
        uint32_t base;       /* what mips adds to all numbers */
        Range ranges[MAX_RANGES];
} Table;

/* Between the calls that an architecture numbered itself and those with common numbers (from 424 on) lie
 * numbers that new calls may still get. */
#define ALL(name, base)                                                                                     \
        {                                                                                                   \
                { name, (base), (base) + SYSCALL_REVIEWED }                                                 \
        }
#define OWN_UP_TO(name, own)                                                                                \
        {name, 0, own}, {                                                                                   \
                name, 424, SYSCALL_REVIEWED                                                                 \
        }

static const Table tables[] = {
        /* x32 is x86_64 with X32_BIT set, which is taken off first. Only its numbers from 512 on are its
         * own. The last two of x86_64's own are the kernel's, for probes. */
        {"x86_64", AUDIT_ARCH_X86_64, 0, {OWN_UP_TO("x86_64", 336), {"x32", 512, 547}}},
        {"x86_64", AUDIT_ARCH_I386, 0, ALL("x86", 0)},
        {"x86", AUDIT_ARCH_I386, 0, ALL("x86", 0)},
        {"aarch64", AUDIT_ARCH_AARCH64, 0, {OWN_UP_TO("aarch64", 294)}},
        /* The six above are arm's own: cache flushes, breakpoints, the thread pointer. */
        {"aarch64", AUDIT_ARCH_ARM, 0, {{"arm", 0, SYSCALL_REVIEWED}, {"arm", 0xf0001, 0xf0006}}},
        {"arm", AUDIT_ARCH_ARM, 0, {{"arm", 0, SYSCALL_REVIEWED}, {"arm", 0xf0001, 0xf0006}}},
        {"riscv64", AUDIT_ARCH_RISCV64, 0, {OWN_UP_TO("riscv64", 294)}},
        {"loongarch64", AUDIT_ARCH_LOONGARCH64, 0, {OWN_UP_TO("loongarch64", 294)}},
        {"ppc64", AUDIT_ARCH_PPC64LE, 0, ALL("ppc64le", 0)},
        {"s390x", AUDIT_ARCH_S390X, 0, ALL("s390x", 0)},
        {"s390x", AUDIT_ARCH_S390, 0, ALL("s390", 0)},
        {"mips64", AUDIT_ARCH_MIPSEL64, 5000, ALL("mipsel64", 5000)},
        {"mips64", AUDIT_ARCH_MIPSEL64N32, 6000, ALL("mipsel64n32", 6000)},
        {"mips64", AUDIT_ARCH_MIPSEL, 4000, ALL("mipsel", 4000)},
};
#define N_TABLES (sizeof tables / sizeof *tables)

/* The program so far. Jumps name labels until the section that they lie in is complete. */
static struct {
        struct sock_filter code[MAX_CODE];
        int jump_true[MAX_CODE];
        int jump_false[MAX_CODE];
        char comments[MAX_CODE][64];
        size_t length;
        int positions[MAX_LABELS];
        int n_labels;
        struct {
                size_t index;
                uint64_t by;
        } lifts[MAX_LABELS];
        size_t n_lifts;
        bool is_big_endian;
} program;

static void __attribute__((noreturn, format(printf, 1, 2))) give_up(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        fputs("security-compile: ", stderr);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        exit(EXIT_FAILURE);
}

static size_t emit(uint16_t code, uint32_t k, int jump_true, int jump_false, const char *comment) {
        if (program.length >= MAX_CODE)
                give_up("the filter is too long");

        size_t here = program.length++;
        program.code[here] = (struct sock_filter){.code = code, .k = k};
        program.jump_true[here] = jump_true;
        program.jump_false[here] = jump_false;
        snprintf(program.comments[here], sizeof program.comments[here], "%s", comment);
        return here;
}

static size_t emit_load(size_t offset, const char *comment) {
        return emit(BPF_LD | BPF_W | BPF_ABS, (uint32_t) offset, NOT_A_LABEL, NOT_A_LABEL, comment);
}

static size_t emit_return(uint32_t action, const char *comment) {
        return emit(BPF_RET | BPF_K, action, NOT_A_LABEL, NOT_A_LABEL, comment);
}

static void place_label(int label) {
        program.positions[label] = (int) program.length;
}

static void lift(size_t index, uint64_t by) {
        if (by == 0)
                return;
        program.lifts[program.n_lifts].index = index;
        program.lifts[program.n_lifts++].by = by;
}

/* A distance of a conditional jump has 8 bits. Sections are short enough; if one grows beyond, the build
 * says so. */
static uint8_t distance(size_t from, int label) {
        if (label == NOT_A_LABEL)
                return 0;

        long steps = program.positions[label] - (long) from - 1;
        if (steps < 0 || steps > UINT8_MAX)
                give_up("a jump is too long, %ld instructions", steps);
        return (uint8_t) steps;
}

static void resolve_jumps(size_t from) {
        for (size_t i = from; i < program.length; i++)
                if (BPF_CLASS(program.code[i].code) == BPF_JMP && BPF_OP(program.code[i].code) != BPF_JA) {
                        program.code[i].jt = distance(i, program.jump_true[i]);
                        program.code[i].jf = distance(i, program.jump_false[i]);
                }
}

static size_t n_ranges(const Table *table) {
        size_t n = 0;

        while (n < MAX_RANGES && table->ranges[n].name)
                n++;
        return n;
}

static uint32_t architecture_token(const char *name) {
        uint32_t token = seccomp_arch_resolve_name(name);

        if (token == 0)
                give_up("this libseccomp does not know the architecture %s", name);
        return token;
}

/* The number that a call has in a range, or -1. Asked from number to name: the other way round,
 * libseccomp answers with placeholders for calls that also exist as a multiplexed one. */
static long long find_number(const Range *range, uint32_t base, const char *name) {
        uint32_t token = architecture_token(range->name);
        uint32_t extra = strcmp(range->name, "x32") == 0 ? X32_BIT : 0;

        for (uint32_t number = range->first; number <= range->last; number++) {
                char *found = seccomp_syscall_resolve_num_arch(token, (int) (number | extra));
                bool is_it = found && strcmp(found, name) == 0;
                free(found);
                if (is_it)
                        return number;
        }

        for (size_t i = 0; i < sizeof syscall_numbers / sizeof *syscall_numbers; i++)
                if (strcmp(syscall_numbers[i].name, name) == 0) {
                        long long number = (long long) base + syscall_numbers[i].number;
                        return number >= range->first && number <= range->last ? number : -1;
                }

        /* Known on another architecture: fine. Known nowhere: a slip of the pen must not open what it
         * should close. */
        if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR)
                give_up("no architecture has a call named '%s'", name);
        return -1;
}

/* Where verdicts change, in ascending order of numbers. */
typedef struct Interval {
        uint32_t first;
        int verdict;
} Interval;

typedef struct Intervals {
        Interval list[MAX_LABELS];
        size_t n;
} Intervals;

static void append_interval(Intervals *intervals, uint32_t first, int verdict) {
        if (intervals->n > 0 && intervals->list[intervals->n - 1].verdict == verdict)
                return;
        if (intervals->n >= MAX_LABELS)
                give_up("too many intervals");
        intervals->list[intervals->n++] = (Interval){first, verdict};
}

/* What follows from each number of all ranges, counted from the range's first. */
typedef int Verdicts[MAX_RANGES][SYSCALL_REVIEWED + 1];

static void set_verdict(const Table *table, Verdicts verdicts, const char *name, int verdict) {
        for (size_t i = 0; i < n_ranges(table); i++) {
                long long number = find_number(&table->ranges[i], table->base, name);
                if (number >= 0)
                        verdicts[i][number - table->ranges[i].first] = verdict;
        }
}

static void collect_intervals(const Table *table, Intervals *ret_intervals) {
        Verdicts verdicts = {0};

        for (size_t i = 0; i < N_GROUPS; i++)
                for (const char *const *name = syscall_groups[i].names; *name; name++)
                        set_verdict(table, verdicts, *name, VERDICT_GROUP + (int) i);
        for (size_t i = 0; i < N_CHECKS; i++)
                set_verdict(table, verdicts, syscall_checks[i].name, VERDICT_CHECK + (int) i);

        if (table->base > 0)
                append_interval(ret_intervals, 0, VERDICT_UNKNOWN);
        for (size_t i = 0; i < n_ranges(table); i++) {
                const Range *range = &table->ranges[i];
                for (uint32_t number = range->first; number <= range->last; number++)
                        append_interval(ret_intervals, number, verdicts[i][number - range->first]);
                append_interval(ret_intervals, range->last + 1, VERDICT_UNKNOWN);
        }
}

static bool is_single(const Intervals *intervals, size_t i) {
        return i + 1 < intervals->n && intervals->list[i + 1].first == intervals->list[i].first + 1;
}

/* Few single numbers among others with one verdict: one comparison for each is less than halving. Returns
 * the common verdict, or NOT_A_LABEL where it is not so. */
static int common_verdict(const Intervals *intervals, size_t from, size_t to) {
        int common = NOT_A_LABEL;
        size_t n_exceptions = 0;

        for (size_t i = from; i < to; i++)
                if (!is_single(intervals, i)) {
                        if (common != NOT_A_LABEL && common != intervals->list[i].verdict)
                                return NOT_A_LABEL;
                        common = intervals->list[i].verdict;
                }
        for (size_t i = from; i < to; i++)
                n_exceptions += intervals->list[i].verdict != common;
        return n_exceptions <= MAX_COMPARISONS ? common : NOT_A_LABEL;
}

static int new_label(void) {
        if (program.n_labels >= MAX_LABELS)
                give_up("too many labels");
        return program.n_labels++;
}

/* Finds the interval that a number lies in. Returns the label of the code for those in [FROM, TO). */
static int emit_search(const Intervals *intervals, size_t from, size_t to) {
        int common = common_verdict(intervals, from, to);
        int label = NOT_A_LABEL;

        if (common != NOT_A_LABEL) {
                size_t last = 0;
                for (size_t i = from; i < to; i++) {
                        if (intervals->list[i].verdict == common)
                                continue;
                        int here = new_label();
                        place_label(here);
                        if (label == NOT_A_LABEL)
                                label = here;
                        else
                                program.jump_false[last] = here;
                        last = emit(BPF_JMP | BPF_JEQ | BPF_K, intervals->list[i].first,
                                    intervals->list[i].verdict, common, "");
                }
                return label == NOT_A_LABEL ? common : label;
        }
        if (to - from == 1)
                return intervals->list[from].verdict;

        size_t middle = (from + to) / 2;
        label = new_label();
        place_label(label);
        size_t here =
                emit(BPF_JMP | BPF_JGE | BPF_K, intervals->list[middle].first, NOT_A_LABEL, NOT_A_LABEL, "");
        program.jump_false[here] = emit_search(intervals, from, middle);
        program.jump_true[here] = emit_search(intervals, middle, to);
        return label;
}

static void emit_check(const Table *table, size_t i) {
        const SyscallCheck *check = &syscall_checks[i];
        bool is_allowed_on_match = check->test == SYSCALL_IS_NONE_OF;
        int refused = VERDICT_REFUSED_CHECK + (int) i;
        int on_match = is_allowed_on_match ? VERDICT_ALLOW : refused;
        int otherwise = is_allowed_on_match ? refused : VERDICT_ALLOW;
        uint16_t jump = check->test == SYSCALL_HAS_ANY_BIT ? BPF_JSET : BPF_JEQ;
        /* clone(2): s390 has the stack first, the flags second. */
        bool is_swapped =
                strncmp(table->ranges[0].name, "s390", 4) == 0 && strcmp(check->name, "clone") == 0;
        size_t offset = offsetof(struct seccomp_data, args) + 8 * (is_swapped ? 1 : check->argument) +
                        (program.is_big_endian ? 4 : 0);

        place_label(VERDICT_CHECK + (int) i);
        lift(emit_load(offset, check->name), check->lifted_by);
        for (unsigned v = 0; v < check->n_values; v++) {
                bool is_last = v + 1 == check->n_values;
                int next = is_last ? otherwise : new_label();
                emit(BPF_JMP | jump | BPF_K, check->values[v], on_match, next, "");
                if (!is_last)
                        place_label(next);
        }
        place_label(refused);
        emit_return(SECCOMP_RET_ERRNO | (uint32_t) check->error, strerror(check->error));
}

static bool is_used(const Intervals *intervals, int verdict) {
        for (size_t i = 0; i < intervals->n; i++)
                if (intervals->list[i].verdict == verdict)
                        return true;
        return false;
}

/* Refusals that nothing lifts share one return per error. */
static void emit_returns(const Intervals *intervals) {
        for (size_t i = 0; i < N_GROUPS; i++) {
                const SyscallGroup *group = &syscall_groups[i];
                if (!is_used(intervals, VERDICT_GROUP + (int) i))
                        continue;

                int shared = NOT_A_LABEL;
                for (size_t earlier = 0; earlier < i && group->lifted_by == 0; earlier++)
                        if (syscall_groups[earlier].lifted_by == 0 &&
                            syscall_groups[earlier].error == group->error &&
                            is_used(intervals, VERDICT_GROUP + (int) earlier))
                                shared = VERDICT_GROUP + (int) earlier;
                if (shared != NOT_A_LABEL) {
                        program.positions[VERDICT_GROUP + i] = program.positions[shared];
                        continue;
                }

                place_label(VERDICT_GROUP + (int) i);
                lift(emit_return(SECCOMP_RET_ERRNO | (uint32_t) group->error, group->names[0]),
                     group->lifted_by);
        }
}

static void emit_section(const Table *table) {
        size_t start = program.length;
        Intervals intervals = {0};

        program.n_labels = VERDICT_LAST;
        collect_intervals(table, &intervals);
        emit_load(offsetof(struct seccomp_data, nr), table->ranges[0].name);
        if (table->audit == AUDIT_ARCH_X86_64)
                emit(BPF_ALU | BPF_AND | BPF_K, ~X32_BIT, NOT_A_LABEL, NOT_A_LABEL, "x32 is the same");
        emit_search(&intervals, 0, intervals.n);
        for (size_t i = 0; i < N_CHECKS; i++)
                if (is_used(&intervals, VERDICT_CHECK + (int) i))
                        emit_check(table, i);
        place_label(VERDICT_ALLOW);
        emit_return(SECCOMP_RET_ALLOW, "allowed");
        emit_returns(&intervals);
        place_label(VERDICT_UNKNOWN);
        emit_return(SECCOMP_RET_ERRNO | ENOSYS, "not reviewed");
        resolve_jumps(start);
}

static bool is_table_of(const Table *table, const char *machine) {
        return strcmp(table->machine, machine) == 0 &&
               ((table->audit & __AUDIT_ARCH_LE) == 0) == program.is_big_endian;
}

/* One section per table. A call of an architecture that has none (there should be no way to make one) is
 * refused. */
static void emit_program(const char *machine) {
        bool is_known = false;

        emit_load(offsetof(struct seccomp_data, arch), "which architecture?");
        for (size_t i = 0; i < N_TABLES; i++) {
                if (!is_table_of(&tables[i], machine))
                        continue;

                is_known = true;
                /* Sections are longer than a conditional jump reaches. */
                size_t test = emit(BPF_JMP | BPF_JEQ | BPF_K, tables[i].audit, NOT_A_LABEL, NOT_A_LABEL,
                                   tables[i].ranges[0].name);
                program.code[test].jt = 1;
                size_t far_jump = emit(BPF_JMP | BPF_JA, 0, NOT_A_LABEL, NOT_A_LABEL, "another one");
                emit_section(&tables[i]);
                program.code[far_jump].k = (uint32_t) (program.length - far_jump - 1);
        }
        emit_return(SECCOMP_RET_ERRNO | ENOSYS, "no other architecture");

        if (!is_known)
                give_up("no table for the processor family '%s', %s-endian", machine,
                        program.is_big_endian ? "big" : "little");
}

static void write_header(FILE *output) {
        fputs("/* Made by security-compile from security-syscalls.h. */\n#pragma once\n\n"
              "#include <linux/filter.h>\n#include <stdint.h>\n\n",
              output);
        fprintf(output, "#define SECURITY_FILTER_LENGTH %zu\n\n", program.length);
        fputs("static const struct sock_filter security_filter[SECURITY_FILTER_LENGTH] = {\n", output);
        for (size_t i = 0; i < program.length; i++) {
                const struct sock_filter *code = &program.code[i];
                fprintf(output, "        {0x%02x, %u, %u, 0x%08x}, /* %zu%s%s */\n", (unsigned) code->code,
                        (unsigned) code->jt, (unsigned) code->jf, code->k, i,
                        program.comments[i][0] ? ": " : "", program.comments[i]);
        }
        fputs("};\n\n/* The instruction becomes \"allow\" when any bit of `by` is given. */\n"
              "static const struct {\n        uint16_t index;\n        uint64_t by;\n} "
              "security_filter_lifts[] = {\n",
              output);
        for (size_t i = 0; i < program.n_lifts; i++)
                fprintf(output, "        {%zu, UINT64_C(0x%llx)},\n", program.lifts[i].index,
                        (unsigned long long) program.lifts[i].by);
        fputs("};\n", output);
}

int main(int argc, char **argv) {
        if (argc != 4)
                give_up("usage: security-compile ARCHITECTURE little|big OUTPUT");

        program.is_big_endian = strcmp(argv[2], "big") == 0;
        emit_program(argv[1]);

        FILE *output = fopen(argv[3], "w");
        if (!output)
                give_up("cannot write %s", argv[3]);
        write_header(output);
        if (ferror(output) || fclose(output) != 0)
                give_up("cannot write %s", argv[3]);
        return EXIT_SUCCESS;
}
