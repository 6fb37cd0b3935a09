/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Steps as data. */

#include "runner/mount-step.h"

#include "base/cleanup.h"

#include <unistd.h>

void mount_step_free(MountStep *step) {
        g_free(step->target);
        g_free(step->source);
        g_free(step->type);
        g_free(step->options);
        g_free(step->origin);
        g_free(step->first_use.folder);
        g_strfreev(step->layers);
        g_free(step->subpath);
        g_free(step->upper);
        g_free(step->work);
        for (guint i = 0; step->layer_fds && i < step->layer_fds->len; i++)
                close(g_array_index(step->layer_fds, int, i));
        g_clear_pointer(&step->layer_fds, g_array_unref);
        cleanup_fd(&step->source_fd);
        cleanup_fd(&step->upper_fd);
        cleanup_fd(&step->work_fd);
        g_free(step);
}

MountStep *mount_step_add(GPtrArray *steps, MountKind kind, const char *target, const char *source) {
        MountStep *step = g_new0(MountStep, 1);

        step->kind = kind;
        step->given_fd = step->source_fd = step->upper_fd = step->work_fd = -1;
        step->target = g_strdup(target);
        step->source = g_strdup(source);
        g_ptr_array_add(steps, step);
        return step;
}

MountStep *mount_step_add_file_system(GPtrArray *steps, const char *type, const char *target,
                                      guint64 attributes, const char *options) {
        MountStep *step = mount_step_add(steps, MOUNT_FILE_SYSTEM, target, NULL);

        step->type = g_strdup(type);
        step->attributes = attributes;
        step->options = g_strdup(options);
        return step;
}
