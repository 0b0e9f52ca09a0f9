/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was given up stands in no line, so that nobody else changes it; to wait again it joins its line. */
#include "nb-dead-letters.h"

#include "nb-line.h"

static const NbSql lock_dead = {
  "SELECT id, channel, target, person_id FROM notify_deliveries WHERE is_dead = 1 "
  "AND (id = ##id::gint64 OR ##id::gint64 = 0) ORDER BY id LIMIT ##max::gint64",
  "SELECT id, channel, target, person_id FROM notify_deliveries WHERE is_dead = 1 "
  "AND (id = ##id::gint64 OR ##id::gint64 = 0) ORDER BY id LIMIT ##max::gint64 FOR UPDATE",
  "xsxx",
};

gint64
nb_dead_letters_retry (NbTransaction *transaction, gint64 id, guint max, GError **error)
{
  static const NbSql revive = {
    "UPDATE notify_deliveries SET is_dead = 0, tries = 0, reason = '', next_at = ##now::gint64 "
    "WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
    "UPDATE notify_deliveries SET is_dead = 0, tries = 0, reason = '', next_at = ##now::gint64 "
    "WHERE id = ANY (CAST (##c0::string AS bigint[]))",
    NULL,
  };
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRowset) ids = nb_rowset_new ("x");
  g_autoptr (NbRowset) joining = nb_rowset_new (NB_LINE_COLUMNS);
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, &lock_dead, NB_PARAMS (NB_INT (id), NB_INT (max)), error);
  gint64 n;

  if (rows == NULL)
    return -1;
  n = (gint64)nb_rows_get_n (rows);
  for (gint64 i = 0; i < n; i++)
    {
      nb_rowset_add (ids, nb_rows_get_int (rows, i, 0));
      nb_rowset_add (joining, nb_rows_get_text (rows, i, 1), nb_rows_get_int (rows, i, 2), nb_rows_get_int (rows, i, 3),
                     now);
    }
  if (n > 0
      && (!nb_transaction_execute_exactly (transaction, n, &revive, NB_PARAMS (NB_INT (now), NB_ROWS (ids)), error)
          || !nb_lines_rejoin (transaction, joining, error)))
    return -1;
  return n;
}

gint64
nb_dead_letters_drop (NbTransaction *transaction, gint64 id, guint max, GError **error)
{
  static const NbSql sql = {
    "DELETE FROM notify_deliveries WHERE id IN (SELECT id FROM notify_deliveries WHERE is_dead = 1 "
    "AND (id = ##id::gint64 OR ##id::gint64 = 0) ORDER BY id LIMIT ##max::gint64)",
    "DELETE FROM notify_deliveries WHERE id IN (SELECT id FROM notify_deliveries WHERE is_dead = 1 "
    "AND (id = ##id::gint64 OR ##id::gint64 = 0) ORDER BY id LIMIT ##max::gint64 FOR UPDATE)",
    NULL,
  };

  return nb_transaction_execute (transaction, &sql, NB_PARAMS (NB_INT (id), NB_INT (max)), error);
}
