/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everybody can be reached. */
#include "nb-reach.h"

static const NbSql sql_everybody = {
  "SELECT json_extract (value, '$[0]') FROM json_each (##rows::string)",
  "SELECT unnest (CAST (##c0::string AS bigint[]))",
  "x",
};

gboolean
nb_reach_everybody (NbTransaction *transaction, const NbRowset *people, GArray *targets, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &sql_everybody, NB_PARAMS (NB_ROWS (people)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const NbReach reach = { .person = nb_rows_get_int (rows, i, 0) };

      g_array_append_val (targets, reach);
    }
  return TRUE;
}
