/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* File systems of which a server decides who owns a file: it knows the user, and refuses the user's subordinate ids whatever
 * the kernel here would allow. */

/* What a file system of TYPE (statfs(2), f_type) is called: "NFS". NULL: it is none of those. */
const char *file_server_of_type(long type);

/* The same for the file system that the open file FD is on. */
const char *file_server_of(int fd);
