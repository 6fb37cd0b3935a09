/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's names for machines, and Go's. */

#include "image/architecture.h"

#include <glib.h>
#include <sys/utsname.h>

static const struct {
        const char *machine;
        const char *name;
} architectures[] = {
        {"x86_64", "amd64"},    {"aarch64", "arm64"},
        {"i686", "386"},        {"i586", "386"},
        {"i486", "386"},        {"i386", "386"},
        {"armv7l", "arm"},      {"armv6l", "arm"},
        {"armv8l", "arm"},      {"riscv64", "riscv64"},
        {"s390x", "s390x"},     {"ppc64le", "ppc64le"},
        {"ppc64", "ppc64"},     {"loongarch64", "loong64"},
        {"mips64", "mips64le"},
};

const char *image_architecture_host(void) {
        static struct utsname names;

        if (uname(&names) < 0)
                return "unknown";
        for (size_t i = 0; i < G_N_ELEMENTS(architectures); i++)
                if (g_str_equal(architectures[i].machine, names.machine))
                        return architectures[i].name;
        return names.machine;
}

bool image_architecture_runs(const char *host, const char *architecture) {
        return g_str_equal(host, architecture) ||
               (g_str_equal(host, "amd64") && g_str_equal(architecture, "386")) ||
               (g_str_equal(host, "arm64") && g_str_equal(architecture, "arm"));
}
