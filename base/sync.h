/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A socket pair between a parent and the child that it made: meeting points, and errors that travel. A child
 * inside other namespaces has no way to the journal, so it never logs; its GError arrives in the parent as
 * if it had happened there. */

#include <glib.h>
#include <stdbool.h>

typedef struct Sync {
        int parent_fd;
        int child_fd;
        GPtrArray *notes; /* what the other side had to say meanwhile, char *; NULL: nothing */
} Sync;

#define SYNC_NONE ((Sync){-1, -1, NULL})

bool sync_open(Sync *ret_sync, GError **error);
void sync_close(Sync *sync);

/* Each side calls this once, right after the fork: it closes the other's end, so that a death is noticed. */
void sync_become_parent(Sync *sync);
void sync_become_child(Sync *sync);

/* Tells the other side that POINT (a small number with a name in the caller) is reached. */
bool sync_reach(Sync *sync, int point, GError **error);

/* Waits until the other side has reached POINT. When it failed instead, its error is ours; when it died,
 * WOLFFIA_ERROR_HELPER says so. */
bool sync_wait(Sync *sync, int point, GError **error);

/* The same for whatever point, or number, the other side tells next. */
bool sync_receive(Sync *sync, int *ret_point, GError **error);

/* Says something for people that is no reason to stop. The other side finds it in its notes after its next sync_wait(). */
void sync_note(Sync *sync, const char *text);

/* Hands an error to the other side, which gets it from its next sync_wait(). */
void sync_fail(Sync *sync, const GError *failure);

/* Waits until the other side has executed another program (which closes its end): true, or its error. */
bool sync_wait_exec(Sync *sync, GError **error);
