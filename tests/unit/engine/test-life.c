/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An auction's life on both databases: deadlines, closing, settling, timers, pauses, cancelling. */
#include "core/engine/nb-scheduler.h"
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-gate.h"
#include "tests/unit/engine/engine-fixture.h"

typedef struct
{
  EngineFixture *fixture;
  gint64 auction;
  NbAuctionStatus status;
} Wanted;

static gboolean
has_status (gpointer user_data)
{
  Wanted *wanted = user_data;
  g_autoptr (NbAuctionView) view = engine_fixture_get (wanted->fixture, wanted->auction, 0);

  return nb_auction_get_status (view->auction) == wanted->status;
}

static void
wait_for_status (EngineFixture *self, gint64 auction, NbAuctionStatus status)
{
  Wanted wanted = { self, auction, status };

  nb_test_loop_run_until (&self->loop, has_status, &wanted);
}

static gboolean
has_opened (gpointer user_data)
{
  return engine_fixture_count_events (user_data, "auction-opened") > 0;
}

static void
wait_until (EngineFixture *self, gint64 at)
{
  while (nb_store_now (self->store) < at)
    g_usleep (1000);
}

/* As if the auction had been listed to end at @at. */
static void
move_end (EngineFixture *self, gint64 auction, gint64 at)
{
  g_autofree char *sql
      = g_strdup_printf ("UPDATE auctions SET ends_at = %" G_GINT64_FORMAT ", original_ends_at = "
                         "%" G_GINT64_FORMAT ", next_due_at = %" G_GINT64_FORMAT " WHERE id = %" G_GINT64_FORMAT,
                         at, at, at, auction);

  g_free (nb_test_database_run (self->database, sql));
}

static void
test_close_settles (EngineFixture *self)
{
  g_autoptr (NbAuctionView) view = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 3, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  answer = engine_fixture_bid (self, auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  answer = engine_fixture_bid (self, auction, 3, 1500);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1500);
  engine_fixture_advance (self, auction);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_OPEN);
  move_end (self, auction, nb_store_now (self->store));
  answer = engine_fixture_bid (self, auction, 2, 2000);
  engine_fixture_assert_refused (&answer, NB_ERROR_AUCTION_ENDED);
  engine_fixture_advance (self, auction);
  engine_fixture_advance (self, auction);
  g_clear_pointer (&view, nb_auction_view_unref);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_SOLD);
  g_assert_cmpint (view->winner, ==, 3);
  g_assert_cmpint (view->winning_price, ==, 1500);
  g_assert_cmpuint (engine_fixture_count_events (self, "auction-closed"), ==, 1);
  g_assert_cmpuint (engine_fixture_count_events (self, "settled"), ==, 1);
  /* The fee is 2.5 %, floored: 37 of 1,500. */
  g_assert_cmpint (engine_fixture_get_balance (self, SELLER).available, ==, 1463);
  g_assert_cmpint (engine_fixture_get_balance (self, 3).available, ==, 98500);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 100000);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked + engine_fixture_get_balance (self, 3).locked, ==, 0);
}

static void
test_buy_now (EngineFixture *self)
{
  NbBidRequest request = { .person = 3, .kind = NB_BID_BUY_NOW, .amount = 4999, .quantity = 1, .expected_seq = -1 };
  g_autoptr (NbAuctionView) view = NULL;
  Answer answer;

  engine_fixture_add_people (self, 3, 5000);
  request.auction = engine_fixture_list (
      self, "english", "{'start_price': <int64 1000>, 'step': <int64 100>, 'buy_now_price': <int64 5000>}", HOUR);
  answer = engine_fixture_bid (self, request.auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_refused (&answer, NB_ERROR_STATE_CONFLICT);
  request.amount = 5000;
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 5000);
  g_assert_cmpint (answer.result.hold, ==, 0);
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_refused (&answer, NB_ERROR_AUCTION_ENDED);
  view = engine_fixture_get (self, request.auction, 0);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_SOLD);
  g_assert_cmpint (engine_fixture_get_balance (self, SELLER).available, ==, 4875);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 5000);
  g_assert_cmpuint (engine_fixture_count_events (self, "outbid"), ==, 1);
}

typedef struct
{
  NbTestGate gate;
  gint n_begun; /* atomic */
} Latch;

static void
hold_first (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  Latch *latch = user_data;

  if (point == NB_FAULT_BEFORE_BEGIN && g_atomic_int_add (&latch->n_begun, 1) == 0)
    nb_test_gate_pass (transaction, &latch->gate, NULL);
}

/* The bid came in time and is committed late: it counts. The one after the end does not, nor does the close overtake.
 */
static void
test_deadline (EngineFixture *self)
{
  Latch latch = { .n_begun = 0 };
  gint64 end;
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GAsyncResult) advanced = NULL;
  NbBidRequest request = { .person = 2, .amount = 1000, .quantity = 1, .expected_seq = -1 };
  Answer in_time, late;

  engine_fixture_add_people (self, 3, 100000);
  request.auction = engine_fixture_list (self, "english", NULL, HOUR);
  nb_test_gate_init (&latch.gate);
  nb_store_set_fault_hook (self->store, hold_first, &latch);
  engine_fixture_submit (self->engine, &request, &in_time);
  nb_test_gate_wait (&latch.gate);
  end = nb_store_now (self->store) + 300000;
  move_end (self, request.auction, end);
  wait_until (self, end + 300000);
  nb_bid_engine_advance_async (self->engine, request.auction, nb_test_loop_keep_result, &advanced);
  request.person = 3;
  request.amount = 2000;
  engine_fixture_submit (self->engine, &request, &late);
  nb_test_gate_open (&latch.gate);
  engine_fixture_wait (self, &in_time, 1);
  engine_fixture_wait (self, &late, 1);
  nb_store_set_fault_hook (self->store, NULL, NULL);
  nb_test_gate_clear (&latch.gate);
  engine_fixture_assert_accepted (&in_time, NB_STANDING_LEADING, 1000);
  engine_fixture_assert_refused (&late, NB_ERROR_AUCTION_ENDED);
  view = engine_fixture_get (self, request.auction, 0);
  g_assert_cmpint (view->winner, ==, 2);
  g_assert_cmpint (view->winning_price, ==, 1000);
}

/* What ended while nobody ran is closed at the next start; what starts or ends later is done in time. */
static void
test_scheduler (EngineFixture *self)
{
  NbListing later = { .type = "english", .seller = SELLER, .title = "Later", .description = "" };
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GError) error = NULL;
  NbScheduler *scheduler;
  Answer answer;
  gint64 ended;

  engine_fixture_add_people (self, 2, 100000);
  ended = engine_fixture_list (self, "english", NULL, HOUR);
  answer = engine_fixture_bid (self, ended, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  move_end (self, ended, nb_store_now (self->store));
  scheduler = nb_scheduler_new (self->store, self->registry, self->engine);
  nb_scheduler_start (scheduler);
  wait_for_status (self, ended, NB_AUCTION_SOLD);

  later.starts_at = nb_store_now (self->store) + 5 * G_USEC_PER_SEC;
  later.ends_at = later.starts_at + G_USEC_PER_SEC;
  later.terms = g_variant_new_parsed ("{'start_price': <int64 1000>}");
  view = engine_fixture_list_full (self, &later, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_SCHEDULED);
  answer = engine_fixture_bid (self, nb_auction_get_id (view->auction), 2, 1000);
  engine_fixture_assert_refused (&answer, NB_ERROR_AUCTION_NOT_STARTED);
  /* It may be open for less time than looking at it takes. */
  nb_test_loop_run_until (&self->loop, has_opened, self);
  wait_for_status (self, nb_auction_get_id (view->auction), NB_AUCTION_UNSOLD);
  g_assert_cmpuint (engine_fixture_count_events (self, "auction-opened"), ==, 1);
  g_assert_cmpuint (engine_fixture_count_events (self, "auction-closed"), ==, 2);
  nb_scheduler_stop (scheduler);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (scheduler);
}

/* The price falls by timers, judged before a bid even when nobody fired them; the first bid buys. */
static void
test_timers (EngineFixture *self)
{
  g_autoptr (NbAuctionView) view = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 2, 100000);
  auction = engine_fixture_list (self, "falling",
                                 "{'start_price': <int64 1000>, 'step': <int64 10>, 'every_ms': <int64 50>}", HOUR);
  wait_until (self, nb_store_now (self->store) + 120000);
  engine_fixture_advance (self, auction);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_price (view->auction), <=, 980);
  wait_until (self, nb_store_now (self->store) + 60000);
  answer = engine_fixture_bid (self, auction, 2, 975);
  g_assert_no_error (answer.error);
  g_assert_cmpint (answer.result.price, <=, 970);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 100000 - answer.result.price);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM timers"), ==, 0);
  g_clear_pointer (&view, nb_auction_view_unref);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_SOLD);
}

static gboolean
cancel (EngineFixture *self, gint64 auction, gint64 actor, gboolean is_admin, const char *reason, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_bid_engine_cancel_async (self->engine, auction, actor, is_admin, reason, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_bid_engine_cancel_finish (self->engine, result, error);
}

static void
assert_cancel_refused (EngineFixture *self, gint64 auction, gint64 actor, gboolean is_admin, NbErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cancel (self, auction, actor, is_admin, NULL, &error));
  g_assert_error (error, NB_ERROR, (int)code);
}

static void
test_cancel (EngineFixture *self)
{
  g_autoptr (GError) error = NULL;
  Answer answer;
  gint64 untouched, bid_on;

  engine_fixture_add_people (self, 3, 100000);
  untouched = engine_fixture_list (self, "english", NULL, HOUR);
  bid_on = engine_fixture_list (self, "english", NULL, HOUR);
  answer = engine_fixture_bid (self, bid_on, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  assert_cancel_refused (self, bid_on + 1, SELLER, FALSE, NB_ERROR_NOT_FOUND);
  assert_cancel_refused (self, untouched, 2, FALSE, NB_ERROR_NOT_YOURS);
  assert_cancel_refused (self, bid_on, SELLER, FALSE, NB_ERROR_HAS_BIDS);
  assert_cancel_refused (self, bid_on, 3, TRUE, NB_ERROR_VALIDATION_FAILED);
  cancel (self, untouched, SELLER, FALSE, NULL, &error);
  g_assert_no_error (error);
  assert_cancel_refused (self, untouched, SELLER, FALSE, NB_ERROR_AUCTION_ENDED);
  cancel (self, bid_on, 3, TRUE, "stolen goods", &error);
  g_assert_no_error (error);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 100000);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 0);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM audit WHERE reason = 'stolen goods'"), ==, 1);
  g_assert_cmpuint (engine_fixture_count_events (self, "auction-cancelled"), ==, 2);
  answer = engine_fixture_bid (self, bid_on, 2, 2000);
  engine_fixture_assert_refused (&answer, NB_ERROR_AUCTION_ENDED);
}

/* A type that stops takes its auctions along, holds kept; back again, they go on with the time they lost. */
static void
test_stopped_type (EngineFixture *self)
{
  NbScheduler *scheduler = nb_scheduler_new (self->store, self->registry, self->engine);
  g_autoptr (NbAuctionView) before = NULL;
  g_autoptr (NbAuctionView) after = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 3, 100000);
  nb_scheduler_start (scheduler);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  answer = engine_fixture_bid (self, auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  before = engine_fixture_get (self, auction, 0);
  nb_registry_remove_owner (self->registry, "test");
  wait_for_status (self, auction, NB_AUCTION_PAUSED);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 1000);
  answer = engine_fixture_bid (self, auction, 3, 2000);
  engine_fixture_assert_refused (&answer, NB_ERROR_AUCTION_PAUSED);
  wait_until (self, nb_store_now (self->store) + 50000);
  engine_fixture_add_types (self->registry);
  wait_for_status (self, auction, NB_AUCTION_OPEN);
  after = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_ends_at (after->auction) - nb_auction_get_ends_at (before->auction), >=, 50000);
  answer = engine_fixture_bid (self, auction, 3, 2000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 2000);
  nb_scheduler_stop (scheduler);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (scheduler);
}

static void
test_drain (EngineFixture *self)
{
  NbBidRequest request = { .person = 2, .amount = 1000, .quantity = 1, .expected_seq = -1 };
  g_autoptr (GAsyncResult) drained = NULL;
  g_autoptr (GError) error = NULL;
  Answer before, after;

  engine_fixture_add_people (self, 2, 100000);
  request.auction = engine_fixture_list (self, "english", NULL, HOUR);
  engine_fixture_submit (self->engine, &request, &before);
  nb_bid_engine_drain_async (self->engine, nb_test_loop_keep_result, &drained);
  engine_fixture_submit (self->engine, &request, &after);
  nb_test_loop_run_until_result (&self->loop, &drained);
  g_assert_true (nb_bid_engine_drain_finish (self->engine, drained, &error));
  engine_fixture_assert_accepted (&before, NB_STANDING_LEADING, 1000);
  engine_fixture_assert_refused (&after, NB_ERROR_SHUTTING_DOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  engine_fixture_add_test ("/engine/life/close-settles-once", 240, test_close_settles);
  engine_fixture_add_test ("/engine/life/buy-now-closes", 240, test_buy_now);
  engine_fixture_add_test ("/engine/life/stamped-before-the-end-counts", 240, test_deadline);
  engine_fixture_add_test ("/engine/life/restart-closes-what-ended", 240, test_scheduler);
  engine_fixture_add_test ("/engine/life/timers-fire-before-a-bid", 240, test_timers);
  engine_fixture_add_test ("/engine/life/cancel", 240, test_cancel);
  engine_fixture_add_test ("/engine/life/stopped-type-pauses", 240, test_stopped_type);
  engine_fixture_add_test ("/engine/life/drain-finishes-what-waits", 240, test_drain);
  return g_test_run ();
}
