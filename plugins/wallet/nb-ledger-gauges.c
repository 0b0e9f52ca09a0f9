/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adds up the buckets: all together they are zero, or money was lost or made. */
#include "nb-ledger-gauges.h"

static gboolean
read_sum (NbTransaction *transaction, NbSamples *samples, const NbSql *sql, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, sql, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  nb_samples_add (samples, NULL, (double)nb_rows_get_int (rows, 0, 0));
  return TRUE;
}

static gboolean
read_imbalance (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT CAST (SUM (amount) AS BIGINT) FROM (SELECT available + locked AS amount FROM "
                             "wallets UNION ALL SELECT balance AS amount FROM platform_buckets) AS buckets",
                             NULL, "x" };

  return read_sum (transaction, samples, &sql, error);
}

static gboolean
read_locked (NbTransaction *transaction, NbSamples *samples, gpointer user_data, GError **error)
{
  static const NbSql sql = { "SELECT CAST (COALESCE (SUM (amount), 0) AS BIGINT) FROM holds", NULL, "x" };

  return read_sum (transaction, samples, &sql, error);
}

gboolean
nb_ledger_gauges_add (NbContext *context, GError **error)
{
  return nb_context_add_gauge (context, "ledger_imbalance", NULL, "The sum of all buckets, which must be 0.",
                               read_imbalance, NULL, NULL, error)
         && nb_context_add_gauge (context, "wallet_locked", NULL, "Money held for auctions, in minor units.",
                                  read_locked, NULL, NULL, error);
}
