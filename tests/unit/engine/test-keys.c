/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One key is one request, whoever comes first: two processes at once, other kinds of requests, links that break. */
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-gate.h"
#include "tests/unit/engine/engine-fixture.h"

#define N_AUCTIONS 4
#define N_BIDDERS 4
#define N_KEYS (N_AUCTIONS * N_BIDDERS)
/* How often each request is sent: three times to each of both engines. */
#define N_TIMES 6
#define N_ROUNDS 6

typedef struct
{
  NbStore *store;
  NbBidEngine *engine;
} Other;

static void
start_other (EngineFixture *self, Other *other)
{
  NbEngineOptions options = { .fee_hundredths = 250 };

  other->engine = engine_fixture_new_engine (self, &options, &other->store);
}

static void
stop_other (EngineFixture *self, Other *other)
{
  nb_store_stop (other->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (other->engine);
  g_assert_finalize_object (other->store);
}

/* Whatever a key has in it, it comes back as it was. */
static char *
make_key (guint round, guint i)
{
  static const char *const odd[] = { "plain", "NULL", "a\\", "\"quoted\"", "{a,b}", "it's", "##key::string", "열쇠\n" };

  return g_strdup_printf ("%s-%u-%u", odd[i % G_N_ELEMENTS (odd)], round, i);
}

/* A round raises all bids of the one before; some raise too little and are refused, which is an answer too. */
static NbBidRequest
make_request (const gint64 *auctions, guint round, guint i, const char *key)
{
  guint bidder = i / N_AUCTIONS;

  return (NbBidRequest){ .auction = auctions[i % N_AUCTIONS],
                         .person = 2 + bidder,
                         .amount = 1000 + 100 * (NbMoney)(round * N_BIDDERS + bidder) - (i % 5 == 4 ? 400 : 0),
                         .quantity = 1,
                         .expected_seq = -1,
                         .key = key };
}

static void
assert_same_answers (const Answer *answers)
{
  guint n_first = 0;

  for (guint i = 0; i < N_TIMES; i++)
    {
      g_assert_true (answers[i].is_done);
      n_first += !answers[i].result.is_replay;
      g_assert_cmpint (answers[i].error != NULL ? nb_error_get_code (answers[i].error) : 0, ==,
                       answers[0].error != NULL ? nb_error_get_code (answers[0].error) : 0);
      if (answers[i].error != NULL)
        continue;
      g_assert_cmpint (answers[i].result.bid, ==, answers[0].result.bid);
      g_assert_cmpint (answers[i].result.seq, ==, answers[0].result.seq);
      g_assert_cmpint (answers[i].result.price, ==, answers[0].result.price);
    }
  g_assert_cmpuint (n_first, ==, 1);
}

/* Returns: how many of the round's requests were accepted */
static guint
assert_round (Answer (*answers)[N_TIMES])
{
  guint n_accepted = 0;

  for (guint i = 0; i < N_KEYS; i++)
    {
      assert_same_answers (answers[i]);
      n_accepted += answers[i][0].error == NULL;
      for (guint j = 0; j < N_TIMES; j++)
        g_clear_error (&answers[i][j].error);
    }
  return n_accepted;
}

static guint
run_round (EngineFixture *self, Other *other, const gint64 *auctions, guint round, gboolean is_killing)
{
  Answer answers[N_KEYS][N_TIMES];

  for (guint j = 0; j < N_TIMES; j++)
    for (guint n = 0; n < N_KEYS; n++)
      {
        /* The second engine goes the other way round. */
        guint i = j % 2 == 0 ? n : N_KEYS - 1 - n;
        g_autofree char *key = make_key (round, i);
        NbBidRequest request = make_request (auctions, round, i, key);

        engine_fixture_submit (j % 2 == 0 ? self->engine : other->engine, &request, &answers[i][j]);
      }
  if (is_killing)
    nb_test_database_kill_backends (self->database);
  engine_fixture_wait (self, answers[0], N_KEYS * N_TIMES);
  return assert_round (answers);
}

static void
storm (EngineFixture *self, gboolean is_killing)
{
  gint64 auctions[N_AUCTIONS];
  gint64 n_accepted = 0;
  Other other;

  engine_fixture_add_people (self, 1 + N_BIDDERS, 10000000);
  for (guint i = 0; i < N_AUCTIONS; i++)
    auctions[i] = engine_fixture_list (self, "english", NULL, HOUR);
  start_other (self, &other);
  for (guint round = 0; round < N_ROUNDS; round++)
    n_accepted += run_round (self, &other, auctions, round, is_killing);
  g_assert_cmpint (n_accepted, >=, N_ROUNDS);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'amount'"), ==, n_accepted);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM request_keys"), ==, N_ROUNDS * N_KEYS);
  stop_other (self, &other);
}

static void
test_same_keys (EngineFixture *self)
{
  storm (self, FALSE);
}

static void
test_same_keys_and_lost_links (EngineFixture *self)
{
  storm (self, self->kind == NB_TEST_POSTGRESQL);
}

typedef struct
{
  EngineFixture *fixture;
  NbTestGate gate;
  gint n_runs; /* atomic */
  gboolean is_paid;
  GError *error;
} Payment;

static void
stand_still (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  if (point == NB_FAULT_AFTER_WRITE)
    nb_test_gate_pass (transaction, user_data, NULL);
}

static gboolean
pay (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Payment *self = user_data;
  NbEntry entry;

  g_atomic_int_inc (&self->n_runs);
  return nb_wallet_deposit (self->fixture->wallet, transaction, 2, 1000, "both", &entry, error);
}

static void
paid_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Payment *self = user_data;

  nb_store_transact_finish (NB_STORE (source), result, &self->error);
  self->is_paid = TRUE;
}

/* Nothing that happens in the loop tells of it. */
static void
wait_for_lock (EngineFixture *self)
{
  while (engine_fixture_count (self, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database () "
                                     "AND wait_event_type = 'Lock'")
         == 0)
    g_usleep (5000);
}

/* A deposit comes with the key of a bid while the bid's batch has the wallet: it waits, and neither has what the other
 * needs. The hot auction would stand still until the database found the deadlock. */
static void
test_no_deadlock_with_deposit (EngineFixture *self)
{
  Payment payment = { .fixture = self };
  NbBidRequest request = { .person = 2, .amount = 1000, .quantity = 1, .expected_seq = -1, .key = "both" };
  Answer answer;
  Other other;

  if (self->kind != NB_TEST_POSTGRESQL)
    {
      g_test_skip ("one writer at a time");
      return;
    }
  engine_fixture_add_people (self, 2, 100000);
  request.auction = engine_fixture_list (self, "english", NULL, HOUR);
  start_other (self, &other);
  nb_test_gate_init (&payment.gate);
  nb_store_set_fault_hook (self->store, stand_still, &payment.gate);
  engine_fixture_submit (self->engine, &request, &answer);
  nb_test_gate_wait (&payment.gate);
  nb_store_transact_async (other.store, pay, &payment, NULL, NULL, paid_cb, &payment);
  wait_for_lock (self);
  nb_test_gate_open (&payment.gate);
  engine_fixture_wait (self, &answer, 1);
  nb_test_loop_run_until_true (&self->loop, &payment.is_paid);
  nb_store_set_fault_hook (self->store, NULL, NULL);
  nb_test_gate_clear (&payment.gate);
  engine_fixture_assert_accepted (&answer, NB_STANDING_LEADING, 1000);
  g_assert_error (payment.error, NB_ERROR, NB_ERROR_IDEMPOTENCY_KEY_REUSED);
  g_clear_error (&payment.error);
  g_assert_cmpint (payment.n_runs, ==, 1);
  g_assert_cmpint (engine_fixture_get_balance (self, 2).available, ==, 99000);
  stop_other (self, &other);
}

static gboolean
take_key (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql sql
      = { "INSERT INTO request_keys (person_id, key, fingerprint, created_at) VALUES (2, 'taken', 'other', 0)", NULL,
          NULL };

  return nb_transaction_execute_exactly (transaction, 1, &sql, NB_NO_PARAMS, error)
         && nb_test_gate_pass (transaction, user_data, error);
}

/* The batch has sent all it writes and waits for whoever has its key; then both lose their links and begin again, and
 * who is first has the key. */
static void
test_link_lost_among_writes (EngineFixture *self)
{
  NbBidRequest request = { .person = 2, .amount = 1000, .quantity = 1, .expected_seq = -1, .key = "taken" };
  g_autoptr (GAsyncResult) taken = NULL;
  NbTestGate gate;
  Answer answers[2];
  Other other;

  if (self->kind != NB_TEST_POSTGRESQL)
    {
      g_test_skip ("one writer at a time");
      return;
    }
  engine_fixture_add_people (self, 3, 100000);
  request.auction = engine_fixture_list (self, "english", NULL, HOUR);
  start_other (self, &other);
  nb_test_gate_init (&gate);
  nb_store_transact_async (other.store, take_key, &gate, NULL, NULL, nb_test_loop_keep_result, &taken);
  nb_test_gate_wait (&gate);
  engine_fixture_submit (self->engine, &request, &answers[0]);
  wait_for_lock (self);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'amount'"), ==, 0);
  g_assert_cmpuint (nb_test_database_kill_backends (self->database), >=, 2);
  engine_fixture_wait (self, answers, 1);
  engine_fixture_assert_accepted (&answers[0], NB_STANDING_LEADING, 1000);
  nb_test_gate_open (&gate);
  nb_test_loop_run_until_result (&self->loop, &taken);
  g_assert_false (nb_store_transact_finish (other.store, taken, NULL));
  g_clear_object (&taken);
  engine_fixture_submit (other.engine, &request, &answers[1]);
  engine_fixture_wait (self, answers + 1, 1);
  engine_fixture_assert_accepted (&answers[1], NB_STANDING_LEADING, 1000);
  g_assert_true (answers[1].result.is_replay);
  g_assert_cmpint (engine_fixture_count (self, "SELECT count(*) FROM bids WHERE kind = 'amount'"), ==, 1);
  nb_test_gate_clear (&gate);
  stop_other (self, &other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  engine_fixture_add_test ("/engine/keys/same-in-two-processes", 240, test_same_keys);
  engine_fixture_add_test ("/engine/keys/same-while-links-break", 240, test_same_keys_and_lost_links);
  engine_fixture_add_test ("/engine/keys/no-deadlock-with-deposit", 240, test_no_deadlock_with_deposit);
  engine_fixture_add_test ("/engine/keys/link-lost-among-writes", 240, test_link_lost_among_writes);
  return g_test_run ();
}
