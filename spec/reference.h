/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the values of a unit file say about other unit files. */

typedef struct References References;
