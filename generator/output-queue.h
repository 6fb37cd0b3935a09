/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Units on their way into the output folder. A thread writes them when there are many: half of the time of a thousand
 * files is the kernel's, for making as many files and links. */

#include "generator/output.h"

#include <glib.h>

typedef struct OutputQueue OutputQueue;

/* OUTPUT stays the caller's, and is the queue's alone until output_queue_finish(). */
OutputQueue *output_queue_new(Output *output);

/* The unit SERVICE, made from PATH. TEXT and LINKS are exchanged for empty ones. */
void output_queue_add(OutputQueue *queue, const char *path, const char *service, GString **text,
                      GArray **links);

/* Told of what could not be written. */
typedef void (*OutputQueueFault)(const char *path, const char *service, const char *text, void *data);

/* Returns when everything is written, and frees the queue; TELL is called by the caller's own thread. */
void output_queue_finish(OutputQueue *queue, OutputQueueFault tell, void *data);
