/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows that go into one statement, kept as cells until the database that they go to is known. */
#include "core/store/nb-rowset.h"

#include "core/domain/nb-json-text.h"

#include <stdarg.h>
#include <string.h>

typedef union
{
  gint64 integer;
  const char *text;
} Cell;

struct _NbRowset
{
  char *columns;
  guint n_columns;
  GArray *cells;
  GStringChunk *texts; /* (nullable) until there is a column of texts */
  gsize text_size;
};

NbRowset *
nb_rowset_new (const char *columns)
{
  g_return_val_if_fail (columns != NULL && *columns != '\0', NULL);
  g_return_val_if_fail (strspn (columns, "xs") == strlen (columns), NULL);

  NbRowset *self = g_new0 (NbRowset, 1);

  self->columns = g_strdup (columns);
  self->n_columns = (guint)strlen (columns);
  self->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  if (strchr (columns, 's') != NULL)
    self->texts = g_string_chunk_new (1024);
  return self;
}

void
nb_rowset_free (NbRowset *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->cells);
  g_clear_pointer (&self->texts, g_string_chunk_free);
  g_free (self->columns);
  g_free (self);
}

void
nb_rowset_add (NbRowset *self, ...)
{
  va_list values;

  g_return_if_fail (self != NULL);

  va_start (values, self);
  for (const char *column = self->columns; *column != '\0'; column++)
    {
      Cell cell = { 0 };

      if (*column == 'x')
        cell.integer = va_arg (values, gint64);
      else
        {
          const char *text = va_arg (values, const char *);
          cell.text = text != NULL ? g_string_chunk_insert (self->texts, text) : NULL;
          self->text_size += text != NULL ? strlen (text) : 0;
        }
      g_array_append_val (self->cells, cell);
    }
  va_end (values);
}

gsize
nb_rowset_get_n_rows (const NbRowset *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->cells->len / self->n_columns;
}

guint
nb_rowset_get_n_columns (const NbRowset *self)
{
  return self->n_columns;
}

static void
append_array_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  while (*text != '\0')
    {
      gsize plain = strcspn (text, "\"\\");

      g_string_append_len (out, text, (gssize)plain);
      text += plain;
      if (*text == '\0')
        break;
      g_string_append_c (out, '\\');
      g_string_append_c (out, *text++);
    }
  g_string_append_c (out, '"');
}

static void
append_json_cell (GString *out, char column, const Cell *cell)
{
  if (column == 'x')
    nb_json_text_append_int (out, cell->integer);
  else if (cell->text == NULL)
    g_string_append (out, "null");
  else
    nb_json_text_append_string (out, cell->text);
}

char *
nb_rowset_to_json (const NbRowset *self)
{
  const Cell *cells = (const Cell *)(gpointer)self->cells->data;
  GString *out = g_string_sized_new (self->cells->len * 16 + self->text_size + 16);

  g_string_append_c (out, '[');
  for (guint i = 0; i < self->cells->len; i++)
    {
      guint column = i % self->n_columns;

      g_string_append (out, column > 0 ? "," : i > 0 ? "],[" : "[");
      append_json_cell (out, self->columns[column], &cells[i]);
    }
  g_string_append (out, self->cells->len > 0 ? "]]" : "]");
  return g_string_free (out, FALSE);
}

char *
nb_rowset_to_array (const NbRowset *self, guint column)
{
  const Cell *cells = (const Cell *)(gpointer)self->cells->data;
  GString *out = g_string_sized_new (self->cells->len / self->n_columns * 16 + 16);

  g_string_append_c (out, '{');
  for (guint i = column; i < self->cells->len; i += self->n_columns)
    {
      if (i > column)
        g_string_append_c (out, ',');
      if (self->columns[column] == 'x')
        nb_json_text_append_int (out, cells[i].integer);
      else if (cells[i].text == NULL)
        g_string_append (out, "NULL");
      else
        append_array_text (out, cells[i].text);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}
