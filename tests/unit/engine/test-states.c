/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public states after commits, on both databases: what they say, in which order, and what they never say. */
#include "core/domain/nb-auction-private.h"
#include "core/web/nb-market.h"
#include "tests/unit/engine/engine-fixture.h"

#include <string.h>

#define TERMS                                                                                                          \
  "{'start_price': <int64 1000>, 'step': <int64 100>, 'reserve_price': <int64 1300>, 'buy_now_price': <int64 9000>}"

typedef struct
{
  NbEnglishType parent_instance;
} TestLive;

typedef struct
{
  NbEnglishTypeClass parent_class;
} TestLiveClass;

typedef TestLive TestSealed;
typedef TestLiveClass TestSealedClass;

GType test_live_get_type (void);
GType test_sealed_get_type (void);
G_DEFINE_TYPE (TestLive, test_live, NB_TYPE_ENGLISH_TYPE)
G_DEFINE_TYPE (TestSealed, test_sealed, NB_TYPE_ENGLISH_TYPE)

/* How often the live type was asked what it is. */
static int n_described;

static NbTypeDescription *
live_describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_LIVE);

  g_atomic_int_inc (&n_described);
  nb_type_description_add_language (description, "en", "Live", "A type for tests");
  return description;
}

static NbDecision *
live_open (NbAuctionType *type, const NbAuction *auction, GError **error)
{
  NbDecision *decision = nb_decision_new ();

  nb_decision_set_timer (decision, "bell", nb_auction_get_starts_at (auction) + 1);
  return decision;
}

static NbDecision *
live_on_timer (NbAuctionType *type, const NbAuction *auction, const char *timer, gint64 now, GError **error)
{
  return nb_decision_new ();
}

static void
test_live_class_init (TestLiveClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = live_describe;
  NB_AUCTION_TYPE_CLASS (klass)->open = live_open;
  NB_AUCTION_TYPE_CLASS (klass)->on_timer = live_on_timer;
}

static void
test_live_init (TestLive *self)
{
}

static void
sealed_project (NbAuctionType *type, const NbAuction *auction, gint64 viewer, NbView *view)
{
  view->price = view->leader = view->bid_count = view->history = FALSE;
}

static void
sealed_quote (NbAuctionType *type, const NbAuction *auction, gint64 viewer, gint64 now, NbQuote *quote)
{
  quote->min_next = nb_auction_get_term_int (auction, "start_price", 0);
  quote->reserve_met = -1;
}

static void
test_sealed_class_init (TestSealedClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = live_describe;
  NB_AUCTION_TYPE_CLASS (klass)->quote = sealed_quote;
  NB_AUCTION_TYPE_CLASS (klass)->project = sealed_project;
}

static void
test_sealed_init (TestSealed *self)
{
}

static void
add_types (EngineFixture *self)
{
  g_autoptr (NbAuctionType) live = g_object_new (test_live_get_type (), NULL);
  g_autoptr (NbAuctionType) sealed = g_object_new (test_sealed_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  nb_registry_add_auction_type (self->registry, "test-live", "live", live, &error);
  g_assert_no_error (error);
  nb_registry_add_auction_type (self->registry, "test-live", "sealed", sealed, &error);
  g_assert_no_error (error);
}

static void
keep_state (NbAuctionState *state, gpointer user_data)
{
  g_ptr_array_add (user_data, nb_auction_state_ref (state));
}

static void
unref_state (gpointer state)
{
  nb_auction_state_unref (state);
}

/* The types are there, and all states from now on are kept. */
static GPtrArray *
start (EngineFixture *self)
{
  GPtrArray *states = g_ptr_array_new_with_free_func (unref_state);
  g_autoptr (GError) error = NULL;

  add_types (self);
  nb_registry_add_state_handler (self->registry, "test-states", keep_state, states, &error);
  g_assert_no_error (error);
  engine_fixture_add_people (self, 4, 100000);
  return states;
}

static NbMarketView *
load (EngineFixture *self, gint64 auction, gint64 viewer)
{
  g_autoptr (NbMarket) market = nb_market_new (self->store, self->registry, self->engine);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NbMarketView *view;

  nb_market_load_async (market, auction, viewer, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  view = nb_market_load_finish (market, result, &error);
  g_assert_no_error (error);
  return view;
}

static NbAuctionState *
last_state (GPtrArray *states)
{
  g_assert_cmpuint (states->len, >, 0);
  return g_ptr_array_index (states, states->len - 1);
}

/* The newest state is what the database holds, for whoever looks. Also: seq grows from one state to the next. */
static NbAuctionState *
assert_stored (EngineFixture *self, GPtrArray *states, guint n_states)
{
  NbAuctionState *state = last_state (states);
  g_autoptr (NbMarketView) view = load (self, state->auction, 2);

  g_assert_cmpuint (states->len, ==, n_states);
  g_assert_cmpstr (state->state, ==, view->state->state);
  g_assert_cmpstr (state->ended, ==, view->state->ended);
  g_assert_cmpint (state->seq, ==, view->state->seq);
  g_assert_cmpint (state->price, ==, view->state->price);
  g_assert_cmpint (state->leader, ==, view->state->leader);
  g_assert_cmpint (state->bid_count, ==, view->state->bid_count);
  g_assert_cmpint (state->ends_at, ==, view->state->ends_at);
  g_assert_cmpint (state->status, ==, view->state->status);
  g_assert_cmpint (state->seq, ==, json_object_get_int_member (view->auction, "seq"));
  for (guint i = 1; i < states->len; i++)
    g_assert_cmpint (((NbAuctionState *)g_ptr_array_index (states, i))->seq, >,
                     ((NbAuctionState *)g_ptr_array_index (states, i - 1))->seq);
  return state;
}

static JsonObject *
read_object (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static Answer
bid_max (EngineFixture *self, gint64 auction, gint64 person, NbMoney amount)
{
  NbBidRequest request = {
    .auction = auction, .person = person, .kind = NB_BID_MAX, .amount = amount, .quantity = 1, .expected_seq = -1
  };
  Answer answer;

  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  return answer;
}

static void
assert_person (JsonObject *object, const char *name, const char *id, const char *nickname)
{
  JsonObject *person = json_object_get_object_member (object, name);

  g_assert_cmpstr (json_object_get_string_member (person, "id"), ==, id);
  g_assert_cmpstr (json_object_get_string_member (person, "nickname"), ==, nickname);
}

/* One bid, told with all that the API says of a state; a name may hold anything. */
static void
test_bid (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = engine_fixture_list (self, "live", TERMS, HOUR);
  g_autoptr (JsonObject) object = NULL;
  const NbAuctionState *state;
  JsonObject *last;
  Answer answer;

  g_free (nb_test_database_run (self->database, "UPDATE people SET nickname = '캠\"핑\\</b>' WHERE id = 2"));
  g_assert_cmpuint (states->len, ==, 0);
  answer = engine_fixture_bid (self, auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  state = assert_stored (self, states, 1);
  g_assert_cmpint (state->seq, ==, answer.result.seq);
  object = read_object (state->state);
  g_assert_cmpint (json_object_get_int_member (object, "seq"), ==, answer.result.seq);
  g_assert_cmpint (json_object_get_int_member (object, "price"), ==, 1000);
  g_assert_cmpint (json_object_get_int_member (object, "min_next"), ==, 1100);
  g_assert_cmpint (json_object_get_int_member (object, "bid_count"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "open");
  g_assert_false (json_object_get_boolean_member (object, "reserve_met"));
  assert_person (object, "leader", "2", "캠\"핑\\</b>");
  last = json_object_get_object_member (object, "last_bid");
  g_assert_cmpint (json_object_get_int_member (last, "seq"), ==, answer.result.seq);
  g_assert_cmpint (json_object_get_int_member (last, "amount"), ==, 1000);
  assert_person (last, "bidder", "2", "캠\"핑\\</b>");
  g_assert_cmpuint (strlen (json_object_get_string_member (last, "at")), ==, strlen ("2026-01-01T00:00:00.000Z"));
  g_assert_null (state->ended);
}

/* A hidden reserve and others' maxima stay hidden; who leads by a maximum is named although they did not bid now. */
static void
test_maxima (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = engine_fixture_list (self, "live", TERMS, HOUR);
  g_autoptr (JsonObject) object = NULL;
  const NbAuctionState *state;
  Answer answer;

  answer = bid_max (self, auction, 2, 7700);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1300);
  assert_stored (self, states, 1);
  answer = engine_fixture_bid (self, auction, 3, 1500);
  engine_fixture_assert_accepted (&answer, NB_STANDING_OUTBID, 1600);
  state = assert_stored (self, states, 2);
  object = read_object (state->state);
  assert_person (object, "leader", "2", "Person 2");
  assert_person (json_object_get_object_member (object, "last_bid"), "bidder", "3", "Person 3");
  g_assert_true (json_object_get_boolean_member (object, "reserve_met"));
  g_assert_null (strstr (state->state, "7700"));

  /* A silent raise changes seq and nothing else. */
  answer = bid_max (self, auction, 2, 8800);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1600);
  state = assert_stored (self, states, 3);
  g_assert_null (strstr (state->state, "8800"));
  g_clear_pointer (&object, json_object_unref);
  object = read_object (state->state);
  assert_person (json_object_get_object_member (object, "last_bid"), "bidder", "3", "Person 3");
}

/* The first bid is a batch of its own; the hundred that wait meanwhile are one, and one state. */
static void
test_one_for_a_batch (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = engine_fixture_list (self, "live", NULL, HOUR);
  Answer answers[101];

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      NbBidRequest request
          = { .auction = auction, .person = 2 + i % 3, .amount = 1000 + 100 * i, .quantity = 1, .expected_seq = -1 };

      engine_fixture_submit (self->engine, &request, &answers[i]);
    }
  engine_fixture_wait (self, answers, G_N_ELEMENTS (answers));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    g_assert_no_error (answers[i].error);
  assert_stored (self, states, 2);
  g_assert_cmpint (last_state (states)->bid_count, ==, 101);
  g_assert_cmpint (last_state (states)->price, ==, 11000);
}

static void
advance (EngineFixture *self, gint64 auction, gint64 starts_at, gint64 ends_at)
{
  g_autofree char *sql
      = g_strdup_printf ("UPDATE auctions SET starts_at = %" G_GINT64_FORMAT ", ends_at = %" G_GINT64_FORMAT
                         ", original_ends_at = %" G_GINT64_FORMAT " WHERE id = %" G_GINT64_FORMAT,
                         starts_at, ends_at, ends_at, auction);

  g_free (nb_test_database_run (self->database, sql));
  engine_fixture_advance (self, auction);
}

static gint64
list_later (EngineFixture *self)
{
  gint64 now = nb_store_now (self->store);
  NbListing listing = {
    .type = "live",
    .seller = SELLER,
    .title = "A chair",
    .description = "",
    .starts_at = now + HOUR,
    .ends_at = now + 2 * HOUR,
    .terms = g_variant_new_parsed (TERMS),
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAuctionView) view = engine_fixture_list_full (self, &listing, NULL, &error);

  g_assert_no_error (error);
  return nb_auction_get_id (view->auction);
}

/* It opens, its timer fires, it is sold: told each time, and at the end with its winner. */
static void
test_life (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = list_later (self);
  gint64 now = nb_store_now (self->store);
  g_autoptr (JsonObject) ended = NULL;
  const NbAuctionState *state;
  Answer answer;

  advance (self, auction, now - 10, now + HOUR);
  state = assert_stored (self, states, 1);
  g_assert_cmpint (state->status, ==, NB_AUCTION_OPEN);
  g_assert_nonnull (strstr (state->state, "\"last_bid\":null"));
  g_assert_nonnull (strstr (state->state, "\"leader\":null"));
  g_assert_nonnull (strstr (state->state, "\"price\":null"));
  answer = engine_fixture_bid (self, auction, 3, 2000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 2000);
  assert_stored (self, states, 2);
  advance (self, auction, now - 10, nb_store_now (self->store));
  state = assert_stored (self, states, 3);
  ended = read_object (state->ended);
  g_assert_cmpint (json_object_get_int_member (ended, "seq"), ==, state->seq);
  g_assert_cmpstr (json_object_get_string_member (ended, "status"), ==, "sold");
  g_assert_cmpint (json_object_get_int_member (ended, "price"), ==, 2000);
  assert_person (ended, "winner", "3", "Person 3");
}

static void
test_unsold_and_bought (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 first = engine_fixture_list (self, "live", TERMS, HOUR);
  gint64 second = engine_fixture_list (self, "live", TERMS, HOUR);
  NbBidRequest request = { .auction = second, .person = 4, .kind = NB_BID_BUY_NOW, .amount = 9000, .quantity = 1 };
  g_autoptr (NbMarketView) view = NULL;
  g_autoptr (JsonObject) ended = NULL;
  Answer answer;

  advance (self, first, 1, nb_store_now (self->store));
  g_assert_cmpstr (strstr (last_state (states)->ended, "\"status\""), ==,
                   "\"status\":\"unsold\",\"winner\":null,\"price\":null}");
  g_assert_cmpint (last_state (states)->auction, ==, first);
  request.expected_seq = -1;
  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 9000);
  g_assert_cmpuint (states->len, ==, 2);
  view = load (self, second, 0);
  g_assert_cmpstr (last_state (states)->state, ==, view->state->state);
  g_assert_cmpstr (last_state (states)->ended, ==, view->state->ended);
  ended = read_object (last_state (states)->ended);
  assert_person (ended, "winner", "4", "Person 4");
}

static void
sync_type (EngineFixture *self, gint64 auction)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_bid_engine_sync_async (self->engine, auction, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  nb_bid_engine_sync_finish (self->engine, result, &error);
  g_assert_no_error (error);
}

/* A type that stops hides what might be sealed; its auctions are told to be paused, to go on, and to be cancelled. */
static void
test_pause_and_cancel (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = engine_fixture_list (self, "live", TERMS, HOUR);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = engine_fixture_bid (self, auction, 2, 1000);

  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  nb_registry_remove_owner (self->registry, "test-live");
  sync_type (self, auction);
  assert_stored (self, states, 2);
  g_assert_cmpint (last_state (states)->status, ==, NB_AUCTION_PAUSED);
  g_assert_cmpint (last_state (states)->leader, ==, 0);
  g_assert_null (strstr (last_state (states)->state, "Person"));
  add_types (self);
  sync_type (self, auction);
  assert_stored (self, states, 3);
  g_assert_cmpint (last_state (states)->leader, ==, 2);
  nb_bid_engine_cancel_async (self->engine, auction, 4, TRUE, "broken", nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  nb_bid_engine_cancel_finish (self->engine, result, &error);
  g_assert_no_error (error);
  assert_stored (self, states, 4);
  g_assert_nonnull (strstr (last_state (states)->ended, "\"cancelled\""));
  g_assert_null (strstr (last_state (states)->state, "broken"));
}

static void
test_sealed (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = engine_fixture_list (self, "sealed", TERMS, HOUR);
  Answer answer = engine_fixture_bid (self, auction, 2, 1700);
  const NbAuctionState *state = assert_stored (self, states, 1);

  g_assert_no_error (answer.error);
  g_assert_cmpint (state->price, ==, 0);
  g_assert_cmpint (state->leader, ==, 0);
  g_assert_cmpint (state->bid_count, ==, 0);
  g_assert_null (strstr (state->state, "1700"));
  g_assert_null (strstr (state->state, "Person"));
  g_assert_nonnull (strstr (state->state, "\"bid_count\":null"));
  g_assert_nonnull (strstr (state->state, "\"last_bid\":null"));
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

/* What was rolled back is not told, at whichever statement, nor what nobody may watch live. */
static void
test_untold (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 live = engine_fixture_list (self, "live", NULL, HOUR);
  gint64 quiet = engine_fixture_list (self, "english", NULL, HOUR);
  gboolean has_failed = TRUE;
  Answer answer;

  answer = engine_fixture_bid (self, quiet, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  answer = engine_fixture_bid (self, live, 2, 100);
  engine_fixture_assert_refused (&answer, NB_ERROR_BID_TOO_LOW);
  /* That bid stands for nothing, but it found the auction due to open and its timer due. */
  assert_stored (self, states, 1);
  g_ptr_array_set_size (states, 0);
  for (int fail_at = 1; has_failed; fail_at++)
    {
      int writes_left = fail_at;

      g_assert_cmpuint (states->len, ==, 0);
      nb_store_set_fault_hook (self->store, break_after, &writes_left);
      answer = engine_fixture_bid (self, live, 2, 1000);
      nb_store_set_fault_hook (self->store, NULL, NULL);
      has_failed = answer.error != NULL;
      g_assert_true (has_failed || fail_at > 5);
      g_clear_error (&answer.error);
    }
  assert_stored (self, states, 1);
}

/* Without anyone who listens no state is made: the type is not even asked whether it is live. */
static void
test_unwanted (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  gint64 auction = engine_fixture_list (self, "live", NULL, HOUR);
  Answer answer;
  int before;

  nb_registry_remove_owner (self->registry, "test-states");
  before = g_atomic_int_get (&n_described);
  answer = engine_fixture_bid (self, auction, 2, 1000);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  g_assert_cmpint (g_atomic_int_get (&n_described), ==, before);
  g_assert_cmpuint (states->len, ==, 0);
}

/* Many states are read together, each as it would have been told. */
static void
test_load_states (EngineFixture *self)
{
  g_autoptr (GPtrArray) states = start (self);
  g_autoptr (NbMarket) market = nb_market_new (self->store, self->registry, self->engine);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) loaded = NULL;
  g_autoptr (GError) error = NULL;
  gint64 ids[1000];
  guint n_equal = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = i < 5 ? engine_fixture_list (self, i < 4 ? "live" : "sealed", NULL, HOUR) : (gint64)i;
  for (guint i = 0; i < 3; i++)
    {
      Answer answer = engine_fixture_bid (self, ids[i], 2 + i, 1000);

      engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
    }
  nb_market_load_states_async (market, ids, G_N_ELEMENTS (ids), nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  loaded = nb_market_load_states_finish (market, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (loaded->len, ==, 5);
  for (guint i = 0; i < loaded->len; i++)
    for (guint j = 0; j < states->len; j++)
      n_equal += g_str_equal (((NbAuctionState *)g_ptr_array_index (loaded, i))->state,
                              ((NbAuctionState *)g_ptr_array_index (states, j))->state)
                 && ((NbAuctionState *)g_ptr_array_index (loaded, i))->auction
                        == ((NbAuctionState *)g_ptr_array_index (states, j))->auction;
  g_assert_cmpuint (n_equal, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Batches that are broken on purpose are told as warnings. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  engine_fixture_add_test ("/engine/states/bid", 60, test_bid);
  engine_fixture_add_test ("/engine/states/maxima", 60, test_maxima);
  engine_fixture_add_test ("/engine/states/one-for-a-batch", 60, test_one_for_a_batch);
  engine_fixture_add_test ("/engine/states/life", 60, test_life);
  engine_fixture_add_test ("/engine/states/unsold-and-bought", 60, test_unsold_and_bought);
  engine_fixture_add_test ("/engine/states/pause-and-cancel", 60, test_pause_and_cancel);
  engine_fixture_add_test ("/engine/states/sealed", 60, test_sealed);
  engine_fixture_add_test ("/engine/states/untold", 60, test_untold);
  engine_fixture_add_test ("/engine/states/unwanted", 60, test_unwanted);
  engine_fixture_add_test ("/engine/states/load-states", 60, test_load_states);
  return g_test_run ();
}
