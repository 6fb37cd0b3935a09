/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Skipping aloud. */

/* Marks the running test as skipped, with the reason; with WOLFFIA_TESTS_MUST_RUN=1 as failed. The caller returns. */
void skip_test(const char *format, ...) __attribute__((format(printf, 1, 2)));
