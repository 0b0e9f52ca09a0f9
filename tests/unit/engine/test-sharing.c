/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two engines on one database, as two processes have them: what is due is shared, and nothing is done twice. */
#include "core/engine/nb-scheduler.h"
#include "tests/support/nb-test-gate.h"
#include "tests/unit/engine/engine-fixture.h"

/* Those without bids come first, and are more than one engine closes at once. */
#define N_WITHOUT_BIDS 300
#define N_AUCTIONS 500
#define N_BIDDING 64

typedef struct
{
  NbStore *store;
  NbBidEngine *engine;
  NbScheduler *scheduler;
  guint n_closed; /* by its commits */
} Other;

static void
on_committed (NbStore *store, GPtrArray *events, gpointer user_data)
{
  guint *n_closed = user_data;

  for (guint i = 0; i < events->len; i++)
    *n_closed += g_str_equal (nb_event_get_kind (g_ptr_array_index (events, i)), "auction-closed");
}

static void
start_other (EngineFixture *self, Other *other)
{
  NbEngineOptions options = { .fee_hundredths = 250 };

  *other = (Other){ 0 };
  other->engine = engine_fixture_new_engine (self, &options, &other->store);
  g_signal_connect (other->store, "committed", G_CALLBACK (on_committed), &other->n_closed);
  other->scheduler = nb_scheduler_new (other->store, self->registry, other->engine);
}

static void
stop_other (EngineFixture *self, Other *other)
{
  nb_scheduler_stop (other->scheduler);
  nb_store_stop (other->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (other->scheduler);
  g_assert_finalize_object (other->engine);
  g_assert_finalize_object (other->store);
}

static void
stand_still (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  if (point == NB_FAULT_AFTER_WRITE)
    nb_test_gate_pass (transaction, user_data, NULL);
}

static gboolean
has_arrived (gpointer user_data)
{
  NbTestGate *gate = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&gate->mutex);

  return gate->has_arrived;
}

static gboolean
has_closed_one (gpointer user_data)
{
  return ((Other *)user_data)->n_closed > 0;
}

static gboolean
are_all_closed (gpointer user_data)
{
  return engine_fixture_count (user_data, "SELECT count(*) FROM auctions WHERE status IN ('sold', 'unsold')")
         == N_AUCTIONS;
}

static gboolean
is_gone (gpointer user_data)
{
  return *(NbScheduler **)user_data == NULL;
}

/* What it asked for last may not be answered yet, and keeps it until then. */
static void
free_scheduler (EngineFixture *self, NbScheduler *scheduler)
{
  NbScheduler *left = scheduler;

  g_object_add_weak_pointer (G_OBJECT (scheduler), (gpointer *)&left);
  g_object_unref (scheduler);
  nb_test_loop_run_until (&self->loop, is_gone, &left);
}

static void
list_all (EngineFixture *self, gint64 *auctions)
{
  Answer answers[N_AUCTIONS];

  for (guint i = 0; i < N_AUCTIONS; i++)
    auctions[i] = engine_fixture_list (self, "english", NULL, HOUR);
  for (guint i = N_WITHOUT_BIDS; i < N_AUCTIONS; i++)
    {
      NbBidRequest request
          = { .auction = auctions[i], .person = 2 + i % 3, .amount = 1000, .quantity = 1, .expected_seq = -1 };

      engine_fixture_submit (self->engine, &request, &answers[i]);
    }
  engine_fixture_wait (self, answers + N_WITHOUT_BIDS, N_AUCTIONS - N_WITHOUT_BIDS);
  for (guint i = N_WITHOUT_BIDS; i < N_AUCTIONS; i++)
    g_assert_no_error (answers[i].error);
}

static void
end_all (EngineFixture *self)
{
  g_autofree char *sql
      = g_strdup_printf ("UPDATE auctions SET ends_at = %" G_GINT64_FORMAT ", original_ends_at = ends_at, "
                         "next_due_at = %" G_GINT64_FORMAT,
                         nb_store_now (self->store), nb_store_now (self->store));

  g_free (nb_test_database_run (self->database, sql));
}

static void
assert_closed_once (EngineFixture *self)
{
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'close'"), ==, N_AUCTIONS);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM outbox WHERE kind = 'auction-closed'"), ==,
                   N_AUCTIONS);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM winners"), ==, N_AUCTIONS - N_WITHOUT_BIDS);
}

/* While the first engine stands still with the locks of all that it took, the second goes past them. */
static void
test_shared_closing (EngineFixture *self)
{
  gboolean has_rows_locked = self->kind == NB_TEST_POSTGRESQL;
  g_autofree gint64 *auctions = g_new (gint64, N_AUCTIONS);
  NbScheduler *scheduler = nb_scheduler_new (self->store, self->registry, self->engine);
  guint n_closed = 0;
  NbTestGate gate;
  Other other;

  engine_fixture_add_people (self, 4, 10000000);
  list_all (self, auctions);
  end_all (self);
  start_other (self, &other);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), &n_closed);
  nb_test_gate_init (&gate);
  if (has_rows_locked)
    nb_store_set_fault_hook (self->store, stand_still, &gate);
  nb_scheduler_start (scheduler);
  if (has_rows_locked)
    nb_test_loop_run_until (&self->loop, has_arrived, &gate);
  nb_scheduler_start (other.scheduler);
  if (has_rows_locked)
    nb_test_loop_run_until (&self->loop, has_closed_one, &other);
  nb_test_gate_open (&gate);
  nb_test_loop_run_until (&self->loop, are_all_closed, self);
  nb_scheduler_stop (scheduler);
  free_scheduler (self, scheduler);
  stop_other (self, &other);
  nb_store_set_fault_hook (self->store, NULL, NULL);
  nb_test_gate_clear (&gate);
  g_signal_handlers_disconnect_by_data (self->store, &n_closed);
  g_assert_cmpuint (n_closed + other.n_closed, ==, N_AUCTIONS);
  g_assert_true (!has_rows_locked || n_closed > 0);
  assert_closed_once (self);
}

typedef struct
{
  EngineFixture *fixture;
  gint64 auction;
  NbMoney amount;
  guint n_waiting;
  gboolean is_over;
} Storm;

static void shoot (Storm *storm);

static void
shot_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Storm *storm = user_data;
  g_autoptr (GError) error = NULL;
  NbBidResult answer;

  nb_bid_engine_bid_finish (NB_BID_ENGINE (source), result, &answer, &error);
  storm->n_waiting--;
  if (!storm->is_over)
    shoot (storm);
}

static void
shoot (Storm *storm)
{
  NbBidRequest request = { .auction = storm->auction,
                           .person = 2 + storm->amount / 100 % 3,
                           .amount = storm->amount,
                           .quantity = 1,
                           .expected_seq = -1 };

  storm->amount += 100;
  storm->n_waiting++;
  nb_bid_engine_bid_async (storm->fixture->engine, &request, shot_cb, storm);
}

static gboolean
is_quiet (gpointer user_data)
{
  return ((Storm *)user_data)->n_waiting == 0;
}

/* Bids of one process hold an auction's lock nearly all the time; another one closes it all the same. */
static void
test_close_under_bids (EngineFixture *self)
{
  Storm storm = { .fixture = self, .amount = 1000 };
  Other other;

  engine_fixture_add_people (self, 4, NB_MONEY_MAX_OPERATION);
  storm.auction = engine_fixture_list (self, "english", NULL, HOUR);
  for (guint i = 0; i < N_BIDDING; i++)
    shoot (&storm);
  start_other (self, &other);
  nb_scheduler_start (other.scheduler);
  end_all (self);
  nb_test_loop_run_until (&self->loop, has_closed_one, &other);
  g_assert_cmpuint (storm.n_waiting, ==, N_BIDDING);
  storm.is_over = TRUE;
  nb_test_loop_run_until (&self->loop, is_quiet, &storm);
  stop_other (self, &other);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'close'"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  engine_fixture_add_test ("/engine/sharing/closing", 120, test_shared_closing);
  engine_fixture_add_test ("/engine/sharing/close-under-bids", 120, test_close_under_bids);
  return g_test_run ();
}
