/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes ledger rows and keeps wallets and the platform's buckets in step with them. */
#include "nb-ledger.h"

#include <glib/gi18n.h>

typedef enum
{
  BUCKET_AVAILABLE,
  BUCKET_LOCKED,
  BUCKET_BANK, /* the platform's from here on */
  BUCKET_ESCROW,
  BUCKET_FEES,
  N_BUCKETS
} Bucket;

static const char *const bucket_names[N_BUCKETS] = { "available", "locked", "bank", "escrow", "fees" };

static const struct
{
  const char *name;
  Bucket from;
  Bucket to;
  gboolean is_told; /* whether an event says so; bids and closes have events of their own */
} kinds[] = {
  [NB_LEDGER_DEPOSIT] = { "deposit", BUCKET_BANK, BUCKET_AVAILABLE, TRUE },
  [NB_LEDGER_WITHDRAW] = { "withdraw", BUCKET_AVAILABLE, BUCKET_BANK, TRUE },
  [NB_LEDGER_HOLD] = { "hold", BUCKET_AVAILABLE, BUCKET_LOCKED, FALSE },
  [NB_LEDGER_RELEASE] = { "release", BUCKET_LOCKED, BUCKET_AVAILABLE, FALSE },
  [NB_LEDGER_CAPTURE] = { "capture", BUCKET_LOCKED, BUCKET_ESCROW, FALSE },
  [NB_LEDGER_PAYOUT] = { "payout", BUCKET_ESCROW, BUCKET_AVAILABLE, TRUE },
  [NB_LEDGER_FEE] = { "fee", BUCKET_ESCROW, BUCKET_FEES, FALSE },
  [NB_LEDGER_REFUND] = { "refund", BUCKET_ESCROW, BUCKET_AVAILABLE, TRUE },
  [NB_LEDGER_ADJUST_UP] = { "adjust", BUCKET_BANK, BUCKET_AVAILABLE, TRUE },
  [NB_LEDGER_ADJUST_DOWN] = { "adjust", BUCKET_AVAILABLE, BUCKET_BANK, TRUE },
};

static const NbSql sql_append = {
  "INSERT INTO ledger (id, at, kind, from_bucket, to_bucket, person_id, amount, auction_id, seq, available_after,"
  " locked_after, request_key)"
  " SELECT json_extract (value, '$[0]'), json_extract (value, '$[1]'), json_extract (value, '$[2]'),"
  " json_extract (value, '$[3]'), json_extract (value, '$[4]'), json_extract (value, '$[5]'),"
  " json_extract (value, '$[6]'), json_extract (value, '$[7]'), json_extract (value, '$[8]'),"
  " json_extract (value, '$[9]'), json_extract (value, '$[10]'), json_extract (value, '$[11]')"
  " FROM json_each (##rows::string)",
  "INSERT INTO ledger (id, at, kind, from_bucket, to_bucket, person_id, amount, auction_id, seq, available_after,"
  " locked_after, request_key)"
  " SELECT * FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]),"
  " CAST (##c2::string AS text[]), CAST (##c3::string AS text[]), CAST (##c4::string AS text[]),"
  " CAST (##c5::string AS bigint[]), CAST (##c6::string AS bigint[]), CAST (##c7::string AS bigint[]),"
  " CAST (##c8::string AS bigint[]), CAST (##c9::string AS bigint[]), CAST (##c10::string AS bigint[]),"
  " CAST (##c11::string AS text[]))",
  NULL,
};

static const NbSql sql_find_key = {
  "SELECT id, at, kind, amount, available_after, locked_after FROM ledger"
  " WHERE person_id = ##person::gint64 AND request_key = ##key::string AND request_key <> ''",
  NULL,
  "xxsxxx",
};

static const NbSql sql_lock_wallets = {
  "SELECT person_id, available, locked FROM wallets"
  " WHERE person_id IN (SELECT json_extract (value, '$[0]') FROM json_each (##rows::string)) ORDER BY person_id",
  "SELECT person_id, available, locked FROM wallets"
  " WHERE person_id = ANY (CAST (##c0::string AS bigint[])) ORDER BY person_id FOR UPDATE",
  "xxx",
};

static const NbSql sql_make_wallet = {
  "INSERT INTO wallets (person_id, available, locked) VALUES (##person::gint64, 0, 0)"
  " ON CONFLICT (person_id) DO NOTHING",
  NULL,
  NULL,
};

static const NbSql sql_write_wallets = {
  "UPDATE wallets SET available = r.available, locked = r.locked"
  " FROM (SELECT json_extract (value, '$[0]') AS person, json_extract (value, '$[1]') AS available,"
  " json_extract (value, '$[2]') AS locked FROM json_each (##rows::string)) AS r WHERE wallets.person_id = r.person",
  "UPDATE wallets SET available = r.available, locked = r.locked"
  " FROM unnest (CAST (##c0::string AS bigint[]), CAST (##c1::string AS bigint[]), CAST (##c2::string AS bigint[]))"
  " AS r (person, available, locked) WHERE wallets.person_id = r.person",
  NULL,
};

static const NbSql sql_lock_platform = {
  "SELECT name, balance FROM platform_buckets"
  " WHERE name IN (SELECT json_extract (value, '$[0]') FROM json_each (##rows::string)) ORDER BY name",
  "SELECT name, balance FROM platform_buckets"
  " WHERE name = ANY (CAST (##c0::string AS text[])) ORDER BY name FOR UPDATE",
  "sx",
};

static const NbSql sql_write_platform = {
  "UPDATE platform_buckets SET balance = r.balance"
  " FROM (SELECT json_extract (value, '$[0]') AS name, json_extract (value, '$[1]') AS balance"
  " FROM json_each (##rows::string)) AS r WHERE platform_buckets.name = r.name",
  "UPDATE platform_buckets SET balance = r.balance"
  " FROM unnest (CAST (##c0::string AS text[]), CAST (##c1::string AS bigint[])) AS r (name, balance)"
  " WHERE platform_buckets.name = r.name",
  NULL,
};

gboolean
nb_ledger_is_kind (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].name, name))
      return TRUE;
  return FALSE;
}

static gboolean
sum_platform (const NbLedgerRow *rows, gsize n_rows, NbMoney deltas[N_BUCKETS], GError **error)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      Bucket from = kinds[rows[i].kind].from;
      Bucket to = kinds[rows[i].kind].to;

      if ((from >= BUCKET_BANK && !nb_money_add (deltas[from], -rows[i].amount, &deltas[from]))
          || (to >= BUCKET_BANK && !nb_money_add (deltas[to], rows[i].amount, &deltas[to])))
        {
          nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("the amounts together are more than a balance may be"),
                        NULL);
          return FALSE;
        }
    }
  return TRUE;
}

static NbMoney
delta_of (const NbMoney deltas[N_BUCKETS], const char *name)
{
  for (int i = BUCKET_BANK; i < N_BUCKETS; i++)
    if (g_strcmp0 (bucket_names[i], name) == 0)
      return deltas[i];
  return 0;
}

/* The platform's buckets are the last locks of a transaction, by name, and only those that change. */
static gboolean
move_platform (NbTransaction *transaction, const NbMoney deltas[N_BUCKETS], GError **error)
{
  g_autoptr (NbRowset) names = nb_rowset_new ("s");
  g_autoptr (NbRowset) balances = nb_rowset_new ("sx");
  g_autoptr (NbRows) rows = NULL;

  for (int i = BUCKET_BANK; i < N_BUCKETS; i++)
    if (deltas[i] != 0)
      nb_rowset_add (names, bucket_names[i]);
  if (nb_rowset_get_n_rows (names) == 0)
    return TRUE;
  rows = nb_transaction_query (transaction, &sql_lock_platform, NB_PARAMS (NB_ROWS (names)), error);
  if (rows == NULL)
    return FALSE;
  for (gsize i = 0; i < nb_rows_get_n (rows); i++)
    {
      const char *name = nb_rows_get_text (rows, i, 0);
      NbMoney balance;

      if (!nb_money_add (nb_rows_get_int (rows, i, 1), delta_of (deltas, name), &balance))
        {
          nb_set_error (error, NB_ERROR_STATE_CONFLICT, N_ ("the platform holds as much money as it may"), NULL);
          return FALSE;
        }
      nb_rowset_add (balances, name, balance);
    }
  return nb_transaction_execute_exactly (transaction, nb_rowset_get_n_rows (names), &sql_write_platform,
                                         NB_PARAMS (NB_ROWS (balances)), error);
}

static void
tell (NbTransaction *transaction, const NbLedgerRow *row)
{
  GVariantBuilder payload;

  g_variant_builder_init (&payload, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&payload, "{sv}", "person", g_variant_new_int64 (row->person));
  g_variant_builder_add (&payload, "{sv}", "kind", g_variant_new_string (kinds[row->kind].name));
  /* Of an adjustment the kind alone doesn't say which way it went. */
  g_variant_builder_add (&payload, "{sv}", "amount",
                         g_variant_new_int64 (row->kind == NB_LEDGER_ADJUST_DOWN ? -row->amount : row->amount));
  nb_transaction_emit (transaction, nb_event_new ("wallet-moved", 1, row->auction, g_variant_builder_end (&payload)));
}

gboolean
nb_ledger_append (NbTransaction *transaction, NbLedgerRow *rows, gsize n_rows, GError **error)
{
  g_autoptr (NbRowset) rowset = nb_rowset_new ("xxsssxxxxxxs");
  NbMoney deltas[N_BUCKETS] = { 0 };
  gint64 at = nb_transaction_now (transaction);

  if (n_rows == 0)
    return TRUE;
  for (gsize i = 0; i < n_rows; i++)
    {
      NbLedgerRow *row = &rows[i];

      row->id = nb_id_new ();
      nb_rowset_add (rowset, row->id, at, kinds[row->kind].name, bucket_names[kinds[row->kind].from],
                     bucket_names[kinds[row->kind].to], row->person, row->amount, row->auction, row->seq,
                     row->after.available, row->after.locked, row->key != NULL ? row->key : "");
    }
  if (!sum_platform (rows, n_rows, deltas, error)
      || !nb_transaction_expect (transaction, n_rows, &sql_append, NB_PARAMS (NB_ROWS (rowset)), error)
      || !move_platform (transaction, deltas, error))
    return FALSE;
  for (gsize i = 0; i < n_rows; i++)
    if (kinds[rows[i].kind].is_told)
      tell (transaction, &rows[i]);
  return TRUE;
}

gboolean
nb_ledger_find_key (NbTransaction *transaction, gint64 person, const char *key, NbLedgerKind kind, NbMoney amount,
                    NbEntry *entry, GError **error)
{
  g_autoptr (NbRows) rows = NULL;

  *entry = (NbEntry){ 0 };
  rows = nb_transaction_query (transaction, &sql_find_key, NB_PARAMS (NB_INT (person), NB_TEXT (key)), error);
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    return TRUE;
  if (g_strcmp0 (nb_rows_get_text (rows, 0, 2), kinds[kind].name) != 0 || nb_rows_get_int (rows, 0, 3) != amount)
    {
      nb_set_error (error, NB_ERROR_IDEMPOTENCY_KEY_REUSED, N_ ("this key was used for another request"), NULL);
      return FALSE;
    }
  entry->id = nb_rows_get_int (rows, 0, 0);
  entry->at = nb_rows_get_int (rows, 0, 1);
  entry->after.available = nb_rows_get_int (rows, 0, 4);
  entry->after.locked = nb_rows_get_int (rows, 0, 5);
  entry->is_replay = TRUE;
  return TRUE;
}

char *
nb_ledger_fingerprint (NbLedgerKind kind, NbMoney amount)
{
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, kinds[kind].name, amount);
}

NbRows *
nb_ledger_lock_wallets (NbTransaction *transaction, const NbRowset *people, GError **error)
{
  return nb_transaction_query (transaction, &sql_lock_wallets, NB_PARAMS (NB_ROWS (people)), error);
}

gboolean
nb_ledger_lock_wallet (NbTransaction *transaction, gint64 person, NbBalance *balance, GError **error)
{
  g_autoptr (NbRowset) people = nb_rowset_new ("x");
  g_autoptr (NbRows) rows = NULL;

  nb_rowset_add (people, person);
  rows = nb_ledger_lock_wallets (transaction, people, error);
  if (rows == NULL)
    return FALSE;
  if (nb_rows_get_n (rows) == 0)
    {
      /* There is no row to lock yet, so another transaction may be making it: make it, then look again. */
      if (nb_transaction_execute (transaction, &sql_make_wallet, NB_PARAMS (NB_INT (person)), error) < 0)
        return FALSE;
      g_clear_pointer (&rows, nb_rows_free);
      rows = nb_ledger_lock_wallets (transaction, people, error);
      if (rows == NULL)
        return FALSE;
    }
  balance->available = nb_rows_get_int (rows, 0, 1);
  balance->locked = nb_rows_get_int (rows, 0, 2);
  return TRUE;
}

gboolean
nb_ledger_write_wallets (NbTransaction *transaction, const NbRowset *wallets, GError **error)
{
  gsize n_rows = nb_rowset_get_n_rows (wallets);

  if (n_rows == 0)
    return TRUE;
  return nb_transaction_expect (transaction, n_rows, &sql_write_wallets, NB_PARAMS (NB_ROWS (wallets)), error);
}
