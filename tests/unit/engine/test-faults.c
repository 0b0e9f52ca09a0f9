/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must not harm money or neighbours: spoiled rows, keys used twice, types at fault, settings that change later. */
#include "core/engine/nb-replay.h"
#include "core/store/nb-store-private.h"
#include "tests/unit/engine/engine-fixture.h"

#define TERMS "{'start_price': <int64 1000>, 'step': <int64 100>, 'buy_now_price': <int64 5000>}"

typedef struct
{
  NbEnglishType parent_instance;
} TestNear;

typedef struct
{
  NbEnglishTypeClass parent_class;
} TestNearClass;

GType test_near_get_type (void);
G_DEFINE_TYPE (TestNear, test_near, NB_TYPE_ENGLISH_TYPE)

/* As an operator's setting: whether only people of the auction's own region may bid. */
static int is_narrow;

static NbTypeDescription *
near_describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_REGIONAL);

  nb_type_description_add_language (description, "en", "Near", "A type for tests");
  return description;
}

static NbDecision *
near_on_bid (NbAuctionType *type, const NbAuction *auction, const NbBid *bid, gint64 now, GError **error)
{
  if (g_atomic_int_get (&is_narrow)
      && !g_str_equal (nb_bid_get_place (bid)->region, nb_auction_get_place (auction)->region))
    {
      nb_set_error (error, NB_ERROR_REGION_NOT_ALLOWED, "too far", NULL);
      return NULL;
    }
  return NB_AUCTION_TYPE_CLASS (test_near_parent_class)->on_bid (type, auction, bid, now, error);
}

static void
test_near_class_init (TestNearClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = near_describe;
  NB_AUCTION_TYPE_CLASS (klass)->on_bid = near_on_bid;
}

static void
test_near_init (TestNear *self)
{
}

static NbBidRequest
make_request (gint64 auction, gint64 person, NbMoney amount)
{
  return (NbBidRequest){ .auction = auction, .person = person, .amount = amount, .quantity = 1, .expected_seq = -1 };
}

static void
submit (EngineFixture *self, gint64 auction, gint64 person, NbMoney amount, Answer *answer)
{
  NbBidRequest request = make_request (auction, person, amount);

  engine_fixture_submit (self->engine, &request, answer);
}

static void
run (EngineFixture *self, const char *format, gint64 id)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  GString *sql = g_string_new (format);

  g_string_replace (sql, "{id}", number, 0);
  g_free (nb_test_database_run (self->database, sql->str));
  g_string_free (sql, TRUE);
}

static gboolean
cancel (EngineFixture *self, gint64 auction)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_bid_engine_cancel_async (self->engine, auction, 99, TRUE, "a reason", nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_bid_engine_cancel_finish (self->engine, result, NULL);
}

/* Bids on four auctions that wait for one batch: the one that can't be read fails alone. */
static void
test_spoiled_row (EngineFixture *self)
{
  Answer answers[12];
  gint64 auctions[6];

  engine_fixture_add_people (self, 4, 1000000);
  for (guint i = 0; i < G_N_ELEMENTS (auctions); i++)
    auctions[i] = engine_fixture_list (self, "english", TERMS, HOUR);
  run (self, "UPDATE auctions SET state = '(' WHERE id = {id}", auctions[5]);
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "*rolled back*state of auction*");
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    submit (self, auctions[i % 6], 2 + i / 6, 1000 + 100 * (i / 6), &answers[i]);
  engine_fixture_wait (self, answers, G_N_ELEMENTS (answers));
  g_test_assert_expected_messages ();
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (i % 6 == 5)
      {
        g_assert_nonnull (answers[i].error);
        g_clear_error (&answers[i].error);
      }
    else
      engine_fixture_assert_accepted (&answers[i], NB_STANDING_LEADING, 1000 + 100 * (i / 6));
  g_assert_cmpint (engine_fixture_get_balance (self, 3).locked, ==, 5 * 1100);
  run (self, "UPDATE auctions SET state = '' WHERE id = {id}", auctions[5]);
}

/* Two winners who pay a trillion each: more than one movement of money can be. */
static void
test_large_payout (EngineFixture *self)
{
  NbListing listing = { .type = "pieces",
                        .seller = SELLER,
                        .title = "Islands",
                        .description = "",
                        .quantity = 3,
                        .ends_at = nb_store_now (self->store) + HOUR };
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 3, NB_MONEY_MAX_OPERATION);
  listing.terms = g_variant_new_parsed ("{'start_price': <int64 1>}");
  view = engine_fixture_list_full (self, &listing, NULL, &error);
  g_assert_no_error (error);
  auction = nb_auction_get_id (view->auction);
  for (gint64 person = 2; person <= 3; person++)
    {
      answer = engine_fixture_bid (self, auction, person, NB_MONEY_MAX_OPERATION);
      g_assert_no_error (answer.error);
    }
  run (self, "UPDATE auctions SET ends_at = starts_at + 1 WHERE id = {id}", auction);
  engine_fixture_advance (self, auction);
  g_assert_cmpint (engine_fixture_get_balance (self, SELLER).available, ==, 2 * NB_MONEY_MAX_OPERATION / 1000 * 975);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 0);
  run (self, "UPDATE auctions SET ends_at = original_ends_at WHERE id = {id}", auction);
}

typedef struct
{
  NbWallet *wallet;
  const char *key;
} Deposit;

static gboolean
deposit (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Deposit *self = user_data;
  NbEntry entry;

  return nb_wallet_deposit (self->wallet, transaction, 2, 1000, self->key, &entry, error);
}

/* One person's key stands for one request, whatever kind it is of. */
static void
test_keys_over_kinds (EngineFixture *self)
{
  Deposit paid = { self->wallet, "paid" }, bid = { self->wallet, "bid" };
  NbBidRequest request;
  g_autoptr (GError) error = NULL;
  Answer answers[4];

  engine_fixture_add_people (self, 3, 100000);
  request = make_request (engine_fixture_list (self, "english", NULL, HOUR), 2, 1000);
  nb_store_transact (self->store, deposit, &paid, &error);
  g_assert_no_error (error);
  request.key = "paid";
  engine_fixture_submit (self->engine, &request, &answers[0]);
  request.key = "bid";
  request.expected_seq = 1;
  engine_fixture_submit (self->engine, &request, &answers[1]);
  request.expected_seq = 2;
  engine_fixture_submit (self->engine, &request, &answers[2]);
  request.expected_seq = 1;
  engine_fixture_submit (self->engine, &request, &answers[3]);
  engine_fixture_wait (self, answers, 4);
  engine_fixture_assert_refused (&answers[0], NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  engine_fixture_assert_accepted (&answers[1], NB_STANDING_LEADING, 1000);
  engine_fixture_assert_refused (&answers[2], NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  engine_fixture_assert_accepted (&answers[3], NB_STANDING_LEADING, 1000);
  g_assert_true (answers[3].result.is_replay);
  g_assert_false (nb_store_transact (self->store, deposit, &bid, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 100000);

  /* The row of the key is gone by age; the ledger remembers, and the key is taken again. */
  g_clear_error (&error);
  g_free (nb_test_database_run (self->database, "DELETE FROM request_keys WHERE key = 'paid'"));
  nb_store_transact (self->store, deposit, &paid, &error);
  g_assert_no_error (error);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 100000);
  request.key = "paid";
  engine_fixture_submit (self->engine, &request, &answers[0]);
  engine_fixture_wait (self, answers, 1);
  engine_fixture_assert_refused (&answers[0], NB_ERROR_IDEMPOTENCY_KEY_REUSED);
}

/* A key that was pruned is a new one. */
static void
test_key_goes_away (EngineFixture *self)
{
  NbBidRequest request;
  Answer answer;

  engine_fixture_add_people (self, 2, 100000);
  request = make_request (engine_fixture_list (self, "english", NULL, HOUR), 2, 1000);
  request.key = "old";
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  g_free (nb_test_database_run (self->database, "DELETE FROM request_keys"));
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  g_assert_false (answer.result.is_replay);
  engine_fixture_assert_refused (&answer, NB_ERROR_BID_TOO_LOW);
}

/* Another process used the key, of which this one knows nothing: the bid stands once and has one answer, and so have
 * its neighbours in the batch. */
static void
test_key_of_another_process (EngineFixture *self)
{
  NbEngineOptions options = { .fee_hundredths = 250 };
  NbBidRequest request;
  Answer answers[4];
  NbBidEngine *other;
  NbStore *store;

  engine_fixture_add_people (self, 4, 100000);
  request = make_request (engine_fixture_list (self, "english", NULL, HOUR), 2, 1000);
  other = engine_fixture_new_engine (self, &options, &store);
  request.key = "one";
  engine_fixture_submit (other, &request, &answers[0]);
  engine_fixture_wait (self, answers, 1);
  engine_fixture_submit (self->engine, &request, &answers[1]);
  submit (self, request.auction, 3, 1100, &answers[2]);
  submit (self, request.auction, 4, 1200, &answers[3]);
  engine_fixture_wait (self, answers + 1, 3);
  engine_fixture_assert_accepted (&answers[0], NB_STANDING_LEADING, 1000);
  engine_fixture_assert_accepted (&answers[1], NB_STANDING_LEADING, 1000);
  engine_fixture_assert_accepted (&answers[2], NB_STANDING_LEADING, 1100);
  engine_fixture_assert_accepted (&answers[3], NB_STANDING_LEADING, 1200);
  g_assert_true (answers[1].result.is_replay);
  g_assert_cmpint (answers[1].result.bid, ==, answers[0].result.bid);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'amount'"), ==, 3);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM request_keys"), ==, 1);
  nb_store_stop (store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (other);
  g_assert_finalize_object (store);
}

static void
test_quantity (EngineFixture *self)
{
  NbBidRequest request;
  Answer answer;

  engine_fixture_add_people (self, 2, 100000);
  request = make_request (engine_fixture_list (self, "english", NULL, HOUR), 2, 1000);
  for (gint64 quantity = -1; quantity <= 2; quantity++)
    {
      if (quantity == 1)
        continue;
      request.quantity = quantity;
      engine_fixture_submit (self->engine, &request, &answer);
      engine_fixture_wait (self, &answer, 1);
      g_assert_cmpstr (nb_error_get_field (answer.error), ==, "quantity");
      engine_fixture_assert_refused (&answer, NB_ERROR_VALIDATION_FAILED);
    }
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 0);
}

/* A close that the type gets wrong keeps the money held, and an administrator can give it back. */
static void
test_faulty_close (EngineFixture *self)
{
  g_autoptr (NbAuctionView) view = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 2, 100000);
  auction = engine_fixture_list (self, "rogue", "{'start_price': <int64 500>, 'step': <int64 1>}", HOUR);
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "*rogue*broke a rule*");
  answer = engine_fixture_bid (self, auction, 2, 1005);
  g_test_assert_expected_messages ();
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1005);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_PAUSED);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).locked, ==, 1005);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM winners"), ==, 0);
  engine_fixture_assert_content (self);
  engine_fixture_advance (self, auction);
  g_assert_true (cancel (self, auction));
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 100000);
}

/* Two processes: buyers, a bidder and a cancelling administrator meet on one auction, again and again. */
static void
test_buyers_meet (EngineFixture *self)
{
  NbEngineOptions options = { .fee_hundredths = 250 };
  NbStore *store;
  NbBidEngine *other;
  NbMoney total = 0;

  engine_fixture_add_people (self, 5, 1000000);
  other = engine_fixture_new_engine (self, &options, &store);
  for (guint round = 0; round < 20; round++)
    {
      gint64 auction = engine_fixture_list (self, "english", TERMS, HOUR);
      g_autoptr (GAsyncResult) cancelled = NULL;
      g_autoptr (NbAuctionView) view = NULL;
      Answer answers[4];
      guint n_bought = 0;

      for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
        {
          NbBidRequest request = make_request (auction, 2 + i, i < 2 ? 5000 : 1000 + 100 * i);

          request.kind = i < 2 ? NB_BID_BUY_NOW : NB_BID_MAX;
          if (i == 2 && round % 2 == 0)
            nb_bid_engine_cancel_async (other, auction, 99, TRUE, "a race", nb_test_loop_keep_result, &cancelled);
          engine_fixture_submit (i % 2 == 0 ? self->engine : other, &request, &answers[i]);
        }
      engine_fixture_wait (self, answers, G_N_ELEMENTS (answers));
      if (round % 2 == 0)
        nb_test_loop_run_until_result (&self->loop, &cancelled);
      for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
        {
          n_bought += i < 2 && answers[i].error == NULL;
          g_clear_error (&answers[i].error);
        }
      view = engine_fixture_get (self, auction, 0);
      g_assert_cmpuint (n_bought, ==, nb_auction_get_status (view->auction) == NB_AUCTION_SOLD ? 1 : 0);
      g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM holds"), ==, 0);
    }
  for (guint i = 1; i <= 5; i++)
    total += engine_fixture_get_balance (self, i).available;
  total += engine_fixture_count (self, "SELECT balance FROM platform_buckets WHERE name = 'fees'");
  g_assert_cmpint (total, ==, 4 * 1000000);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (other);
  nb_store_stop (store);
  nb_test_loop_drain (&self->loop);
  g_object_unref (store);
}

typedef struct
{
  EngineFixture *fixture;
  gint64 auction;
  GPtrArray *faults;
} Replay;

static gboolean
replay (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Replay *self = user_data;

  return nb_replay_auction (transaction, self->fixture->registry, self->fixture->wallet, self->auction, self->faults,
                            error);
}

/* Bids that were near enough when they were accepted stay so when less is near today. */
static void
test_narrower_setting (EngineFixture *self)
{
  NbListing listing = { .type = "near",
                        .seller = SELLER,
                        .title = "Near",
                        .description = "",
                        .region = "11",
                        .ends_at = nb_store_now (self->store) + HOUR };
  g_autoptr (NbAuctionType) near = g_object_new (test_near_get_type (), NULL);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GError) error = NULL;
  Replay again = { self, 0, faults };
  Answer answer;

  engine_fixture_add_people (self, 3, 100000);
  g_free (nb_test_database_run (self->database, "INSERT INTO regions (code, parent, level, name, latitude, longitude) "
                                                "VALUES ('11', '', 1, 'Seoul', 37500000, 127000000)"));
  g_free (nb_test_database_run (self->database, "UPDATE people SET region = '26'"));
  nb_registry_add_auction_type (self->registry, "test", "near", near, &error);
  g_assert_no_error (error);
  listing.terms = g_variant_new_parsed ("{'start_price': <int64 1000>}");
  view = engine_fixture_list_full (self, &listing, NULL, &error);
  g_assert_no_error (error);
  again.auction = nb_auction_get_id (view->auction);
  answer = engine_fixture_bid (self, again.auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  g_atomic_int_set (&is_narrow, TRUE);
  answer = engine_fixture_bid (self, again.auction, 3, 2000);
  engine_fixture_assert_refused (&answer, NB_ERROR_REGION_NOT_ALLOWED);
  nb_store_read (self->store, replay, &again, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (faults->len, ==, 0);
  engine_fixture_assert_content (self);
  g_atomic_int_set (&is_narrow, FALSE);
}

/* After a long absence more timers are due than one transaction may fire: they follow in portions, and no bid is judged
 * before they are through. */
static void
test_long_absence (EngineFixture *self)
{
  g_autoptr (NbAuctionView) view = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 2, 1000000);
  auction = engine_fixture_list (self, "falling",
                                 "{'start_price': <int64 100000>, 'step': <int64 1>, 'every_ms': <int64 1000>}", HOUR);
  run (self, "UPDATE timers SET due_at = due_at - 3000000000 WHERE auction_id = {id}", auction);
  answer = engine_fixture_bid (self, auction, 2, 100000);
  g_assert_cmpuint (nb_error_get_retry_after (answer.error), >, 0);
  engine_fixture_assert_refused (&answer, NB_ERROR_BUSY);
  for (guint i = 0; i < 3; i++)
    engine_fixture_advance (self, auction);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_price (view->auction), <=, 97000);
  answer = engine_fixture_bid (self, auction, 2, 100000);
  g_assert_no_error (answer.error);
  g_assert_cmpint (answer.result.price, <=, 97000);
}

/* Without its type nobody can say what is sealed, so nothing is shown, sorted by or listed that might be. */
static void
test_stopped_type_tells_nothing (EngineFixture *self)
{
  const char *asking = "SELECT asking_price FROM auctions";
  g_autoptr (GAsyncResult) synced = NULL;
  g_autoptr (NbAuctionView) view = NULL;
  Answer answer;
  gint64 auction;

  engine_fixture_add_people (self, 2, 100000);
  auction = engine_fixture_list (self, "english", NULL, HOUR);
  answer = engine_fixture_bid (self, auction, 2, 3000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 3000);
  run (self, "UPDATE auctions SET asking_price = 77 WHERE id = {id}", auction);
  nb_registry_remove_owner (self->registry, "test");
  nb_bid_engine_sync_async (self->engine, auction, nb_test_loop_keep_result, &synced);
  nb_test_loop_run_until_result (&self->loop, &synced);
  g_assert_true (nb_bid_engine_sync_finish (self->engine, synced, NULL));
  g_assert_cmpint (engine_fixture_count (self, asking), ==, 77);
  view = engine_fixture_get (self, auction, 0);
  g_assert_cmpint (nb_auction_get_status (view->auction), ==, NB_AUCTION_PAUSED);
  g_assert_false (view->view.price || view->view.leader || view->view.bid_count || view->view.history);
  g_assert_null (view->leader_nickname);
}

/* The first bid opens an auction that nobody opened in time, and its end is told last. */
static void
test_events_in_order (EngineFixture *self)
{
  static const char *const order[] = { "auction-opened", "bid-accepted", "auction-closed" };
  NbListing listing = { .type = "english", .seller = SELLER, .title = "Later", .description = "" };
  NbBidRequest request;
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer;
  guint next = 0;

  engine_fixture_add_people (self, 2, 100000);
  listing.starts_at = nb_store_now (self->store) + HOUR;
  listing.ends_at = listing.starts_at + HOUR;
  listing.terms = g_variant_new_parsed (TERMS);
  view = engine_fixture_list_full (self, &listing, NULL, &error);
  g_assert_no_error (error);
  run (self, "UPDATE auctions SET starts_at = created_at WHERE id = {id}", nb_auction_get_id (view->auction));
  request = make_request (nb_auction_get_id (view->auction), 2, 5000);
  request.kind = NB_BID_BUY_NOW;
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 5000);
  for (guint i = 0; i < self->events->len && next < G_N_ELEMENTS (order); i++)
    next += g_str_equal (nb_event_get_kind (g_ptr_array_index (self->events, i)), order[next]);
  g_assert_cmpuint (next, ==, G_N_ELEMENTS (order));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  engine_fixture_add_test ("/engine/faults/spoiled-row-fails-alone", 240, test_spoiled_row);
  engine_fixture_add_test ("/engine/faults/payout-above-one-movement", 240, test_large_payout);
  engine_fixture_add_test ("/engine/faults/key-of-another-kind-is-refused", 240, test_keys_over_kinds);
  engine_fixture_add_test ("/engine/faults/key-that-goes-away-is-claimed-again", 240, test_key_goes_away);
  engine_fixture_add_test ("/engine/faults/key-of-another-process", 60, test_key_of_another_process);
  engine_fixture_add_test ("/engine/faults/quantity-without-capability", 240, test_quantity);
  engine_fixture_add_test ("/engine/faults/faulty-close-keeps-holds", 240, test_faulty_close);
  engine_fixture_add_test ("/engine/faults/buyers-and-cancel-meet", 240, test_buyers_meet);
  engine_fixture_add_test ("/engine/faults/accepted-bids-stay-accepted", 240, test_narrower_setting);
  engine_fixture_add_test ("/engine/faults/long-absence-is-caught-up-with", 240, test_long_absence);
  engine_fixture_add_test ("/engine/faults/stopped-type-tells-nothing", 240, test_stopped_type_tells_nothing);
  engine_fixture_add_test ("/engine/faults/events-come-in-order", 240, test_events_in_order);
  return g_test_run ();
}
