/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A few batches that go round: filled by the caller, written by the thread, empty again. So memory does not grow with
 * the number of files, and the two seldom wait for each other. */

#include "generator/output-queue.h"

#define UNITS_OF_BATCH 64
/* One is filled, one is written, the others even out. */
#define BATCHES 4

typedef struct Item {
        GString *text;
        GArray *links;
        char *path, *service;
} Item;

typedef struct Batch {
        Item items[UNITS_OF_BATCH];
        guint used;
        bool is_last; /* the thread ends behind it */
} Batch;

typedef struct Fault {
        char *path, *service, *text;
} Fault;

struct OutputQueue {
        Output *output;
        Batch batches[BATCHES];
        Batch *filling;
        GAsyncQueue *full, *empty; /* NULL: there is no thread */
        GThread *thread;
        bool lacks_thread; /* it could not be had */
        GArray *faults;    /* the writing side's until the end */
};

static void clear_fault(void *data) {
        Fault *fault = data;

        g_free(fault->path);
        g_free(fault->service);
        g_free(fault->text);
}

OutputQueue *output_queue_new(Output *output) {
        OutputQueue *queue = g_new0(OutputQueue, 1);

        queue->output = output;
        queue->filling = queue->batches;
        queue->faults = g_array_new(FALSE, FALSE, sizeof(Fault));
        g_array_set_clear_func(queue->faults, clear_fault);
        return queue;
}

static void note_fault(OutputQueue *queue, const Item *item, const GError *error) {
        Fault fault = {g_strdup(item->path), g_strdup(item->service), g_strdup(error->message)};

        g_array_append_val(queue->faults, fault);
}

static void write_item(OutputQueue *queue, Item *item) {
        g_autoptr(GError) error = NULL;

        if (!output_write(queue->output, item->service, item->text, &error)) {
                note_fault(queue, item, error);
                return;
        }
        for (guint i = 0; i < item->links->len; i++) {
                g_autoptr(GError) link_error = NULL;

                if (!output_link(queue->output, &g_array_index(item->links, InstallLink, i), &link_error))
                        note_fault(queue, item, link_error);
        }
}

static void write_batch(OutputQueue *queue, Batch *batch) {
        for (guint i = 0; i < batch->used; i++) {
                Item *item = &batch->items[i];

                write_item(queue, item);
                g_string_truncate(item->text, 0);
                g_array_set_size(item->links, 0);
                g_clear_pointer(&item->path, g_free);
                g_clear_pointer(&item->service, g_free);
        }
        batch->used = 0;
}

static void *run_thread(void *data) {
        OutputQueue *queue = data;
        bool is_last;

        do {
                Batch *batch = g_async_queue_pop(queue->full);

                is_last = batch->is_last;
                write_batch(queue, batch);
                g_async_queue_push(queue->empty, batch);
        } while (!is_last);
        return NULL;
}

static bool start_thread(OutputQueue *queue) {
        queue->full = g_async_queue_new();
        queue->empty = g_async_queue_new();
        for (guint i = 1; i < BATCHES; i++)
                g_async_queue_push(queue->empty, &queue->batches[i]);
        /* NULL for the error: without a thread it takes longer, and that is all. */
        queue->thread = g_thread_try_new("output", run_thread, queue, NULL);
        queue->lacks_thread = !queue->thread;
        return queue->thread;
}

/* Hands the batch over that is full. */
static void pass_on(OutputQueue *queue) {
        if (!queue->thread && (queue->lacks_thread || !start_thread(queue))) {
                write_batch(queue, queue->filling);
                return;
        }
        g_async_queue_push(queue->full, queue->filling);
        queue->filling = g_async_queue_pop(queue->empty);
}

void output_queue_add(OutputQueue *queue, const char *path, const char *service, GString **text,
                      GArray **links) {
        if (queue->filling->used == UNITS_OF_BATCH)
                pass_on(queue);

        Item *item = &queue->filling->items[queue->filling->used++];
        GString *empty_text = item->text ? item->text : g_string_sized_new(4096);
        GArray *no_links = item->links ? item->links : install_links_new();
        item->text = *text;
        item->links = *links;
        item->path = g_strdup(path);
        item->service = g_strdup(service);
        *text = empty_text;
        *links = no_links;
}

static void free_batch(Batch *batch) {
        for (guint i = 0; i < UNITS_OF_BATCH; i++) {
                if (batch->items[i].text)
                        g_string_free(batch->items[i].text, TRUE);
                g_clear_pointer(&batch->items[i].links, g_array_unref);
        }
}

void output_queue_finish(OutputQueue *queue, OutputQueueFault tell, void *data) {
        if (queue->thread) {
                queue->filling->is_last = true;
                g_async_queue_push(queue->full, queue->filling);
                (void) g_thread_join(queue->thread);
        } else
                write_batch(queue, queue->filling);
        for (guint i = 0; i < queue->faults->len; i++) {
                const Fault *fault = &g_array_index(queue->faults, Fault, i);

                tell(fault->path, fault->service, fault->text, data);
        }
        for (guint i = 0; i < BATCHES; i++)
                free_batch(&queue->batches[i]);
        g_clear_pointer(&queue->full, g_async_queue_unref);
        g_clear_pointer(&queue->empty, g_async_queue_unref);
        g_array_unref(queue->faults);
        g_free(queue);
}
