/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where unit files are looked for: units are made by the service manager, and $XDG_CONFIG_HOME of a shell is not its own. */

/* What is to be told when the two look at different folders; NULL when they do not, or nobody knows. Caller frees. */
char *config_folder_explain(void);
