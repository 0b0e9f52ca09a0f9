/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ascending auction's rules, one by one and as properties over random bids. */
#include "core/domain/nb-auction-private.h"

#include <neighborbid/neighborbid.h>

#define SELLER 1
#define ANNE 11
#define BORA 12
#define CHUL 13
#define SECOND G_USEC_PER_SEC

typedef struct
{
  NbEnglishType parent_instance;
} PlainType;
typedef struct
{
  NbEnglishTypeClass parent_class;
} PlainTypeClass;

GType plain_type_get_type (void);
G_DEFINE_TYPE (PlainType, plain_type, NB_TYPE_ENGLISH_TYPE)

static void
plain_type_class_init (PlainTypeClass *klass)
{
}

static void
plain_type_init (PlainType *self)
{
}

typedef struct
{
  NbAuctionType *type;
  NbAuction *auction;
  gint64 now;
} Fixture;

static void
list (Fixture *fixture, const char *terms)
{
  g_autoptr (GError) error = NULL;
  GVariant *parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, terms, NULL, NULL, &error);

  g_assert_no_error (error);
  g_clear_pointer (&fixture->auction, nb_auction_unref);
  fixture->auction = nb_auction_new (100, "plain", SELLER, parsed);
  fixture->auction->status = NB_AUCTION_OPEN;
  fixture->auction->ends_at = fixture->auction->original_ends_at = 1000 * SECOND;
  g_assert_true (nb_auction_type_validate_terms (fixture->type, fixture->auction->terms, 0, 1000 * SECOND, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->type = g_object_new (plain_type_get_type (), NULL);
  fixture->now = 10 * SECOND;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->auction, nb_auction_unref);
  g_assert_finalize_object (fixture->type);
}

/* Returns: the code, or -1 when the bid was accepted and applied */
static int
bid (Fixture *fixture, gint64 person, NbBidKind kind, NbMoney amount)
{
  NbBid one = { .id = 1, .person = person, .kind = kind, .amount = amount, .quantity = 1, .at = fixture->now };
  g_autoptr (GError) error = NULL;
  g_autoptr (NbDecision) decision
      = nb_auction_type_on_bid (fixture->type, fixture->auction, &one, fixture->now, &error);

  if (decision == NULL)
    {
      g_assert_nonnull (error);
      return (int)nb_error_get_code (error);
    }
  g_assert_true (nb_decision_check (decision, fixture->auction, person, &error));
  g_assert_no_error (error);
  nb_decision_apply (decision, fixture->auction, TRUE);
  return -1;
}

static void
assert_stands (Fixture *fixture, gint64 leader, NbMoney price, NbMoney hold)
{
  g_assert_cmpint (fixture->auction->leader, ==, leader);
  g_assert_cmpint (fixture->auction->price, ==, price);
  g_assert_cmpint (nb_auction_get_hold (fixture->auction, leader), ==, hold);
  g_assert_cmpint (fixture->auction->holds->len, ==, leader == 0 ? 0 : 1);
}

static NbMoney
min_next (Fixture *fixture)
{
  NbQuote quote;

  nb_auction_type_quote (fixture->type, fixture->auction, 0, fixture->now, &quote);
  return quote.min_next;
}

static void
test_first_bid (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 9999), ==, NB_ERROR_BID_TOO_LOW);
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  assert_stands (fixture, ANNE, 10000, 10000);
  g_assert_cmpint (min_next (fixture), ==, 11000);
}

static void
test_equal_bid_loses (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 10000), ==, NB_ERROR_BID_TOO_LOW);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 10999), ==, NB_ERROR_BID_TOO_LOW);
  assert_stands (fixture, ANNE, 10000, 10000);
}

static void
test_jump_stands_at_its_price (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 77777), ==, -1);
  assert_stands (fixture, BORA, 77777, 77777);
}

static void
test_maximum_stands_one_step_above (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_MAX, 50000), ==, -1);
  assert_stands (fixture, BORA, 11000, 50000);
  g_assert_cmpint (bid (fixture, CHUL, NB_BID_MAX, 30000), ==, -1);
  assert_stands (fixture, BORA, 31000, 50000);
  g_assert_cmpint (bid (fixture, CHUL, NB_BID_AMOUNT, 49500), ==, -1);
  assert_stands (fixture, BORA, 50000, 50000);
  g_assert_cmpint (bid (fixture, CHUL, NB_BID_MAX, 51000), ==, -1);
  assert_stands (fixture, CHUL, 51000, 51000);
}

static void
test_tie_of_maxima_goes_to_the_earlier (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_MAX, 40000), ==, -1);
  assert_stands (fixture, ANNE, 10000, 40000);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_MAX, 40000), ==, -1);
  assert_stands (fixture, ANNE, 40000, 40000);
}

static void
test_raising_the_own_maximum_is_silent (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>, 'extend_window_s': <int64 60>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_MAX, 20000), ==, -1);
  fixture->now = 999 * SECOND;
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 20000), ==, NB_ERROR_BID_TOO_LOW);
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 30000), ==, -1);
  assert_stands (fixture, ANNE, 10000, 30000);
  g_assert_cmpint (fixture->auction->ends_at, ==, 1000 * SECOND);
}

static void
test_fixed_step (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 1500>, 'step': <int64 1000>, 'reserve_price': <int64 3700>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 2000), ==, NB_ERROR_NOT_A_MULTIPLE_OF_STEP);
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_MAX, 4500), ==, -1);
  assert_stands (fixture, ANNE, 3700, 4500);
  g_assert_cmpint (min_next (fixture), ==, 5500);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 5500), ==, -1);
}

static void
test_reserve (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NbResolution) unsold = NULL;
  g_autoptr (NbResolution) sold = NULL;
  NbQuote quote;

  list (fixture, "{'start_price': <int64 10000>, 'reserve_price': <int64 50000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  nb_auction_type_quote (fixture->type, fixture->auction, 0, 0, &quote);
  g_assert_cmpint (quote.reserve_met, ==, 0);
  unsold = nb_auction_type_resolve (fixture->type, fixture->auction, 0, 0, NULL);
  g_assert_cmpstr (unsold->reason, ==, "reserve_not_met");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_MAX, 60000), ==, -1);
  assert_stands (fixture, ANNE, 50000, 60000);
  sold = nb_auction_type_resolve (fixture->type, fixture->auction, 0, 0, NULL);
  g_assert_true (nb_resolution_check (sold, fixture->auction, NULL));
  g_assert_cmpint (g_array_index (sold->winners, NbWinner, 0).total, ==, 50000);
}

static void
test_buy_now (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>, 'buy_now_price': <int64 30000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_MAX, 20000), ==, -1);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_BUY_NOW, 29999), ==, NB_ERROR_STATE_CONFLICT);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_BUY_NOW, 30000), ==, -1);
  assert_stands (fixture, BORA, 30000, 30000);
  g_assert_cmpint (bid (fixture, CHUL, NB_BID_BUY_NOW, 30000), ==, NB_ERROR_BUY_NOW_GONE);
}

static void
test_buy_now_goes_when_the_price_is_there (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>, 'buy_now_price': <int64 30000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 30000), ==, -1);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_BUY_NOW, 30000), ==, NB_ERROR_BUY_NOW_GONE);
}

static void
test_soft_close (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>, 'extend_window_s': <int64 60>, 'extend_max_s': <int64 90>}");
  fixture->now = 900 * SECOND;
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  g_assert_cmpint (fixture->auction->ends_at, ==, 1000 * SECOND);
  fixture->now = 950 * SECOND;
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 1), ==, NB_ERROR_BID_TOO_LOW);
  g_assert_cmpint (fixture->auction->ends_at, ==, 1000 * SECOND);
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 11000), ==, -1);
  g_assert_cmpint (fixture->auction->ends_at, ==, 1010 * SECOND);
  fixture->now = 1009 * SECOND;
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 12000), ==, -1);
  g_assert_cmpint (fixture->auction->ends_at, ==, 1069 * SECOND);
  fixture->now = 1060 * SECOND;
  g_assert_cmpint (bid (fixture, BORA, NB_BID_AMOUNT, 13000), ==, -1);
  g_assert_cmpint (fixture->auction->ends_at, ==, 1090 * SECOND);
}

static void
test_terms_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *terms;
    const char *field;
  } cases[] = {
    { "{}", "start_price" },
    { "{'start_price': <int64 0>}", "start_price" },
    { "{'start_price': <'10'>}", "start_price" },
    { "{'start_price': <10.0>}", "start_price" },
    { "{'start_price': <int64 1000000000001>}", "start_price" },
    { "{'start_price': <int64 10>, 'colour': <'red'>}", "colour" },
    { "{'start_price': <int64 10>, 'reserve_price': <int64 9>}", "reserve_price" },
    { "{'start_price': <int64 10>, 'buy_now_price': <int64 10>}", "buy_now_price" },
    { "{'start_price': <int64 10>, 'reserve_price': <int64 30>, 'buy_now_price': <int64 20>}", "buy_now_price" },
    { "{'start_price': <int64 10>, 'extend_window_s': <int64 3601>}", "extend_window_s" },
    { "{'start_price': <int64 10>, 'extend_max_s': <int64 60>}", "extend_max_s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) terms = g_variant_parse (G_VARIANT_TYPE_VARDICT, cases[i].terms, NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (nb_auction_type_validate_terms (fixture->type, terms, 0, 1, &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
      g_assert_cmpstr (nb_error_get_field (error), ==, cases[i].field);
    }
}

/* Whatever is bid: the price never falls, stays within what the leader is held for, and only the leader is held. */
static void
test_storm (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 300; round++)
    {
      list (fixture, round % 2 == 0 ? "{'start_price': <int64 10000>, 'reserve_price': <int64 60000>}"
                                    : "{'start_price': <int64 700>, 'step': <int64 300>}");
      for (guint i = 0; i < 60; i++)
        {
          NbMoney before = fixture->auction->price, minimum = min_next (fixture);
          NbMoney amount = minimum - 600 + 300 * g_test_rand_int_range (0, 40);
          gint64 person = g_test_rand_int_range (ANNE, CHUL + 3);
          int code = bid (fixture, person, g_test_rand_bit () ? NB_BID_AMOUNT : NB_BID_MAX, amount);

          if (code == -1)
            g_assert_cmpint (amount, >=, minimum);
          else
            g_assert_cmpint (fixture->auction->price, ==, before);
          g_assert_cmpint (fixture->auction->price, >=, before);
          if (fixture->auction->leader != 0)
            g_assert_cmpint (nb_auction_get_hold (fixture->auction, fixture->auction->leader), >=,
                             fixture->auction->price);
          g_assert_cmpint (fixture->auction->holds->len, ==, fixture->auction->leader == 0 ? 0 : 1);
        }
    }
}

static void
test_decisions_that_break_rules (Fixture *fixture, gconstpointer data)
{
  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  for (guint rule = 0; rule < 12; rule++)
    {
      g_autoptr (NbDecision) decision = nb_decision_new ();
      g_autoptr (GError) error = NULL;

      if (rule == 0)
        nb_decision_hold (decision, CHUL, 1);
      if (rule == 1)
        nb_decision_hold (decision, BORA, -1);
      if (rule == 2)
        nb_decision_hold (decision, SELLER, 1);
      if (rule == 3)
        nb_decision_hold (decision, 0, 1);
      if (rule == 4)
        nb_decision_set_price (decision, -1);
      if (rule == 5)
        nb_decision_set_end (decision, 1);
      if (rule == 6)
        nb_decision_set_leader (decision, CHUL);
      if (rule == 7)
        nb_decision_set_timer (decision, "", 1);
      if (rule == 8)
        nb_decision_set_timer (decision, "far", G_MAXINT64);
      if (rule == 9)
        nb_decision_set_end (decision, G_MAXINT64);
      /* Two holds on one person, alone and among many. */
      for (guint i = 0; rule >= 10 && i < (rule == 10 ? 1 : 4); i++)
        {
          nb_decision_hold (decision, BORA, 1 + i);
          nb_decision_hold (decision, rule == 10 ? BORA : ANNE, 0);
        }
      g_assert_false (nb_decision_check (decision, fixture->auction, BORA, &error));
      g_assert_error (error, NB_ERROR, NB_ERROR_INTERNAL);
    }
}

static void
test_resolutions_that_break_rules (Fixture *fixture, gconstpointer data)
{
  static const NbWinner cases[] = { { ANNE, 1, 10001 }, { ANNE, 2, 10000 }, { BORA, 1, 1 }, { ANNE, 1, 0 } };

  list (fixture, "{'start_price': <int64 10000>}");
  g_assert_cmpint (bid (fixture, ANNE, NB_BID_AMOUNT, 10000), ==, -1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NbResolution) resolution = nb_resolution_new_sold ();

      nb_resolution_add_winner (resolution, cases[i].person, cases[i].quantity, cases[i].total);
      g_assert_false (nb_resolution_check (resolution, fixture->auction, NULL));
    }
}

static void
test_ladder (void)
{
  static const NbMoney cases[][2]
      = { { 9999, 500 },     { 10000, 1000 },    { 99999, 1000 },    { 100000, 5000 },   { 500000, 10000 },
          { 999999, 10000 }, { 1000000, 50000 }, { 4999999, 50000 }, { 5000000, 100000 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (nb_english_ladder_step (cases[i][0]), ==, cases[i][1]);
}

#define ADD(name, function) g_test_add ("/english/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("first-bid", test_first_bid);
  ADD ("equal-bid-loses", test_equal_bid_loses);
  ADD ("jump-stands-at-its-price", test_jump_stands_at_its_price);
  ADD ("maximum-stands-one-step-above", test_maximum_stands_one_step_above);
  ADD ("tie-of-maxima-goes-to-the-earlier", test_tie_of_maxima_goes_to_the_earlier);
  ADD ("raising-the-own-maximum-is-silent", test_raising_the_own_maximum_is_silent);
  ADD ("fixed-step", test_fixed_step);
  ADD ("reserve", test_reserve);
  ADD ("buy-now", test_buy_now);
  ADD ("buy-now-goes-when-the-price-is-there", test_buy_now_goes_when_the_price_is_there);
  ADD ("soft-close", test_soft_close);
  ADD ("terms-refused", test_terms_refused);
  ADD ("storm", test_storm);
  ADD ("decisions-that-break-rules", test_decisions_that_break_rules);
  ADD ("resolutions-that-break-rules", test_resolutions_that_break_rules);
  g_test_add_func ("/english/ladder", test_ladder);
  return g_test_run ();
}
