/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a layer, unpacked as root of a user namespace with one id: nothing outside its folder changes, and what
 * was unpacked can be removed. */

#include "base/cleanup.h"
#include "base/file.h"
#include "image/stream.h"
#include "image/unpack.h"

#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *home; /* has outside/ and layer/ */
static IdMap *map;

static void write_map(const char *path, unsigned id) {
        g_autofree char *line = g_strdup_printf("0 %u 1", id);
        autofd int fd = open(path, O_WRONLY | O_CLOEXEC);

        g_assert_cmpint(write(fd, line, strlen(line)), ==, (ssize_t) strlen(line));
}

static void remove_home(void) {
        (void) file_remove_tree(AT_FDCWD, home, NULL);
}

static void prepare(void) {
        /* A promise of a terabyte stays one. */
        const struct rlimit limit = {64 << 20, 64 << 20};
        unsigned uid = getuid(), gid = getgid();

        home = g_strdup("/dev/shm/fuzz-image-layer-XXXXXX");
        g_assert_nonnull(mkdtemp(home));
        atexit(remove_home);
        setrlimit(RLIMIT_FSIZE, &limit);
        signal(SIGXFSZ, SIG_IGN);
        setlocale(LC_CTYPE, "C.UTF-8");

        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(IdRange));
        map = id_map_plan_default(uid, gid, none, none);
        if (unshare(CLONE_NEWUSER) == 0) {
                int fd = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
                g_assert_cmpint(write(fd, "deny", 4), ==, 4);
                close(fd);
                write_map("/proc/self/uid_map", uid);
                write_map("/proc/self/gid_map", gid);
        }
        umask(0);
}

static void make_outside(void) {
        g_autofree char *outside = g_build_filename(home, "outside", NULL),
                        *victim = g_build_filename(outside, "victim", NULL);

        g_assert_cmpint(mkdir(outside, 0700), ==, 0);
        g_assert_true(g_file_set_contents(victim, "untouched", -1, NULL));
}

static guint count_entries(const char *path) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        guint count = 0;

        while (g_dir_read_name(dir))
                count++;
        return count;
}

static void check_outside(void) {
        g_autofree char *outside = g_build_filename(home, "outside", NULL),
                        *victim = g_build_filename(outside, "victim", NULL);
        g_autofree char *text = NULL;
        struct stat status;

        g_assert_cmpuint(count_entries(home), ==, 2);
        g_assert_cmpuint(count_entries(outside), ==, 1);
        g_assert_true(g_file_get_contents(victim, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, "untouched");
        g_assert_cmpint(stat(victim, &status), ==, 0);
        g_assert_cmpuint(status.st_nlink, ==, 1);
        g_assert_cmpint(stat(outside, &status), ==, 0);
        g_assert_cmpuint(status.st_mode & 07777, ==, 0700);
}

static void unpack(int input_fd, int folder_fd) {
        g_autoptr(ImageStream) stream = NULL;
        g_autofree char *diff_id = NULL;
        UnpackNotes notes = {0};
        struct archive *tar;

        g_assert_true(image_stream_open(input_fd, &stream, NULL));
        if (!image_stream_open_tar(stream, &tar, NULL))
                return;
        if (unpack_layer(tar, folder_fd, map, &notes, NULL))
                (void) image_stream_finish(stream, &diff_id, NULL);
        archive_read_free(tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        g_autoptr(GError) error = NULL;

        if (!home) {
                prepare();
                make_outside();
        }
        autofd int input_fd = memfd_create("layer", MFD_CLOEXEC);
        g_assert_cmpint(write(input_fd, data, size), ==, (ssize_t) size);
        lseek(input_fd, 0, SEEK_SET);

        g_autofree char *layer = g_build_filename(home, "layer", NULL);
        g_assert_cmpint(mkdir(layer, 0755), ==, 0);
        autofd int folder_fd = open(layer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        unpack(input_fd, folder_fd);
        check_outside();
        g_assert_true(file_remove_tree(AT_FDCWD, layer, &error));
        return 0;
}
