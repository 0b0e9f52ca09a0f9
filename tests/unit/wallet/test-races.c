/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many transactions at once, from two stores as from two processes: nothing is spent, ended or credited twice. */
#include "tests/unit/wallet/wallet-fixture.h"

#include <neighborbid/nb-error.h>

#define SELLER 1
#define BIDDER 2
#define BUYER 3

typedef struct Race Race;

/* One of the transactions that run at once. */
typedef struct
{
  Race *race;
  gint64 auction;
  gboolean (*work) (NbWalletSheet *sheet, gint64 auction, GError **error);
} Runner;

struct Race
{
  WalletFixture *fixture;
  NbStore *other;  /* a second store on the same database */
  GArray *entries; /* of NbEntry */
  guint n_started;
  guint n_running;
  guint n_won;
  guint n_refused;
  gboolean is_over;
};

static void
race_begin (Race *self, WalletFixture *fixture)
{
  *self = (Race){ .fixture = fixture, .other = wallet_fixture_open_store (fixture) };
}

static void
race_end (Race *self)
{
  nb_store_stop (self->other);
  nb_test_loop_drain (&self->fixture->loop);
  g_assert_finalize_object (self->other);
}

static void
race_run (Race *self)
{
  nb_test_loop_run_until_true (&self->fixture->loop, &self->is_over);
  self->is_over = FALSE;
}

static void
runner_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Race *race = user_data;
  g_autoptr (GError) error = NULL;

  if (nb_store_transact_finish (NB_STORE (source), result, &error))
    race->n_won++;
  else
    {
      if (!g_error_matches (error, NB_ERROR, NB_ERROR_INSUFFICIENT_FUNDS))
        g_assert_error (error, NB_ERROR, NB_ERROR_STATE_CONFLICT);
      race->n_refused++;
    }
  race->is_over = --race->n_running == 0;
}

static gboolean
runner_transact (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Runner *runner = user_data;
  const gint64 people[] = { BIDDER, BUYER, SELLER };
  g_autoptr (NbWalletSheet) sheet = NULL;

  if (!wallet_fixture_lock_auction (transaction, runner->auction, error))
    return FALSE;
  sheet = nb_wallet_open_sheet (runner->race->fixture->wallet, transaction, &runner->auction, 1, people,
                                G_N_ELEMENTS (people), error);
  return sheet != NULL && runner->work (sheet, runner->auction, error) && nb_wallet_sheet_write (sheet, error);
}

static void
race_add (Race *self, gint64 auction, gboolean (*work) (NbWalletSheet *sheet, gint64 auction, GError **error))
{
  Runner *runner = g_new (Runner, 1);

  *runner = (Runner){ self, auction, work };
  self->n_running++;
  nb_store_transact_async (self->n_started++ % 2 == 0 ? self->fixture->store : self->other, runner_transact, runner,
                           g_free, NULL, runner_cb, self);
}

static gboolean
raise_hold (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  NbMoney held = nb_wallet_sheet_get_hold (sheet, auction, BIDDER);

  return nb_wallet_sheet_hold_to (sheet, auction, BIDDER, held + 100, 1, error);
}

/* Two auctions, one wallet of 10,000, 200 raises by 100: exactly 100 of them are covered. */
static void
test_double_spend (WalletFixture *fixture)
{
  Race race;

  wallet_fixture_add_auctions (fixture, 2);
  wallet_fixture_deposit (fixture, BIDDER, 10000);
  race_begin (&race, fixture);
  for (int i = 0; i < 200; i++)
    race_add (&race, 1 + i % 2, raise_hold);
  race_run (&race);
  g_assert_cmpuint (race.n_won, ==, 100);
  g_assert_cmpuint (race.n_refused, ==, 100);
  wallet_fixture_assert_balance (fixture, BIDDER, 0, 10000);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT sum (amount) FROM holds"), ==, 10000);
  race_end (&race);
}

static gboolean
hold (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  return nb_wallet_sheet_hold_to (sheet, auction, BIDDER, 500, 1, error);
}

static gboolean
need_hold (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  if (nb_wallet_sheet_get_hold (sheet, auction, BIDDER) > 0)
    return TRUE;
  nb_set_error (error, NB_ERROR_STATE_CONFLICT, "the hold has ended already", NULL);
  return FALSE;
}

static gboolean
capture_hold (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  return nb_wallet_sheet_capture (sheet, auction, BIDDER, 500, 2, error)
         && nb_wallet_sheet_payout (sheet, auction, SELLER, 500, error);
}

static gboolean
release_hold (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  return need_hold (sheet, auction, error) && nb_wallet_sheet_hold_to (sheet, auction, BIDDER, 0, 2, error);
}

/* Someone else buys at once: the hold ends, and the buyer's money goes to the seller. */
static gboolean
buy_now (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  return release_hold (sheet, auction, error) && nb_wallet_sheet_hold_to (sheet, auction, BUYER, 700, 3, error)
         && nb_wallet_sheet_capture (sheet, auction, BUYER, 700, 3, error)
         && nb_wallet_sheet_payout (sheet, auction, SELLER, 700, error);
}

/* Capture, release and buying race for one hold, in an order that the seed decides; one of them ends it. */
static void
test_hold_ends_once (WalletFixture *fixture)
{
  gboolean (*const endings[]) (NbWalletSheet *, gint64, GError **) = { capture_hold, release_hold, buy_now };
  guint n_rounds = g_test_slow () ? 10000 : 150;
  Race race;

  wallet_fixture_add_auctions (fixture, 1);
  wallet_fixture_deposit (fixture, BIDDER, 1000000000);
  wallet_fixture_deposit (fixture, BUYER, 1000000000);
  race_begin (&race, fixture);
  for (guint i = 0; i < n_rounds; i++)
    {
      int first = g_test_rand_int_range (0, 3);
      int step = g_test_rand_int_range (1, 3);

      race_add (&race, 1, hold);
      race_run (&race);
      race.n_won = race.n_refused = 0;
      for (int j = 0; j < 6; j++)
        race_add (&race, 1, endings[(first + j * step) % 3]);
      race_run (&race);
      g_assert_cmpuint (race.n_won, ==, 1);
      g_assert_cmpuint (race.n_refused, ==, 5);
    }
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM holds"), ==, 0);
  g_assert_cmpint (wallet_fixture_count (fixture, "SELECT count (*) FROM ledger WHERE person_id = 2"
                                                  " AND kind IN ('release', 'capture')"),
                   ==, n_rounds);
  race_end (&race);
}

typedef struct
{
  Race *race;
  const char *key;
  NbEntry entry;
} Deposit;

static gboolean
deposit_transact (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Deposit *self = user_data;

  return nb_wallet_deposit (self->race->fixture->wallet, transaction, BIDDER, 300, self->key, &self->entry, error);
}

static void
deposit_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Deposit *self = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  g_assert_no_error (error);
  g_array_append_val (self->race->entries, self->entry);
  self->race->is_over = --self->race->n_running == 0;
}

static void
race_add_deposit (Race *race, const char *key)
{
  Deposit *self = g_new0 (Deposit, 1);

  self->race = race;
  self->key = key;
  race->n_running++;
  nb_store_transact_async (race->n_started++ % 2 == 0 ? race->fixture->store : race->other, deposit_transact, self,
                           NULL, NULL, deposit_cb, self);
}

/* One key, many requests at once from two processes: one credit, and all are told of the same one. */
static void
test_key (WalletFixture *fixture)
{
  Race race;
  guint n_first = 0;

  race_begin (&race, fixture);
  race.entries = g_array_new (FALSE, FALSE, sizeof (NbEntry));
  for (int i = 0; i < 40; i++)
    race_add_deposit (&race, "same");
  race_run (&race);
  for (guint i = 0; i < race.entries->len; i++)
    {
      const NbEntry *entry = &g_array_index (race.entries, NbEntry, i);

      n_first += !entry->is_replay;
      g_assert_cmpint (entry->id, ==, g_array_index (race.entries, NbEntry, 0).id);
      g_assert_cmpint (entry->after.available, ==, 300);
    }
  g_assert_cmpuint (race.entries->len, ==, 40);
  g_assert_cmpuint (n_first, ==, 1);
  wallet_fixture_assert_balance (fixture, BIDDER, 300, 0);
  g_array_unref (race.entries);
  race_end (&race);
}

/* Nobody has a wallet yet: the row that all of them would make must not swallow one of the credits. */
static void
test_first_credits (WalletFixture *fixture)
{
  Race race;

  race_begin (&race, fixture);
  race.entries = g_array_new (FALSE, FALSE, sizeof (NbEntry));
  for (int i = 0; i < 40; i++)
    race_add_deposit (&race, NULL);
  race_run (&race);
  wallet_fixture_assert_balance (fixture, BIDDER, 40 * 300, 0);
  g_array_unref (race.entries);
  race_end (&race);
}

static gboolean
pay_seller (NbWalletSheet *sheet, gint64 auction, GError **error)
{
  return nb_wallet_sheet_hold_to (sheet, auction, BIDDER, 500, 1, error) && capture_hold (sheet, auction, error);
}

/* Two auctions pay a seller who never had a wallet. */
static void
test_first_payouts (WalletFixture *fixture)
{
  Race race;

  wallet_fixture_add_auctions (fixture, 8);
  wallet_fixture_deposit (fixture, BIDDER, 10000);
  race_begin (&race, fixture);
  for (int i = 0; i < 8; i++)
    race_add (&race, 1 + i, pay_seller);
  race_run (&race);
  g_assert_cmpuint (race.n_won, ==, 8);
  wallet_fixture_assert_balance (fixture, SELLER, 4000, 0);
  race_end (&race);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wallet_fixture_add_test ("/wallet/races/double-spend", 240, test_double_spend);
  wallet_fixture_add_test ("/wallet/races/hold-ends-once", 600, test_hold_ends_once);
  wallet_fixture_add_test ("/wallet/races/one-key", 240, test_key);
  wallet_fixture_add_test ("/wallet/races/first-credits", 240, test_first_credits);
  wallet_fixture_add_test ("/wallet/races/first-payouts", 240, test_first_payouts);
  return g_test_run ();
}
