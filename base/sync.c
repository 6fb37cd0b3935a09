/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One message is one packet: a point, or an error as domain, code and text. */

#include "base/sync.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <string.h>
#include <sys/socket.h>

typedef struct SyncMessage {
        int point; /* SYNC_POINT_FAILED: the rest is an error */
        int is_errno;
        int code;
        char text[4096 - 3 * sizeof(int)];
} SyncMessage;

#define SYNC_POINT_FAILED (-1)
#define SYNC_POINT_CLOSED (-2)
#define SYNC_POINT_NOTE   (-3)

bool sync_open(Sync *ret_sync, GError **error) {
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return fail_errno(error, errno, "Cannot make a socket pair");
        *ret_sync = (Sync){fds[0], fds[1], NULL};
        return true;
}

void sync_close(Sync *sync) {
        cleanup_fd(&sync->parent_fd);
        cleanup_fd(&sync->child_fd);
        g_clear_pointer(&sync->notes, g_ptr_array_unref);
}

void sync_become_parent(Sync *sync) {
        cleanup_fd(&sync->child_fd);
}

void sync_become_child(Sync *sync) {
        cleanup_fd(&sync->parent_fd);
}

static int own_fd(const Sync *sync) {
        return sync->parent_fd >= 0 ? sync->parent_fd : sync->child_fd;
}

bool sync_reach(Sync *sync, int point, GError **error) {
        SyncMessage message = {.point = point};

        if (send(own_fd(sync), &message, offsetof(SyncMessage, text), MSG_NOSIGNAL) < 0) {
                if (errno == EPIPE || errno == ECONNRESET)
                        return fail(error, WOLFFIA_ERROR_HELPER,
                                    "The other half of the start ended unexpectedly");
                return fail_errno(error, errno, "Cannot tell the other half of the start to go on");
        }
        return true;
}

static void keep_note(Sync *sync, const char *text) {
        if (!sync->notes)
                sync->notes = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(sync->notes, g_strdup(text));
}

/* RET_POINT is SYNC_POINT_CLOSED when the other end is gone. */
static bool receive(Sync *sync, int *ret_point, GError **error) {
        SyncMessage message;
        ssize_t n;

        do {
                memset(&message, 0, sizeof message);
                n = recv(own_fd(sync), &message, sizeof message - 1, 0);
                if (n >= (ssize_t) offsetof(SyncMessage, text) && message.point == SYNC_POINT_NOTE)
                        keep_note(sync, message.text);
        } while ((n < 0 && errno == EINTR) || (n > 0 && message.point == SYNC_POINT_NOTE));

        if (n < 0 && errno != ECONNRESET)
                return fail_errno(error, errno, "Cannot hear from the other half of the start");
        if (n < (ssize_t) offsetof(SyncMessage, text)) {
                *ret_point = SYNC_POINT_CLOSED;
                return true;
        }
        if (message.point == SYNC_POINT_FAILED) {
                g_set_error_literal(error, message.is_errno ? ERRNO_ERROR : WOLFFIA_ERROR, message.code,
                                    message.text);
                return false;
        }
        *ret_point = message.point;
        return true;
}

bool sync_receive(Sync *sync, int *ret_point, GError **error) {
        int reached;

        if (!receive(sync, &reached, error))
                return false;
        if (reached == SYNC_POINT_CLOSED)
                return fail(error, WOLFFIA_ERROR_HELPER, "The other half of the start ended unexpectedly");
        *ret_point = reached;
        return true;
}

bool sync_wait(Sync *sync, int point, GError **error) {
        int reached;

        if (!sync_receive(sync, &reached, error))
                return false;
        if (reached != point)
                return fail(error, WOLFFIA_ERROR_HELPER,
                            "The two halves of the start met at points %d and %d", reached, point);
        return true;
}

bool sync_wait_exec(Sync *sync, GError **error) {
        int reached;

        if (!receive(sync, &reached, error))
                return false;
        if (reached != SYNC_POINT_CLOSED)
                return fail(error, WOLFFIA_ERROR_HELPER,
                            "The other half of the start is at point %d, not at its end", reached);
        return true;
}

static void send_text(const Sync *sync, SyncMessage *message, const char *text) {
        g_strlcpy(message->text, text, sizeof message->text);
        /* The other side being gone is fine: then nobody waits for it. */
        (void) send(own_fd(sync), message, offsetof(SyncMessage, text) + strlen(message->text) + 1,
                    MSG_NOSIGNAL);
}

void sync_note(Sync *sync, const char *text) {
        SyncMessage message = {.point = SYNC_POINT_NOTE};

        send_text(sync, &message, text);
}

void sync_fail(Sync *sync, const GError *failure) {
        SyncMessage message = {
                .point = SYNC_POINT_FAILED,
                .is_errno = failure->domain == ERRNO_ERROR,
                .code = failure->code,
        };
        send_text(sync, &message, failure->message);
}
