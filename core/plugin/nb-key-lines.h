/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A strict reading of a key file, line by line, where GKeyFile would let duplicates and trailing comments pass. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NB_KEY_LINES_MAX_BYTES 65536
#define NB_KEY_LINES_MAX_LINE 4096

typedef struct
{
  char *section;
  char *key;   /* with its language, as in `Name[ko]` */
  char *value; /* without spaces around it */
  guint line;  /* from 1 */
} NbKeyLine;

/* Reads sections, `key=value` lines, empty lines and lines that begin with `#`; everything else is a fault: keys before
 * a section, doubles of a key or a section, trailing comments, control characters, text that isn't UTF-8, sizes above
 * the bounds.
 * @path: how the file is called in faults
 * @is_complete: (out) (optional): whether the last line has an end, which a torn file lacks
 * @faults: (element-type utf8): gets sentences that begin with `path:line: `
 * Returns: (transfer full) (element-type NbKeyLine): every line that could be read, in order */
GPtrArray *nb_key_lines_parse (const char *path, const char *data, gsize length, gboolean *is_complete,
                               GPtrArray *faults);

/* The same for a file, which is read up to the bound and no further. Returns: NULL when it can't be read */
GPtrArray *nb_key_lines_load (const char *path, gboolean *is_complete, GPtrArray *faults);

G_END_DECLS
