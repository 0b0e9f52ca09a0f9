/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the newest visible bid of each of several auctions, with one statement. */
#include "core/engine/nb-public-state.h"

/* Whatever is no bid is shown to nobody, so it has no amount to show. */
static const NbSql load_last = {
  "SELECT b.auction_id, b.seq, b.person_id, p.nickname, b.shown_amount, b.at FROM json_each (##rows::string) AS j "
  "JOIN bids AS b ON b.id = (SELECT c.id FROM bids AS c WHERE c.auction_id = json_extract (j.value, '$[0]') "
  "AND c.shown_amount >= 0 AND c.kind IN ('amount', 'max', 'buy_now') ORDER BY c.seq DESC LIMIT 1) "
  "JOIN people AS p ON p.id = b.person_id",
  "SELECT b.auction_id, b.seq, b.person_id, p.nickname, b.shown_amount, b.at "
  "FROM unnest (CAST (##c0::string AS bigint[])) AS v (id) CROSS JOIN LATERAL (SELECT c.auction_id, c.seq, "
  "c.person_id, c.shown_amount, c.at FROM bids AS c WHERE c.auction_id = v.id AND c.shown_amount >= 0 "
  "AND c.kind IN ('amount', 'max', 'buy_now') ORDER BY c.seq DESC LIMIT 1) AS b "
  "JOIN people AS p ON p.id = b.person_id",
  "xxxsxx",
};

struct _NbLastBids
{
  NbRows *rows;       /* (nullable) */
  GHashTable *places; /* auction → row, as a pointer */
  GArray *ids;        /* (element-type gint64): what the table's keys point at */
};

void
nb_last_bids_free (NbLastBids *self)
{
  g_clear_pointer (&self->rows, nb_rows_free);
  g_hash_table_unref (self->places);
  g_array_unref (self->ids);
  g_free (self);
}

NbLastBids *
nb_last_bids_load (NbTransaction *transaction, const NbRowset *auctions, GError **error)
{
  g_autoptr (NbLastBids) self = g_new0 (NbLastBids, 1);
  gsize n = 0;

  self->places = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (nb_rowset_get_n_rows (auctions) == 0)
    return g_steal_pointer (&self);
  self->rows = nb_transaction_query (transaction, &load_last, NB_PARAMS (NB_ROWS (auctions)), error);
  if (self->rows == NULL)
    return NULL;
  n = nb_rows_get_n (self->rows);
  g_array_set_size (self->ids, (guint)n);
  for (gsize i = 0; i < n; i++)
    {
      gint64 *id = &g_array_index (self->ids, gint64, i);

      *id = nb_rows_get_int (self->rows, i, 0);
      g_hash_table_insert (self->places, id, GSIZE_TO_POINTER (i));
    }
  return g_steal_pointer (&self);
}

NbLastBid
nb_last_bids_get (const NbLastBids *self, gint64 auction)
{
  gpointer place;
  gsize row;

  if (!g_hash_table_lookup_extended (self->places, &auction, NULL, &place))
    return (NbLastBid){ 0 };
  row = GPOINTER_TO_SIZE (place);
  return (NbLastBid){ .seq = nb_rows_get_int (self->rows, row, 1),
                      .bidder = nb_rows_get_int (self->rows, row, 2),
                      .nickname = nb_rows_get_text (self->rows, row, 3),
                      .amount = nb_rows_get_int (self->rows, row, 4),
                      .at = nb_rows_get_int (self->rows, row, 5) };
}
