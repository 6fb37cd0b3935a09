/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the verbs below `wolffia volume` share. */

#include "cli/verb.h"
#include "volume/store.h"

int volume_create(const Verb *verb, int argc, char **argv);
int volume_export(const Verb *verb, int argc, char **argv);
int volume_import(const Verb *verb, int argc, char **argv);
int volume_inspect(const Verb *verb, int argc, char **argv);
int volume_list(const Verb *verb, int argc, char **argv);
int volume_prune(const Verb *verb, int argc, char **argv);
int volume_remove(const Verb *verb, int argc, char **argv);

/* Makes the volume of FIELDS with all files of the image FIELDS->image, which is fetched where it is missing. */
bool volume_image_create(const VolumeStore *store, const VolumeRecord *fields, GError **error);

/* A volume by its name; that there is none is an error. */
bool volume_find(const VolumeStore *store, const char *name, VolumeRecord **ret_volume, GError **error);

/* Who needs the volume, as words for a message: running containers, and files that name it. Empty: nobody. Caller
 * unrefs. */
GPtrArray *volume_find_needs(const VolumeStore *store, const char *name);
