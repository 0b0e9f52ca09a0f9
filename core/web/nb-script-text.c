/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaves comments out of scripts line by line; where a line can't be judged on its own, the script stays whole. */
#include "core/web/nb-script-text.h"

#include <string.h>

#define MAX_DEPTH 16

/* What is open at a place of a line: quotes, and braces inside of template literals. */
typedef struct
{
  char open[MAX_DEPTH];
  guint depth;
  gboolean is_lost;
} Nesting;

static char
innermost (const Nesting *self)
{
  return self->depth > 0 ? self->open[self->depth - 1] : '\0';
}

static void
push (Nesting *self, char what)
{
  if (self->depth < MAX_DEPTH)
    self->open[self->depth++] = what;
  else
    self->is_lost = TRUE;
}

/* Inside quotes or a template literal. Returns: how many characters were read */
static gsize
read_text (Nesting *self, const char *text)
{
  const char quote = innermost (self);

  if (text[0] == '\\')
    return text[1] != '\0' ? 2 : 1;
  if (text[0] == quote)
    self->depth--;
  else if (quote == '`' && text[0] == '$' && text[1] == '{')
    {
      push (self, '{');
      return 2;
    }
  return 1;
}

static gsize
read_code (Nesting *self, const char *text)
{
  const char *end;

  if (text[0] == '/' && text[1] == '/')
    return strlen (text);
  if (text[0] == '/' && text[1] == '*')
    {
      end = strstr (text + 2, "*/");
      self->is_lost = self->is_lost || end == NULL;
      return end != NULL ? (gsize)(end + 2 - text) : strlen (text);
    }
  if (text[0] == '\\')
    return text[1] != '\0' ? 2 : 1;
  if (strchr ("'\"`", text[0]) != NULL || (text[0] == '{' && self->depth > 0))
    push (self, text[0]);
  else if (text[0] == '}' && innermost (self) == '{')
    self->depth--;
  return 1;
}

/* Whether nothing of @line goes on in the next one. */
static gboolean
ends_in_itself (const char *line)
{
  Nesting nesting = { .depth = 0 };

  while (*line != '\0' && !nesting.is_lost)
    {
      const char open = innermost (&nesting);

      line += open == '\0' || open == '{' ? read_code (&nesting, line) : read_text (&nesting, line);
    }
  return nesting.depth == 0 && !nesting.is_lost;
}

static gboolean
is_comment (const char *line)
{
  const char *text = line + strspn (line, " \t");
  const char *end = g_str_has_prefix (text, "/*") ? strstr (text + 2, "*/") : NULL;

  return g_str_has_prefix (text, "//") || (end != NULL && end[2 + strspn (end + 2, " \t\r")] == '\0');
}

GBytes *
nb_script_text_shorten (GBytes *script)
{
  gsize length;
  const char *data = g_bytes_get_data (script, &length);
  g_autofree char *text = g_strndup (data != NULL ? data : "", length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *shorter;

  if (strlen (text) != length)
    return g_bytes_ref (script);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (!is_comment (lines[i]))
        {
          if (!ends_in_itself (lines[i]))
            return g_bytes_ref (script);
        }
      else if (i > 0)
        lines[i][0] = '\0';
    }
  shorter = g_strjoinv ("\n", lines);
  return g_bytes_new_take (shorter, strlen (shorter));
}
