/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random transactions against a plain model: the wallet must agree with it on every answer and after every commit. */
#include "tests/unit/wallet/wallet-fixture.h"

#include <neighborbid/nb-error.h>

#define N_PEOPLE 6
#define N_AUCTIONS 4
#define N_KEYS 12
#define N_STEPS 300

/* People and auctions count from 1. */
typedef struct
{
  NbMoney available[N_PEOPLE + 1];
  NbMoney locked[N_PEOPLE + 1];
  NbMoney holds[N_AUCTIONS + 1][N_PEOPLE + 1];
  NbMoney escrow[N_AUCTIONS + 1];
  NbMoney fees;
  NbMoney bank;
  NbMoney keys[N_PEOPLE + 1][N_KEYS]; /* what a key moved: a withdrawal is negative; 0: not used yet */
} Model;

/* One random transaction. It may run again, so it starts from @before and its seed each time. */
typedef struct
{
  NbWallet *wallet;
  guint32 seed;
  const Model *before;
  Model after;
} Step;

static gboolean
model_hold_to (Model *model, gint64 auction, gint64 person, NbMoney amount)
{
  NbMoney difference = amount - model->holds[auction][person];

  if (difference > model->available[person])
    return FALSE;
  model->available[person] -= difference;
  model->locked[person] += difference;
  model->holds[auction][person] = amount;
  return TRUE;
}

static gboolean
model_capture (Model *model, gint64 auction, gint64 person, NbMoney amount)
{
  NbMoney held = model->holds[auction][person];

  if (amount < 1 || amount > held)
    return FALSE;
  model->holds[auction][person] = 0;
  model->locked[person] -= held;
  model->available[person] += held - amount;
  model->escrow[auction] += amount;
  return TRUE;
}

static gboolean
model_leave (Model *model, gint64 auction, NbMoney amount, NbMoney *to)
{
  if (amount < 1 || amount > model->escrow[auction])
    return FALSE;
  model->escrow[auction] -= amount;
  *to += amount;
  return TRUE;
}

static void
do_operation (Model *model, NbWalletSheet *sheet, GRand *rand, gint64 auction, gint64 person)
{
  NbMoney amount = g_rand_int_range (rand, 0, 400);
  int what = g_rand_int_range (rand, 0, 10);
  g_autoptr (GError) error = NULL;
  gboolean expected, got;

  if (what < 5)
    {
      expected = model_hold_to (model, auction, person, amount);
      got = nb_wallet_sheet_hold_to (sheet, auction, person, amount, 1, &error);
    }
  else if (what < 7)
    {
      expected = model_capture (model, auction, person, amount);
      got = nb_wallet_sheet_capture (sheet, auction, person, amount, 1, &error);
    }
  else if (what == 7)
    {
      expected = model_leave (model, auction, amount, &model->fees);
      got = nb_wallet_sheet_fee (sheet, auction, amount, &error);
    }
  else
    {
      expected = model_leave (model, auction, amount, &model->available[person]);
      got = what == 8 ? nb_wallet_sheet_payout (sheet, auction, person, amount, &error)
                      : nb_wallet_sheet_refund (sheet, auction, person, amount, &error);
    }
  g_assert_cmpint (got, ==, expected);
  g_assert_true (got == (error == NULL));
  g_assert_cmpint (nb_wallet_sheet_get_available (sheet, person), ==, model->available[person]);
  g_assert_cmpint (nb_wallet_sheet_get_hold (sheet, auction, person), ==, model->holds[auction][person]);
}

static gboolean
use_sheet (NbTransaction *transaction, Step *step, GRand *rand, GError **error)
{
  gint64 auctions[3], people[N_PEOPLE];
  int n_auctions = g_rand_int_range (rand, 1, 4);
  int n_people = g_rand_int_range (rand, 1, N_PEOPLE + 1);
  g_autoptr (NbWalletSheet) sheet = NULL;

  /* Doubles and any order are welcome. */
  for (int i = 0; i < n_auctions; i++)
    auctions[i] = g_rand_int_range (rand, 1, N_AUCTIONS + 1);
  for (int i = 0; i < n_people; i++)
    people[i] = g_rand_int_range (rand, 1, N_PEOPLE + 1);
  sheet = nb_wallet_open_sheet (step->wallet, transaction, auctions, n_auctions, people, n_people, error);
  if (sheet == NULL)
    return FALSE;
  for (int i = g_rand_int_range (rand, 0, 15); i > 0; i--)
    do_operation (&step->after, sheet, rand, auctions[g_rand_int_range (rand, 0, n_auctions)],
                  people[g_rand_int_range (rand, 0, n_people)]);
  return nb_wallet_sheet_write (sheet, error);
}

static gboolean
model_move (Model *model, gint64 person, NbMoney amount, int key, gboolean *is_replay)
{
  *is_replay = model->keys[person][key] != 0;
  if (*is_replay)
    return model->keys[person][key] == amount;
  if (-amount > model->available[person])
    return FALSE;
  model->available[person] += amount;
  model->bank -= amount;
  model->keys[person][key] = amount;
  return TRUE;
}

/* A refused deposit or withdrawal ends the transaction, so then the model is as before. */
static gboolean
use_key (NbTransaction *transaction, Step *step, GRand *rand, GError **error)
{
  gint64 person = g_rand_int_range (rand, 1, N_PEOPLE + 1);
  NbMoney amount = 100 * g_rand_int_range (rand, 1, 8);
  int number = g_rand_int_range (rand, 0, N_KEYS);
  gboolean is_withdrawal = g_rand_int_range (rand, 0, 3) == 0;
  g_autofree char *key = g_strdup_printf ("key-%d", number);
  gboolean expected, got, is_replay;
  NbEntry entry;

  expected = model_move (&step->after, person, is_withdrawal ? -amount : amount, number, &is_replay);
  got = is_withdrawal ? nb_wallet_withdraw (step->wallet, transaction, person, amount, key, &entry, error)
                      : nb_wallet_deposit (step->wallet, transaction, person, amount, key, &entry, error);
  g_assert_cmpint (got, ==, expected);
  if (got)
    g_assert_cmpint (entry.is_replay, ==, is_replay);
  return got;
}

static gboolean
run_step (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Step *step = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (step->seed);
  gboolean is_fine;

  step->after = *step->before;
  is_fine = g_rand_int_range (rand, 0, 4) == 0 ? use_key (transaction, step, rand, error)
                                               : use_sheet (transaction, step, rand, error);
  if (is_fine && g_rand_int_range (rand, 0, 10) == 0)
    {
      nb_set_error (error, NB_ERROR_STATE_CONFLICT, "thought better of it", NULL);
      return FALSE;
    }
  return is_fine;
}

static gint64
count_bucket (WalletFixture *fixture, const char *name)
{
  g_autofree char *sql = g_strdup_printf ("SELECT balance FROM platform_buckets WHERE name = '%s'", name);

  return wallet_fixture_count (fixture, sql);
}

static void
compare (WalletFixture *fixture, const Model *model)
{
  NbMoney escrow = 0;

  for (gint64 person = 1; person <= N_PEOPLE; person++)
    wallet_fixture_assert_balance (fixture, person, model->available[person], model->locked[person]);
  for (gint64 auction = 1; auction <= N_AUCTIONS; auction++)
    escrow += model->escrow[auction];
  g_assert_cmpint (count_bucket (fixture, "escrow"), ==, escrow);
  g_assert_cmpint (count_bucket (fixture, "fees"), ==, model->fees);
  g_assert_cmpint (count_bucket (fixture, "bank"), ==, model->bank);
}

static void
test_model (WalletFixture *fixture)
{
  Model model = { 0 };
  guint n_commits = 0;

  for (int i = 0; i < N_STEPS; i++)
    {
      Step step = { fixture->wallet, (guint32)g_test_rand_int (), &model };
      g_autoptr (GError) error = NULL;

      if (nb_store_transact (fixture->store, run_step, &step, &error))
        {
          model = step.after;
          n_commits++;
        }
      else
        g_assert_cmpint ((int)error->domain, ==, (int)NB_ERROR);
      compare (fixture, &model);
      wallet_fixture_assert_content (fixture);
    }
  g_test_message ("%u of %d transactions committed", n_commits, N_STEPS);
  g_assert_cmpuint (n_commits, >, N_STEPS / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wallet_fixture_add_test ("/wallet/model", 600, test_model);
  return g_test_run ();
}
