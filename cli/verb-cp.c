/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia cp: between a running container and the host. A child on the container's side sees nothing of the host, and what
 * links of the image say is carried out there; this side never follows one of them. */

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sync.h"
#include "cli/containers.h"
#include "cli/copy.h"
#include "cli/inside.h"
#include "cli/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char description[] =
        "One of the two is NAME:PATH, in a container that runs. A folder is copied with all that\n"
        "is in it, into a folder that is there or under a new name; FOLDER/. means what is in it.\n"
        "What is copied out is yours, what is copied in belongs to the container's user.\n"
        "'-' in the place of a path here is a tar archive: written to standard output, with the\n"
        "owners that the container knows, or read from standard input and unpacked into PATH.";

enum { POINT_DONE = 1, STREAM_BLOCK = 64 << 10 };

typedef struct Copy {
        const char *source, *target; /* paths on their sides */
        bool is_out;
        bool is_stream;   /* our side is an archive */
        bool keeps_owner; /* both sides have the container's ids then */
        Container *container;
        int pipe_fds[2];
        Sync sync;
} Copy;

/* "NAME:PATH", unless there is a "/" in front of the colon. Returns the path, or NULL. */
static const char *split_place(const char *place, char **ret_name) {
        const char *colon = strchr(place, ':');

        if (!colon || colon == place || memchr(place, '/', (size_t) (colon - place)))
                return NULL;
        *ret_name = g_strndup(place, (gsize) (colon - place));
        return colon + 1;
}

static bool pack_inside(const Copy *copy, GError **error) {
        g_autofree char *name = copy_name(copy->source);

        return copy_pack(copy->source,
                         !copy->is_stream ? COPY_BASE
                         : name           ? name
                                          : ".",
                         copy->pipe_fds[1], error);
}

static bool unpack_inside(const Copy *copy, guint32 uid, guint32 gid, GError **error) {
        g_autofree char *name = copy_name(copy->source);
        CopyTarget target = {.path = copy->target,
                             .name = name,
                             .owned = !copy->keeps_owner,
                             .uid = uid,
                             .gid = gid,
                             .keeps_owner = copy->keeps_owner,
                             .is_stream = copy->is_stream};

        return copy_unpack(&target, copy->pipe_fds[0], error);
}

/* The child is inside; it is the one that reads when something is copied out. */
static void become_child(Copy *copy) {
        g_autoptr(GError) failure = NULL;
        guint32 uid, gid;

        sync_become_child(&copy->sync);
        close(copy->pipe_fds[copy->is_out ? 0 : 1]);
        inside_find_owner(copy->container->state, &uid, &gid); /* by the host's /proc */
        bool done = inside_enter(copy->container->state, true, &failure) &&
                    (copy->is_out ? pack_inside(copy, &failure) : unpack_inside(copy, uid, gid, &failure)) &&
                    sync_reach(&copy->sync, POINT_DONE, &failure);
        if (!done) {
                fail_prefix(&failure, "In '%s'", copy->container->name);
                sync_fail(&copy->sync, failure);
        }
        _exit(done ? 0 : 1);
}

static bool copy_stream(int from, int to, GError **error) {
        g_autofree char *buffer = g_malloc(STREAM_BLOCK);
        ssize_t n;

        while ((n = read(from, buffer, STREAM_BLOCK)) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail_errno(error, errno, "Cannot read");
                if (!file_write_all(to, buffer, (size_t) n, error))
                        return false;
        }
        return true;
}

/* With the container's ids, files of the host have the owners that they would have inside. */
static bool work_here(const Copy *copy, GError **error) {
        g_autofree char *name = copy_name(copy->source);
        const CopyTarget target = {.path = copy->target, .name = name, .keeps_owner = copy->keeps_owner};

        if (copy->is_stream)
                return copy_stream(copy->is_out ? copy->pipe_fds[0] : STDIN_FILENO,
                                   copy->is_out ? STDOUT_FILENO : copy->pipe_fds[1], error);
        if (copy->keeps_owner && !inside_enter(copy->container->state, false, error))
                return false;
        return copy->is_out ? copy_unpack(&target, copy->pipe_fds[0], error)
                            : copy_pack(copy->source, COPY_BASE, copy->pipe_fds[1], error);
}

/* When both fail, one does since the other is gone: it has lost its pipe, or found less in it than an archive. */
static bool is_own_the_reason(const Copy *copy, const GError *own, const GError *theirs) {
        const char *ours = copy->is_out ? "Cannot read" : "Cannot write",
                   *childs = copy->is_out ? "Cannot write" : "Cannot read";

        return strstr(theirs->message, childs) && !strstr(own->message, ours);
}

static bool run_parent(Copy *copy, pid_t child, GError **error) {
        g_autoptr(GError) own = NULL, theirs = NULL;

        sync_become_parent(&copy->sync);
        cleanup_fd(&copy->pipe_fds[copy->is_out ? 1 : 0]);
        bool done = work_here(copy, &own);
        cleanup_fd(&copy->pipe_fds[copy->is_out ? 0 : 1]);
        bool child_done = sync_wait(&copy->sync, POINT_DONE, &theirs);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
                ;
        if (!child_done && (done || !is_own_the_reason(copy, own, theirs)))
                g_propagate_error(error, g_steal_pointer(&theirs));
        else if (!done)
                g_propagate_error(error, g_steal_pointer(&own));
        return done && child_done;
}

/* A container that is stopped has no files: its writable layer goes with it. */
static bool find(Manager *manager, const char *name, Container **ret_container, GError **error) {
        g_autoptr(Container) stopped = NULL;
        g_autoptr(GError) failure = NULL;

        if (containers_find_running(manager, name, ret_container, &failure))
                return true;
        if (containers_find(manager, name, &stopped, NULL))
                return fail(
                        error, WOLFFIA_ERROR_NOT_FOUND,
                        "'%s' does not run (it is %s), and files of its own it has only while it does; "
                        "'wolffia volume export' and 'import' reach its named volumes, 'wolffia start %s' "
                        "starts it",
                        stopped->name, container_status(stopped), name);
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
}

static bool run(Copy *copy, const char *name, GError **error) {
        g_autoptr(Manager) manager = NULL;
        g_autoptr(Container) container = NULL;

        if (!manager_open(&manager, error) || !find(manager, name, &container, error))
                return false;
        g_clear_pointer(&manager, manager_free); /* nothing of it is the child's */
        copy->container = container;
        if (pipe2(copy->pipe_fds, O_CLOEXEC) < 0)
                return fail_errno(error, errno, "Cannot make a pipe");
        if (!sync_open(&copy->sync, error))
                return false;
        (void) signal(SIGPIPE, SIG_IGN);
        pid_t child = fork();
        if (child < 0)
                return fail_errno(error, errno, "Cannot fork");
        if (child == 0)
                become_child(copy);
        bool done = run_parent(copy, child, error);
        sync_close(&copy->sync);
        return done;
}

/* "app:/etc/x/" is a folder, and no name for a file. */
static char *plan_target(const char *source, const char *target) {
        g_autofree char *full = path_absolute("/", target);
        bool is_folder = g_str_has_suffix(target, "/") && !g_file_test(source, G_FILE_TEST_IS_DIR);

        return g_strconcat(full, is_folder && !g_str_has_suffix(full, "/") ? "/" : "", NULL);
}

int verb_cp(const Verb *verb, int argc, char **argv) {
        gboolean archive = FALSE;
        const GOptionEntry entries[] = {
                {"archive", 'a', 0, G_OPTION_ARG_NONE, &archive,
                 "Keep owners and groups, as the container knows them", NULL},
                {NULL},
        };
        g_auto(GStrv) arguments = NULL;
        g_autofree char *from = NULL, *to = NULL;
        g_autoptr(GError) error = NULL;
        Copy copy = {.pipe_fds = {-1, -1}, .sync = SYNC_NONE};
        int status;

        if (!verb_parse(verb, entries, description, false, argc, argv, &arguments, &status))
                return status;
        if (g_strv_length(arguments) != 2)
                return verb_misuse(verb, "what to copy and where to are needed");
        const char *source = split_place(arguments[0], &from), *target = split_place(arguments[1], &to);
        if (!source == !target)
                return verb_misuse(verb,
                                   "one of the two is NAME:PATH in a container, the other a path here");
        /* The child begins in the container's root. */
        g_autofree char *inside = source ? path_absolute("/", source) : plan_target(arguments[0], target);
        g_autofree char *kept =
                g_str_has_suffix(source ? source : "", "/.") ? g_strconcat(inside, "/.", NULL) : NULL;
        copy.is_out = source != NULL;
        copy.keeps_owner = archive;
        copy.source = source ? (kept ? kept : inside) : arguments[0];
        copy.target = source ? arguments[1] : inside;
        copy.is_stream = g_str_equal(arguments[source ? 1 : 0], "-");
        if (copy.is_stream && isatty(source ? STDOUT_FILENO : STDIN_FILENO))
                return verb_misuse(verb, "'-' is a tar archive, and a terminal is no place for one");
        return run(&copy, from ? from : to, &error) ? VERB_SUCCESS : verb_fail(error);
}
