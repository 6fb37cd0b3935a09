/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A page is a list of places. Whose page a place is follows from its address, since a mapping begins at a multiple of the
 * page's size. Pages with a free place are in a list of their own. */

#include "network/relay-memory.h"

#include <sys/mman.h>

#define PAGE_SIZE 4096u /* where the kernel's are larger, the rest of them is wasted */
#define ALIGNMENT 16u

typedef struct Place {
        struct Place *next;
} Place;

struct RelayPage {
        RelayPage *next, *previous;
        Place *free;
        size_t used;
};

void *relay_memory_map(size_t size) {
        void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        return start == MAP_FAILED ? NULL : start;
}

_Static_assert(sizeof(RelayPage) % ALIGNMENT == 0, "places begin right behind it");

static void link_page(RelayPool *pool, RelayPage *page) {
        page->previous = NULL;
        page->next = pool->pages;
        if (page->next)
                page->next->previous = page;
        pool->pages = page;
}

static void unlink_page(RelayPool *pool, RelayPage *page) {
        if (page->next)
                page->next->previous = page->previous;
        if (page->previous)
                page->previous->next = page->next;
        else
                pool->pages = page->next;
}

static bool add_page(RelayPool *pool) {
        size_t size = (pool->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        char *start = relay_memory_map(PAGE_SIZE);
        RelayPage *page = (void *) start;

        if (!page)
                return false;
        for (size_t at = sizeof *page; at + size <= PAGE_SIZE; at += size) {
                Place *place = (void *) (start + at);
                place->next = page->free;
                page->free = place;
        }
        link_page(pool, page);
        return true;
}

void *relay_memory_take(RelayPool *pool) {
        if (!pool->pages && !add_page(pool))
                return NULL;
        RelayPage *page = pool->pages;
        Place *place = page->free;
        page->free = place->next;
        page->used++;
        if (!page->free)
                unlink_page(pool, page);
        return place;
}

void relay_memory_give(RelayPool *pool, void *what) {
        RelayPage *page = (void *) ((uintptr_t) what & ~(uintptr_t) (PAGE_SIZE - 1));
        Place *place = what;

        if (!page->free)
                link_page(pool, page);
        place->next = page->free;
        page->free = place;
        /* One is kept for whoever comes next. */
        if (--page->used > 0 || (!page->next && !page->previous))
                return;
        unlink_page(pool, page);
        (void) munmap(page, PAGE_SIZE);
}
