/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads who bid, watches or won. */
#include "nb-audience.h"

#define BIDDERS                                                                                                        \
  "SELECT b.person_id AS person FROM bids b WHERE b.auction_id = ##auction::gint64 AND b.person_id > ##after::gint64"  \
  " AND b.kind IN ('amount', 'max', 'buy_now')"
#define IN_ORDER " ORDER BY person LIMIT " G_STRINGIFY (NB_AUDIENCE_MAX)

static const NbSql select_winners = {
  .sqlite = "SELECT person_id AS person, total FROM winners WHERE auction_id = ##auction::gint64"
            " AND person_id > ##after::gint64" IN_ORDER,
  .columns = "xx",
};

static const NbSql select_losers = {
  .sqlite
  = "SELECT DISTINCT person, CAST (0 AS BIGINT) FROM (" BIDDERS ") AS p WHERE NOT EXISTS (SELECT 1 FROM winners w"
    " WHERE w.auction_id = ##auction::gint64 AND w.person_id = p.person)" IN_ORDER,
  .columns = "xx",
};

/* The seller is told by other ways. */
static const NbSql select_everyone = {
  .sqlite = "SELECT person, CAST (0 AS BIGINT) FROM (" BIDDERS " UNION SELECT w.person_id FROM notify_watches w"
            " WHERE w.auction_id = ##auction::gint64 AND w.person_id > ##after::gint64) AS p WHERE NOT EXISTS"
            " (SELECT 1 FROM auctions a WHERE a.id = ##auction::gint64 AND a.seller_id = p.person)" IN_ORDER,
  .columns = "xx",
};

static const NbSql *
find_statement (NbKind kind)
{
  if (kind == NB_KIND_WON)
    return &select_winners;
  return kind == NB_KIND_LOST ? &select_losers : &select_everyone;
}

GArray *
nb_audience_load (NbTransaction *transaction, NbKind kind, gint64 auction, gint64 after, GError **error)
{
  g_autoptr (GArray) hearers = g_array_new (FALSE, FALSE, sizeof (NbHearer));
  g_autoptr (NbRows) rows
      = nb_transaction_query (transaction, find_statement (kind), NB_PARAMS (NB_INT (auction), NB_INT (after)), error);

  if (rows == NULL)
    return NULL;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      NbHearer hearer = { nb_rows_get_int (rows, i, 0), nb_rows_get_int (rows, i, 1) };

      g_array_append_val (hearers, hearer);
    }
  return g_steal_pointer (&hearers);
}
