/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names and words of images and containers, made fit for a terminal: they might move its cursor, or worse. */

#include <stdbool.h>

/* The text as UTF-8, with '?' for each control character. KEEP_LINES: line ends and tabs stay. Caller frees. */
char *printable(const char *text, bool keep_lines);
