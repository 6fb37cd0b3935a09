/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why there is no runtime folder (SHORTCOMINGS.md, row B2): looked for only where there is none. */

#include <glib.h>
#include <stdbool.h>

/* What a host has that belongs to it; the folders can be others, for tests. */
typedef struct SessionFacts {
        bool has_logind; /* it runs */
        bool is_lingering;
        char *pam_commented; /* "FILE:LINE" where pam_systemd is commented out, while no file has it; NULL otherwise */
        bool has_pam; /* some file has it */
} SessionFacts;

/* Reads PAM_DIR, usually "/etc/pam.d". */
void session_find_pam(const char *pam_dir, SessionFacts *facts);
void session_facts_clear(SessionFacts *facts);

/* One sentence: the cause that is first in the way, and the remedy. USER is a name, FOLDER the one that is missing. Caller frees. */
char *session_explain(const SessionFacts *facts, const char *user, unsigned uid, const char *folder);

/* Finds the facts of this host. */
void session_find_facts(const char *user, SessionFacts *ret_facts);
