/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One source file, read and understood: the stages read, dropins and spec. */

#include "generator/search.h"
#include "generator/unit-kind.h"
#include "spec/reference.h"
#include "spec/unit-read.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Translation {
        const Search *search;
        UnitReader *reader;

        const Source *source;
        const UnitKind *kind; /* NULL: there can only be a stub */
        char *path;
        char *service; /* the unit that it becomes; ServiceName= may say it */
        UnitFile *unit;
        void *spec;            /* of the kind; NULL with it */
        References references; /* its find, owner and data are the caller's to set */
        GPtrArray *problems;
        void *specs[SOURCE_NONE]; /* kept for the next file of a kind */
} Translation;

void translation_init(Translation *translation, const Search *search, UnitReader *reader);
void translation_clear(Translation *translation);

/* Reads SOURCE in place of what was there before. False when the file is masked and there is to be no unit.
 * What is wrong is in the problems; path and service are always set. */
bool translation_read(Translation *translation, const Source *source);

/* The section → spec, complete with what follows from names; and what is wrong in the other sections. */
void translation_load(Translation *translation);

/* The service of a file, without the rest. Caller frees. */
char *translation_service(const Search *search, UnitReader *reader, const Source *source);
