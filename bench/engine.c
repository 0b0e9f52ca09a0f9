/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures durable bids a second through the engine, without HTTP, beside raw one-bid transactions on the same
 * database. */
#include "bench/ceiling.h"
#include "bench/taker.h"
#include "core/engine/nb-bid-engine.h"
#include "core/engine/nb-catalogue.h"
#include "core/engine/nb-replay.h"
#include "core/engine/nb-scheduler.h"
#include "core/plugin/nb-plugin-host.h"
#include "core/web/nb-market.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

#include <stdlib.h>
#include <sys/resource.h>

#define N_PEOPLE 1000
#define MAX_SAMPLES 4000000

static int seconds = 3;
static int depth = 1024;
static int batch_max = 0;
static int auctions = 0;
static gboolean skip_ceilings = FALSE;
static int closing = 0;
static gboolean is_live = FALSE;
static gboolean by_market = FALSE;
static gboolean with_taker = FALSE;
static char *only = NULL;

static const GOptionEntry entries[] = {
  { "seconds", 's', 0, G_OPTION_ARG_INT, &seconds, "how long each measurement runs", "N" },
  { "depth", 'd', 0, G_OPTION_ARG_INT, &depth, "bids that wait for their answer at any time", "N" },
  { "batch-max", 'b', 0, G_OPTION_ARG_INT, &batch_max, "commands in one transaction (0: the default)", "N" },
  { "auctions", 'a', 0, G_OPTION_ARG_INT, &auctions, "measure this many auctions alone", "N" },
  { "closing", 'c', 0, G_OPTION_ARG_INT, &closing, "measure how late this many auctions of one end are closed, alone",
    "N" },
  { "live", 0, 0, G_OPTION_ARG_NONE, &is_live, "with somebody who takes the public states", NULL },
  { "market", 0, 0, G_OPTION_ARG_NONE, &by_market, "as live rooms bid: by the market, each bid with a key", NULL },
  { "taker", 0, 0, G_OPTION_ARG_NONE, &with_taker, "with somebody who takes the events, a small insert for each",
    NULL },
  { "only", 0, 0, G_OPTION_ARG_STRING, &only, "sqlite or postgresql", "NAME" },
  { "no-ceilings", 0, 0, G_OPTION_ARG_NONE, &skip_ceilings, "leave the raw transactions out", NULL },
  { NULL },
};

typedef struct
{
  NbEnglishType parent_instance;
} BenchType;

typedef struct
{
  NbEnglishTypeClass parent_class;
} BenchTypeClass;

static GType bench_type_get_type (void);
G_DEFINE_TYPE (BenchType, bench_type, NB_TYPE_ENGLISH_TYPE)

static NbTypeDescription *
describe (NbAuctionType *type)
{
  NbTypeDescription *description
      = nb_type_description_new (nb_english_terms_schema (), is_live ? NB_CAPABILITY_LIVE : NB_CAPABILITY_NONE);

  nb_type_description_add_language (description, "en", "Bench", "The ascending auction");
  return description;
}

static void
bench_type_class_init (BenchTypeClass *klass)
{
  NB_AUCTION_TYPE_CLASS (klass)->describe = describe;
}

static void
bench_type_init (BenchType *self)
{
}

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbRegistry *registry;
  NbPluginHost *host;
  NbBidEngine *engine;
  NbCatalogue *catalogue;
  NbMarket *market;
  BenchTaker *taker; /* (nullable) */
  guint64 n_states;
  gint64 *auctions;
  NbMoney *prices; /* the next amount to bid in each */
  guint n_auctions;
  guint next;
  gint64 ends_at; /* monotonic: no new bid after it */
  guint n_outstanding;
  guint64 n_accepted;
  guint64 n_refused;
  guint64 n_batches;
  GArray *samples; /* (element-type gint64): microseconds from call to answer */
} Bench;

typedef struct
{
  Bench *bench;
  gint64 began_at;
} Shot;

static void
check (gboolean is_fine, GError *error, const char *what)
{
  if (!is_fine || error != NULL)
    {
      g_printerr ("%s: %s\n", what, error != NULL ? error->message : "failed");
      exit (1);
    }
}

static void
on_committed (NbStore *store, GPtrArray *events, gpointer user_data)
{
  ((Bench *)user_data)->n_batches++;
}

static void
on_state (NbAuctionState *state, gpointer user_data)
{
  ((Bench *)user_data)->n_states++;
}

static void
start_wallet (Bench *self)
{
  g_autofree char *folder = g_build_filename (NB_BENCH_BUILD_DIR, "plugins", "wallet", NULL);
  g_autofree char *dir = g_build_filename (NB_BENCH_SOURCE_DIR, "data", "sql", NULL);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (nb_setting_fault_free);
  g_autoptr (NbAuctionType) type = g_object_new (bench_type_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  self->host = nb_plugin_host_new (self->registry, self->store);
  check (nb_store_migrate (self->store, "core", dir, FALSE, NULL, &error), error, "migrate");
  check (nb_plugin_host_add_folder (self->host, folder, NB_PLUGIN_REQUIRED, &error), error, "plugins");
  check (nb_plugin_host_load (self->host, NULL, &error), error, "load");
  check (nb_plugin_host_configure (self->host, NULL, faults), NULL, "configure");
  check (nb_plugin_host_migrate (self->host, TRUE, &error), error, "migrate plugins");
  check (nb_store_start (self->store, &error), error, "start");
  check (nb_plugin_host_start (self->host, &error), error, "start plugins");
  check (nb_registry_add_auction_type (self->registry, "bench", "english", type, &error), error, "type");
  if (is_live)
    check (nb_registry_add_state_handler (self->registry, "bench", on_state, self, &error), error, "states");
  check (nb_replay_register_checks (self->registry, &error), error, "checks");
}

static gboolean
add_people (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql insert
      = { "INSERT INTO people (id, username, nickname, password_hash, created_at) VALUES (##id::gint64, "
          "##name::string, ##name::string, 'x', 0)",
          NULL, NULL };
  Bench *self = user_data;
  NbWallet *wallet = nb_registry_find_service (self->registry, NB_TYPE_WALLET);

  for (gint64 i = 1; i <= N_PEOPLE; i++)
    {
      g_autofree char *name = g_strdup_printf ("person%" G_GINT64_FORMAT, i);
      NbEntry entry;

      if (!nb_transaction_execute_exactly (transaction, 1, &insert, NB_PARAMS (NB_INT (i), NB_TEXT (name)), error)
          || !nb_wallet_deposit (wallet, transaction, i, NB_MONEY_MAX_OPERATION, NULL, &entry, error))
        return FALSE;
    }
  return TRUE;
}

static gint64
list_auction (Bench *self, gint64 seller)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NbAuctionView) view = NULL;
  g_autoptr (GError) error = NULL;
  NbListing listing = {
    .type = "english",
    .seller = seller,
    .title = "Chair",
    .description = "",
    .ends_at = nb_store_now (self->store) + G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC,
    .terms = g_variant_new_parsed ("{'start_price': <int64 1>, 'step': <int64 1>}"),
  };

  nb_catalogue_list_async (self->catalogue, &listing, nb_test_loop_keep_result, &result);
  nb_test_loop_run_until_result (&self->loop, &result);
  view = nb_catalogue_list_finish (self->catalogue, result, NULL, &error);
  check (view != NULL, error, "list");
  return nb_auction_get_id (view->auction);
}

static void
set_up (Bench *self, NbTestDatabaseKind kind, guint n_auctions)
{
  NbEngineOptions options = { .batch_max = (guint)batch_max, .queue_max = 100000 };
  NbCatalogueOptions limits = { .min_duration = 1, .max_duration = G_MAXINT64 / 2 };
  g_autoptr (GError) error = NULL;

  *self = (Bench){ .n_auctions = n_auctions };
  nb_test_loop_set_up (&self->loop, 600);
  self->database = nb_test_database_new (kind);
  self->store = nb_store_new (nb_test_database_get_url (self->database), NULL, &error);
  check (self->store != NULL, error, "store");
  self->registry = nb_registry_new ();
  start_wallet (self);
  check (nb_store_transact (self->store, add_people, self, &error), error, "people");
  self->engine = nb_bid_engine_new (self->store, self->registry, &options);
  self->market = nb_market_new (self->store, self->registry, self->engine);
  self->catalogue = nb_catalogue_new (self->store, self->registry, &limits);
  self->auctions = g_new (gint64, n_auctions);
  self->prices = g_new (NbMoney, n_auctions);
  for (guint i = 0; i < n_auctions; i++)
    {
      self->auctions[i] = list_auction (self, N_PEOPLE - i);
      self->prices[i] = 1;
    }
  self->samples = g_array_sized_new (FALSE, FALSE, sizeof (gint64), 100000);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
  if (with_taker)
    self->taker = bench_taker_start (self->database, self->store, self->registry);
}

static void
tear_down (Bench *self)
{
  g_clear_pointer (&self->taker, bench_taker_stop);
  nb_test_loop_drain (&self->loop);
  g_object_unref (self->market);
  g_object_unref (self->engine);
  g_object_unref (self->catalogue);
  nb_registry_remove_owner (self->registry, "bench");
  nb_registry_remove_owner (self->registry, "core");
  nb_plugin_host_stop (self->host);
  nb_store_stop (self->store);
  nb_test_loop_tear_down (&self->loop);
  g_object_unref (self->host);
  g_object_unref (self->registry);
  g_object_unref (self->store);
  nb_test_database_free (self->database);
  g_array_unref (self->samples);
  g_free (self->auctions);
  g_free (self->prices);
}

static void shoot (Bench *self, Shot *shot);

static gboolean
finish_shot (GObject *source, GAsyncResult *result, GError **error)
{
  g_autofree char *text = NULL;
  NbBidResult answer;

  if (!by_market)
    return nb_bid_engine_bid_finish (NB_BID_ENGINE (source), result, &answer, error);
  text = nb_market_bid_finish (NB_MARKET (source), result, error);
  return text != NULL;
}

static void
shot_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Shot *shot = user_data;
  Bench *self = shot->bench;
  gint64 now = g_get_monotonic_time ();
  gint64 took = now - shot->began_at;
  g_autoptr (GError) error = NULL;

  if (finish_shot (source, result, &error))
    self->n_accepted++;
  else
    self->n_refused++;
  if (self->samples->len < MAX_SAMPLES)
    g_array_append_val (self->samples, took);
  self->n_outstanding--;
  if (now < self->ends_at)
    shoot (self, shot);
  else
    g_free (shot);
}

static void
shoot_by_market (Bench *self, const NbBidRequest *request, Shot *shot)
{
  char key[24];
  NbMarketBid bid = { .auction = request->auction,
                      .person = request->person,
                      .kind = request->kind,
                      .amount = request->amount,
                      .quantity = request->quantity,
                      .key = key };

  g_snprintf (key, sizeof key, "bid-%u", self->next);
  nb_market_bid_async (self->market, &bid, shot_cb, shot);
}

static void
shoot (Bench *self, Shot *shot)
{
  guint which = self->next % self->n_auctions;
  NbBidRequest request = {
    .auction = self->auctions[which],
    .person = 1 + self->next % (N_PEOPLE - 100),
    .amount = self->prices[which]++,
    .quantity = 1,
    .expected_seq = -1,
  };

  self->next++;
  self->n_outstanding++;
  shot->began_at = g_get_monotonic_time ();
  if (by_market)
    shoot_by_market (self, &request, shot);
  else
    nb_bid_engine_bid_async (self->engine, &request, shot_cb, shot);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return x < y ? -1 : x > y;
}

static double
percentile (GArray *sorted, double share)
{
  return sorted->len > 0 ? (double)g_array_index (sorted, gint64, (guint)(share * (sorted->len - 1))) / 1000 : 0;
}

/* Microseconds of processor time that this process has used, in all threads. */
static gint64
processor_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * (gint64)G_USEC_PER_SEC + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

static gboolean
run_checks (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql count_bids = { "SELECT count(*) FROM bids WHERE kind = 'amount'", NULL, "x" };
  Bench *self = user_data;
  GPtrArray *checks = nb_registry_get_checks (self->registry);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_bids, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  if ((guint64)nb_rows_get_int (rows, 0, 0) != self->n_accepted)
    g_ptr_array_add (faults, g_strdup ("the number of bids is not that of the answers"));
  for (guint i = 0; i < checks->len; i++)
    {
      const NbCheck *one = g_ptr_array_index (checks, i);

      if (!one->function (transaction, faults, one->user_data, error))
        return FALSE;
    }
  for (guint i = 0; i < faults->len; i++)
    g_printerr ("WRONG: %s\n", (const char *)g_ptr_array_index (faults, i));
  check (faults->len == 0, NULL, "money and counts");
  return TRUE;
}

static void
measure (NbTestDatabaseKind kind, guint n_auctions, int outstanding)
{
  Bench self;
  gint64 began_at, took, processor;
  g_autoptr (GError) error = NULL;

  set_up (&self, kind, n_auctions);
  processor = processor_time ();
  began_at = g_get_monotonic_time ();
  self.ends_at = began_at + seconds * (gint64)G_USEC_PER_SEC;
  for (int i = 0; i < outstanding; i++)
    {
      Shot *shot = g_new (Shot, 1);

      shot->bench = &self;
      shoot (&self, shot);
    }
  while (self.n_outstanding > 0)
    g_main_context_iteration (self.loop.context, TRUE);
  took = g_get_monotonic_time () - began_at;
  processor = processor_time () - processor;
  g_array_sort (self.samples, compare);
  g_print ("%-10s  %3u auction%s  %5d waiting  %9.0f bids/s  batch %6.1f  p50 %7.2f ms  p99 %7.2f ms  cpu %6.1f us/bid",
           nb_test_database_kind_name (kind), n_auctions, n_auctions == 1 ? " " : "s", outstanding,
           (double)self.n_accepted * G_USEC_PER_SEC / (double)took,
           self.n_batches > 0 ? (double)self.n_accepted / (double)self.n_batches : 0, percentile (self.samples, 0.5),
           percentile (self.samples, 0.99), self.n_accepted > 0 ? (double)processor / (double)self.n_accepted : 0);
  check (nb_store_read (self.store, run_checks, &self, &error), error, "checks");
  check (self.n_refused == 0, NULL, "every bid accepted");
  if (self.taker != NULL)
    bench_taker_report (self.taker);
  g_print ("  money and counts right\n");
  tear_down (&self);
}

/* All that is listed ends at @user_data, in microseconds since the epoch. */
static gboolean
set_end (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql sql = { "UPDATE auctions SET ends_at = ##end::gint64, original_ends_at = ##end::gint64, "
                             "next_due_at = ##end::gint64",
                             NULL, NULL };

  return nb_transaction_execute (transaction, &sql, NB_PARAMS (NB_INT (*(gint64 *)user_data)), error) > 0;
}

/* What is known of a close is known after its commit. */
typedef struct
{
  Bench *bench;
  gint64 end;
} Closing;

static void
on_closed (NbStore *store, GPtrArray *events, gpointer user_data)
{
  const Closing *self = user_data;
  gint64 late = nb_store_now (store) - self->end;

  for (guint i = 0; i < events->len; i++)
    if (g_str_equal (nb_event_get_kind (g_ptr_array_index (events, i)), "auction-closed"))
      g_array_append_val (self->bench->samples, late);
}

/* One bid on each auction, so that each close pays someone. */
static void
bid_on_each (Bench *self)
{
  self->ends_at = 0;
  for (guint i = 0; i < self->n_auctions; i++)
    {
      Shot *shot = g_new (Shot, 1);

      shot->bench = self;
      shoot (self, shot);
    }
  while (self->n_outstanding > 0)
    g_main_context_iteration (self->loop.context, TRUE);
  check (self->n_refused == 0, NULL, "every bid accepted");
  g_array_set_size (self->samples, 0);
}

static void
measure_closing (NbTestDatabaseKind kind)
{
  Bench self;
  Closing state = { .bench = &self };
  g_autoptr (NbScheduler) scheduler = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&self, kind, (guint)closing);
  bid_on_each (&self);
  state.end = nb_store_now (self.store) + 3 * G_USEC_PER_SEC;
  check (nb_store_transact (self.store, set_end, &state.end, &error), error, "end");
  g_signal_connect (self.store, "committed", G_CALLBACK (on_closed), &state);
  scheduler = nb_scheduler_new (self.store, self.registry, self.engine);
  nb_scheduler_start (scheduler);
  while (self.samples->len < self.n_auctions)
    g_main_context_iteration (self.loop.context, TRUE);
  nb_scheduler_stop (scheduler);
  g_array_sort (self.samples, compare);
  g_print ("%-10s  %4u auctions of one end, each with a bid: closed after  p50 %7.2f ms  p99 %7.2f ms  last %7.2f ms",
           nb_test_database_kind_name (kind), self.n_auctions, percentile (self.samples, 0.5),
           percentile (self.samples, 0.99), percentile (self.samples, 1));
  check (nb_store_read (self.store, run_checks, &self, &error), error, "checks");
  g_print ("  money and counts right\n");
  g_clear_object (&scheduler);
  tear_down (&self);
}

static void
measure_database (NbTestDatabaseKind kind)
{
  if (closing > 0)
    {
      measure_closing (kind);
      return;
    }
  if (!skip_ceilings)
    {
      g_autoptr (NbTestDatabase) database = nb_test_database_new (kind);
      double rate = kind == NB_TEST_SQLITE ? bench_ceiling_sqlite (nb_test_database_get_folder (database), seconds)
                                           : bench_ceiling_postgresql (nb_test_database_get_url (database), seconds);

      g_print ("%-10s  raw transactions of one bid each: %.0f a second\n", nb_test_database_kind_name (kind), rate);
    }
  if (auctions > 0)
    {
      measure (kind, (guint)auctions, depth);
      return;
    }
  measure (kind, 1, 1);
  measure (kind, 1, depth);
  measure (kind, 100, depth);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- durable bids a second through the engine");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || seconds < 1 || depth < 1 || auctions < 0
      || auctions > 100 || closing < 0 || closing > N_PEOPLE)
    {
      g_printerr ("%s\n", error != NULL
                              ? error->message
                              : "seconds and depth are at least 1, auctions at most 100, closing at most 1000");
      return 2;
    }
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    if (only == NULL || g_str_equal (only, nb_test_database_kind_name (kind)))
      measure_database (kind);
  return 0;
}
