/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An entry for the journal (systemd.io/JOURNAL_NATIVE_PROTOCOL), which is documented for being spoken without libsystemd:
 * that brings a dozen libraries along, and would take longer to load than all of the generator's work. */

#include <glib.h>
#include <stdbool.h>

/* NAME is of upper-case letters, digits and "_"; VALUE may have lines. */
void journal_add_field(GString *entry, const char *name, const char *value);

/* False when there is no journal, or it does not take the entry. */
bool journal_send(const GString *entry);
