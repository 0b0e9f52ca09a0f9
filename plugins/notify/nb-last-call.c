/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks auctions whose end is near, and leaves a fan-out for each that nobody marked before. */
#include "nb-last-call.h"

#include "nb-kinds.h"

#define PORTION 200

static const NbSql select_near = {
  .sqlite = "SELECT a.id FROM auctions a WHERE a.status = 'open' AND a.ends_at > ##now::gint64"
            " AND a.ends_at <= ##until::gint64 AND a.ends_at - a.starts_at > ##least::gint64 AND NOT EXISTS"
            " (SELECT 1 FROM notify_endings e WHERE e.auction_id = a.id) LIMIT " G_STRINGIFY (PORTION),
  .columns = "x",
};

static const NbSql insert_endings = {
  .sqlite = "INSERT INTO notify_endings (auction_id, fanout_id, told_at) SELECT value ->> '$[0]', value ->> '$[1]',"
            " ##now::gint64 FROM json_each (##rows::string) WHERE 1 ON CONFLICT DO NOTHING",
  .postgresql = "INSERT INTO notify_endings (auction_id, fanout_id, told_at) SELECT auction, fanout, ##now::gint64"
                " FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[])) AS v (auction, fanout)"
                " ORDER BY auction ON CONFLICT DO NOTHING",
};

static const NbSql insert_fanouts = {
  .sqlite = "INSERT INTO notify_fanouts (id, event_id, kind, auction_id, created_at) SELECT e.fanout_id, e.fanout_id,"
            " ##kind::string, e.auction_id, ##now::gint64 FROM json_each (##rows::string) AS r CROSS JOIN"
            " notify_endings AS e WHERE e.auction_id = r.value ->> '$[0]' AND e.fanout_id = r.value ->> '$[1]'",
  .postgresql
  = "INSERT INTO notify_fanouts (id, event_id, kind, auction_id, created_at) SELECT e.fanout_id,"
    " e.fanout_id, ##kind::string, e.auction_id, ##now::gint64 FROM unnest (CAST (##c0::string AS bigint[]),"
    " CAST (##c1::string AS bigint[])) AS v (auction, fanout) JOIN notify_endings e"
    " ON e.auction_id = v.auction AND e.fanout_id = v.fanout",
};

gboolean
nb_last_call_find (NbTransaction *transaction, gint64 window, gboolean *has_more, GError **error)
{
  const char *kind = nb_kind_name (NB_KIND_ENDING_SOON);
  gint64 now = nb_transaction_now (transaction);
  g_autoptr (NbRowset) rows = nb_rowset_new ("xx");
  g_autoptr (NbRows) near = nb_transaction_query (
      transaction, &select_near, NB_PARAMS (NB_INT (now), NB_INT (now + window), NB_INT (2 * window)), error);

  if (near == NULL)
    return FALSE;
  *has_more = nb_rows_get_n (near) == PORTION;
  for (gsize i = 0; i < nb_rows_get_n (near); i++)
    nb_rowset_add (rows, nb_rows_get_int (near, i, 0), nb_id_new ());
  return nb_rowset_get_n_rows (rows) == 0
         || (nb_transaction_execute (transaction, &insert_endings, NB_PARAMS (NB_INT (now), NB_ROWS (rows)), error) >= 0
             && nb_transaction_execute (transaction, &insert_fanouts,
                                        NB_PARAMS (NB_TEXT (kind), NB_INT (now), NB_ROWS (rows)), error)
                    >= 0);
}
