/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waits until the journal has filed what was written to standard output, which is a stream of the journal's, for two
 * seconds at most: a journal that is stalled keeps nobody from ending. */
void supervisor_journal_settle(void);
