/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads auctions as they stand. */
#include "nb-lot.h"

#define LOT_COLUMNS                                                                                                    \
  "SELECT a.id, a.seller_id, a.title, a.status, a.leader_id, a.price, a.ends_at, a.quantity, a.close_reason,"          \
  " a.winning_price, COALESCE ((SELECT CAST (sum (w.total) AS BIGINT) FROM winners w WHERE w.auction_id = a.id), 0),"  \
  " COALESCE ((SELECT b.person_id FROM bids b WHERE b.auction_id = a.id AND b.seq = a.seq AND b.kind = 'cancel'), 0)," \
  " COALESCE ((SELECT s.person_id FROM notify_standings s WHERE s.auction_id = a.id AND s.person_id = a.leader_id),"   \
  " 0)"                                                                                                                \
  " FROM auctions a WHERE a.id "

static const NbSql select_lots = {
  .sqlite = LOT_COLUMNS "IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))",
  .postgresql = LOT_COLUMNS "= ANY (CAST (##c0::string AS bigint[]))",
  .columns = "xxssxxxxsxxxx",
};

static NbLotPhase
find_phase (const char *status)
{
  if (g_str_equal (status, "paused"))
    return NB_LOT_PAUSED;
  if (g_str_equal (status, "sold") || g_str_equal (status, "unsold"))
    return NB_LOT_CLOSED;
  return g_str_equal (status, "cancelled") ? NB_LOT_CANCELLED : NB_LOT_RUNNING;
}

static void
lot_free (gpointer data)
{
  NbLot *self = data;

  g_free (self->title);
  g_free (self->close_reason);
  g_free (self);
}

static NbLot *
lot_new (const NbRows *rows, gsize row)
{
  NbLot *self = g_new0 (NbLot, 1);
  const char *status = nb_rows_get_text (rows, row, 3);

  self->id = nb_rows_get_int (rows, row, 0);
  self->seller = nb_rows_get_int (rows, row, 1);
  self->title = g_strdup (nb_rows_get_text (rows, row, 2));
  self->phase = find_phase (status);
  self->is_open = g_str_equal (status, "open");
  self->leader = nb_rows_get_int (rows, row, 4);
  self->price = nb_rows_get_int (rows, row, 5);
  self->ends_at = nb_rows_get_int (rows, row, 6);
  self->quantity = nb_rows_get_int (rows, row, 7);
  self->close_reason = g_strdup (nb_rows_get_text (rows, row, 8));
  self->winning_price = nb_rows_get_int (rows, row, 9);
  self->total = nb_rows_get_int (rows, row, 10);
  self->canceller = nb_rows_get_int (rows, row, 11);
  self->has_known_leader = nb_rows_get_int (rows, row, 12) != 0;
  return self;
}

GHashTable *
nb_lots_load (NbTransaction *transaction, const NbRowset *auctions, GError **error)
{
  g_autoptr (GHashTable) lots = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, lot_free);
  g_autoptr (NbRows) rows = NULL;

  if (nb_rowset_get_n_rows (auctions) == 0)
    return g_steal_pointer (&lots);
  rows = nb_transaction_query (transaction, &select_lots, NB_PARAMS (NB_ROWS (auctions)), error);
  if (rows == NULL)
    return NULL;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbLot *lot = lot_new (rows, i);

      g_hash_table_insert (lots, &lot->id, lot);
    }
  return g_steal_pointer (&lots);
}

const NbLot *
nb_lots_find (GHashTable *lots, gint64 auction)
{
  return g_hash_table_lookup (lots, &auction);
}

gboolean
nb_lot_goes_on (const NbLot *self, gint64 now)
{
  return self->phase == NB_LOT_PAUSED || (self->is_open && now < self->ends_at);
}
