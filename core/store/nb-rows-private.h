/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a connection fills the rows that a statement answered. */
#pragma once

#include <neighborbid/nb-rows.h>

G_BEGIN_DECLS

/* @columns: as in NbSql; copied */
NbRows *nb_rows_new (const char *columns, gsize n_rows);
/* Cells are added from left to right, row by row. */
void nb_rows_add_int (NbRows *self, gint64 value);
void nb_rows_add_text (NbRows *self, const char *text, gsize length);
void nb_rows_add_null (NbRows *self);

G_END_DECLS
