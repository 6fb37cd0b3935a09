/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Collecting and printing diagnostics. */

#include "spec/problem.h"

#include <string.h>

void problem_free(Problem *problem) {
        if (!problem)
                return;
        g_free(problem->file);
        g_free(problem->key);
        g_free(problem->text);
        g_free(problem);
}

Problem *problem_copy(const Problem *problem) {
        Problem *copy = g_new0(Problem, 1);

        copy->severity = problem->severity;
        copy->file = g_strdup(problem->file);
        copy->line = problem->line;
        copy->key = g_strdup(problem->key);
        copy->text = g_strdup(problem->text);
        return copy;
}

static void free_item(void *data) {
        problem_free(data);
}

GPtrArray *problems_new(void) {
        return g_ptr_array_new_with_free_func(free_item);
}

bool problems_have_errors(const GPtrArray *problems) {
        for (guint i = 0; i < problems->len; i++)
                if (((const Problem *) problems->pdata[i])->severity == PROBLEM_ERROR)
                        return true;
        return false;
}

void problem_add(GPtrArray *problems, ProblemSeverity severity, const char *file, guint line,
                 const char *key, const char *format, ...) {
        Problem *problem = g_new0(Problem, 1);
        va_list arguments;

        problem->severity = severity;
        problem->file = g_strdup(file);
        problem->line = line;
        problem->key = g_strdup(key);
        va_start(arguments, format);
        problem->text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        g_ptr_array_add(problems, problem);
}

static gint compare(gconstpointer a, gconstpointer b, gpointer first_file) {
        const Problem *left = *(const Problem *const *) a, *right = *(const Problem *const *) b;
        bool left_first = g_strcmp0(left->file, first_file) == 0,
             right_first = g_strcmp0(right->file, first_file) == 0;

        if (left_first != right_first)
                return left_first ? -1 : 1;
        int files = g_strcmp0(left->file, right->file);
        if (files != 0)
                return files;
        /* 0, the whole file, wraps around to the largest. */
        return (left->line - 1 > right->line - 1) - (left->line - 1 < right->line - 1);
}

void problems_sort(GPtrArray *problems, const char *first_file) {
        g_ptr_array_sort_with_data(problems, compare, (gpointer) first_file);
}

static char *print(const Problem *problem, const char *file) {
        GString *text = g_string_new(NULL);

        if (file) {
                g_string_append(text, file);
                if (problem->line > 0)
                        g_string_append_printf(text, ":%u", problem->line);
                g_string_append(text, ": ");
        }
        if (problem->key)
                g_string_append_printf(text, "%s=: ", problem->key);
        g_string_append(text, problem->text);
        return g_string_free(text, FALSE);
}

char *problem_print(const Problem *problem) {
        return print(problem, problem->file);
}

char *problem_print_short(const Problem *problem) {
        const char *file = problem->file, *slash = file ? strrchr(file, '/') : NULL;

        /* A drop-in's own name says little without the folder, web.container.d/10-x.conf. */
        if (slash && g_str_has_suffix(file, ".conf")) {
                const char *before = slash > file ? g_strrstr_len(file, slash - file, "/") : NULL;

                return print(problem, before ? before + 1 : slash + 1);
        }
        return print(problem, slash ? slash + 1 : file);
}
