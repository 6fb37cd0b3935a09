/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `wolffia exec` and the container's side say to each other, over the socket `exec` in the container's runtime folder. A
 * connection is one command. It is of type SOCK_SEQPACKET:
 *
 *   client    the request: a memfd with the serialised ExecRequest, a program to lend where there is one, then standard input,
 *             output and error for the command
 *   server    EXEC_TERMINAL with the master side of a terminal, where one was asked for
 *   server    EXEC_STARTED once the command's program runs, or EXEC_FAILED with a text, or nothing (it was killed)
 *   client    EXEC_SIGNAL, any time after the request
 *   server    EXEC_ENDED with the wait status; the last message
 *
 * Who listens is the supervisor, which hands each connection to `wolffia-runner --serve-exec` (runner/exec-serve.c). So the
 * command is born in the container's unit, whatever cgroup, limits and session the client has, and the client is nobody's
 * parent. The programs may be of different versions, since an update does not restart containers. */

#include <glib.h>
#include <stdbool.h>
#include <sys/ioctl.h>

#define EXEC_SOCKET_NAME "exec"

typedef enum ExecKind {
        EXEC_TERMINAL = 1, /* one descriptor comes along */
        EXEC_STARTED,
        EXEC_FAILED, /* value: the exit status for the client, text: the reason */
        EXEC_ENDED,  /* value: as waitpid(2) has it */
        EXEC_SIGNAL, /* value: the signal's number */
} ExecKind;

typedef struct ExecMessage {
        gint32 kind;
        gint32 value;
        char text[4096];
} ExecMessage;

typedef struct ExecRequest {
        GPtrArray *words;       /* char *, with no NULL at the end */
        GPtrArray *environment; /* KEY=VALUE, over the container's own */
        char *user;             /* USER[:GROUP]; NULL: the container's */
        char *folder;           /* NULL: the container's working folder */
        bool has_terminal;   /* a new terminal of the container's, in the place of the three descriptors */
        bool is_detached;    /* the command lives on when the client leaves */
        struct winsize size; /* of the terminal */
        int program_fd; /* a program of the host to have in the container (runner/exec-program.h); -1: none */
        GPtrArray *programs; /* and the names under which it is called */
} ExecRequest;

ExecRequest *exec_request_new(void);
void exec_request_free(ExecRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExecRequest, exec_request_free)

/* FILES are the command's standard files, copied to the other side; with a terminal they are not looked at. */
bool exec_request_send(int fd, const ExecRequest *request, const int files[3], GError **error);

/* RET_FILES are -1 with a terminal. */
bool exec_request_receive(int fd, ExecRequest **ret_request, int ret_files[3], GError **error);

/* PASSED_FD may be -1. */
bool exec_message_send(int fd, ExecKind kind, int value, const char *text, int passed_fd, GError **error);

/* RET_KIND is 0 when the other side is gone. RET_PASSED_FD may be NULL; what comes along uncalled-for is closed. */
bool exec_message_receive(int fd, ExecMessage *ret_message, int *ret_passed_fd, GError **error);
