/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts texts into words, and scripts without spaces between words into pairs of letters. */
#include "core/engine/nb-words.h"

#include <string.h>

/* Words that one search may ask for, and that one auction may have. */
#define MAX_QUERY_WORDS 32
#define MAX_INDEX_WORDS 12000

static gboolean
is_paired (gunichar c)
{
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HANGUL:
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
add_slice (GPtrArray *words, const char *start, const char *end)
{
  g_ptr_array_add (words, g_strndup (start, (gsize)(end - start)));
}

static void
add_pairs (GPtrArray *words, const char *start, const char *end, gboolean is_query)
{
  for (const char *p = start; p < end; p = g_utf8_next_char (p))
    {
      const char *next = g_utf8_next_char (p);

      if (!is_query || (p == start && next == end))
        add_slice (words, p, next);
      if (next < end)
        add_slice (words, p, g_utf8_next_char (next));
    }
}

static void
add_word (GPtrArray *words, const char *start, const char *end, gboolean is_query)
{
  if (is_query)
    g_ptr_array_add (words, g_strdup_printf ("%.*s*", (int)(end - start), start));
  else
    add_slice (words, start, end);
}

/* Runs of letters and digits of one kind: paired scripts or others. */
static GPtrArray *
cut (const char *text, gboolean is_query, guint max)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold (composed, -1);
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  const char *p = folded;

  while (*p != '\0' && words->len < max)
    {
      const char *start = p;
      gunichar c = g_utf8_get_char (p);
      gboolean paired = is_paired (c);

      while (*p != '\0' && g_unichar_isalnum (g_utf8_get_char (p)) && is_paired (g_utf8_get_char (p)) == paired)
        p = g_utf8_next_char (p);
      if (p == start)
        p = g_utf8_next_char (p);
      else if (paired)
        add_pairs (words, start, p, is_query);
      else
        add_word (words, start, p, is_query);
    }
  if (words->len > max)
    g_ptr_array_set_size (words, (int)max);
  return words;
}

char *
nb_words_index (const char *text)
{
  g_autoptr (GPtrArray) words = cut (text, FALSE, MAX_INDEX_WORDS);

  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **)words->pdata);
}

GPtrArray *
nb_words_query (const char *text)
{
  g_autoptr (GPtrArray) words = cut (text, TRUE, MAX_QUERY_WORDS);

  return words->len > 0 ? g_steal_pointer (&words) : NULL;
}

/* Words hold letters and digits alone, so quotes need no escape. */
static char *
join (const GPtrArray *words, const char *quote, const char *separator, const char *prefix_mark)
{
  g_autoptr (GString) query = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);
      gsize length = strlen (word);
      gboolean is_prefix = word[length - 1] == '*';

      if (i > 0)
        g_string_append (query, separator);
      g_string_append (query, quote);
      g_string_append_len (query, word, (gssize)(is_prefix ? length - 1 : length));
      g_string_append (query, quote);
      if (is_prefix)
        g_string_append (query, prefix_mark);
    }
  return g_string_free (g_steal_pointer (&query), FALSE);
}

char *
nb_words_to_fts5 (const GPtrArray *words)
{
  return join (words, "\"", " ", " *");
}

char *
nb_words_to_tsquery (const GPtrArray *words)
{
  return join (words, "'", " & ", ":*");
}
