/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows that a statement answered: copied once into plain arrays, so that reading a cell costs nothing. */
#include "core/store/nb-rows-private.h"

#include <string.h>

typedef struct
{
  gint64 value; /* the integer, or where the text begins */
  gboolean is_null;
} Cell;

struct _NbRows
{
  char *columns;
  guint n_columns;
  GArray *cells;
  GString *texts; /* each ended by a zero byte */
};

NbRows *
nb_rows_new (const char *columns, gsize n_rows)
{
  NbRows *self = g_new0 (NbRows, 1);

  self->columns = g_strdup (columns);
  self->n_columns = (guint)strlen (columns);
  self->cells = g_array_sized_new (FALSE, FALSE, sizeof (Cell), (guint)n_rows * self->n_columns);
  self->texts = strchr (columns, 's') != NULL ? g_string_new (NULL) : NULL;
  return self;
}

void
nb_rows_free (NbRows *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->cells);
  if (self->texts != NULL)
    g_string_free (self->texts, TRUE);
  g_free (self->columns);
  g_free (self);
}

void
nb_rows_add_int (NbRows *self, gint64 value)
{
  Cell cell = { .value = value };
  g_array_append_val (self->cells, cell);
}

void
nb_rows_add_text (NbRows *self, const char *text, gsize length)
{
  Cell cell = { .value = (gint64)self->texts->len };

  g_string_append_len (self->texts, text, (gssize)length);
  g_string_append_c (self->texts, '\0');
  g_array_append_val (self->cells, cell);
}

void
nb_rows_add_null (NbRows *self)
{
  Cell cell = { .is_null = TRUE };
  g_array_append_val (self->cells, cell);
}

gsize
nb_rows_get_n (const NbRows *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->cells->len / self->n_columns;
}

static const Cell *
get_cell (const NbRows *self, gsize row, guint column)
{
  g_return_val_if_fail (column < self->n_columns, NULL);
  g_return_val_if_fail (row < self->cells->len / self->n_columns, NULL);
  return &g_array_index (self->cells, Cell, row * self->n_columns + column);
}

gint64
nb_rows_get_int (const NbRows *self, gsize row, guint column)
{
  g_return_val_if_fail (self != NULL, 0);

  const Cell *cell = get_cell (self, row, column);

  g_return_val_if_fail (cell != NULL && self->columns[column] == 'x', 0);
  return cell->value;
}

const char *
nb_rows_get_text (const NbRows *self, gsize row, guint column)
{
  g_return_val_if_fail (self != NULL, NULL);

  const Cell *cell = get_cell (self, row, column);

  g_return_val_if_fail (cell != NULL && self->columns[column] == 's', NULL);
  return cell->is_null ? NULL : self->texts->str + cell->value;
}

gboolean
nb_rows_is_null (const NbRows *self, gsize row, guint column)
{
  g_return_val_if_fail (self != NULL, TRUE);

  const Cell *cell = get_cell (self, row, column);

  return cell == NULL || cell->is_null;
}
