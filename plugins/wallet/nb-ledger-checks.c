/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares buckets, holds and ledger with each other, each comparison one set-based statement. */
#include "nb-ledger-checks.h"

/* Faults named by one check; one more row is asked for, to know whether there are more. */
#define MAX_FAULTS 20
#define LIMIT " LIMIT 21"

static const NbSql sql_total = {
  "SELECT CAST (SUM (amount) AS BIGINT) FROM (SELECT available + locked AS amount FROM wallets"
  " UNION ALL SELECT balance AS amount FROM platform_buckets) AS buckets",
  NULL,
  "x",
};

static const NbSql sql_wallet_sums = {
  "SELECT person_id, CAST (SUM (available) AS BIGINT), CAST (SUM (locked) AS BIGINT) FROM ("
  "SELECT person_id, available, locked FROM wallets UNION ALL SELECT person_id,"
  " CASE WHEN from_bucket = 'available' THEN amount WHEN to_bucket = 'available' THEN -amount ELSE 0 END AS available,"
  " CASE WHEN from_bucket = 'locked' THEN amount WHEN to_bucket = 'locked' THEN -amount ELSE 0 END AS locked"
  " FROM ledger WHERE person_id <> 0) AS movements"
  " GROUP BY person_id HAVING SUM (available) <> 0 OR SUM (locked) <> 0 ORDER BY person_id" LIMIT,
  NULL,
  "xxx",
};

static const NbSql sql_platform_sums = {
  "SELECT name, CAST (SUM (amount) AS BIGINT) FROM (SELECT name, balance AS amount FROM platform_buckets"
  " UNION ALL SELECT from_bucket AS name, amount FROM ledger WHERE from_bucket IN ('bank', 'escrow', 'fees')"
  " UNION ALL SELECT to_bucket AS name, -amount AS amount FROM ledger WHERE to_bucket IN ('bank', 'escrow', 'fees'))"
  " AS movements GROUP BY name HAVING SUM (amount) <> 0 ORDER BY name" LIMIT,
  NULL,
  "sx",
};

static const NbSql sql_holds = {
  "SELECT person_id, CAST (SUM (amount) AS BIGINT) FROM (SELECT person_id, locked AS amount FROM wallets"
  " UNION ALL SELECT person_id, -amount AS amount FROM holds) AS both_sides"
  " GROUP BY person_id HAVING SUM (amount) <> 0 ORDER BY person_id" LIMIT,
  NULL,
  "xx",
};

static const NbSql sql_hold_rows = {
  "SELECT auction_id, person_id, CAST (SUM (amount) AS BIGINT) FROM ("
  "SELECT auction_id, person_id, amount FROM holds UNION ALL SELECT auction_id, person_id,"
  " CASE kind WHEN 'hold' THEN -amount ELSE amount END AS amount FROM ledger"
  " WHERE kind IN ('hold', 'release', 'capture')) AS movements"
  " GROUP BY auction_id, person_id HAVING SUM (amount) <> 0 ORDER BY auction_id, person_id" LIMIT,
  NULL,
  "xxx",
};

static const NbSql sql_negative = {
  "SELECT person_id, available, locked FROM wallets WHERE available < 0 OR locked < 0 ORDER BY person_id" LIMIT,
  NULL,
  "xxx",
};

static const NbSql sql_escrow = {
  "SELECT auction_id, CAST (SUM (amount) AS BIGINT) FROM (SELECT auction_id, amount FROM escrows"
  " UNION ALL SELECT auction_id, CASE kind WHEN 'capture' THEN -amount ELSE amount END AS amount FROM ledger"
  " WHERE kind IN ('capture', 'payout', 'fee', 'refund')) AS movements"
  " GROUP BY auction_id HAVING SUM (amount) <> 0 ORDER BY auction_id" LIMIT,
  NULL,
  "xx",
};

#define FAULT(faults, ...) g_ptr_array_add (faults, g_strdup_printf (__VA_ARGS__))

/* Runs @sql and has @describe put each row that it found into words. */
static gboolean
find_faults (NbTransaction *transaction, const NbSql *sql, GPtrArray *faults,
             void (*describe) (GPtrArray *faults, const NbRows *rows, gsize row), GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, sql, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < MIN (nb_rows_get_n (rows), MAX_FAULTS); i++)
    describe (faults, rows, i);
  if (nb_rows_get_n (rows) > MAX_FAULTS)
    FAULT (faults, "there are more; the first %d are named", MAX_FAULTS);
  return TRUE;
}

static void
describe_total (GPtrArray *faults, const NbRows *rows, gsize row)
{
  gint64 sum = nb_rows_get_int (rows, row, 0);

  if (sum != 0)
    FAULT (faults, "all buckets together are %" G_GINT64_FORMAT " instead of 0", sum);
}

static void
describe_wallet (GPtrArray *faults, const NbRows *rows, gsize row)
{
  FAULT (faults,
         "person %" G_GINT64_FORMAT ": available is %+" G_GINT64_FORMAT " and locked %+" G_GINT64_FORMAT
         " off the sum of their ledger rows",
         nb_rows_get_int (rows, row, 0), nb_rows_get_int (rows, row, 1), nb_rows_get_int (rows, row, 2));
}

static void
describe_platform (GPtrArray *faults, const NbRows *rows, gsize row)
{
  FAULT (faults, "%s is %+" G_GINT64_FORMAT " off the sum of its ledger rows", nb_rows_get_text (rows, row, 0),
         nb_rows_get_int (rows, row, 1));
}

static void
describe_holds (GPtrArray *faults, const NbRows *rows, gsize row)
{
  FAULT (faults, "person %" G_GINT64_FORMAT ": locked is %+" G_GINT64_FORMAT " off the sum of their holds",
         nb_rows_get_int (rows, row, 0), nb_rows_get_int (rows, row, 1));
}

static void
describe_hold_rows (GPtrArray *faults, const NbRows *rows, gsize row)
{
  FAULT (faults,
         "auction %" G_GINT64_FORMAT ", person %" G_GINT64_FORMAT ": the hold is %+" G_GINT64_FORMAT
         " off the sum of its ledger rows",
         nb_rows_get_int (rows, row, 0), nb_rows_get_int (rows, row, 1), nb_rows_get_int (rows, row, 2));
}

static void
describe_negative (GPtrArray *faults, const NbRows *rows, gsize row)
{
  FAULT (faults,
         "person %" G_GINT64_FORMAT ": a bucket is negative: available %" G_GINT64_FORMAT ", locked %" G_GINT64_FORMAT,
         nb_rows_get_int (rows, row, 0), nb_rows_get_int (rows, row, 1), nb_rows_get_int (rows, row, 2));
}

static void
describe_escrow (GPtrArray *faults, const NbRows *rows, gsize row)
{
  FAULT (faults,
         "auction %" G_GINT64_FORMAT ": its escrow is %+" G_GINT64_FORMAT
         " off what was captured less what was paid, taken and refunded",
         nb_rows_get_int (rows, row, 0), nb_rows_get_int (rows, row, 1));
}

static gboolean
check_total (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  return find_faults (transaction, &sql_total, faults, describe_total, error);
}

static gboolean
check_ledger (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  return find_faults (transaction, &sql_wallet_sums, faults, describe_wallet, error)
         && find_faults (transaction, &sql_platform_sums, faults, describe_platform, error);
}

static gboolean
check_holds (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  return find_faults (transaction, &sql_holds, faults, describe_holds, error)
         && find_faults (transaction, &sql_hold_rows, faults, describe_hold_rows, error);
}

static gboolean
check_negative (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  return find_faults (transaction, &sql_negative, faults, describe_negative, error);
}

static gboolean
check_escrow (NbTransaction *transaction, GPtrArray *faults, gpointer user_data, GError **error)
{
  return find_faults (transaction, &sql_escrow, faults, describe_escrow, error);
}

gboolean
nb_ledger_checks_add (NbContext *context, GError **error)
{
  return nb_context_add_check (context, "money-total", "All buckets together are zero", check_total, NULL, error)
         && nb_context_add_check (context, "ledger-sums", "Every bucket is the sum of its ledger rows", check_ledger,
                                  NULL, error)
         && nb_context_add_check (context, "hold-sums", "What is locked is the sum of the holds", check_holds, NULL,
                                  error)
         && nb_context_add_check (context, "no-negative-bucket", "Nobody has less than nothing", check_negative, NULL,
                                  error)
         && nb_context_add_check (context, "escrow-sums", "Captured money is in escrow, paid, taken or refunded",
                                  check_escrow, NULL, error);
}
