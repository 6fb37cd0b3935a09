/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts are listed first: going through the objects reads what is to be let go of. */

#include "base/shed.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_PARTS 64
#define STACK_SIZE (256 * 1024) /* as much as a start may have used */
#define RED_ZONE   512          /* below a frame, for the function itself */

typedef struct Parts {
        uintptr_t page;
        int count;
        struct {
                void *start;
                size_t size;
        } list[MOST_PARTS];
} Parts;

/* What may be written to is ours alone: it would come back as it is in the file. */
static int list_parts(struct dl_phdr_info *object, size_t size, void *data) {
        Parts *parts = data;

        (void) size;
        for (int i = 0; i < object->dlpi_phnum && parts->count < MOST_PARTS; i++) {
                const ElfW(Phdr) *header = &object->dlpi_phdr[i];
                if (header->p_type != PT_LOAD || header->p_flags & PF_W)
                        continue;
                uintptr_t start = (object->dlpi_addr + header->p_vaddr) & ~(parts->page - 1);
                uintptr_t end = object->dlpi_addr + header->p_vaddr + header->p_memsz;
                parts->list[parts->count].start = (void *) start;
                parts->list[parts->count].size = end - start;
                parts->count++;
        }
        return 0;
}

/* Nothing else is mapped there: the kernel keeps a gap of 1 MiB below a stack. A function by itself, since the frame of a
 * larger one reaches further down than the red zone. */
SHED_STAYS static __attribute__((noinline)) void shed_stack(uintptr_t page) {
        uintptr_t end = ((uintptr_t) __builtin_frame_address(0) - RED_ZONE) & ~(page - 1);

        (void) madvise((void *) (end - STACK_SIZE), STACK_SIZE, MADV_DONTNEED);
}

SHED_STAYS void shed_start(void) {
        Parts parts = {.page = (uintptr_t) sysconf(_SC_PAGESIZE)};

        (void) dl_iterate_phdr(list_parts, &parts);
        (void) malloc_trim(0);
        /* The vDSO, which is no file, refuses. */
        for (int i = 0; i < parts.count; i++)
                (void) madvise(parts.list[i].start, parts.list[i].size, MADV_DONTNEED);
        shed_stack(parts.page);
}
