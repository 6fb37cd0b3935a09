/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Words that people know from podman(1), docker(1) and systemctl(1), and that are no verbs here. */

/* What does it instead, a sentence without a full stop; NULL: nobody has such a habit. NAME is that of a verb, or of a
 * verb below another one with both words: "network create". */
const char *habit_answer(const char *name);
