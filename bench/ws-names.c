/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A short list that is searched from the front. */
#include "bench/ws-names.h"

#include <string.h>

void
ws_names_count (WsNames *self, const char *name)
{
  guint i = 0;

  while (i < self->n && strncmp (self->name[i], name, sizeof self->name[i] - 1) != 0)
    i++;
  if (i >= WS_NAMES_MAX - 1)
    {
      i = WS_NAMES_MAX - 1;
      name = "others";
    }
  if (i >= self->n)
    {
      g_strlcpy (self->name[i], name, sizeof self->name[i]);
      self->n = i + 1;
    }
  self->count[i]++;
}
