/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip for answers. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Below this, compressing costs more than it saves. */
#define NB_COMPRESS_MIN_BYTES 1024

/* Keeps the compressor's memory between answers. */
typedef struct _NbCompressor NbCompressor;

/* @level: 1 (fast) to 9 (small) */
NbCompressor *nb_compressor_new (int level);
void nb_compressor_free (NbCompressor *self);
/* Returns: (transfer full) (nullable): @bytes as gzip, or NULL when that is not smaller */
GBytes *nb_compressor_gzip (NbCompressor *self, GBytes *bytes);

/* Whether text of @content_type gains by compression. */
gboolean nb_compress_is_text (const char *content_type);
/* @accept_encoding: (nullable): the request's header */
gboolean nb_compress_is_accepted (const char *accept_encoding);

G_END_DECLS
