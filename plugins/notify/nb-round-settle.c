/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes down how tries ended. Whoever was overtaken, for its lease ran out, changes nothing. */
#include "nb-line.h"
#include "nb-round.h"

/* Locks the lines, always in the same order, and the deliveries. */
static const NbSql lock_standing = {
  "SELECT id, tries FROM notify_deliveries WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string)) "
  "AND is_dead = 0",
  "SELECT d.id, d.tries FROM notify_deliveries AS d JOIN notify_lines AS l ON l.channel = d.channel "
  "AND l.target = d.target AND l.person_id = d.person_id WHERE d.id = ANY (CAST (##c0::string AS bigint[])) "
  "AND d.is_dead = 0 ORDER BY l.channel, l.target, l.person_id FOR UPDATE OF l, d",
  "xx",
};

static const NbSql delete_done = {
  "DELETE FROM notify_deliveries WHERE id IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  "DELETE FROM notify_deliveries WHERE id = ANY (CAST (##c0::string AS bigint[]))",
  NULL,
};

/* One that was not tried keeps the reason of the try before. */
#define SET_FAILED                                                                                                     \
  "UPDATE notify_deliveries SET tries = v.tries, next_at = v.next_at, is_dead = v.is_dead, "                           \
  "reason = CASE v.reason WHEN '' THEN notify_deliveries.reason ELSE v.reason END "

static const NbSql write_failed = {
  SET_FAILED "FROM (SELECT value ->> '$[0]' AS id, value ->> '$[1]' AS tries, value ->> '$[2]' AS next_at, "
             "value ->> '$[3]' AS is_dead, value ->> '$[4]' AS reason FROM json_each (##rows::string)) AS v "
             "WHERE notify_deliveries.id = v.id",
  SET_FAILED "FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), "
             "CAST (##c2::string AS bigint[]), CAST (##c3::string AS bigint[]), CAST (##c4::string AS text[])) "
             "AS v (id, tries, next_at, is_dead, reason) WHERE notify_deliveries.id = v.id",
  NULL,
};

static gboolean
write_rows (NbTransaction *transaction, const NbSql *sql, const NbRowset *rows, GError **error)
{
  gint64 n = (gint64)nb_rowset_get_n_rows (rows);

  return n == 0 || nb_transaction_execute_exactly (transaction, n, sql, NB_PARAMS (NB_ROWS (rows)), error);
}

static gboolean
lock_ended (NbRound *self, NbTransaction *transaction, GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (NbRowset) asked = nb_rowset_new ("x");
  g_autoptr (NbRows) rows = NULL;

  for (guint i = 0; i < self->ended->len; i++)
    {
      NbParcel *parcel = g_ptr_array_index (self->ended, i);

      parcel->is_written = FALSE;
      g_hash_table_replace (by_id, &parcel->id, parcel);
      nb_rowset_add (asked, parcel->id);
    }
  rows = nb_transaction_query (transaction, &lock_standing, NB_PARAMS (NB_ROWS (asked)), error);
  for (gsize i = 0; rows != NULL && i < nb_rows_get_n (rows); i++)
    {
      gint64 id = nb_rows_get_int (rows, i, 0);
      NbParcel *parcel = g_hash_table_lookup (by_id, &id);

      /* Others took it meanwhile where it was tried more often. */
      parcel->is_written = parcel->tries == nb_rows_get_int (rows, i, 1);
    }
  return rows != NULL;
}

gboolean
nb_round_settle (NbRound *self, NbTransaction *transaction, GError **error)
{
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRowset) done = nb_rowset_new ("x");
  g_autoptr (NbRowset) failed = nb_rowset_new ("xxxxs");
  g_autoptr (NbRowset) lines = nb_rowset_new (NB_LINE_KEY_COLUMNS);

  if (self->ended->len == 0)
    return TRUE;
  if (!lock_ended (self, transaction, error))
    return FALSE;
  for (guint i = 0; i < self->ended->len; i++)
    {
      const NbParcel *parcel = g_ptr_array_index (self->ended, i);

      if (!parcel->is_written)
        continue;
      if (parcel->is_returned)
        nb_rowset_add (failed, parcel->id, parcel->tries - 1, now, (gint64)0, "");
      else if (parcel->result == NB_DELIVERY_DONE || parcel->result == NB_DELIVERY_LEFT_OUT)
        nb_rowset_add (done, parcel->id);
      else
        nb_rowset_add (failed, parcel->id, parcel->tries, parcel->is_dead ? now : now + parcel->pause,
                       (gint64)parcel->is_dead, parcel->reason);
      nb_rowset_add (lines, parcel->channel, parcel->target, parcel->person);
    }
  return write_rows (transaction, &delete_done, done, error) && write_rows (transaction, &write_failed, failed, error)
         && nb_lines_release (transaction, lines, now, error);
}
