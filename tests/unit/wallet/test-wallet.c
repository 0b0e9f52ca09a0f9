/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deposits, withdrawals and adjustments: what they move, what they refuse, and that a key works once. */
#include "tests/unit/wallet/wallet-fixture.h"

#include <neighborbid/nb-error.h>

typedef gboolean (*MoveFunc) (NbWallet *self, NbTransaction *transaction, gint64 person, NbMoney amount,
                              const char *key, NbEntry *entry, GError **error);

typedef struct
{
  NbWallet *wallet;
  MoveFunc function;
  gint64 person;
  NbMoney amount;
  const char *key;
  const char *reason; /* of an adjustment */
  gboolean is_undone;
  NbEntry entry;
} Move;

static gboolean
move_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Move *move = user_data;
  gboolean moved;

  if (move->function == NULL)
    moved = nb_wallet_adjust (move->wallet, transaction, move->person, move->amount, "admin", move->reason,
                              &move->entry, error);
  else
    moved = move->function (move->wallet, transaction, move->person, move->amount, move->key, &move->entry, error);
  if (moved && move->is_undone)
    nb_set_error (error, NB_ERROR_STATE_CONFLICT, "thought better of it", NULL);
  return moved && !move->is_undone;
}

static NbEntry
move_money (WalletFixture *fixture, MoveFunc function, gint64 person, NbMoney amount, const char *key)
{
  Move move = { fixture->wallet, function, person, amount, key };
  g_autoptr (GError) error = NULL;

  nb_store_transact (fixture->store, move_cb, &move, &error);
  g_assert_no_error (error);
  return move.entry;
}

static void
assert_refused (WalletFixture *fixture, MoveFunc function, gint64 person, NbMoney amount, const char *key,
                NbErrorCode code)
{
  Move move = { fixture->wallet, function, person, amount, key };
  g_autoptr (GError) error = NULL;
  gint64 rows = wallet_fixture_count (fixture, "SELECT count (*) FROM ledger");

  g_assert_false (nb_store_transact (fixture->store, move_cb, &move, &error));
  g_assert_error (error, NB_ERROR, (int)code);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger"), ==, rows);
}

static void
test_moves (WalletFixture *fixture)
{
  NbEntry first = move_money (fixture, nb_wallet_deposit, 7, 10000, NULL);
  NbEntry second = move_money (fixture, nb_wallet_withdraw, 7, 4000, NULL);

  g_assert_cmpint (first.after.available, ==, 10000);
  g_assert_cmpint (second.after.available, ==, 6000);
  g_assert_cmpint (second.id, >, first.id);
  g_assert_cmpint (second.at, >=, first.at);
  g_assert_false (second.is_replay);
  wallet_fixture_assert_balance (fixture, 7, 6000, 0);
  wallet_fixture_assert_balance (fixture, 8, 0, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT balance FROM platform_buckets WHERE name = 'bank'"), ==,
                   -6000);
}

static void
test_refusals (WalletFixture *fixture)
{
  move_money (fixture, nb_wallet_deposit, 7, 1000, NULL);
  assert_refused (fixture, nb_wallet_withdraw, 7, 1001, NULL, NB_ERROR_INSUFFICIENT_FUNDS);
  assert_refused (fixture, nb_wallet_withdraw, 8, 1, NULL, NB_ERROR_INSUFFICIENT_FUNDS);
  assert_refused (fixture, nb_wallet_deposit, 7, 0, NULL, NB_ERROR_VALIDATION_FAILED);
  assert_refused (fixture, nb_wallet_deposit, 7, -5, NULL, NB_ERROR_VALIDATION_FAILED);
  assert_refused (fixture, nb_wallet_deposit, 7, NB_MONEY_MAX_OPERATION + 1, NULL, NB_ERROR_VALIDATION_FAILED);
  assert_refused (fixture, nb_wallet_withdraw, 7, G_MININT64, NULL, NB_ERROR_VALIDATION_FAILED);
  assert_refused (fixture, nb_wallet_deposit, 7, G_MAXINT64, NULL, NB_ERROR_VALIDATION_FAILED);
  wallet_fixture_assert_balance (fixture, 7, 1000, 0);
}

static void
test_overflow (WalletFixture *fixture)
{
  for (int i = 0; i < NB_MONEY_MAX_BALANCE / NB_MONEY_MAX_OPERATION; i++)
    move_money (fixture, nb_wallet_deposit, 7, NB_MONEY_MAX_OPERATION, NULL);
  wallet_fixture_assert_balance (fixture, 7, NB_MONEY_MAX_BALANCE, 0);
  assert_refused (fixture, nb_wallet_deposit, 7, 1, NULL, NB_ERROR_STATE_CONFLICT);
  assert_refused (fixture, nb_wallet_deposit, 8, 1, NULL, NB_ERROR_STATE_CONFLICT);
  wallet_fixture_assert_balance (fixture, 7, NB_MONEY_MAX_BALANCE, 0);
  wallet_fixture_assert_balance (fixture, 8, 0, 0);
}

static void
test_keys (WalletFixture *fixture)
{
  NbEntry first = move_money (fixture, nb_wallet_deposit, 7, 10000, "a");
  NbEntry again = move_money (fixture, nb_wallet_deposit, 7, 10000, "a");
  NbEntry other = move_money (fixture, nb_wallet_deposit, 8, 10000, "a");
  g_autoptr (NbStore) store = NULL;

  g_assert_false (first.is_replay);
  g_assert_true (again.is_replay);
  g_assert_false (other.is_replay);
  g_assert_cmpint (again.id, ==, first.id);
  g_assert_cmpint (again.at, ==, first.at);
  assert_refused (fixture, nb_wallet_deposit, 7, 10001, "a", NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  assert_refused (fixture, nb_wallet_withdraw, 7, 10000, "a", NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  move_money (fixture, nb_wallet_withdraw, 7, 3000, "b");

  /* The answer is the first one, whatever happened since, and when the host forgot the key as well. */
  again = move_money (fixture, nb_wallet_deposit, 7, 10000, "a");
  g_assert_cmpint (again.after.available, ==, 10000);
  g_free (nb_test_database_run (fixture->database, "DELETE FROM request_keys"));
  again = move_money (fixture, nb_wallet_deposit, 7, 10000, "a");
  g_assert_true (again.is_replay);
  g_assert_cmpint (again.id, ==, first.id);
  wallet_fixture_assert_balance (fixture, 7, 7000, 0);

  store = g_steal_pointer (&fixture->store);
  fixture->store = wallet_fixture_open_store (fixture);
  again = move_money (fixture, nb_wallet_deposit, 7, 10000, "a");
  g_assert_cmpint (again.id, ==, first.id);
  nb_store_stop (fixture->store);
  g_assert_finalize_object (fixture->store);
  fixture->store = g_steal_pointer (&store);
}

static void
test_failed_key_is_free (WalletFixture *fixture)
{
  assert_refused (fixture, nb_wallet_withdraw, 7, 500, "k", NB_ERROR_INSUFFICIENT_FUNDS);
  move_money (fixture, nb_wallet_deposit, 7, 500, NULL);
  g_assert_false (move_money (fixture, nb_wallet_withdraw, 7, 500, "k").is_replay);
  wallet_fixture_assert_balance (fixture, 7, 0, 0);
}

static void
test_rollback (WalletFixture *fixture)
{
  Move move = { fixture->wallet, nb_wallet_deposit, 7, 900, "k", .is_undone = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_false (nb_store_transact (fixture->store, move_cb, &move, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_STATE_CONFLICT);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM wallets"), ==, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger"), ==, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM outbox"), ==, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM request_keys"), ==, 0);
  g_assert_false (move_money (fixture, nb_wallet_deposit, 7, 900, "k").is_replay);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM outbox WHERE kind = 'wallet-moved'"), ==, 1);
}

static void
test_adjust (WalletFixture *fixture)
{
  Move move = { fixture->wallet, NULL, 7, 300, .reason = "a refund by mail" };
  g_autoptr (GError) error = NULL;

  nb_store_transact (fixture->store, move_cb, &move, &error);
  g_assert_no_error (error);
  move.amount = -100;
  nb_store_transact (fixture->store, move_cb, &move, &error);
  g_assert_no_error (error);
  wallet_fixture_assert_balance (fixture, 7, 200, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM audit WHERE action = 'wallet-adjust'"), ==, 2);
  move.amount = -201;
  g_assert_false (nb_store_transact (fixture->store, move_cb, &move, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_INSUFFICIENT_FUNDS);
  g_clear_error (&error);
  move.amount = 1;
  move.reason = "";
  g_assert_false (nb_store_transact (fixture->store, move_cb, &move, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM audit"), ==, 2);
}

/* Runs @sql through the store, so that its refusal is seen, in a transaction of its own. */
static gboolean
run_sql (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return nb_transaction_execute (transaction, user_data, NB_NO_PARAMS, error) >= 0;
}

/* The database itself refuses what no code should ever try. */
static void
test_database_refuses (WalletFixture *fixture)
{
  static const NbSql statements[] = {
    { "UPDATE wallets SET available = -1 WHERE person_id = 7" },
    { "UPDATE wallets SET locked = -1 WHERE person_id = 7" },
    { "UPDATE platform_buckets SET balance = -1 WHERE name = 'escrow'" },
    { "UPDATE platform_buckets SET balance = -1 WHERE name = 'fees'" },
    { "INSERT INTO platform_buckets (name, balance) VALUES ('pocket', 0)" },
    { "INSERT INTO holds (auction_id, person_id, amount, created_at) VALUES (1, 7, 0, 0)" },
    { "INSERT INTO holds (auction_id, person_id, amount, created_at) VALUES (1, 7, 5, 0), (1, 7, 6, 0)" },
    { "UPDATE ledger SET amount = 6" },
    { "UPDATE ledger SET request_key = ''" },
    { "DELETE FROM ledger" },
    { "INSERT INTO ledger VALUES (1, 0, 'deposit', 'available', 'bank', 7, 5, 0, 0, 5, 0, '')" },
    { "INSERT INTO ledger VALUES (1, 0, 'gift', 'bank', 'available', 7, 5, 0, 0, 5, 0, '')" },
    { "INSERT INTO ledger VALUES (1, 0, 'deposit', 'bank', 'available', 7, 0, 0, 0, 5, 0, '')" },
    { "INSERT INTO ledger VALUES (1, 0, 'deposit', 'bank', 'available', 7, 5, 0, 0, -1, 0, '')" },
    { "INSERT INTO ledger VALUES (1, 0, 'deposit', 'bank', 'available', 7, 5, 0, 0, 5, 0, 'used')" },
    { "INSERT OR REPLACE INTO ledger SELECT id, 0, 'deposit', 'bank', 'available', 7, 6, 0, 0, 6, 0, '' FROM ledger",
      "TRUNCATE ledger" },
  };

  move_money (fixture, nb_wallet_deposit, 7, 1000, "used");
  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      g_autoptr (GError) error = NULL;

      if (nb_store_transact (fixture->store, run_sql, (gpointer)&statements[i], &error))
        g_error ("the database took: %s", statements[i].sqlite);
    }
  wallet_fixture_assert_balance (fixture, 7, 1000, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wallet_fixture_add_test ("/wallet/moves", 240, test_moves);
  wallet_fixture_add_test ("/wallet/refusals", 240, test_refusals);
  wallet_fixture_add_test ("/wallet/overflow", 240, test_overflow);
  wallet_fixture_add_test ("/wallet/keys", 240, test_keys);
  wallet_fixture_add_test ("/wallet/failed-key-is-free", 240, test_failed_key_is_free);
  wallet_fixture_add_test ("/wallet/rollback-leaves-nothing", 240, test_rollback);
  wallet_fixture_add_test ("/wallet/adjust", 240, test_adjust);
  wallet_fixture_add_test ("/wallet/database-refuses", 240, test_database_refuses);
  return g_test_run ();
}
