/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gzip for answers. */
#include "core/web/nb-compress.h"

#include <string.h>
#include <zlib.h>

/* zlib's flag for a gzip header on top of the largest window. */
#define GZIP_WINDOW (15 + 16)

struct _NbCompressor
{
  z_stream stream;
};

NbCompressor *
nb_compressor_new (int level)
{
  NbCompressor *self = g_new0 (NbCompressor, 1);

  if (deflateInit2 (&self->stream, level, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib can't be set up");
  return self;
}

void
nb_compressor_free (NbCompressor *self)
{
  deflateEnd (&self->stream);
  g_free (self);
}

GBytes *
nb_compressor_gzip (NbCompressor *self, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *out = NULL;

  if (size < NB_COMPRESS_MIN_BYTES || size > G_MAXUINT / 2)
    return NULL;
  out = g_malloc (size);
  deflateReset (&self->stream);
  self->stream.next_in = (Bytef *)data;
  self->stream.avail_in = size;
  self->stream.next_out = out;
  self->stream.avail_out = size;
  if (deflate (&self->stream, Z_FINISH) != Z_STREAM_END)
    return NULL;
  size -= self->stream.avail_out;
  return g_bytes_new_take (g_realloc (g_steal_pointer (&out), size), size);
}

gboolean
nb_compress_is_text (const char *content_type)
{
  return g_str_has_prefix (content_type, "text/") || g_str_has_prefix (content_type, "application/json")
         || g_str_has_prefix (content_type, "application/problem+json")
         || g_str_has_prefix (content_type, "application/manifest+json")
         || g_str_has_prefix (content_type, "image/svg+xml");
}

/* `gzip;q=0` refuses it. */
static gboolean
is_wanted (const char *parameters, gsize length)
{
  const char *q = memmem (parameters, length, "q=", 2);

  return q == NULL || g_ascii_strtod (q + 2, NULL) > 0;
}

gboolean
nb_compress_is_accepted (const char *accept_encoding)
{
  while (accept_encoding != NULL && *accept_encoding != '\0')
    {
      const gsize length = strcspn (accept_encoding, ",");
      const gsize name = strcspn (accept_encoding, ",; \t");

      if (name == 4 && g_ascii_strncasecmp (accept_encoding, "gzip", 4) == 0)
        return is_wanted (accept_encoding + name, length - name);
      accept_encoding += length;
      accept_encoding += strspn (accept_encoding, ", \t");
    }
  return FALSE;
}
