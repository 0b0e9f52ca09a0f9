/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emits events together with a row that says so, and takes them into rows again: both must tell the same. */
#include "tests/unit/engine/dispatcher-fixture.h"

#include "tests/support/nb-test-gate.h"

#include <neighborbid/nb-error.h>

static const NbSql insert_fact = { "INSERT INTO facts (id) VALUES (##id::gint64)", NULL, NULL };
static const NbSql insert_taken
    = { "INSERT INTO taken (id, auction_id) VALUES (##id::gint64, ##auction::gint64)", NULL, NULL };

static gboolean
take_one (Taker *self, NbTransaction *transaction, const NbEvent *event, GError **error)
{
  if (g_strcmp0 (nb_event_get_kind (event), self->poison) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no stomach for %s", self->poison);
      return FALSE;
    }
  return nb_transaction_execute_exactly (
      transaction, 1, &insert_taken,
      NB_PARAMS (NB_INT (nb_event_get_id (event)), NB_INT (nb_event_get_auction (event))), error);
}

static gboolean
take (NbTransaction *transaction, GPtrArray *events, gpointer user_data, GError **error)
{
  Taker *self = user_data;
  const guint call = (guint)g_atomic_int_add (&self->n_calls, 1);

  if (call < G_N_ELEMENTS (self->sizes))
    self->sizes[call] = events->len;
  if (call == 0 && self->pause > 0)
    g_usleep (self->pause);
  if (self->gate != NULL)
    nb_test_gate_pass (transaction, self->gate, NULL);
  if (g_atomic_int_add (&self->n_busy, -1) > 0)
    {
      nb_set_error (error, NB_ERROR_BUSY, "not now", NULL);
      return FALSE;
    }
  for (guint i = 0; i < events->len; i++)
    if (!take_one (self, transaction, g_ptr_array_index (events, i), error))
      return FALSE;
  return TRUE;
}

static void
note_told (gpointer user_data)
{
  ((Taker *)user_data)->n_told++;
}

static const NbConsumer consumer = { .consume = take, .consumed = note_told };

void
taker_init (Taker *self, const char *url)
{
  /* No test waits for the end of its patience. */
  static const NbStoreOptions options = { .patience_ms = 60000 };
  g_autoptr (GError) error = NULL;

  *self = (Taker){ 0 };
  self->store = nb_store_new (url, &options, &error);
  g_assert_no_error (error);
  nb_store_start (self->store, &error);
  g_assert_no_error (error);
  self->registry = nb_registry_new ();
  nb_registry_set_consumer (self->registry, "post", &consumer, self, &error);
  g_assert_no_error (error);
  self->dispatcher = nb_dispatcher_new (self->store, self->registry);
}

void
taker_clear (Taker *self, NbTestLoop *loop)
{
  nb_dispatcher_stop (self->dispatcher);
  nb_store_stop (self->store);
  nb_test_loop_drain (loop);
  g_assert_finalize_object (self->dispatcher);
  nb_registry_remove_owner (self->registry, "post");
  g_assert_finalize_object (self->registry);
  g_assert_finalize_object (self->store);
}

static void
make_tables (DispatcherFixture *self)
{
  g_autoptr (NbStore) store = nb_test_store_new (self->database);

  nb_store_stop (store);
  dispatcher_fixture_run (self, "CREATE TABLE facts (id BIGINT PRIMARY KEY)");
  dispatcher_fixture_run (self, self->kind == NB_TEST_SQLITE
                                    ? "CREATE TABLE taken (place INTEGER PRIMARY KEY, id BIGINT, auction_id BIGINT)"
                                    : "CREATE TABLE taken (place BIGSERIAL PRIMARY KEY, id BIGINT, auction_id BIGINT)");
}

typedef struct
{
  NbTestDatabaseKind kind;
  void (*function) (DispatcherFixture *fixture);
} Case;

/* What a store thread or another program did changes without waking the loop. */
static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSource *
start_ticking (void)
{
  GSource *tick = g_timeout_source_new (20);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, g_main_context_get_thread_default ());
  return tick;
}

static void
run_case (gconstpointer data)
{
  const Case *self = data;
  DispatcherFixture fixture = { .kind = self->kind };

  g_autoptr (GSource) tick = NULL;

  nb_test_loop_set_up (&fixture.loop, g_getenv ("NB_CRASH_ROUNDS") != NULL ? 1800 : 240);
  tick = start_ticking ();
  fixture.database = nb_test_database_new (self->kind);
  make_tables (&fixture);
  taker_init (&fixture.taker, nb_test_database_get_url (fixture.database));
  self->function (&fixture);
  taker_clear (&fixture.taker, &fixture.loop);
  g_source_destroy (tick);
  nb_test_loop_tear_down (&fixture.loop);
  nb_test_database_free (fixture.database);
}

void
dispatcher_fixture_add_test_on (const char *path, NbTestDatabaseKind kind,
                                void (*function) (DispatcherFixture *fixture))
{
  g_autofree char *full = g_strdup_printf ("%s/%s", path, nb_test_database_kind_name (kind));
  Case *test = g_new (Case, 1);

  *test = (Case){ kind, function };
  g_test_add_data_func_full (full, test, run_case, g_free);
}

void
dispatcher_fixture_add_test (const char *path, void (*function) (DispatcherFixture *fixture))
{
  dispatcher_fixture_add_test_on (path, NB_TEST_SQLITE, function);
  dispatcher_fixture_add_test_on (path, NB_TEST_POSTGRESQL, function);
}

static gboolean
emit_about (NbTransaction *transaction, const char *kind, gint64 auction, GError **error)
{
  NbEvent *event = nb_event_new (kind, 1, auction, g_variant_new ("a{sv}", NULL));
  gint64 id = nb_event_get_id (event);

  nb_transaction_emit (transaction, event);
  return nb_transaction_execute_exactly (transaction, 1, &insert_fact, NB_PARAMS (NB_INT (id)), error);
}

gboolean
dispatcher_fixture_emit_one (NbTransaction *transaction, gpointer kind, GError **error)
{
  return emit_about (transaction, kind, 0, error);
}

typedef struct
{
  const char *kind;
  gint64 auction;
} Emission;

static gboolean
emit (NbTransaction *transaction, gpointer user_data, GError **error)
{
  const Emission *emission = user_data;

  return emit_about (transaction, emission->kind, emission->auction, error);
}

void
dispatcher_fixture_emit (NbStore *store, const char *kind, gint64 auction, guint n)
{
  Emission emission = { kind, auction };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    nb_store_transact (store, emit, &emission, &error);
  g_assert_no_error (error);
}

gint64
dispatcher_fixture_count (DispatcherFixture *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return cell != NULL ? g_ascii_strtoll (cell, NULL, 10) : 0;
}

void
dispatcher_fixture_run (DispatcherFixture *self, const char *sql)
{
  g_free (nb_test_database_run (self->database, sql));
}

typedef struct
{
  DispatcherFixture *fixture;
  const char *sql;
  gint64 expected;
} Wait;

static gboolean
is_as_expected (gpointer user_data)
{
  const Wait *wait = user_data;

  return dispatcher_fixture_count (wait->fixture, wait->sql) == wait->expected;
}

void
dispatcher_fixture_wait (DispatcherFixture *self, const char *sql, gint64 expected)
{
  Wait wait = { self, sql, expected };

  nb_test_loop_run_until (&self->loop, is_as_expected, &wait);
}

void
dispatcher_fixture_assert_all_taken (DispatcherFixture *self)
{
  dispatcher_fixture_wait (self, "SELECT count(*) FROM outbox", 0);
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM taken"), ==,
                   dispatcher_fixture_count (self, "SELECT count(*) FROM facts"));
  g_assert_cmpint (dispatcher_fixture_count (self, "SELECT count(*) FROM facts WHERE id NOT IN (SELECT id FROM taken)"),
                   ==, 0);
}
