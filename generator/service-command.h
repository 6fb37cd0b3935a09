/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A spec → ExecStart=. Pure. */

#include "spec/key-table.h"

#include <glib.h>

/* Appends the line: COMMAND as it stands, an option a line, and the plain words. */
void service_command_print(const KeyTable *table, const void *spec, const char *command, GString *text);

/* What the lines that go on begin with. */
#define SERVICE_COMMAND_INDENT "        "
