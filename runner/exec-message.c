/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The request travels in a memfd, since a command line may be larger than a packet. */

#include "runner/exec-message.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Byte strings, since arguments need not be UTF-8. */
#define REQUEST_TYPE "(uaayaayayaybbqqaay)"
enum { REQUEST_VERSION = 2, REQUEST_SIZE_MAX = 16 << 20, FILES_MAX = 5 };

ExecRequest *exec_request_new(void) {
        ExecRequest *request = g_new0(ExecRequest, 1);

        request->words = g_ptr_array_new_with_free_func(g_free);
        request->environment = g_ptr_array_new_with_free_func(g_free);
        request->programs = g_ptr_array_new_with_free_func(g_free);
        request->program_fd = -1;
        return request;
}

void exec_request_free(ExecRequest *request) {
        if (!request)
                return;
        g_ptr_array_unref(request->words);
        g_ptr_array_unref(request->environment);
        g_ptr_array_unref(request->programs);
        cleanup_fd(&request->program_fd);
        g_free(request->user);
        g_free(request->folder);
        g_free(request);
}

/* ---- packets ---- */

static bool send_packet(int fd, const void *data, size_t size, const int *files, size_t n_files,
                        GError **error) {
        union {
                char space[CMSG_SPACE(FILES_MAX * sizeof(int))];
                struct cmsghdr header;
        } control = {0};
        struct iovec part = {(void *) data, size};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

        if (n_files > 0) {
                control.header = (struct cmsghdr){
                        .cmsg_len = CMSG_LEN(n_files * sizeof(int)),
                        .cmsg_level = SOL_SOCKET,
                        .cmsg_type = SCM_RIGHTS,
                };
                memcpy(CMSG_DATA(&control.header), files, n_files * sizeof(int));
                message.msg_control = &control;
                message.msg_controllen = CMSG_SPACE(n_files * sizeof(int));
        }
        return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0 ||
               fail_errno(error, errno, "Cannot send to the container's exec socket");
}

/* RET_FILES has room for FILES_MAX; those that did not come are -1. RET_SIZE is 0 at the end. */
static bool receive_packet(int fd, void *data, size_t size, size_t *ret_size, int *ret_files,
                           GError **error) {
        union {
                char space[CMSG_SPACE(FILES_MAX * sizeof(int))];
                struct cmsghdr header;
        } control;
        struct iovec part = {data, size};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = &control,
                                 /* The kernel would fill what only aligns it with one more. */
                                 .msg_controllen = CMSG_LEN(FILES_MAX * sizeof(int))};
        ssize_t n;

        do
                n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n < 0 && errno != ECONNRESET)
                return fail_errno(error, errno, "Cannot hear from the container's exec socket");

        for (size_t i = 0; i < FILES_MAX; i++)
                ret_files[i] = -1;
        const struct cmsghdr *header = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
        if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
                memcpy(ret_files, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
        *ret_size = (size_t) MAX(n, 0);
        return true;
}

static void close_files(int *files) {
        for (size_t i = 0; i < FILES_MAX; i++)
                cleanup_fd(&files[i]);
}

/* ---- the request ---- */

static GVariant *strings(const GPtrArray *list) {
        return g_variant_new_bytestring_array((const char *const *) list->pdata, (gssize) list->len);
}

bool exec_request_send(int fd, const ExecRequest *request, const int files[3], GError **error) {
        g_autoptr(GVariant) variant = g_variant_ref_sink(g_variant_new(
                "(u@aay@aay^ay^aybbqq@aay)", (guint) REQUEST_VERSION, strings(request->words),
                strings(request->environment), request->user ? request->user : "",
                request->folder ? request->folder : "", request->has_terminal, request->is_detached,
                request->size.ws_row, request->size.ws_col, strings(request->programs)));
        const guint32 version = REQUEST_VERSION;
        int passed[FILES_MAX];
        size_t count = 0;

        autofd int memory_fd = memfd_create("wolffia-exec", MFD_CLOEXEC);
        if (memory_fd < 0)
                return fail_errno(error, errno, "Cannot make a file in memory");
        if (!file_write_all(memory_fd, g_variant_get_data(variant), g_variant_get_size(variant), error))
                return false;
        passed[count++] = memory_fd;
        if (request->programs->len > 0)
                passed[count++] = request->program_fd;
        for (size_t i = 0; i < 3 && !request->has_terminal; i++)
                passed[count++] = files[i];
        return send_packet(fd, &version, sizeof version, passed, count, error);
}

static char *non_empty(char *text) {
        if (*text)
                return text;
        g_free(text);
        return NULL;
}

static bool parse_request(GVariant *variant, ExecRequest **ret_request, GError **error) {
        g_autoptr(ExecRequest) request = exec_request_new();
        g_autofree const char **words = NULL, **environment = NULL, **programs = NULL;
        gboolean has_terminal, is_detached;
        guint32 version;

        g_variant_get(variant, "(u^a&ay^a&ay^ay^aybbqq^a&ay)", &version, &words, &environment,
                      &request->user, &request->folder, &has_terminal, &is_detached, &request->size.ws_row,
                      &request->size.ws_col, &programs);
        for (const char **word = words; *word; word++)
                g_ptr_array_add(request->words, g_strdup(*word));
        for (const char **entry = environment; *entry; entry++)
                g_ptr_array_add(request->environment, g_strdup(*entry));
        for (const char **program = programs; *program; program++)
                g_ptr_array_add(request->programs, g_strdup(*program));
        request->user = non_empty(request->user);
        request->folder = non_empty(request->folder);
        request->has_terminal = has_terminal;
        request->is_detached = is_detached;
        if (request->words->len == 0)
                return fail(error, WOLFFIA_ERROR_VALUE, "There is no command to run in the container");
        *ret_request = g_steal_pointer(&request);
        return true;
}

bool exec_request_receive(int fd, ExecRequest **ret_request, int ret_files[3], GError **error) {
        guint32 version = 0;
        int files[FILES_MAX];
        size_t size;

        if (!receive_packet(fd, &version, sizeof version, &size, files, error))
                return false;
        autofd int memory_fd = steal_fd(&files[0]);
        g_autofree char *text = NULL;
        if (version != REQUEST_VERSION || memory_fd < 0) {
                close_files(files);
                return fail(error, WOLFFIA_ERROR_UNSUPPORTED,
                            "The request came from another version of Wolffia; restart the container");
        }
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", memory_fd);
        if (!file_read(AT_FDCWD, path, REQUEST_SIZE_MAX, &text, &size, error)) {
                close_files(files);
                return false;
        }
        g_autoptr(GVariant) variant = g_variant_ref_sink(
                g_variant_new_from_data(G_VARIANT_TYPE(REQUEST_TYPE), text, size, FALSE, NULL, NULL));
        if (!parse_request(variant, ret_request, error)) {
                close_files(files);
                return false;
        }
        bool has_program = (*ret_request)->programs->len > 0;
        if (has_program)
                (*ret_request)->program_fd = steal_fd(&files[1]);
        for (size_t i = 0; i < 3; i++)
                ret_files[i] = steal_fd(&files[(has_program ? 2 : 1) + i]);
        close_files(files);
        return true;
}

/* ---- messages ---- */

bool exec_message_send(int fd, ExecKind kind, int value, const char *text, int passed_fd, GError **error) {
        ExecMessage message = {.kind = kind, .value = value};

        g_strlcpy(message.text, text ? text : "", sizeof message.text);
        return send_packet(fd, &message, offsetof(ExecMessage, text) + strlen(message.text), &passed_fd,
                           passed_fd >= 0 ? 1 : 0, error);
}

bool exec_message_receive(int fd, ExecMessage *ret_message, int *ret_passed_fd, GError **error) {
        int files[FILES_MAX];
        size_t size;

        *ret_message = (ExecMessage){0};
        if (!receive_packet(fd, ret_message, sizeof *ret_message - 1, &size, files, error))
                return false;
        if (size < offsetof(ExecMessage, text))
                *ret_message = (ExecMessage){0};
        if (ret_passed_fd)
                *ret_passed_fd = steal_fd(&files[0]);
        close_files(files);
        return true;
}
