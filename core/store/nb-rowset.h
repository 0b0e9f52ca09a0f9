/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a rowset is written out for each database. */
#pragma once

#include <neighborbid/nb-rows.h>

G_BEGIN_DECLS

guint nb_rowset_get_n_columns (const NbRowset *self);
/* Returns: (transfer full): all rows as a JSON array of arrays, for SQLite */
char *nb_rowset_to_json (const NbRowset *self);
/* Returns: (transfer full): one column as an array literal, for PostgreSQL */
char *nb_rowset_to_array (const NbRowset *self, guint column);

G_END_DECLS
