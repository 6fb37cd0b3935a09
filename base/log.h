/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What programs say. Only main functions (and the tables of contents) log; everything below returns errors.
 *
 * Under systemd an entry is sent to the journal natively, with these fields: MESSAGE, PRIORITY, CODE_FILE,
 * CODE_LINE, CODE_FUNC and whatever the caller adds, among them
 *   MESSAGE_ID            base/message-ids.h, with an entry in units/wolffia.catalog
 *   USER_UNIT             makes the entry appear in `journalctl --user -u UNIT` (journalctl(1) matches it with _UID)
 *   WOLFFIA_FILE, WOLFFIA_LINE, WOLFFIA_KEY    the place in a unit file
 *   WOLFFIA_STAGE         the stage that failed, see runner/run.h
 * Elsewhere it is a line on standard error, with colour only on a terminal.
 *
 * $WOLFFIA_LOG_LEVEL (err, warning, notice, info, debug; default info) and $WOLFFIA_LOG_TARGET (journal,
 * stderr, auto) choose. */

#include <stdarg.h>
#include <stdbool.h>
#include <syslog.h>

typedef enum LogTarget { LOG_TARGET_AUTO, LOG_TARGET_JOURNAL, LOG_TARGET_STDERR } LogTarget;

/* Reads the environment. PROGRAM becomes SYSLOG_IDENTIFIER; it must stay valid. */
void log_open(const char *program);

/* Replaces what the environment said. */
void log_set_target(LogTarget target);

/* From here on nothing less urgent than PRIORITY is said, unless the environment has chosen. */
void log_set_level(int priority);

/* "err", "warning" and so on; false: it is none. */
bool log_level_parse(const char *name, int *ret_priority);

bool log_is_wanted(int priority);

/* Name and value pairs follow the message, ended by NULL; a pair with a NULL value is dropped. */
#define log_entry(priority, message, ...)                                                                   \
        log_entry_at(__FILE__, __LINE__, __func__, (priority), (message), __VA_ARGS__)
void log_entry_at(const char *file, int line, const char *function, int priority, const char *message, ...)
        __attribute__((sentinel));
