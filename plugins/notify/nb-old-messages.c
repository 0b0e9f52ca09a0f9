/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletes messages after their time, and what was kept for auctions that are over. */
#include "nb-old-messages.h"

#define PORTION 500

/* Ids grow with time, so the oldest come first, and looking at them costs the same however many there are. */
static const NbSql select_oldest = {
  .sqlite = "SELECT id FROM (SELECT id, created_at FROM notify_messages ORDER BY id LIMIT " G_STRINGIFY (
      PORTION) ") AS m WHERE created_at < ##until::gint64",
  .columns = "x",
};

#define OF_THESE " IN (SELECT value ->> '$[0]' FROM json_each (##rows::string))"
#define OF_THESE_POSTGRESQL " = ANY (CAST (##c0::string AS bigint[]))"

static const NbSql delete_deliveries = {
  .sqlite = "DELETE FROM notify_deliveries WHERE message_id" OF_THESE,
  .postgresql = "DELETE FROM notify_deliveries WHERE message_id" OF_THESE_POSTGRESQL,
};

static const NbSql delete_messages = {
  .sqlite = "DELETE FROM notify_messages WHERE id" OF_THESE,
  .postgresql = "DELETE FROM notify_messages WHERE id" OF_THESE_POSTGRESQL,
};

/* Those that go on, paused for so long, stay. */
static const NbSql select_over = {
  .sqlite = "SELECT e.auction_id FROM notify_endings e JOIN auctions a ON a.id = e.auction_id WHERE"
            " e.told_at < ##until::gint64 AND a.closed_at > 0 ORDER BY e.told_at LIMIT 20",
  .columns = "x",
};

#define PORTION_OF_AUCTION " WHERE auction_id = ##auction::gint64 AND person_id IN (SELECT person_id FROM "
#define PORTION_END " WHERE auction_id = ##auction::gint64 LIMIT " G_STRINGIFY (PORTION) ")"

static const NbSql delete_watches
    = { .sqlite = "DELETE FROM notify_watches" PORTION_OF_AUCTION "notify_watches" PORTION_END };
static const NbSql delete_ending = { .sqlite = "DELETE FROM notify_endings WHERE auction_id = ##auction::gint64" };
static const NbSql delete_standings
    = { .sqlite = "DELETE FROM notify_standings" PORTION_OF_AUCTION "notify_standings" PORTION_END };

static gboolean
delete_old (NbTransaction *transaction, gint64 until, gboolean *has_more, GError **error)
{
  g_autoptr (NbRowset) messages = nb_rowset_new ("x");
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_oldest, NB_PARAMS (NB_INT (until)), error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    nb_rowset_add (messages, nb_rows_get_int (rows, i, 0));
  if (nb_rows_get_n (rows) == PORTION)
    *has_more = TRUE;
  return nb_rows_get_n (rows) == 0
         || (nb_transaction_execute (transaction, &delete_deliveries, NB_PARAMS (NB_ROWS (messages)), error) >= 0
             && nb_transaction_execute (transaction, &delete_messages, NB_PARAMS (NB_ROWS (messages)), error) >= 0);
}

/* Returns: how many rows are gone, -1 with @error */
static gint64
forget_auction (NbTransaction *transaction, gint64 auction, GError **error)
{
  gint64 n_watches = nb_transaction_execute (transaction, &delete_watches, NB_PARAMS (NB_INT (auction)), error);
  gint64 n_standings;

  if (n_watches < 0)
    return -1;
  n_standings = nb_transaction_execute (transaction, &delete_standings, NB_PARAMS (NB_INT (auction)), error);
  if (n_standings < 0)
    return -1;
  if (n_watches < PORTION && n_standings < PORTION
      && nb_transaction_execute (transaction, &delete_ending, NB_PARAMS (NB_INT (auction)), error) < 0)
    return -1;
  return n_watches + n_standings;
}

static gboolean
forget_auctions (NbTransaction *transaction, gint64 until, gboolean *has_more, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &select_over, NB_PARAMS (NB_INT (until)), error);
  gint64 n_deleted = 0;

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows) && n_deleted < PORTION; i++)
    {
      gint64 n = forget_auction (transaction, nb_rows_get_int (rows, i, 0), error);

      if (n < 0)
        return FALSE;
      n_deleted += n;
    }
  if (nb_rows_get_n (rows) > 0)
    *has_more = TRUE;
  return TRUE;
}

gboolean
nb_old_messages_delete (NbTransaction *transaction, gint64 retention, gboolean *has_more, GError **error)
{
  gint64 until = nb_transaction_now (transaction) - retention;

  return delete_old (transaction, until, has_more, error) && forget_auctions (transaction, until, has_more, error);
}
