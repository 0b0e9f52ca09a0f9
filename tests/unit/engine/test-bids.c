/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bids through the engine, on both databases: what stands, what is refused, and whose money is held. */
#include "core/store/nb-store-private.h"
#include "tests/unit/engine/engine-fixture.h"
#include <neighborbid/nb-metrics.h>

static void
test_lead_and_outbid (EngineFixture *self)
{
  Answer answer;
  gint64 auction;
  NbBalance balance;

  engine_fixture_add_people (self, 3, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);

  answer = engine_fixture_bid (self, auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  g_assert_cmpint (answer.result.hold, ==, 1000);
  g_assert_cmpint (answer.result.min_next, ==, 1100);
  answer = engine_fixture_bid (self, auction, 3, 1100);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1100);
  balance = engine_fixture_get_balance (self, 2);
  g_assert_cmpint (balance.available, ==, 100000);
  g_assert_cmpint (balance.locked, ==, 0);
  balance = engine_fixture_get_balance (self, 3);
  g_assert_cmpint (balance.available, ==, 98900);
  g_assert_cmpint (balance.locked, ==, 1100);
  g_assert_cmpuint (engine_fixture_count_events (self, "bid-accepted"), ==, 2);
  g_assert_cmpuint (engine_fixture_count_events (self, "outbid"), ==, 1);
}

static gint64
get_int (const NbEvent *event, const char *name)
{
  gint64 value = -1;

  g_assert_true (g_variant_lookup (nb_event_get_payload (event), name, "x", &value));
  return value;
}

static void
test_sealed_events (EngineFixture *self)
{
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 3, 100000);
  auction = engine_fixture_list (self, "secret", NULL, HOUR);
  answer = engine_fixture_bid (self, auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  answer = engine_fixture_bid (self, auction, 3, 1100);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1100);
  g_assert_cmpuint (engine_fixture_count_events (self, "bid-accepted"), ==, 2);
  g_assert_cmpuint (engine_fixture_count_events (self, "outbid"), ==, 0);
  for (guint i = 0; i < self->events->len; i++)
    {
      const NbEvent *event = g_ptr_array_index (self->events, i);
      if (!g_str_equal (nb_event_get_kind (event), "bid-accepted"))
        continue;
      g_assert_cmpint (get_int (event, "price"), ==, 0);
      g_assert_cmpint (get_int (event, "leader"), ==, 0);
      g_assert_cmpint (get_int (event, "seq"), >, 0);
    }
}

static void
test_refusals (EngineFixture *self)
{
  NbBidRequest request = { .person = 2, .amount = 1000, .quantity = 1, .expected_seq = 99 };
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 4, 5000);
  g_free (nb_test_database_run (self->database, "UPDATE people SET is_suspended = 1 WHERE id = 4"));
  auction = engine_fixture_list (self, "english", NULL, HOUR);

  answer = engine_fixture_bid (self, auction + 1, 2, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_NOT_FOUND);
  answer = engine_fixture_bid (self, auction, SELLER, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_SELLER_CANNOT_BID);
  answer = engine_fixture_bid (self, auction, 4, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_BLOCKED);
  answer = engine_fixture_bid (self, auction, 77, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_BLOCKED);
  answer = engine_fixture_bid (self, auction, 2, 0);
  engine_fixture_assert_refused (&answer, NB_ERROR_VALIDATION_FAILED);
  answer = engine_fixture_bid (self, auction, 2, NB_MONEY_MAX_OPERATION + 1);
  engine_fixture_assert_refused (&answer, NB_ERROR_VALIDATION_FAILED);
  answer = engine_fixture_bid (self, auction, 2, 999);
  g_assert_cmpint (nb_error_get_min_next (answer.error), ==, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_BID_TOO_LOW);
  answer = engine_fixture_bid (self, auction, 2, 1050);
  engine_fixture_assert_refused (&answer, NB_ERROR_NOT_A_MULTIPLE_OF_STEP);
  answer = engine_fixture_bid (self, auction, 2, 5100);
  g_assert_cmpint (nb_error_get_min_next (answer.error), ==, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_INSUFFICIENT_FUNDS);
  request.auction = auction;
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_refused (&answer, NB_ERROR_STATE_CONFLICT);
  request.expected_seq = -1;
  request.kind = NB_BID_BUY_NOW;
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_refused (&answer, NB_ERROR_BUY_NOW_GONE);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind <> 'open'"), ==, 0);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 0);
}

/* The first bid runs alone; the others wait and are one batch: one row of events, one answer each. */
static void
test_neighbours_in_a_batch (EngineFixture *self)
{
  Answer answers[6];
  static const NbMoney amounts[] = { 1000, 1100, 1100, 900000, 1200, 1300 };
  gint64 auction;

  engine_fixture_add_people (self, 8, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      NbBidRequest request
          = { .auction = auction, .person = 2 + i, .amount = amounts[i], .quantity = 1, .expected_seq = -1 };

      engine_fixture_submit (self->engine, &request, &answers[i]);
    }
  engine_fixture_wait (self, answers, G_N_ELEMENTS (answers));
  engine_fixture_assert_accepted (&answers[0], NB_STANDING_LEADING, 1000);
  engine_fixture_assert_accepted (&answers[1], NB_STANDING_LEADING, 1100);
  engine_fixture_assert_refused (&answers[2], NB_ERROR_BID_TOO_LOW);
  engine_fixture_assert_refused (&answers[3], NB_ERROR_INSUFFICIENT_FUNDS);
  engine_fixture_assert_accepted (&answers[4], NB_STANDING_LEADING, 1200);
  engine_fixture_assert_accepted (&answers[5], NB_STANDING_LEADING, 1300);
  g_assert_cmpint (answers[5].result.seq, ==, answers[0].result.seq + 3);
  g_assert_cmpuint (engine_fixture_count_events (self, "bid-accepted"), ==, 2);
  g_assert_cmpint (engine_fixture_get_balance (self, 7).locked, ==, 1300);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 0);
}

static void
test_full_queue (EngineFixture *self)
{
  NbEngineOptions options = { .queue_max = 4 };
  Answer answers[20];
  guint n_busy = 0;
  gint64 auction;

  engine_fixture_add_people (self, 2, 1000000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  nb_bid_engine_set_options (self->engine, &options);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      NbBidRequest request
          = { .auction = auction, .person = 2, .amount = 1000 + 100 * i, .quantity = 1, .expected_seq = -1 };

      engine_fixture_submit (self->engine, &request, &answers[i]);
    }
  engine_fixture_wait (self, answers, G_N_ELEMENTS (answers));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (answers[i].error != NULL)
      {
        g_assert_cmpuint (nb_error_get_retry_after (answers[i].error), >, 0);
        engine_fixture_assert_refused (&answers[i], NB_ERROR_BUSY);
        n_busy++;
      }
  g_assert_cmpuint (n_busy, ==, G_N_ELEMENTS (answers) - 5);
}

static void
submit_keyed (EngineFixture *self, gint64 auction, gint64 person, NbMoney amount, const char *key, Answer *answer)
{
  NbBidRequest request
      = { .auction = auction, .person = person, .amount = amount, .quantity = 1, .expected_seq = -1, .key = key };

  engine_fixture_submit (self->engine, &request, answer);
}

static void
test_same_key_same_answer (EngineFixture *self)
{
  Answer answers[7];
  gint64 auction;

  engine_fixture_add_people (self, 3, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  submit_keyed (self, auction, 2, 1000, "a", &answers[0]);
  submit_keyed (self, auction, 2, 1100, "b", &answers[1]);
  submit_keyed (self, auction, 2, 1100, "b", &answers[2]); /* in the same batch */
  submit_keyed (self, auction, 2, 1200, "b", &answers[3]); /* another body */
  submit_keyed (self, auction, 3, 100, "a", &answers[4]);  /* another person's key */
  submit_keyed (self, auction, 3, 100, "a", &answers[5]);
  engine_fixture_wait (self, answers, 6);
  engine_fixture_assert_accepted (&answers[1], NB_STANDING_LEADING, 1000);
  engine_fixture_assert_accepted (&answers[2], NB_STANDING_LEADING, 1000);
  g_assert_false (answers[1].result.is_replay);
  g_assert_true (answers[2].result.is_replay);
  g_assert_cmpint (answers[1].result.bid, ==, answers[2].result.bid);
  g_assert_cmpint (answers[1].result.hold, ==, answers[2].result.hold);
  g_assert_cmpint (answers[1].result.ends_at, ==, answers[2].result.ends_at);
  engine_fixture_assert_refused (&answers[3], NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  g_assert_cmpint (nb_error_get_min_next (answers[5].error), ==, nb_error_get_min_next (answers[4].error));
  g_assert_cmpstr (answers[5].error->message, ==, answers[4].error->message);
  g_assert_true (answers[5].result.is_replay);
  engine_fixture_assert_refused (&answers[4], NB_ERROR_BID_TOO_LOW);
  engine_fixture_assert_refused (&answers[5], NB_ERROR_BID_TOO_LOW);

  submit_keyed (self, auction, 2, 1000, "a", &answers[6]);
  engine_fixture_wait (self, &answers[6], 1);
  engine_fixture_assert_accepted (&answers[6], NB_STANDING_LEADING, 1000);
  g_assert_true (answers[6].result.is_replay);
  g_assert_cmpint (answers[6].result.bid, ==, answers[0].result.bid);
  g_assert_cmpint (engine_fixture_count (self, "SELECT bid_count FROM auctions"), ==, 2);
}

/* Breaks the transaction after so many of its writes. */
static void
break_after (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  static const NbSql broken = { "UPDATE auctions SET no_such_column = 1", NULL, NULL };
  int *writes_left = user_data;

  if (point == NB_FAULT_AFTER_WRITE && --*writes_left == 0)
    g_assert_cmpint (nb_transaction_execute (transaction, &broken, NB_NO_PARAMS, NULL), ==, -1);
}

static void
test_rollback_emits_nothing (EngineFixture *self)
{
  gint64 auction;
  Answer answer;
  int failed = 0;

  engine_fixture_add_people (self, 2, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  for (int fail_at = 1; fail_at <= 20; fail_at++)
    {
      int writes_left = fail_at;
      guint n_events = self->events->len;

      nb_store_set_fault_hook (self->store, break_after, &writes_left);
      answer = engine_fixture_bid (self, auction, 2, 1000);
      nb_store_set_fault_hook (self->store, NULL, NULL);
      if (answer.error == NULL)
        break;
      g_assert_cmpint (nb_error_get_code (answer.error), ==, NB_ERROR_INTERNAL);
      g_clear_error (&answer.error);
      failed++;
      g_assert_cmpuint (self->events->len, ==, n_events);
      g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'amount'"), ==, 0);
      g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 0);
      engine_fixture_assert_content (self);
    }
  /* Log, auction, wallet, hold, ledger. */
  g_assert_cmpint (failed, >=, 5);
}

static void
test_rogue_type (EngineFixture *self)
{
  static const NbMoney faults[] = { 1001, 1002, 1003, 1004, 1006 };

  engine_fixture_add_people (self, 3, 100000);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      const char *terms = "{'start_price': <int64 500>, 'step': <int64 1>}";
      gint64 rogue = engine_fixture_list (self, "rogue", terms, HOUR);
      NbMetric *errors = nb_metrics_counter ("plugin_errors_total", "", "id=\"test\"");
      double before;
      gint64 good = engine_fixture_list (self, "english", terms, HOUR);
      g_autoptr (NbAuctionView) view = NULL;
      Answer answers[4];

      answers[0] = engine_fixture_bid (self, rogue, 2, 600);
      engine_fixture_assert_accepted (&answers[0], NB_STANDING_LEADING, 600);
      g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "*rogue*broke a rule*");
      submit_keyed (self, good, 3, 700, NULL, &answers[0]);
      submit_keyed (self, good, 2, 800, NULL, &answers[1]);
      before = nb_metric_get (errors);
      submit_keyed (self, rogue, 3, faults[i], NULL, &answers[2]);
      submit_keyed (self, rogue, 3, 2000, NULL, &answers[3]);
      engine_fixture_wait (self, answers, 4);
      g_test_assert_expected_messages ();
      engine_fixture_assert_accepted (&answers[0], NB_STANDING_LEADING, 700);
      engine_fixture_assert_accepted (&answers[1], NB_STANDING_LEADING, 800);
      engine_fixture_assert_refused (&answers[2], NB_ERROR_AUCTION_PAUSED);
      engine_fixture_assert_refused (&answers[3], NB_ERROR_AUCTION_PAUSED);
      g_assert_cmpfloat (nb_metric_get (errors), ==, before + 1);
      view = engine_fixture_get (self, rogue, 0);
      g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_PAUSED);
      g_assert_cmpstr (view->pause_reason, ==, "type-fault");
    }
  g_assert_cmpuint (engine_fixture_count_events (self, "auction-paused"), ==, G_N_ELEMENTS (faults));
  /* The holds are kept: 600 in each of the paused, 800 in each of the good ones. */
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, G_N_ELEMENTS (faults) * (600 + 800));
}

/* Two engines with a store each, as two processes: one balance, two auctions, two bids at once. */
static void
test_double_spend (EngineFixture *self)
{
  NbEngineOptions options = { 0 };
  NbStore *store;
  NbBidEngine *other = engine_fixture_new_engine (self, &options, &store);
  gint64 auctions[2];

  engine_fixture_add_people (self, 102, 0);
  for (guint i = 0; i < 2; i++)
    auctions[i] = engine_fixture_list (self, "english", "{'start_price': <int64 1>, 'step': <int64 1>}", HOUR);
  for (gint64 person = 2; person < 102; person++)
    {
      Answer answers[2];
      NbMoney amount = person * 10;

      engine_fixture_deposit (self, person, amount);
      for (guint i = 0; i < 2; i++)
        {
          NbBidRequest request
              = { .auction = auctions[i], .person = person, .amount = amount, .quantity = 1, .expected_seq = -1 };

          engine_fixture_submit ((person + i) % 2 == 0 ? self->engine : other, &request, &answers[i]);
        }
      engine_fixture_wait (self, answers, 2);
      g_assert_true ((answers[0].error == NULL) != (answers[1].error == NULL));
      engine_fixture_assert_refused (answers[0].error != NULL ? &answers[0] : &answers[1], NB_ERROR_INSUFFICIENT_FUNDS);
      g_assert_cmpint (engine_fixture_get_balance (self, person).locked, ==, amount);
    }
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (other);
  nb_store_stop (store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Batches that are broken on purpose are told as warnings. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  engine_fixture_add_test ("/engine/bid/lead-and-outbid", 240, test_lead_and_outbid);
  engine_fixture_add_test ("/engine/bid/sealed-events-tell-no-price", 240, test_sealed_events);
  engine_fixture_add_test ("/engine/bid/refusals-change-nothing", 240, test_refusals);
  engine_fixture_add_test ("/engine/bid/neighbours-in-a-batch", 240, test_neighbours_in_a_batch);
  engine_fixture_add_test ("/engine/bid/full-queue-is-busy-at-once", 240, test_full_queue);
  engine_fixture_add_test ("/engine/bid/same-key-same-answer", 240, test_same_key_same_answer);
  engine_fixture_add_test ("/engine/bid/rollback-emits-nothing", 240, test_rollback_emits_nothing);
  engine_fixture_add_test ("/engine/bid/rogue-type-is-paused-alone", 240, test_rogue_type);
  engine_fixture_add_test ("/engine/bid/one-balance-is-spent-once", 240, test_double_spend);
  return g_test_run ();
}
