/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The market that plugins are given, beside the HTTP API of the same server: both read and bid the same way. */
#include "core/web/nb-market.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-plugins.h"
#include "tests/support/nb-test-server.h"

#include <string.h>

#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  NbEnglishType parent_instance;
} TestLive;

typedef struct
{
  NbEnglishTypeClass parent_class;
} TestLiveClass;

GType test_live_get_type (void);
G_DEFINE_TYPE (TestLive, test_live, NB_TYPE_ENGLISH_TYPE)

static NbTypeDescription *
live_describe (NbAuctionType *type)
{
  NbTypeDescription *description = nb_type_description_new (nb_english_terms_schema (), NB_CAPABILITY_LIVE);

  nb_type_description_add_language (description, "en", "Live", "A type for tests");
  return description;
}

static void
test_live_class_init (TestLiveClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = live_describe;
}

static void
test_live_init (TestLive *self)
{
}

/* One call of the market, which lives on the server's thread. */
typedef struct
{
  NbMarketBid bid;
  gint64 auction; /* to load; 0: to bid */
  gint64 viewer;

  GMutex mutex;
  GCond changed;
  gboolean is_done;
  char *text;         /* (nullable): the bid's result */
  NbMarketView *view; /* (nullable) */
  GError *error;      /* (nullable) */
} Call;

typedef struct
{
  NbTestDatabase *database;
  NbPluginHost *host;
  NbTestServer *server;
  NbMarket *market;
  NbStore *store;
  NbWallet *wallet;
  guint16 port;
  char *seller_token;
  char *bidder_token;
  gint64 bidder;
  gint64 auction;
} Fixture;

static void
fill_site (NbSite *site, gpointer user_data)
{
  static const NbAccountsOptions accounts = { .idle = HOUR, .absolute = 24 * HOUR };
  static const NbCatalogueOptions catalogue = { .min_duration = 1, .max_duration = 24 * HOUR };
  static const NbEngineOptions engine;
  static const char *const ids[] = { "wallet", NULL };
  Fixture *self = user_data;
  g_autoptr (NbAuctionType) type = g_object_new (test_live_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  site->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  g_assert_no_error (error);
  self->host = nb_test_plugins_start (site->store, site->registry, ids);
  site->accounts = nb_accounts_new (site->store, &accounts);
  site->regions = nb_regions_new ();
  site->catalogue = nb_catalogue_new (site->store, site->registry, &catalogue);
  site->bid_engine = nb_bid_engine_new (site->store, site->registry, &engine);
  g_assert_true (nb_registry_add_auction_type (site->registry, "test", "live", type, &error));
  g_assert_true (nb_site_register (site, &error));
  self->market = nb_registry_find_service (site->registry, NB_TYPE_MARKET);
  self->wallet = nb_registry_find_service (site->registry, NB_TYPE_WALLET);
  self->store = site->store;
}

static void
empty_site (NbSite *site, gpointer user_data)
{
  Fixture *self = user_data;

  nb_registry_remove_owner (site->registry, "test");
  nb_plugin_host_stop (self->host);
  g_assert_finalize_object (self->host);
  nb_registry_remove_owner (site->registry, "core");
  g_assert_finalize_object (site->bid_engine);
  g_assert_finalize_object (site->catalogue);
  g_assert_finalize_object (site->accounts);
  g_assert_finalize_object (site->regions);
  nb_store_stop (site->store);
  g_assert_finalize_object (site->store);
}

static char *
ask (Fixture *self, const char *method, const char *target, const char *token, const char *key, const char *body)
{
  g_autoptr (GString) headers = g_string_new (body != NULL ? "Content-Type: application/json\r\n" : NULL);

  if (token != NULL)
    g_string_append_printf (headers, "Authorization: Bearer %s\r\n", token);
  if (key != NULL)
    g_string_append_printf (headers, "Idempotency-Key: %s\r\n", key);
  return nb_test_ask (self->port, method, target, headers->str, body);
}

static JsonObject *
read_object (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static JsonObject *
ask_object (Fixture *self, const char *method, const char *target, const char *token, const char *body, guint status)
{
  g_autofree char *answer = ask (self, method, target, token, NULL, body);

  if (nb_test_status (answer) != status)
    g_error ("%s %s: %s", method, target, answer);
  return read_object (nb_test_body (answer));
}

static char *
join (Fixture *self, const char *name, gint64 *id)
{
  g_autofree char *body
      = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\",\"nickname\":\"%s\"}", name, name);
  g_autofree char *sign_in = g_strdup_printf ("{\"username\":\"%s\",\"password\":\"tangerine-orchard\"}", name);
  g_autoptr (JsonObject) account = ask_object (self, "POST", "/api/v1/accounts", NULL, body, 201);
  g_autoptr (JsonObject) session = ask_object (self, "POST", "/api/v1/sessions", NULL, sign_in, 200);

  g_assert_true (nb_id_parse (json_object_get_string_member (account, "id"), id));
  return g_strdup (json_object_get_string_member (session, "token"));
}

static void
list_auction (Fixture *self)
{
  g_autofree char *ends_at = nb_time_to_json (g_get_real_time () + HOUR);
  g_autofree char *body = g_strdup_printf ("{\"type\":\"live\",\"title\":\"캠핑의자\",\"description\":\"\","
                                           "\"ends_at\":\"%s\",\"terms\":{\"start_price\":1000,\"step\":100}}",
                                           ends_at);
  g_autoptr (JsonObject) auction = ask_object (self, "POST", "/api/v1/auctions", self->seller_token, body, 201);

  g_assert_true (nb_id_parse (json_object_get_string_member (auction, "id"), &self->auction));
}

static gboolean
deposit (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Fixture *self = user_data;
  NbEntry entry;

  return nb_wallet_deposit (self->wallet, transaction, self->bidder, 50000, NULL, &entry, error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  NbServerOptions options;
  g_autoptr (GError) error = NULL;
  gint64 seller;

  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  nb_test_server_default_options (&options);
  self->server = nb_test_server_new (&options, fill_site, empty_site, self);
  self->port = nb_test_server_get_port (self->server);
  self->seller_token = join (self, "seller", &seller);
  self->bidder_token = join (self, "bidder", &self->bidder);
  nb_store_transact (self->store, deposit, self, &error);
  g_assert_no_error (error);
  list_auction (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_test_server_free (self->server, G_USEC_PER_SEC);
  nb_test_database_free (self->database);
  g_free (self->seller_token);
  g_free (self->bidder_token);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&call->mutex);

  if (call->auction != 0)
    call->view = nb_market_load_finish (NB_MARKET (source), result, &call->error);
  else
    call->text = nb_market_bid_finish (NB_MARKET (source), result, &call->error);
  call->is_done = TRUE;
  g_cond_signal (&call->changed);
}

typedef struct
{
  NbMarket *market;
  Call *call;
} Start;

static void
start_call (NbServer *server, gpointer user_data)
{
  Start *start = user_data;
  Call *call = start->call;

  g_assert_cmpint (nb_market_now (start->market), >, 0);
  if (call->auction != 0)
    nb_market_load_async (start->market, call->auction, call->viewer, done_cb, call);
  else
    nb_market_bid_async (start->market, &call->bid, done_cb, call);
}

static void
run_call (Fixture *self, Call *call)
{
  Start start = { self->market, call };

  g_mutex_init (&call->mutex);
  g_cond_init (&call->changed);
  nb_test_server_invoke (self->server, start_call, &start);
  g_mutex_lock (&call->mutex);
  while (!call->is_done)
    g_cond_wait (&call->changed, &call->mutex);
  g_mutex_unlock (&call->mutex);
  g_mutex_clear (&call->mutex);
  g_cond_clear (&call->changed);
}

/* Returns: (transfer full) (nullable): the result */
static char *
bid (Fixture *self, NbMoney amount, gint64 quantity, const char *key, GError **error)
{
  Call call = { .bid = { .auction = self->auction,
                         .person = self->bidder,
                         .kind = NB_BID_AMOUNT,
                         .amount = amount,
                         .quantity = quantity,
                         .key = key } };

  run_call (self, &call);
  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.text;
}

static char *
post_bid (Fixture *self, NbMoney amount, const char *key)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%" G_GINT64_FORMAT "/bids", self->auction);
  g_autofree char *body = g_strdup_printf ("{\"amount\":%" G_GINT64_FORMAT "}", amount);

  return ask (self, "POST", target, self->bidder_token, key, body);
}

/* Equal but for the time of the answer, which a plugin adds by itself. */
static void
assert_same_object (JsonObject *by_market, const char *answer)
{
  g_autoptr (JsonObject) by_http = read_object (nb_test_body (answer));
  g_autoptr (JsonNode) a = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) b = json_node_new (JSON_NODE_OBJECT);

  json_object_remove_member (by_http, "server_time");
  json_node_set_object (a, by_market);
  json_node_set_object (b, by_http);
  if (!json_node_equal (a, b))
    {
      g_autofree char *text = json_to_string (a, FALSE);

      g_error ("%s is not %s", text, nb_test_body (answer));
    }
}

static void
assert_same_result (const char *by_market, const char *answer, gboolean is_replay)
{
  g_autoptr (JsonObject) object = read_object (by_market);
  g_autofree char *replayed = nb_test_header (answer, "Idempotent-Replayed");

  g_assert_cmpuint (nb_test_status (answer), ==, 201);
  g_assert_cmpstr (replayed, ==, is_replay ? "true" : NULL);
  assert_same_object (object, answer);
}

/* One key is one bid, by whichever way it comes first and again. */
static void
test_one_key (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = bid (self, 1000, 1, "a", &error);
  g_autofree char *again = post_bid (self, 1000, "a");
  g_autofree char *by_http = post_bid (self, 1100, "b");
  g_autofree char *by_market = bid (self, 1100, 1, "b", &error);
  g_autofree char *other_body = post_bid (self, 1200, "a");
  g_autofree char *low = NULL;

  g_assert_no_error (error);
  assert_same_result (first, again, TRUE);
  assert_same_result (by_market, by_http, FALSE);
  nb_test_assert_problem (other_body, 422, "idempotency_key_reused");
  g_assert_null (bid (self, 1200, 1, "b", &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  g_clear_error (&error);

  /* A refusal is kept as well, with what it says. */
  g_assert_null (bid (self, 500, 1, "c", &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_BID_TOO_LOW);
  g_assert_cmpint (nb_error_get_min_next (error), ==, 1200);
  g_assert_cmpint (nb_error_get_current_price (error), ==, 1000);
  low = post_bid (self, 500, "c");
  nb_test_assert_problem (low, 409, "bid_too_low");
  g_assert_nonnull (strstr (low, "\"min_next\":1200"));
  g_assert_nonnull (strstr (low, "\"current_price\":1000"));
}

static void
assert_invalid (Fixture *self, NbMoney amount, gint64 quantity, const char *key, const char *field)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (bid (self, amount, quantity, key, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_VALIDATION_FAILED);
  g_assert_cmpstr (nb_error_get_field (error), ==, field);
}

static void
test_bounds (Fixture *self, gconstpointer data)
{
  g_autofree char *long_key = g_strnfill (129, 'k');
  g_autofree char *fits = NULL;
  g_autoptr (GError) error = NULL;

  assert_invalid (self, 0, 1, NULL, "amount");
  assert_invalid (self, -1000, 1, NULL, "amount");
  assert_invalid (self, NB_MONEY_MAX_OPERATION + 1, 1, NULL, "amount");
  assert_invalid (self, 1000, 0, NULL, "quantity");
  assert_invalid (self, 1000, 2, NULL, "quantity");
  assert_invalid (self, 1000, NB_MAX_QUANTITY + 1, NULL, "quantity");
  assert_invalid (self, 1000, 1, "", "id");
  assert_invalid (self, 1000, 1, long_key, "id");
  assert_invalid (self, 1000, 1, "\xff\xfe", "id");
  long_key[128] = '\0';
  fits = bid (self, 1000, 1, long_key, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fits);
}

static NbMarketView *
load (Fixture *self, gint64 auction, gint64 viewer, GError **error)
{
  Call call = { .auction = auction, .viewer = viewer };

  run_call (self, &call);
  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.view;
}

/* Each viewer is shown what the API shows them. */
static void
test_load (Fixture *self, gconstpointer data)
{
  g_autofree char *target = g_strdup_printf ("/api/v1/auctions/%" G_GINT64_FORMAT, self->auction);
  g_autoptr (GError) error = NULL;
  g_autofree char *placed = bid (self, 3000, 1, NULL, &error);
  g_autoptr (NbMarketView) own = load (self, self->auction, self->bidder, &error);
  g_autoptr (NbMarketView) anyone = load (self, self->auction, 0, &error);
  g_autofree char *own_answer = ask (self, "GET", target, self->bidder_token, NULL, NULL);
  g_autofree char *answer = ask (self, "GET", target, NULL, NULL, NULL);

  g_assert_no_error (error);
  g_assert_nonnull (placed);
  assert_same_object (own->auction, own_answer);
  assert_same_object (anyone->auction, answer);
  g_assert_cmpint (json_object_get_int_member (own->auction, "my_max"), ==, 3000);
  g_assert_false (json_object_has_member (anyone->auction, "my_max"));
  g_assert_cmpint (own->hold, ==, 3000);
  g_assert_cmpint (anyone->hold, ==, 0);
  g_assert_true (own->is_live);
  g_assert_cmpstr (own->state->state, ==, anyone->state->state);
  g_assert_null (load (self, self->auction + 1, 0, &error));
  g_assert_error (error, NB_ERROR, NB_ERROR_NOT_FOUND);
}

static void
add_test (const char *name, void (*function) (Fixture *self, gconstpointer data))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *path = g_strdup_printf ("/market/%s/%s", nb_test_database_kind_name (kind), name);

      g_test_add (path, Fixture, GINT_TO_POINTER (kind), set_up, function, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("one-key", test_one_key);
  add_test ("bounds", test_bounds);
  add_test ("load", test_load);
  return g_test_run ();
}
