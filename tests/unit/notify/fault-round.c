/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the real plugins, the engine and the dispatcher in one process, with deposits and bids that are committed and
 * some that are rolled back. */
#include "tests/unit/notify/fault-round.h"

#include "core/engine/nb-dispatcher.h"
#include "core/engine/nb-replay.h"
#include "tests/support/nb-test-plugins.h"
#include "tests/unit/engine/engine-fixture.h"
#include "tests/unit/notify/recorder.h"

#include <stdlib.h>

#define WORD "--fault-round"
#define PATIENCE 240 /* seconds */
#define N_DEPOSITS 8
#define N_BIDS 4
/* Amounts of one round do not meet those of another. */
#define AMOUNT_STEP 100
#define FIRST_PRICE 1000
#define BALANCE 100000000

char **
fault_round_to_words (const FaultRound *round, const char *program)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  const guint numbers[] = { round->round, round->seed, round->point, round->nth, round->delay };

  g_strv_builder_add_many (words, program, WORD, round->url, round->folder, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", numbers[i]);

      g_strv_builder_add (words, number);
    }
  return g_strv_builder_end (words);
}

typedef struct
{
  EngineFixture site;
  const FaultRound *round;
  GRand *rand;
  NbDispatcher *dispatcher;
  guint n_under_way; /* deposits */
} Process;

typedef struct
{
  Process *process;
  gint64 person;
  NbMoney amount;
  gboolean is_rolled_back;
} Deposit;

static gboolean
deposit_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Deposit *deposit = user_data;
  NbEntry entry;

  if (!nb_wallet_deposit (deposit->process->site.wallet, transaction, deposit->person, deposit->amount, NULL, &entry,
                          error))
    return FALSE;
  if (!deposit->is_rolled_back)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "changed its mind");
  return FALSE;
}

static void
deposited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Deposit *deposit = user_data;
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  if (deposit->is_rolled_back)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    g_assert_no_error (error);
  deposit->process->n_under_way--;
}

static void
begin_deposit (Process *self, gint64 person, NbMoney amount, gboolean is_rolled_back)
{
  Deposit *deposit = g_new (Deposit, 1);

  *deposit = (Deposit){ self, person, amount, is_rolled_back };
  self->n_under_way++;
  nb_store_transact_async (self->site.store, deposit_cb, deposit, g_free, NULL, deposited_cb, deposit);
}

/* That somebody was outbid, in a transaction that comes to nothing. */
static gboolean
outbid_and_roll_back_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const gint64 *auction = user_data;
  const gint64 stranger = FAULT_STRANGER;
  GVariant *people = g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &stranger, 1, sizeof stranger);
  GVariantDict payload;

  g_variant_dict_init (&payload, NULL);
  g_variant_dict_insert (&payload, "seq", "x", G_GINT64_CONSTANT (1000000));
  g_variant_dict_insert (&payload, "price", "x", G_GINT64_CONSTANT (1000000));
  g_variant_dict_insert_value (&payload, "people", people);
  nb_transaction_emit (transaction, nb_event_new ("outbid", 1, *auction, g_variant_dict_end (&payload)));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "was not outbid after all");
  return FALSE;
}

/* Bids of several people, of whom each bids once, so that all but the last are outbid once. */
static void
bid_in_turn (Process *self)
{
  gint64 auction = engine_fixture_list (&self->site, "english", NULL, HOUR);
  guint first = (guint)g_rand_int_range (self->rand, 0, FAULT_PEOPLE - 1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_BIDS; i++)
    {
      Answer answer = engine_fixture_bid (&self->site, auction, SELLER + 1 + (first + i) % (FAULT_PEOPLE - 1),
                                          FIRST_PRICE + (NbMoney)i * 1000);

      g_assert_no_error (answer.error);
    }
  nb_store_transact (self->site.store, outbid_and_roll_back_cb, &auction, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
move_money (Process *self)
{
  if (self->round->round == 1)
    for (guint i = 1; i <= FAULT_PEOPLE; i++)
      begin_deposit (self, i, BALANCE + i, FALSE);
  while (self->n_under_way > 0)
    g_main_context_iteration (self->site.loop.context, TRUE);
  for (guint i = 0; i < N_DEPOSITS; i++)
    begin_deposit (self, g_rand_int_range (self->rand, 1, FAULT_PEOPLE + 1),
                   (NbMoney)self->round->round * AMOUNT_STEP + i, g_rand_int_range (self->rand, 0, 3) == 0);
  bid_in_turn (self);
  while (self->n_under_way > 0)
    g_main_context_iteration (self->site.loop.context, TRUE);
}

static gboolean
count_cb (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql count = {
    .sqlite = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM notify_fanouts)"
              " + (SELECT count(*) FROM notify_deliveries)",
    .columns = "x",
  };
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  *(gint64 *)user_data = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_until_delivered (Process *self)
{
  g_autoptr (GSource) timer = g_timeout_source_new (10);
  gint64 n = 1;

  g_source_set_callback (timer, wake_cb, NULL, NULL);
  g_source_attach (timer, self->site.loop.context);
  while (n > 0)
    {
      g_autoptr (GError) error = NULL;

      g_main_context_iteration (self->site.loop.context, TRUE);
      nb_store_read (self->site.store, count_cb, &n, &error);
      g_assert_no_error (error);
    }
  g_source_destroy (timer);
}

static void
start (Process *self)
{
  static const char *const ids[] = { "wallet", "notify", NULL };
  const NbEngineOptions options = { .fee_hundredths = 250 };
  const NbCatalogueOptions limits = { .min_duration = 1000, .max_duration = 24 * HOUR };
  g_autofree char *delivered = g_build_filename (self->round->folder, "delivered", NULL);
  g_autoptr (TestRecorder) recorder = test_recorder_new (delivered);
  EngineFixture *site = &self->site;
  g_autoptr (GError) error = NULL;

  nb_test_loop_set_up (&site->loop, PATIENCE);
  site->store = nb_store_new (self->round->url, NULL, &error);
  g_assert_no_error (error);
  site->registry = nb_registry_new ();
  nb_registry_set_state_root (site->registry, self->round->folder);
  nb_registry_set_jobs (site->registry);
  nb_registry_add_notifier (site->registry, "test", NB_NOTIFIER (recorder), &error);
  g_assert_no_error (error);
  site->host = nb_test_plugins_start (site->store, site->registry, ids);
  site->wallet = nb_registry_find_service (site->registry, NB_TYPE_WALLET);
  engine_fixture_add_types (site->registry);
  nb_replay_register_checks (site->registry, &error);
  g_assert_no_error (error);
  site->engine = nb_bid_engine_new (site->store, site->registry, &options);
  site->catalogue = nb_catalogue_new (site->store, site->registry, &limits);
  fault_point_watch (site->store, self->round->url);
  self->dispatcher = nb_dispatcher_new (site->store, site->registry);
  nb_dispatcher_start (self->dispatcher);
}

static void
set_flag_cb (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

static void
stop (Process *self)
{
  EngineFixture *site = &self->site;
  gboolean is_quiet = FALSE;

  nb_dispatcher_stop (self->dispatcher);
  nb_dispatcher_drain (self->dispatcher, set_flag_cb, &is_quiet);
  nb_test_loop_run_until_true (&site->loop, &is_quiet);
  g_clear_object (&self->dispatcher);
  g_clear_object (&site->engine);
  g_clear_object (&site->catalogue);
  nb_plugin_host_stop (site->host);
  nb_registry_remove_owner (site->registry, "test");
  nb_registry_remove_owner (site->registry, "core");
  nb_store_stop (site->store);
  nb_test_loop_tear_down (&site->loop);
  g_clear_object (&site->host);
  g_clear_object (&site->registry);
  g_clear_object (&site->store);
}

gboolean
fault_round_run (int argc, char **argv)
{
  FaultRound round;
  Process process = { .round = &round };
  g_autofree char *deaths = NULL;

  if (argc != 9 || !g_str_equal (argv[1], WORD))
    return FALSE;
  round = (FaultRound){ argv[2],
                        argv[3],
                        (guint)atoi (argv[4]),
                        (guint32)strtoul (argv[5], NULL, 10),
                        (FaultPoint)atoi (argv[6]),
                        (guint)atoi (argv[7]),
                        (guint)atoi (argv[8]) };
  process.rand = g_rand_new_with_seed (round.seed);
  deaths = g_build_filename (round.folder, "deaths", NULL);
  fault_point_plan (round.point, round.nth, round.delay, deaths);
  start (&process);
  move_money (&process);
  if (round.point != FAULT_LINK_CUT_IN_COMMIT)
    wait_until_delivered (&process);
  if (round.point == FAULT_NONE)
    engine_fixture_assert_content (&process.site);
  stop (&process);
  g_rand_free (process.rand);
  return TRUE;
}
