/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* RemapUsers=, RemapUid=, RemapGid=, RemapUidSize=: what people wrote before UserNS= and UIDMap=. */

#include "spec/container-spec.h"
#include "spec/key-load.h"

/* Puts what they mean into the fields of the newer keys, with a note that tells how to write it. */
void container_remap(KeyLoad *load, ContainerSpec *spec);
