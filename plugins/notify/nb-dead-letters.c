/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was given up stands in no line, so that nobody else changes it; to wait again it joins its line. */
#include "nb-dead-letters.h"

#include "nb-line.h"

/* Returns: (transfer full) (nullable): NULL with @error */
static NbRows *
lock (NbTransaction *transaction, gint64 from, gint64 to, GError **error)
{
  static const NbSql sql = {
    "SELECT id, channel, target, person_id FROM notify_deliveries WHERE is_dead = 1 AND id >= ##from::gint64 "
    "AND id <= ##to::gint64 ORDER BY id LIMIT ##max::gint64",
    "SELECT id, channel, target, person_id FROM notify_deliveries WHERE is_dead = 1 AND id >= ##from::gint64 "
    "AND id <= ##to::gint64 ORDER BY id LIMIT ##max::gint64 FOR UPDATE",
    "xsxx",
  };

  return nb_transaction_query (transaction, &sql,
                               NB_PARAMS (NB_INT (from), NB_INT (to), NB_INT (NB_DEAD_LETTERS_PORTION)), error);
}

/* Returns: (transfer full): the ids of @rows */
static NbRowset *
list_ids (const NbRows *rows, gint64 *last)
{
  NbRowset *ids = nb_rowset_new ("x");

  *last = 0;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      *last = nb_rows_get_int (rows, i, 0);
      nb_rowset_add (ids, *last);
    }
  return ids;
}

static gboolean
stand_in_line (NbTransaction *transaction, const NbRows *rows, GError **error)
{
  g_autoptr (NbRowset) joining = nb_rowset_new (NB_LINE_COLUMNS);

  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    nb_rowset_add (joining, nb_rows_get_text (rows, i, 1), nb_rows_get_int (rows, i, 2), nb_rows_get_int (rows, i, 3),
                   nb_transaction_now (transaction));
  return nb_lines_rejoin (transaction, joining, error);
}

gint64
nb_dead_letters_retry (NbTransaction *transaction, gint64 from, gint64 to, gint64 *last, GError **error)
{
  static const NbSql revive = {
    "UPDATE notify_deliveries SET is_dead = 0, tries = 0, reason = '', next_at = ##now::gint64 "
    "WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
    "UPDATE notify_deliveries SET is_dead = 0, tries = 0, reason = '', next_at = ##now::gint64 "
    "WHERE id = ANY (CAST (##c0::string AS bigint[]))",
    NULL,
  };
  g_autoptr (NbRows) rows = lock (transaction, from, to, error);
  g_autoptr (NbRowset) ids = rows != NULL ? list_ids (rows, last) : NULL;
  gint64 n;

  if (rows == NULL)
    return -1;
  n = (gint64)nb_rows_get_n (rows);
  if (n > 0
      && (!nb_transaction_execute_exactly (transaction, n, &revive,
                                           NB_PARAMS (NB_INT (nb_transaction_now (transaction)), NB_ROWS (ids)), error)
          || !stand_in_line (transaction, rows, error)))
    return -1;
  return n;
}

gint64
nb_dead_letters_drop (NbTransaction *transaction, gint64 from, gint64 to, gint64 *last, GError **error)
{
  static const NbSql sql = {
    "DELETE FROM notify_deliveries WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
    "DELETE FROM notify_deliveries WHERE id = ANY (CAST (##c0::string AS bigint[]))",
    NULL,
  };
  g_autoptr (NbRows) rows = lock (transaction, from, to, error);
  g_autoptr (NbRowset) ids = rows != NULL ? list_ids (rows, last) : NULL;
  gint64 n;

  if (rows == NULL)
    return -1;
  n = (gint64)nb_rows_get_n (rows);
  if (n > 0 && !nb_transaction_execute_exactly (transaction, n, &sql, NB_PARAMS (NB_ROWS (ids)), error))
    return -1;
  return n;
}
