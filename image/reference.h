/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of images as users write them: "nginx", "localhost/nginx:1", "docker://quay.io/x/y", "name@sha256:…".
 * The grammar is that of the OCI distribution specification ("Pulling manifests"); that a first component with a dot,
 * a colon, or the word "localhost" is a registry is Docker's rule, which users expect. Pure: no system call. */

#include <glib.h>
#include <stdbool.h>

typedef struct ImageReference {
        char *registry;   /* host[:port]; NULL for a short name */
        char *repository; /* "library/nginx" */
        char *tag;        /* "latest" where nothing was said; NULL beside a digest */
        char *digest;     /* "sha256:…", or NULL */
} ImageReference;

#define IMAGE_REFERENCE_DEFAULT_REGISTRY "docker.io"
#define IMAGE_REFERENCE_LOCAL_REGISTRY   "localhost"

void image_reference_free(ImageReference *reference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageReference, image_reference_free)

/* Parses and normalises. A tag beside a digest is dropped, since the digest alone decides. */
bool image_reference_parse(const char *text, ImageReference **ret_reference, GError **error);

/* The full name, "docker.io/library/nginx:latest"; DEFAULT_REGISTRY stands in where a short name has none. Caller
 * frees. */
char *image_reference_print(const ImageReference *reference, const char *default_registry);

/* The full names under which an image of this reference may be kept, in order of preference: for a short name
 * localhost/NAME, then docker.io/NAME. Caller frees with g_strfreev(). */
char **image_reference_candidates(const ImageReference *reference);

/* A full name as one component of a path, and back: "/" is written as "+", which no name holds. Caller frees. */
char *image_reference_escape(const char *name);
char *image_reference_unescape(const char *component);

/* Whether the registry is this machine itself, where Docker speaks plain HTTP. */
bool image_reference_is_loopback(const ImageReference *reference);

/* Whether TEXT is "sha256:" and 64 lower-case hexadecimal digits: the only digests that the store keeps. */
bool image_reference_is_digest(const char *text);
