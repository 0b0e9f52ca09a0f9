/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches give what one bid after another would give: random bids against a plain model. */
#include "core/domain/nb-auction-private.h"
#include "core/engine/nb-auction-row.h"
#include "tests/unit/engine/engine-fixture.h"
#include "tests/unit/engine/engine-types.h"

#define N_AUCTIONS 3
#define N_PEOPLE 8
#define N_BIDS 400
#define ROUNDS 3

/* One bid after another, with money as plain numbers. */
typedef struct
{
  NbAuctionType *type;
  NbAuction *auctions[N_AUCTIONS];
  NbMoney available[N_PEOPLE + 1];
} Model;

typedef struct
{
  int code; /* -1: accepted */
  NbStanding standing;
  NbMoney price;
  NbMoney hold;
  gint64 seq;
} Outcome;

static gboolean
is_covered (const Model *model, const NbAuction *auction, gint64 person, NbMoney amount)
{
  return amount <= nb_auction_get_hold (auction, person) + model->available[person];
}

static gboolean
all_covered (const Model *model, const NbAuction *auction, const NbDecision *decision, gint64 bidder)
{
  if (!is_covered (model, auction, bidder, decision->cover))
    return FALSE;
  for (guint i = 0; i < nb_decision_get_n_holds (decision); i++)
    if (!is_covered (model, auction, nb_decision_get_hold (decision, i)->person,
                     nb_decision_get_hold (decision, i)->amount))
      return FALSE;
  return TRUE;
}

static Outcome
accept (Model *model, NbAuction *auction, const NbBid *bid, const NbDecision *decision)
{
  for (guint i = 0; i < nb_decision_get_n_holds (decision); i++)
    {
      const NbAuctionHold *hold = nb_decision_get_hold (decision, i);

      model->available[hold->person] -= hold->amount - nb_auction_get_hold (auction, hold->person);
    }
  nb_decision_apply (decision, auction, TRUE);
  if (decision->closes)
    {
      /* The buyer pays what is held, the seller gets it less 2.5 %. */
      NbMoney paid = nb_auction_get_hold (auction, bid->person);

      model->available[SELLER] += paid - paid * 250 / 10000;
      auction->status = NB_AUCTION_SOLD;
      auction->seq++;
      g_array_set_size (auction->holds, 0);
    }
  return (Outcome){ -1, decision->standing, auction->price, nb_auction_get_hold (auction, bid->person),
                    auction->seq - (decision->closes ? 1 : 0) };
}

static Outcome
bid_in_model (Model *model, NbAuction *auction, const NbBid *bid)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbDecision) decision = NULL;

  if (bid->person == SELLER)
    return (Outcome){ .code = NB_ERROR_SELLER_CANNOT_BID };
  if (auction->status != NB_AUCTION_OPEN)
    return (Outcome){ .code = NB_ERROR_AUCTION_ENDED };
  decision = nb_auction_type_on_bid (model->type, auction, bid, bid->at, &error);
  if (decision == NULL)
    return (Outcome){ .code = (int)nb_error_get_code (error) };
  if (!all_covered (model, auction, decision, bid->person))
    return (Outcome){ .code = NB_ERROR_INSUFFICIENT_FUNDS };
  return accept (model, auction, bid, decision);
}

static NbBidRequest
random_request (const gint64 *auctions, guint which, const NbAuction *auction)
{
  NbBidRequest request = { .auction = auctions[which],
                           .person = g_test_rand_int_range (1, N_PEOPLE + 1),
                           .kind = g_test_rand_int_range (0, 2) == 0 ? NB_BID_AMOUNT : NB_BID_MAX,
                           .quantity = 1,
                           .expected_seq = -1 };

  request.amount
      = MAX (auction->price, 1000) + 100 * g_test_rand_int_range (-2, 12) + g_test_rand_int_range (0, 12) / 11;
  if (g_test_rand_int_range (0, 60) == 0)
    {
      request.kind = NB_BID_BUY_NOW;
      request.amount = 30000;
    }
  return request;
}

static void
assert_same (const Answer *answer, const Outcome *outcome)
{
  g_assert_cmpint (answer->error != NULL ? (int)nb_error_get_code (answer->error) : -1, ==, outcome->code);
  if (outcome->code >= 0)
    return;
  g_assert_cmpint (answer->result.standing, ==, outcome->standing);
  g_assert_cmpint (answer->result.price, ==, outcome->price);
  g_assert_cmpint (answer->result.hold, ==, outcome->hold);
  g_assert_cmpint (answer->result.seq, ==, outcome->seq);
}

static void
set_up_model (EngineFixture *self, Model *model, gint64 *auctions)
{
  for (guint i = 0; i < N_AUCTIONS; i++)
    {
      g_autoptr (NbAuctionView) view = NULL;

      auctions[i]
          = engine_fixture_list (self, "english",
                                 "{'start_price': <int64 1000>, 'step': <int64 100>, 'buy_now_price': <int64 30000>, "
                                 "'reserve_price': <int64 3000>}",
                                 HOUR);
      view = engine_fixture_get (self, auctions[i], 0);
      model->auctions[i] = nb_auction_ref (view->auction);
    }
  for (gint64 person = 1; person <= N_PEOPLE; person++)
    model->available[person] = engine_fixture_get_balance (self, person).available;
}

static void
compare_end (EngineFixture *self, const Model *model, const gint64 *auctions)
{
  for (guint i = 0; i < N_AUCTIONS; i++)
    {
      g_autoptr (NbAuctionView) view = engine_fixture_get (self, auctions[i], 0);

      g_assert_cmpint (view->auction->status, ==, model->auctions[i]->status);
      g_assert_cmpint (view->auction->seq, ==, model->auctions[i]->seq);
      g_assert_cmpint (view->auction->price, ==, model->auctions[i]->price);
      g_assert_cmpint (view->auction->leader, ==, model->auctions[i]->leader);
      g_assert_cmpint (view->auction->bid_count, ==, model->auctions[i]->bid_count);
    }
  for (gint64 person = 1; person <= N_PEOPLE; person++)
    g_assert_cmpint (engine_fixture_get_balance (self, person).available, ==, model->available[person]);
}

static void
run_round (EngineFixture *self, NbAuctionType *type)
{
  Model model = { .type = type };
  gint64 auctions[N_AUCTIONS];
  g_autofree Answer *answers = g_new0 (Answer, N_BIDS);
  g_autofree Outcome *outcomes = g_new0 (Outcome, N_BIDS);

  set_up_model (self, &model, auctions);
  for (guint i = 0; i < N_BIDS; i++)
    {
      /* Where batches run side by side, money that is short makes the order between auctions matter. */
      guint which = self->kind == NB_TEST_SQLITE ? (guint)g_test_rand_int_range (0, N_AUCTIONS) : 0;
      NbBidRequest request = random_request (auctions, which, model.auctions[which]);
      NbBid bid = { .person = request.person, .kind = request.kind, .amount = request.amount, .quantity = 1 };

      bid.at = nb_store_now (self->store);
      outcomes[i] = bid_in_model (&model, model.auctions[which], &bid);
      engine_fixture_submit (self->engine, &request, &answers[i]);
      /* Now and then the engine may catch up, so that batches are of all sizes. */
      if (g_test_rand_int_range (0, 20) == 0)
        engine_fixture_wait (self, answers, i + 1);
    }
  engine_fixture_wait (self, answers, N_BIDS);
  for (guint i = 0; i < N_BIDS; i++)
    {
      assert_same (&answers[i], &outcomes[i]);
      g_clear_error (&answers[i].error);
    }
  compare_end (self, &model, auctions);
  for (guint i = 0; i < N_AUCTIONS; i++)
    nb_auction_unref (model.auctions[i]);
}

static void
test_equals_one_by_one (EngineFixture *self)
{
  g_autoptr (NbAuctionType) type = g_object_new (test_english_get_type (), NULL);

  engine_fixture_add_people (self, N_PEOPLE, 40000);
  for (guint i = 0; i < ROUNDS; i++)
    {
      run_round (self, type);
      engine_fixture_assert_content (self);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  engine_fixture_add_test ("/engine/storm/equals-one-by-one", 240, test_equals_one_by_one);
  return g_test_run ();
}
