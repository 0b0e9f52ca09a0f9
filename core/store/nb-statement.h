/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One NbSql as one connection has parsed it, and the binding of its parameters. */
#pragma once

#include "core/store/nb-connection.h"

#include <libpq-fe.h>

G_BEGIN_DECLS

struct _NbStatement
{
  const NbSql *sql;
  GdaStatement *statement;
  GdaSet *set;
  GType *types; /* of the columns, ended by G_TYPE_NONE; NULL when it answers no rows */
  GArray *slots;
  GArray *param_types; /* of Oid: PostgreSQL would guess from what stands beside, and take a small number for 32 bits */
  guint n_scalars;
  gboolean has_rows;
  gpointer native; /* (nullable) what the backend keeps with it */
  GDestroyNotify free_native;
};

/* Returns: (transfer none): @sql as @connection knows it */
NbStatement *nb_statement_find (NbConnection *connection, const NbSql *sql, GError **error);
gboolean nb_statement_bind (NbStatement *self, const NbParam *params, gsize n_params, GError **error);
/* Returns: (transfer full): the text with ?1, ?2, … for the parameters in order of their first appearance */
char *nb_statement_number_params (const NbStatement *self, const char *text);
/* The same with $1, $2, … for each appearance: PostgreSQL finds the type of each by itself. @places: (element-type
 * guint): gets which parameter each stands for */
char *nb_statement_number_each (const NbStatement *self, const char *text, GArray *places);
/* Returns: (transfer none) (nullable): the text that parameter @i, from 0, is bound to; NULL for an integer */
const char *nb_statement_get_text (const NbStatement *self, guint i);
gint64 nb_statement_get_int (const NbStatement *self, guint i);
/* Hands what is bound over to libgda's set. */
gboolean nb_statement_fill_set (NbStatement *self, GError **error);
/* Forgets what the backend kept with it; before its connection is closed. */
void nb_statement_drop_native (NbStatement *self);
void nb_statement_free (NbStatement *self);

G_END_DECLS
