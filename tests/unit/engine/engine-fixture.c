/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts the real wallet through the real plugin host, and an engine beside it. */
#include "tests/unit/engine/engine-fixture.h"

#include "core/engine/nb-replay.h"
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-plugins.h"
#include "tests/unit/engine/engine-types.h"

static void
start_wallet (EngineFixture *self)
{
  static const char *const ids[] = { "wallet", NULL };

  self->host = nb_test_plugins_start (self->store, self->registry, ids);
  self->wallet = nb_registry_find_service (self->registry, NB_TYPE_WALLET);
  g_assert_nonnull (self->wallet);
}

void
engine_fixture_add_types (NbRegistry *registry)
{
  g_autoptr (NbAuctionType) english = g_object_new (test_english_get_type (), NULL);
  g_autoptr (NbAuctionType) secret = g_object_new (test_secret_get_type (), NULL);
  g_autoptr (NbAuctionType) rogue = g_object_new (test_rogue_get_type (), NULL);
  g_autoptr (NbAuctionType) falling = g_object_new (test_falling_get_type (), NULL);
  g_autoptr (NbAuctionType) pieces = g_object_new (test_pieces_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  nb_registry_add_auction_type (registry, "test", "english", english, &error);
  g_assert_no_error (error);
  nb_registry_add_auction_type (registry, "test", "secret", secret, &error);
  g_assert_no_error (error);
  nb_registry_add_auction_type (registry, "test", "rogue", rogue, &error);
  g_assert_no_error (error);
  nb_registry_add_auction_type (registry, "test", "pieces", pieces, &error);
  g_assert_no_error (error);
  nb_registry_add_auction_type (registry, "test", "falling", falling, &error);
  g_assert_no_error (error);
}

static void
on_committed (NbStore *store, GPtrArray *events, gpointer user_data)
{
  EngineFixture *self = user_data;

  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (self->events, nb_event_ref (g_ptr_array_index (events, i)));
}

static void
set_up (EngineFixture *self, guint seconds)
{
  NbEngineOptions options = { .fee_hundredths = 250 };
  NbCatalogueOptions limits = { .min_duration = 1000, .max_duration = G_GINT64_CONSTANT (30) * 24 * 3600 * 1000000 };
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&self->loop, seconds);
  self->database = nb_test_database_new (self->kind);
  self->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)nb_event_unref);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
  self->registry = nb_registry_new ();
  start_wallet (self);
  engine_fixture_add_types (self->registry);
  nb_replay_register_checks (self->registry, &error);
  g_assert_no_error (error);
  self->engine = nb_bid_engine_new (self->store, self->registry, &options);
  self->catalogue = nb_catalogue_new (self->store, self->registry, &limits);
}

static void
tear_down (EngineFixture *self)
{
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->engine);
  g_assert_finalize_object (self->catalogue);
  nb_registry_remove_owner (self->registry, "test");
  nb_registry_remove_owner (self->registry, "core");
  nb_plugin_host_stop (self->host);
  nb_store_stop (self->store);
  nb_test_loop_tear_down (&self->loop);
  g_assert_finalize_object (self->host);
  g_assert_finalize_object (self->registry);
  g_assert_finalize_object (self->store);
  g_ptr_array_unref (self->events);
  nb_test_database_free (self->database);
}

typedef struct
{
  NbTestDatabaseKind kind;
  guint seconds;
  void (*function) (EngineFixture *fixture);
} Case;

static void
run_case (gconstpointer data)
{
  const Case *self = data;
  EngineFixture fixture = { .kind = self->kind };

  set_up (&fixture, self->seconds);
  self->function (&fixture);
  engine_fixture_assert_content (&fixture);
  tear_down (&fixture);
}

void
engine_fixture_add_test (const char *path, guint seconds, void (*function) (EngineFixture *fixture))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, nb_test_database_kind_name (kind));
      Case *test = g_new (Case, 1);

      *test = (Case){ kind, seconds, function };
      g_test_add_data_func_full (full, test, run_case, g_free);
    }
}

void
engine_fixture_add_people (EngineFixture *self, guint n, NbMoney balance)
{
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *sql
          = g_strdup_printf ("INSERT INTO people (id, username, nickname, password_hash, created_at) VALUES "
                             "(%u, 'person%u', 'Person %u', 'x', 0)",
                             i, i, i);

      g_free (nb_test_database_run (self->database, sql));
      if (i != SELLER && balance > 0)
        engine_fixture_deposit (self, i, balance);
    }
}

typedef struct
{
  NbWallet *wallet;
  gint64 person;
  NbMoney amount;
  NbBalance balance;
} Teller;

static gboolean
deposit (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Teller *teller = user_data;
  NbEntry entry;

  return nb_wallet_deposit (teller->wallet, transaction, teller->person, teller->amount, NULL, &entry, error);
}

void
engine_fixture_deposit (EngineFixture *self, gint64 person, NbMoney amount)
{
  Teller teller = { self->wallet, person, amount, { 0 } };
  g_autoptr (GError) error = NULL;

  nb_store_transact (self->store, deposit, &teller, &error);
  g_assert_no_error (error);
}

static gboolean
read_balance (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Teller *teller = user_data;

  return nb_wallet_read_balance (teller->wallet, transaction, teller->person, &teller->balance, error);
}

NbBalance
engine_fixture_get_balance (EngineFixture *self, gint64 person)
{
  Teller teller = { self->wallet, person, 0, { 0 } };
  g_autoptr (GError) error = NULL;

  nb_store_read (self->store, read_balance, &teller, &error);
  g_assert_no_error (error);
  return teller.balance;
}

NbAuctionView *
engine_fixture_list_full (EngineFixture *self, const NbListing *listing, gboolean *is_replay, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nb_catalogue_list_async (self->catalogue, listing, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  return nb_catalogue_list_finish (self->catalogue, result, is_replay, error);
}

gint64
engine_fixture_list (EngineFixture *self, const char *type, const char *terms, gint64 duration)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbAuctionView) view = NULL;
  NbListing listing = {
    .type = type,
    .seller = SELLER,
    .title = "캠핑의자",
    .description = "A chair",
    .ends_at = nb_store_now (self->store) + duration,
    .terms = g_variant_new_parsed (terms != NULL ? terms : "{'start_price': <int64 1000>, 'step': <int64 100>}"),
  };

  view = engine_fixture_list_full (self, &listing, NULL, &error);
  g_assert_no_error (error);
  return nb_auction_get_id (view->auction);
}

NbAuctionView *
engine_fixture_get (EngineFixture *self, gint64 auction, gint64 viewer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NbAuctionView *view;

  nb_catalogue_get_async (self->catalogue, auction, viewer, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  view = nb_catalogue_get_finish (self->catalogue, result, &error);
  g_assert_no_error (error);
  return view;
}

static void
answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  nb_bid_engine_bid_finish (NB_BID_ENGINE (source), result, &answer->result, &answer->error);
  answer->is_done = TRUE;
}

void
engine_fixture_submit (NbBidEngine *engine, const NbBidRequest *request, Answer *answer)
{
  *answer = (Answer){ 0 };
  nb_bid_engine_bid_async (engine, request, answer_cb, answer);
}

void
engine_fixture_wait (EngineFixture *self, Answer *answers, guint n_answers)
{
  for (guint i = 0; i < n_answers; i++)
    nb_test_loop_run_until_true (&self->loop, &answers[i].is_done);
}

Answer
engine_fixture_bid (EngineFixture *self, gint64 auction, gint64 person, NbMoney amount)
{
  NbBidRequest request = { .auction = auction, .person = person, .amount = amount, .quantity = 1, .expected_seq = -1 };
  Answer answer;

  engine_fixture_submit (self->engine, &request, &answer);
  engine_fixture_wait (self, &answer, 1);
  return answer;
}

void
engine_fixture_advance (EngineFixture *self, gint64 auction)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  nb_bid_engine_advance_async (self->engine, auction, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  nb_bid_engine_advance_finish (self->engine, result, &error);
  g_assert_no_error (error);
}

void
engine_fixture_assert_refused (Answer *answer, NbErrorCode code)
{
  g_assert_true (answer->is_done);
  g_assert_error (answer->error, NB_ERROR, (int)code);
  g_clear_error (&answer->error);
}

void
engine_fixture_assert_accepted (Answer *answer, NbStanding standing, NbMoney price)
{
  g_assert_true (answer->is_done);
  g_assert_no_error (answer->error);
  g_assert_cmpint (answer->result.standing, ==, standing);
  g_assert_cmpint (answer->result.price, ==, price);
}

guint
engine_fixture_count_events (EngineFixture *self, const char *kind)
{
  guint n = 0;

  for (guint i = 0; i < self->events->len; i++)
    n += g_str_equal (nb_event_get_kind (g_ptr_array_index (self->events, i)), kind);
  return n;
}

gint64
engine_fixture_count (EngineFixture *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return cell != NULL ? g_ascii_strtoll (cell, NULL, 10) : 0;
}

static gboolean
run_checks (NbTransaction *transaction, gpointer user_data, GError **error)
{
  GPtrArray *checks = nb_registry_get_checks (user_data);

  g_assert_cmpuint (checks->len, >=, 7);
  for (guint i = 0; i < checks->len; i++)
    {
      const NbCheck *check = g_ptr_array_index (checks, i);
      g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);

      if (!check->function (transaction, faults, check->user_data, error))
        return FALSE;
      for (guint j = 0; j < faults->len; j++)
        g_printerr ("%s: %s\n", check->name, (const char *)g_ptr_array_index (faults, j));
      g_assert_cmpuint (faults->len, ==, 0);
    }
  return TRUE;
}

void
engine_fixture_assert_content (EngineFixture *self)
{
  g_autoptr (GError) error = NULL;

  nb_store_read (self->store, run_checks, self->registry, &error);
  g_assert_no_error (error);
}

NbBidEngine *
engine_fixture_new_engine (EngineFixture *self, const NbEngineOptions *options, NbStore **store)
{
  g_autoptr (GError) error = NULL;

  *store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  nb_store_start (*store, &error);
  g_assert_no_error (error);
  return nb_bid_engine_new (*store, self->registry, options);
}
