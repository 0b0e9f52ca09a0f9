/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Doctor's checks of auctions: holds fit the state that the log gives, counts fit the log. */
#include "core/engine/nb-replay.h"

#include <glib/gi18n.h>

#define PAGE 500
/* Sentences that one check gives; more help nobody. */
#define MAX_FAULTS 100

static const NbSql load_open = {
  "SELECT id, type FROM auctions WHERE id > ##after::gint64 AND status IN ('open', 'scheduled', 'paused') "
  "ORDER BY id LIMIT 500",
  NULL,
  "xs",
};

static const NbSql load_people = {
  "SELECT id FROM people WHERE id > ##after::gint64 ORDER BY id LIMIT 500",
  NULL,
  "x",
};

static const NbSql load_status = {
  "SELECT status FROM auctions WHERE id = ##id::gint64",
  NULL,
  "s",
};

static const NbSql load_miscounted = {
  "SELECT a.id, a.bid_count, (SELECT count(*) FROM bids AS b WHERE b.auction_id = a.id "
  "AND b.kind IN ('amount', 'max', 'buy_now')) FROM auctions AS a WHERE a.bid_count <> "
  "(SELECT count(*) FROM bids AS b WHERE b.auction_id = a.id AND b.kind IN ('amount', 'max', 'buy_now')) LIMIT 100",
  NULL,
  "xxx",
};

static gboolean
replay_open (NbTransaction *transaction, NbRegistry *registry, NbWallet *wallet, GPtrArray *faults, GError **error)
{
  gint64 after = 0;
  gsize n = PAGE;

  while (n == PAGE && faults->len < MAX_FAULTS)
    {
      g_autoptr (NbRows) rows = nb_transaction_query (transaction, &load_open, NB_PARAMS (NB_INT (after)), error);

      if (rows == NULL)
        return FALSE;
      n = nb_rows_get_n (rows);
      for (gsize i = 0; i < n; i++)
        {
          g_autoptr (NbAuctionType) type = nb_registry_ref_auction_type (registry, nb_rows_get_text (rows, i, 1));

          after = nb_rows_get_int (rows, i, 0);
          if (type != NULL && !nb_replay_auction (transaction, registry, wallet, after, faults, error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_hold (NbTransaction *transaction, const NbHold *hold, GPtrArray *faults, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &load_status, NB_PARAMS (NB_INT (hold->auction)), error);
  const char *status;

  if (rows == NULL)
    return FALSE;
  status = nb_rows_get_n (rows) > 0 ? nb_rows_get_text (rows, 0, 0) : "missing";
  if (!g_str_equal (status, "open") && !g_str_equal (status, "paused"))
    g_ptr_array_add (faults, g_strdup_printf ("auction %" G_GINT64_FORMAT " is %s, and still holds %" G_GINT64_FORMAT
                                              " of person %" G_GINT64_FORMAT,
                                              hold->auction, status, hold->amount, hold->person));
  return TRUE;
}

static gboolean
check_people (NbTransaction *transaction, NbWallet *wallet, GPtrArray *faults, GError **error)
{
  gint64 after = 0;
  gsize n = PAGE;

  while (n == PAGE && faults->len < MAX_FAULTS)
    {
      g_autoptr (NbRows) rows = nb_transaction_query (transaction, &load_people, NB_PARAMS (NB_INT (after)), error);

      if (rows == NULL)
        return FALSE;
      n = nb_rows_get_n (rows);
      for (gsize i = 0; i < n; i++)
        {
          g_autoptr (GArray) holds = NULL;

          after = nb_rows_get_int (rows, i, 0);
          holds = nb_wallet_list_holds (wallet, transaction, after, error);
          if (holds == NULL)
            return FALSE;
          for (guint j = 0; j < holds->len; j++)
            if (!check_hold (transaction, &g_array_index (holds, NbHold, j), faults, error))
              return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_holds (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  NbRegistry *registry = user_data;
  NbWallet *wallet = nb_registry_find_service (registry, NB_TYPE_WALLET);

  if (wallet == NULL)
    return TRUE;
  return replay_open (transaction, registry, wallet, faults, error)
         && check_people (transaction, wallet, faults, error);
}

static gboolean
check_counts (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &load_miscounted, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    g_ptr_array_add (faults, g_strdup_printf ("auction %" G_GINT64_FORMAT " counts %" G_GINT64_FORMAT
                                              " bids, and its log has %" G_GINT64_FORMAT,
                                              nb_rows_get_int (rows, i, 0), nb_rows_get_int (rows, i, 1),
                                              nb_rows_get_int (rows, i, 2)));
  return TRUE;
}

gboolean
nb_replay_register_checks (NbRegistry *registry, GError **error)
{
  return nb_registry_add_check (registry, "core", "auction-holds", N_ ("holds fit what auctions ask for"), check_holds,
                                registry, error)
         && nb_registry_add_check (registry, "core", "auction-counts", N_ ("auctions count their bids right"),
                                   check_counts, registry, error);
}
