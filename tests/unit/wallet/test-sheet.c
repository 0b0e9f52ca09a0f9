/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a sheet reads, changes in memory and writes: holds, captures and what leaves escrow. */
#include "tests/unit/wallet/wallet-fixture.h"

#include <neighborbid/nb-error.h>

#define SEQ 7

/* Runs @function on a sheet for auction 1 and the people 1 to 9. */
static void
work (WalletFixture *fixture, WalletSheetFunc function)
{
  g_autoptr (GError) error = NULL;

  wallet_fixture_transact (fixture, 1, 9, function, NULL, &error);
  g_assert_no_error (error);
}

static void
give_money (WalletFixture *fixture)
{
  for (gint64 person = 1; person <= 5; person++)
    wallet_fixture_deposit (fixture, person, 10000);
}

static void
assert_refused (gboolean succeeded, GError **error, NbErrorCode code)
{
  g_assert_false (succeeded);
  g_assert_error (*error, NB_ERROR, (int)code);
  g_clear_error (error);
}

static gboolean
hold_some (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  GError *refusal = NULL;

  g_assert_cmpint (nb_wallet_sheet_get_available (sheet, 2), ==, 10000);
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 2, 4000, SEQ, error));
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 2, 4000, SEQ, error));
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 3, 10000, SEQ, error));
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 4, 100, SEQ, error));
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 4, 0, SEQ, error));
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 5, 0, SEQ, error));
  assert_refused (nb_wallet_sheet_hold_to (sheet, 1, 2, 10001, SEQ, &refusal), &refusal, NB_ERROR_INSUFFICIENT_FUNDS);
  assert_refused (nb_wallet_sheet_hold_to (sheet, 1, 9, 1, SEQ, &refusal), &refusal, NB_ERROR_INSUFFICIENT_FUNDS);
  assert_refused (nb_wallet_sheet_hold_to (sheet, 1, 2, -1, SEQ, &refusal), &refusal, NB_ERROR_VALIDATION_FAILED);
  assert_refused (nb_wallet_sheet_hold_to (sheet, 1, 2, G_MAXINT64, SEQ, &refusal), &refusal,
                  NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpint (nb_wallet_sheet_get_available (sheet, 2), ==, 6000);
  g_assert_cmpint (nb_wallet_sheet_get_hold (sheet, 1, 2), ==, 4000);
  g_assert_cmpint (nb_wallet_sheet_get_hold (sheet, 1, 4), ==, 0);
  g_assert_cmpint (nb_wallet_sheet_get_hold (sheet, 1, 77), ==, 0);
  return TRUE;
}

/* Nothing that a sheet was not opened for can be touched through it. */
static gboolean
touch_others (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  g_assert_false (nb_wallet_sheet_hold_to (sheet, 1, 77, 1, SEQ, &refusal));
  g_assert_error (refusal, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&refusal);
  g_assert_false (nb_wallet_sheet_hold_to (sheet, 2, 2, 1, SEQ, &refusal));
  g_assert_error (refusal, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&refusal);
  g_assert_false (nb_wallet_sheet_fee (sheet, 2, 1, &refusal));
  g_assert_error (refusal, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  return TRUE;
}

static void
test_hold (WalletFixture *fixture)
{
  give_money (fixture);
  work (fixture, hold_some);
  work (fixture, touch_others);
  wallet_fixture_assert_balance (fixture, 2, 6000, 4000);
  wallet_fixture_assert_balance (fixture, 3, 0, 10000);
  wallet_fixture_assert_balance (fixture, 4, 10000, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM holds"), ==, 2);
  /* Only what differs from before is in the ledger. */
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger WHERE auction_id = 1"), ==, 2);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger WHERE auction_id = 1 AND seq = 7"), ==,
                   2);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM wallets"), ==, 5);
}

static gboolean
bid_back_and_forth (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  for (NbMoney amount = 100; amount <= 9000; amount += 100)
    {
      gint64 bidder = 2 + amount / 100 % 4;
      gint64 before = 2 + (amount / 100 + 3) % 4;

      g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, bidder, amount, amount / 100, error));
      g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, before, 0, amount / 100, error));
    }
  return TRUE;
}

static void
test_net (WalletFixture *fixture)
{
  give_money (fixture);
  work (fixture, bid_back_and_forth);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger WHERE auction_id = 1"), ==, 1);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT amount FROM holds"), ==, 9000);
  work (fixture, bid_back_and_forth);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger WHERE auction_id = 1"), ==, 1);
}

typedef struct
{
  gint64 people[8];
  NbMoney sum;
  guint n;
} Seen;

static void
see_hold (const NbHold *hold, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_cmpint (hold->auction, ==, 1);
  seen->people[seen->n++] = hold->person;
  seen->sum += hold->amount;
}

static gboolean
see_holds (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  Seen seen = { 0 };

  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 5, 11, SEQ, error));
  nb_wallet_sheet_foreach_hold (sheet, 1, see_hold, &seen);
  g_assert_cmpuint (seen.n, ==, 3);
  g_assert_cmpint (seen.people[0], ==, 2);
  g_assert_cmpint (seen.people[1], ==, 3);
  g_assert_cmpint (seen.people[2], ==, 5);
  g_assert_cmpint (seen.sum, ==, 14011);
  return TRUE;
}

static void
test_foreach (WalletFixture *fixture)
{
  give_money (fixture);
  work (fixture, hold_some);
  work (fixture, see_holds);
}

static gboolean
settle (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  GError *refusal = NULL;

  assert_refused (nb_wallet_sheet_capture (sheet, 1, 2, 4001, SEQ, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  assert_refused (nb_wallet_sheet_capture (sheet, 1, 4, 1, SEQ, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  assert_refused (nb_wallet_sheet_capture (sheet, 1, 2, 0, SEQ, &refusal), &refusal, NB_ERROR_VALIDATION_FAILED);
  assert_refused (nb_wallet_sheet_payout (sheet, 1, 9, 1, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  g_assert_true (nb_wallet_sheet_capture (sheet, 1, 2, 3500, SEQ, error));
  assert_refused (nb_wallet_sheet_capture (sheet, 1, 2, 1, SEQ, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  g_assert_true (nb_wallet_sheet_hold_to (sheet, 1, 3, 0, SEQ, error));
  g_assert_true (nb_wallet_sheet_payout (sheet, 1, 9, 3000, error));
  g_assert_true (nb_wallet_sheet_fee (sheet, 1, 100, error));
  g_assert_true (nb_wallet_sheet_refund (sheet, 1, 2, 300, error));
  assert_refused (nb_wallet_sheet_fee (sheet, 1, 101, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  return TRUE;
}

static gboolean
settle_rest (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  GError *refusal = NULL;

  assert_refused (nb_wallet_sheet_payout (sheet, 1, 9, 101, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  g_assert_true (nb_wallet_sheet_payout (sheet, 1, 9, 100, error));
  assert_refused (nb_wallet_sheet_payout (sheet, 1, 9, 1, &refusal), &refusal, NB_ERROR_STATE_CONFLICT);
  return TRUE;
}

static void
test_settle (WalletFixture *fixture)
{
  give_money (fixture);
  work (fixture, hold_some);
  work (fixture, settle);
  wallet_fixture_assert_balance (fixture, 2, 6800, 0);
  wallet_fixture_assert_balance (fixture, 3, 10000, 0);
  wallet_fixture_assert_balance (fixture, 9, 3000, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM holds"), ==, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT balance FROM platform_buckets WHERE name = 'fees'"), ==, 100);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT balance FROM platform_buckets WHERE name = 'escrow'"), ==,
                   100);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT amount FROM escrows WHERE auction_id = 1"), ==, 100);
  wallet_fixture_assert_content (fixture);
  work (fixture, settle_rest);
  wallet_fixture_assert_balance (fixture, 9, 3100, 0);
}

static gboolean
capture_all (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  return nb_wallet_sheet_hold_to (sheet, 1, 2, 5000, SEQ, error)
         && nb_wallet_sheet_capture (sheet, 1, 2, 5000, SEQ, error) && nb_wallet_sheet_payout (sheet, 1, 3, 5000, error)
         && nb_wallet_sheet_hold_to (sheet, 1, 3, 15000, SEQ + 1, error);
}

/* A buyer's new hold comes before its capture, and a hold that a payment covers comes after it. */
static void
test_order (WalletFixture *fixture)
{
  give_money (fixture);
  work (fixture, capture_all);
  wallet_fixture_assert_balance (fixture, 2, 5000, 0);
  wallet_fixture_assert_balance (fixture, 3, 0, 15000);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM escrows"), ==, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger WHERE auction_id = 1"), ==, 4);
}

static gboolean
fail_after_all (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  g_assert_true (hold_some (sheet, user_data, error));
  g_assert_true (nb_wallet_sheet_write (sheet, error));
  g_assert_false (nb_wallet_sheet_hold_to (sheet, 1, 2, 1, SEQ, NULL));
  g_assert_false (nb_wallet_sheet_write (sheet, NULL));
  nb_set_error (error, NB_ERROR_STATE_CONFLICT, "thought better of it", NULL);
  return FALSE;
}

static void
test_rollback (WalletFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 rows;

  give_money (fixture);
  rows = wallet_fixture_count (fixture, "SELECT count (*) FROM ledger");
  g_assert_false (wallet_fixture_transact (fixture, 1, 9, fail_after_all, NULL, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_STATE_CONFLICT);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger"), ==, rows);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM holds"), ==, 0);
  wallet_fixture_assert_balance (fixture, 2, 10000, 0);
}

static gboolean
raise_all (NbWalletSheet *sheet, gpointer user_data, GError **error)
{
  NbMoney *amount = user_data;

  for (gint64 i = 1; i <= 256; i++)
    {
      *amount += 1;
      if (!nb_wallet_sheet_hold_to (sheet, 1, i, *amount, i, error)
          || !nb_wallet_sheet_hold_to (sheet, 1, i == 1 ? 256 : i - 1, 0, i, error))
        return FALSE;
    }
  return TRUE;
}

/* Prints what a batch of 256 bids costs; machines differ, so nothing is asked of it. */
static void
test_speed (WalletFixture *fixture)
{
  const int rounds = 100;
  NbMoney amount = 0;
  gint64 start;

  for (gint64 person = 1; person <= 256; person++)
    wallet_fixture_deposit (fixture, person, NB_MONEY_MAX_OPERATION);
  start = g_get_monotonic_time ();
  for (int i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;

      wallet_fixture_transact (fixture, 1, 256, raise_all, &amount, &error);
      g_assert_no_error (error);
    }
  g_test_message ("%d batches of 256 changes of the hold: %.0f µs each", rounds,
                  (double)(g_get_monotonic_time () - start) / rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wallet_fixture_add_test ("/wallet/sheet/hold", 240, test_hold);
  wallet_fixture_add_test ("/wallet/sheet/writes-the-net", 240, test_net);
  wallet_fixture_add_test ("/wallet/sheet/foreach", 240, test_foreach);
  wallet_fixture_add_test ("/wallet/sheet/settle", 240, test_settle);
  wallet_fixture_add_test ("/wallet/sheet/rows-in-order", 240, test_order);
  wallet_fixture_add_test ("/wallet/sheet/rollback-leaves-nothing", 240, test_rollback);
  wallet_fixture_add_test ("/wallet/sheet/speed", 240, test_speed);
  return g_test_run ();
}
