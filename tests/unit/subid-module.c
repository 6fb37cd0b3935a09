/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A real module for the `subid:` line of nsswitch.conf, as sssd's: alice has ranges, in no order and more than one; for
 * bob the directory does not answer. */

#include <shadow/subid.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum subid_status shadow_subid_has_range(const char *owner, unsigned long start, unsigned long count,
                                         enum subid_type type, bool *result);
enum subid_status shadow_subid_list_owner_ranges(const char *owner, enum subid_type type,
                                                 struct subid_range **ranges, int *count);
enum subid_status shadow_subid_find_subid_owners(unsigned long id, enum subid_type type, uid_t **uids,
                                                 int *count);

enum subid_status shadow_subid_has_range(const char *owner, unsigned long start, unsigned long count,
                                         enum subid_type type, bool *result) {
        *result = strcmp(owner, "alice") == 0;
        return SUBID_STATUS_SUCCESS;
}

enum subid_status shadow_subid_list_owner_ranges(const char *owner, enum subid_type type,
                                                 struct subid_range **ranges, int *count) {
        unsigned long base = type == ID_TYPE_UID ? 500000 : 600000;

        *ranges = NULL;
        *count = 0;
        if (strcmp(owner, "bob") == 0)
                return SUBID_STATUS_ERROR_CONN;
        if (strcmp(owner, "alice") != 0)
                return SUBID_STATUS_SUCCESS;
        *ranges = calloc(2, sizeof **ranges);
        (*ranges)[0].start = base + 100000;
        (*ranges)[0].count = 10;
        (*ranges)[1].start = base;
        (*ranges)[1].count = 65536;
        *count = 2;
        return SUBID_STATUS_SUCCESS;
}

enum subid_status shadow_subid_find_subid_owners(unsigned long id, enum subid_type type, uid_t **uids,
                                                 int *count) {
        *uids = NULL;
        *count = 0;
        return SUBID_STATUS_SUCCESS;
}

/* Since shadow 4.16 a module without it is not taken. */
void shadow_subid_free(void *ranges);
void shadow_subid_free(void *ranges) {
        free(ranges);
}
