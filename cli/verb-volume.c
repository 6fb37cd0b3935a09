/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wolffia volume: the words below it, each a verb of its own. */

#include "base/error.h"
#include "cli/volume.h"

const Verb volume_verbs[] = {
        {"volume create", "NAME", "Make a volume", volume_create, false, VERB_TAKES_NOTHING, NULL},
        {"volume list", "", "List the volumes", volume_list, false, VERB_TAKES_NOTHING, NULL},
        {"volume inspect", "NAME…", "Print all that is known of volumes, as JSON", volume_inspect, false,
         VERB_TAKES_VOLUMES, NULL},
        {"volume remove", "NAME…", "Remove volumes and all their data", volume_remove, false,
         VERB_TAKES_VOLUMES, NULL},
        {"volume prune", "", "Remove volumes that nothing needs", volume_prune, false, VERB_TAKES_NOTHING,
         NULL},
        {"volume export", "NAME", "Write a volume's files as a tar archive", volume_export, false,
         VERB_TAKES_VOLUMES, NULL},
        {"volume import", "NAME [FILE]", "Fill a volume from a tar archive", volume_import, false,
         VERB_TAKES_VOLUME_AND_FILE, NULL},
        {NULL},
};

bool volume_find(const VolumeStore *store, const char *name, VolumeRecord **ret_volume, GError **error) {
        if (!volume_store_find(store, name, ret_volume, error))
                return false;
        return *ret_volume ||
               fail(error, WOLFFIA_ERROR_NOT_FOUND,
                    "There is no volume '%s' ('wolffia volume list' shows those that are)", name);
}
