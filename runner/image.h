/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The image: what must be there before a namespace is made. */

#include "runner/run.h"

/* Runs `wolffia ARGUMENTS…`, for what takes libraries that the runner does not have; its complaint is the error. */
bool image_run_wolffia(const char *const *arguments, GError **error);

/* Finds the image, or has it fetched by `wolffia pull` (Pull= says whether), which extends the start timeout
 * and shows its progress as STATUS=.
 *
 * Runs in:  the runner
 * Leaves:   run->store; run->image, unless Rootfs= was asked for */
bool image_acquire(Run *run, GError **error);

/* The same for any image. Caller frees. */
bool image_find_or_fetch(const Run *run, const char *name, ImageRecord **ret_image, GError **error);
bool image_prepare(const Run *run, const ImageRecord *image, const char *name, GError **error);

/* Unpacks layers that this map has not been used with yet, by `wolffia prepare`. Needs run->map. */
bool image_prepare_layers(const Run *run, GError **error);
