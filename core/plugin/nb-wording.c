/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Quotes what was found, and measures how far two names are apart. */
#include "core/plugin/nb-wording.h"

#include <string.h>

#define SHOWN_MAX 80
#define NAME_MAX_BYTES 64

char *
nb_wording_quote (const char *found)
{
  gsize length = strnlen (found, SHOWN_MAX + 1);
  g_autofree char *head = g_strndup (found, MIN (length, SHOWN_MAX));
  /* A character that the cut went through is dropped, not shown as broken. */
  const char *end = NULL;
  if (length > SHOWN_MAX && !g_utf8_validate (head, -1, &end) && strlen (end) < 4)
    head[end - head] = '\0';
  g_autofree char *valid = g_utf8_make_valid (head, -1);
  GString *quoted = g_string_new ("'");

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      g_string_append_unichar (quoted, g_unichar_iscntrl (c) ? 0xfffd : c);
    }
  g_string_append (quoted, length > SHOWN_MAX ? "…'" : "'");
  return g_string_free (quoted, FALSE);
}

/* Levenshtein's distance, with two neighbours swapped counted as one step. Both have at most NAME_MAX_BYTES bytes. */
static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  guint before[NAME_MAX_BYTES + 1], last[NAME_MAX_BYTES + 1], row[NAME_MAX_BYTES + 1];

  for (guint j = 0; j <= n; j++)
    last[j] = before[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      row[0] = i;
      for (guint j = 1; j <= n; j++)
        {
          guint change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
          row[j] = MIN (change, MIN (last[j], row[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], before[j - 2] + 1);
        }
      memcpy (before, last, sizeof last);
      memcpy (last, row, sizeof row);
    }
  return last[n];
}

const char *
nb_wording_nearest (const char *word, const char *const *candidates)
{
  gsize length = strnlen (word, NAME_MAX_BYTES + 1);
  guint best = (guint)length / 3 + 2;
  const char *nearest = NULL;

  if (length > NAME_MAX_BYTES)
    return NULL;
  for (; *candidates != NULL; candidates++)
    {
      if (strnlen (*candidates, NAME_MAX_BYTES + 1) > NAME_MAX_BYTES)
        continue;
      guint apart = distance (word, *candidates);
      if (apart < best && apart < strlen (*candidates))
        {
          best = apart;
          nearest = *candidates;
        }
    }
  return nearest;
}

char *
nb_wording_did_you_mean (const char *word, const char *const *candidates)
{
  const char *nearest = nb_wording_nearest (word, candidates);

  return nearest != NULL ? g_strdup_printf (", did you mean '%s'?", nearest) : g_strdup ("");
}
