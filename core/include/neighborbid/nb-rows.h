/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into a statement and what comes out of it. */
#pragma once

#include <neighborbid/nb-visibility.h>

G_BEGIN_DECLS

/**
 * NbSql:
 * @sqlite: the statement for SQLite, in libgda's notation: `##name::gint64` or `##name::string`
 * @postgresql: (nullable): the statement for PostgreSQL; %NULL when both are the same
 * @columns: (nullable): a letter for each column of the answer, `x` for 64-bit integers and `s` for text; %NULL for a
 *   statement that answers no rows
 *
 * One statement in both dialects. It must be a `static const` (or otherwise live for ever): connections parse it once
 * and remember it by its address. Parameters are bound in the order of their first appearance. A NULL can't be bound: write
 * `NULLIF (##x::gint64, -1)`.
 *
 * A statement may carry one set of rows (see [struct@Nb.Rowset]): SQLite takes it as
 * `json_each (##rows::string)` with `json_extract (value, '$[0]')`, PostgreSQL as
 * `unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS text[]))`. A list of ids is a rowset of one column:
 * there SQLite may say `value ->> '$[0]'` likewise.
 *
 * Since: 1.0
 */
typedef struct
{
  const char *sqlite;
  const char *postgresql;
  const char *columns;
} NbSql;

/**
 * NbRowset:
 *
 * Rows to send with one statement, so that a statement's cost does not grow with their number.
 *
 * Since: 1.0
 */
typedef struct _NbRowset NbRowset;

/**
 * nb_rowset_new:
 * @columns: a letter for each column: `x` 64-bit integer, `s` text
 *
 * Since: 1.0
 */
NB_PUBLIC NbRowset *nb_rowset_new (const char *columns);
NB_PUBLIC void nb_rowset_free (NbRowset *self);
/**
 * nb_rowset_add:
 * @self: a rowset
 * @...: one value for each column in order: `gint64` (cast literals!) for `x`, `const char *` for `s`
 */
NB_PUBLIC void nb_rowset_add (NbRowset *self, ...);
NB_PUBLIC gsize nb_rowset_get_n_rows (const NbRowset *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRowset, nb_rowset_free)

/**
 * NbParam:
 *
 * One value for a statement; made by NB_INT(), NB_TEXT() and NB_ROWS(), gathered by NB_PARAMS().
 *
 * Since: 1.0
 */
typedef struct
{
  enum
  {
    NB_PARAM_INT,
    NB_PARAM_TEXT,
    NB_PARAM_ROWS
  } kind;
  gint64 integer;
  const char *text;
  const NbRowset *rows;
} NbParam;

#define NB_INT(v) ((NbParam) { .kind = NB_PARAM_INT, .integer = (v) })
#define NB_TEXT(v) ((NbParam) { .kind = NB_PARAM_TEXT, .text = (v) })
#define NB_ROWS(v) ((NbParam) { .kind = NB_PARAM_ROWS, .rows = (v) })
/** NB_PARAMS: expands to the two arguments "parameters, how many" */
#define NB_PARAMS(...) ((const NbParam[]) { __VA_ARGS__ }), G_N_ELEMENTS (((const NbParam[]) { __VA_ARGS__ }))
/** NB_NO_PARAMS: for a statement without parameters */
#define NB_NO_PARAMS NULL, 0

/**
 * NbRows:
 *
 * The rows that a statement answered, all of them in memory.
 *
 * Since: 1.0
 */
typedef struct _NbRows NbRows;

NB_PUBLIC void nb_rows_free (NbRows *self);
NB_PUBLIC gsize nb_rows_get_n (const NbRows *self);
/** nb_rows_get_int: Returns: the integer at @row and @column (from 0); 0 for a NULL */
NB_PUBLIC gint64 nb_rows_get_int (const NbRows *self, gsize row, guint column);
/** nb_rows_get_text: Returns: (transfer none) (nullable): the text at @row and @column; %NULL for a NULL */
NB_PUBLIC const char *nb_rows_get_text (const NbRows *self, gsize row, guint column);
NB_PUBLIC gboolean nb_rows_is_null (const NbRows *self, gsize row, guint column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbRows, nb_rows_free)

G_END_DECLS
