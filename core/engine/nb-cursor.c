/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cursors: hexadecimal, so that they pass through an address untouched. */
#include "core/engine/nb-cursor.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define MAX_CURSOR 64

char *
nb_cursor_new (const char *tag, gint64 key, gint64 id)
{
  return g_strdup_printf ("%s.%" G_GINT64_MODIFIER "x.%" G_GINT64_MODIFIER "x", tag, (guint64)key, (guint64)id);
}

gboolean
nb_cursor_parse (const char *text, const char *tag, gint64 *key, gint64 *id, GError **error)
{
  g_autofree char *again = NULL;
  char found[9] = "";
  guint64 a = 0, b = 0;

  if (strlen (text) <= MAX_CURSOR
      && sscanf (text, "%8[a-z].%" G_GINT64_MODIFIER "x.%" G_GINT64_MODIFIER "x", found, &a, &b) == 3
      && strcmp (found, tag) == 0)
    again = nb_cursor_new (tag, (gint64)a, (gint64)b);
  if (again == NULL || strcmp (again, text) != 0)
    {
      GError *fault = nb_error_new (NB_ERROR_VALIDATION_FAILED, N_ ("this cursor does not belong to this list"), NULL);

      nb_error_set_field (fault, "cursor");
      g_propagate_error (error, fault);
      return FALSE;
    }
  *key = (gint64)a;
  *id = (gint64)b;
  return TRUE;
}
