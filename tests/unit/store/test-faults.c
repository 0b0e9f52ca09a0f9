/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worst moments: links that break at each step, servers that go away, transactions that meet. Each piece of work
 * must be done exactly once, or its caller told that it wasn't. */
#include "core/store/nb-store-private.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-gate.h"
#include "tests/support/nb-test-loop.h"

#include <neighborbid/nb-error.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* Under the address sanitizer freed memory stays in quarantine, so that growth says nothing. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define GROWTH_MAX (1024 << 20)
#else
#define GROWTH_MAX (1 << 20)
#endif

static const NbSql insert_work = {
  .sqlite = "INSERT INTO audit (id, at, actor, action, subject, reason) VALUES (##id::gint64, 0, 'x', 'x', 'x', 'x')",
};
static const NbSql count_work = { .sqlite = "SELECT count(*) FROM audit", .columns = "x" };

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  guint n_events;
  gint n_attempts; /* atomic; so for all below */
  gint n_faults_left;
  gint n_faults_done;
  NbFaultPoint point;
  void (*fault) (NbTestDatabase *database);
} Fixture;

static void
on_committed (NbStore *store, GPtrArray *events, gpointer user_data)
{
  ((Fixture *)user_data)->n_events += events->len;
}

static void
set_up_with (Fixture *self, NbTestDatabaseKind kind, const NbStoreOptions *options)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new (kind);
  self->store = nb_test_store_new_full (self->database, options);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  /* No test here waits for the end of its patience; a slow machine must not come to it either. */
  static const NbStoreOptions options = { .patience_ms = 60000 };

  set_up_with (self, (NbTestDatabaseKind)GPOINTER_TO_INT (data), &options);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
  nb_test_loop_tear_down (&self->loop);
}

static gboolean
work (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Fixture *self = user_data;

  g_atomic_int_inc (&self->n_attempts);
  if (!nb_transaction_execute_exactly (transaction, 1, &insert_work, NB_PARAMS (NB_INT (nb_id_new ())), error))
    return FALSE;
  nb_transaction_emit (transaction, nb_event_new ("test", 1, 0, g_variant_new ("a{sv}", NULL)));
  return TRUE;
}

static gboolean
read_count (NbTransaction *transaction, gpointer user_data, GError **error)
{
  g_autoptr (NbRows) rows = nb_transaction_query (transaction, &count_work, NB_NO_PARAMS, error);

  if (rows == NULL)
    return FALSE;
  *(gint64 *)user_data = nb_rows_get_int (rows, 0, 0);
  return TRUE;
}

static gint64
count (Fixture *self)
{
  gint64 n = -1;
  g_autoptr (GError) error = NULL;

  nb_store_read (self->store, read_count, &n, &error);
  g_assert_no_error (error);
  return n;
}

static void
on_fault_point (NbFaultPoint point, NbTransaction *transaction, gpointer user_data)
{
  Fixture *self = user_data;

  if (point != self->point || g_atomic_int_add (&self->n_faults_left, -1) <= 0)
    return;
  self->fault (self->database);
  g_atomic_int_inc (&self->n_faults_done);
}

static void
kill_backends (NbTestDatabase *database)
{
  g_assert_cmpuint (nb_test_database_kill_backends (database), >, 0);
}

static void
run_with_fault (Fixture *self, NbFaultPoint point, gint n_faults, void (*fault) (NbTestDatabase *), GError **error)
{
  self->n_attempts = 0;
  self->n_events = 0;
  self->point = point;
  self->fault = fault;
  self->n_faults_left = n_faults;
  nb_store_set_fault_hook (self->store, on_fault_point, self);
  nb_store_transact (self->store, work, self, error);
  nb_store_set_fault_hook (self->store, NULL, NULL);
  nb_test_loop_drain (&self->loop);
}

static void
test_kill_at_each_point (Fixture *self, gconstpointer data)
{
  gint64 began_at = g_get_monotonic_time ();
  guint n = 0;

  for (int point = NB_FAULT_BEFORE_BEGIN; point <= NB_FAULT_AFTER_COMMIT; point++)
    for (gint n_faults = 1; n_faults <= 3; n_faults++)
      {
        gint64 before = count (self);
        g_autoptr (GError) error = NULL;

        run_with_fault (self, (NbFaultPoint)point, n_faults, kill_backends, &error);
        g_assert_no_error (error);
        g_assert_cmpint (count (self), ==, before + 1);
        g_assert_cmpuint (self->n_events, ==, 1);
        if (point == NB_FAULT_AFTER_WRITE || point == NB_FAULT_BEFORE_COMMIT)
          g_assert_cmpint (self->n_attempts, >, 1);
        n++;
      }
  g_assert_cmpint (g_get_monotonic_time () - began_at, <, n * 5 * G_USEC_PER_SEC);
}

static gint64
measure_memory (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  return g_ascii_strtoll (strchr (text, ' '), NULL, 10) * sysconf (_SC_PAGESIZE);
}

static void
test_reconnecting_does_not_grow (Fixture *self, gconstpointer data)
{
  gint64 memory = 0;

  for (guint i = 0; i < 80; i++)
    {
      if (i == 30)
        memory = measure_memory ();
      g_assert_cmpint (count (self), >=, 0);
      kill_backends (self->database);
    }
  g_test_message ("50 new links: %+" G_GINT64_FORMAT " bytes", measure_memory () - memory);
  g_assert_cmpint (measure_memory () - memory, <, GROWTH_MAX);
}

static gboolean
read_and_lose (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Fixture *self = user_data;
  gint64 n;

  if (g_atomic_int_add (&self->n_attempts, 1) < 2)
    kill_backends (self->database);
  return read_count (transaction, &n, error);
}

static void
test_kill_in_read (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nb_store_read (self->store, read_and_lose, self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (self->n_attempts, ==, 3);
}

typedef struct
{
  Fixture *fixture;
  const char *condition; /* on pg_stat_activity */
  gint is_over;          /* atomic */
  guint n_killed;
} Assassin;

/* Ends a backend once it is seen in the wanted state. */
static gpointer
lie_in_wait (gpointer data)
{
  Assassin *self = data;
  g_autofree char *sql = g_strdup_printf (
      "SELECT count(pg_terminate_backend (pid)) FROM pg_stat_activity WHERE datname = current_database () AND %s",
      self->condition);

  while (!g_atomic_int_get (&self->is_over) && self->n_killed == 0)
    {
      g_autofree char *n = nb_test_database_run (self->fixture->database, sql);
      self->n_killed = (guint)g_ascii_strtoull (n, NULL, 10);
    }
  return NULL;
}

static void
commit_before_assassin (Fixture *self, Assassin *assassin)
{
  GThread *thread = g_thread_new ("assassin", lie_in_wait, assassin);
  g_autoptr (GError) error = NULL;

  self->n_events = 0;
  nb_store_transact (self->store, work, self, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&assassin->is_over, TRUE);
  g_thread_join (thread);
  nb_test_loop_drain (&self->loop);
  g_assert_cmpuint (self->n_events, ==, 1);
}

/* The link breaks while the server works on COMMIT, before the transaction is durable: the first to come lingers there
 * until it is killed. */
static void
test_kill_early_in_commit (Fixture *self, gconstpointer data)
{
  Assassin assassin = { .fixture = self, .condition = "query = 'COMMIT' AND wait_event = 'PgSleep'" };

  g_free (nb_test_database_run (
      self->database, "CREATE SEQUENCE lingerers; CREATE FUNCTION linger () RETURNS trigger LANGUAGE plpgsql AS "
                      "$$ BEGIN IF nextval ('lingerers') = 1 THEN PERFORM pg_sleep (600); END IF; "
                      "RETURN NULL; END $$;"
                      "CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED "
                      "FOR EACH ROW EXECUTE FUNCTION linger ()"));
  commit_before_assassin (self, &assassin);
  g_assert_cmpuint (assassin.n_killed, ==, 1);
  g_assert_cmpint (self->n_attempts, ==, 2);
  g_assert_cmpint (count (self), ==, 1);
}

/* The link breaks after the transaction is durable, and before the answer: the server waits for a standby that never
 * comes. */
static void
test_kill_late_in_commit (Fixture *self, gconstpointer data)
{
  gint64 n = 0;
  guint n_killed = 0;

  g_free (nb_test_database_run (self->database, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"));
  g_free (nb_test_database_run (self->database, "SELECT pg_reload_conf ()"));
  /* Until the server has taken that over, commits pass. */
  while (n_killed == 0)
    {
      Assassin assassin = { .fixture = self, .condition = "wait_event = 'SyncRep'" };

      self->n_attempts = 0;
      commit_before_assassin (self, &assassin);
      g_assert_cmpint (self->n_attempts, ==, 1);
      n_killed = assassin.n_killed;
      n++;
      g_assert_cmpint (count (self), ==, n);
    }
  g_free (nb_test_database_run (self->database, "ALTER SYSTEM RESET synchronous_standby_names"));
  g_free (nb_test_database_run (self->database, "SELECT pg_reload_conf ()"));
}

static void
set_up_impatient (Fixture *self, gconstpointer data)
{
  static const NbStoreOptions options = { .patience_ms = 300 };

  set_up_with (self, NB_TEST_POSTGRESQL, &options);
}

/* Asks again when told to. Returns: how long it took until there was an answer, in microseconds */
static gint64
wait_until_back (Fixture *self)
{
  gint64 back_at = g_get_monotonic_time ();
  gint64 n = -1;

  while (n < 0 || !nb_store_is_healthy (self->store))
    {
      g_autoptr (GError) error = NULL;

      if (!nb_store_read (self->store, read_count, &n, &error))
        g_assert_error (error, NB_ERROR, NB_ERROR_BUSY);
    }
  g_assert_cmpint (n, ==, 0);
  return g_get_monotonic_time () - back_at;
}

static void
test_server_stays_away (Fixture *self, gconstpointer data)
{
  gint64 shortest = G_MAXINT64;
  gint64 n = -1;

  for (int point = NB_FAULT_AFTER_WRITE; point <= NB_FAULT_BEFORE_COMMIT; point++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) busy = NULL;

      run_with_fault (self, (NbFaultPoint)point, 1, nb_test_database_stop_at_once, &error);
      g_assert_nonnull (error);
      if (point == NB_FAULT_BEFORE_COMMIT)
        g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_OUTCOME_UNKNOWN);
      else
        g_assert_error (error, NB_ERROR, NB_ERROR_BUSY);
      g_assert_cmpuint (self->n_events, ==, 0);
      g_assert_false (nb_store_is_healthy (self->store));
      nb_store_read (self->store, read_count, &n, &busy);
      g_assert_error (busy, NB_ERROR, NB_ERROR_BUSY);
      g_assert_cmpuint (nb_error_get_retry_after (busy), >, 0);

      nb_test_database_start_again (self->database);
      shortest = MIN (shortest, wait_until_back (self));
    }
  g_assert_cmpint (shortest, <, 5 * G_USEC_PER_SEC);
}

static void
test_server_restarts (Fixture *self, gconstpointer data)
{
  for (int point = NB_FAULT_BEFORE_BEGIN; point <= NB_FAULT_BEFORE_COMMIT; point++)
    {
      gint64 before = count (self);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      self->n_events = 0;
      self->point = (NbFaultPoint)point;
      self->fault = nb_test_database_stop_at_once;
      self->n_faults_left = 1;
      self->n_faults_done = 0;
      nb_store_set_fault_hook (self->store, on_fault_point, self);
      nb_store_transact_async (self->store, work, self, NULL, NULL, nb_test_loop_keep_result, &result);
      /* Another thread may find the server gone before it has quite stopped. */
      while (g_atomic_int_get (&self->n_faults_done) == 0 || nb_store_is_healthy (self->store))
        g_usleep (1000);
      nb_test_database_start_again (self->database);
      nb_test_loop_run_until_result (&self->loop, &result);
      nb_store_transact_finish (self->store, result, &error);
      g_assert_no_error (error);
      g_assert_cmpint (count (self), ==, before + 1);
      g_assert_cmpuint (self->n_events, ==, 1);
    }
}

static void
test_start_without_server (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NbStore) store
      = nb_store_new ("postgresql:///x?host=/nonexistent&user=nobody&password=s3cret", NULL, &error);

  g_assert_no_error (error);
  g_assert_false (nb_store_start (store, &error));
  g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_LINK);
  g_assert_null (strstr (error->message, "s3cret"));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
}

typedef struct
{
  gint64 first;
  gint64 second;
  gint *n_first_locked; /* atomic */
  gint *n_done;         /* atomic */
  gint n_attempts;
} Locker;

static const NbSql touch = { .sqlite = "UPDATE audit SET at = at + 1 WHERE id = ##id::gint64" };

static gboolean
lock_two (NbTransaction *transaction, gpointer user_data, GError **error)
{
  Locker *self = user_data;

  if (!nb_transaction_execute_exactly (transaction, 1, &touch, NB_PARAMS (NB_INT (self->first)), error))
    return FALSE;
  if (self->n_attempts++ == 0)
    {
      g_atomic_int_inc (self->n_first_locked);
      while (g_atomic_int_get (self->n_first_locked) < 2)
        g_usleep (1000);
    }
  return nb_transaction_execute_exactly (transaction, 1, &touch, NB_PARAMS (NB_INT (self->second)), error);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  nb_store_transact_finish (NB_STORE (source), result, &error);
  g_assert_no_error (error);
  g_atomic_int_inc (((Locker *)user_data)->n_done);
}

static void
test_deadlock (Fixture *self, gconstpointer data)
{
  gint n_first_locked = 0;
  gint n_done = 0;
  Locker lockers[2] = {
    { .first = 1, .second = 2, .n_first_locked = &n_first_locked, .n_done = &n_done },
    { .first = 2, .second = 1, .n_first_locked = &n_first_locked, .n_done = &n_done },
  };

  g_free (
      nb_test_database_run (self->database, "INSERT INTO audit VALUES (1, 0, '', '', '', ''), (2, 0, '', '', '', '')"));
  for (guint i = 0; i < 2; i++)
    nb_store_transact_async (self->store, lock_two, &lockers[i], NULL, NULL, on_locked, &lockers[i]);
  while (n_done < 2)
    g_main_context_iteration (self->loop.context, TRUE);
  /* One of them was broken off at least; where time is short, a wait for the other's lock may be too. */
  g_assert_cmpint (lockers[0].n_attempts + lockers[1].n_attempts, >=, 3);
  g_autofree char *sum = nb_test_database_run (self->database, "SELECT sum(at) FROM audit");
  g_assert_cmpstr (sum, ==, "4");
}

static gpointer
hold_write_lock (gpointer data)
{
  Fixture *self = data;
  sqlite3 *other = NULL;

  /* Another process that writes for longer than one busy timeout of the store. */
  g_assert_cmpint (sqlite3_open (nb_test_database_get_url (self->database) + strlen ("sqlite:"), &other), ==,
                   SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (other, "BEGIN IMMEDIATE; INSERT INTO audit VALUES (1, 0, '', '', '', '')", NULL, NULL, NULL), ==,
      SQLITE_OK);
  g_atomic_int_set (&self->n_attempts, 1);
  g_usleep (1500000);
  g_assert_cmpint (sqlite3_exec (other, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  return NULL;
}

static void
test_sqlite_busy (Fixture *self, gconstpointer data)
{
  GThread *thread = g_thread_new ("other-process", hold_write_lock, self);
  g_autoptr (GError) error = NULL;

  while (!g_atomic_int_get (&self->n_attempts))
    g_usleep (1000);
  for (guint i = 0; i < 20; i++)
    {
      nb_store_transact (self->store, work, self, &error);
      g_assert_no_error (error);
    }
  g_thread_join (thread);
  g_assert_cmpint (count (self), ==, 21);
}

typedef struct
{
  gint64 id;
  gint64 parent;
  gint *n_done;
  gboolean is_ok;
} Child;

static gboolean
insert_child (NbTransaction *transaction, gpointer user_data, GError **error)
{
  static const NbSql insert = { .sqlite = "INSERT INTO children VALUES (##id::gint64, ##parent::gint64)" };
  Child *self = user_data;

  return nb_transaction_execute_exactly (transaction, 1, &insert, NB_PARAMS (NB_INT (self->id), NB_INT (self->parent)),
                                         error);
}

static void
on_child (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Child *self = user_data;
  g_autoptr (GError) error = NULL;

  self->is_ok = nb_store_transact_finish (NB_STORE (source), result, &error);
  if (!self->is_ok)
    g_assert_error (error, NB_STORE_ERROR, NB_STORE_ERROR_CONSTRAINT);
  *self->n_done += 1;
}

static void
on_passed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (nb_store_transact_finish (NB_STORE (source), result, NULL));
  *(gint *)user_data += 1;
}

/* What only COMMIT finds out fails the one who did it, also when several share the commit. */
static void
test_commit_fails_for_one (Fixture *self, gconstpointer data)
{
  Child children[20];
  NbTestGate gate;
  gint n_done = 0;

  g_free (nb_test_database_run (self->database,
                                "CREATE TABLE parents (id BIGINT PRIMARY KEY); INSERT INTO parents VALUES (1); "
                                "CREATE TABLE children (id BIGINT PRIMARY KEY, parent BIGINT NOT NULL "
                                "REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)"));
  nb_test_gate_init (&gate);
  nb_store_transact_async (self->store, nb_test_gate_pass, &gate, NULL, NULL, on_passed, &n_done);
  nb_test_gate_wait (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      children[i] = (Child){ .id = i, .parent = i == 7 ? 99 : 1, .n_done = &n_done };
      nb_store_transact_async (self->store, insert_child, &children[i], NULL, NULL, on_child, &children[i]);
    }
  nb_test_gate_open (&gate);
  while (n_done < 1 + (gint)G_N_ELEMENTS (children))
    g_main_context_iteration (self->loop.context, TRUE);
  nb_test_gate_clear (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    g_assert_true (children[i].is_ok == (i != 7));
  g_autofree char *n = nb_test_database_run (self->database, "SELECT count(*) FROM children");
  g_assert_cmpstr (n, ==, "19");
}

static GLogWriterOutput
keep_quiet_about_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_DEBUG))
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, user_data);
}

int
main (int argc, char **argv)
{
  const gpointer sqlite = GINT_TO_POINTER (NB_TEST_SQLITE);
  const gpointer postgresql = GINT_TO_POINTER (NB_TEST_POSTGRESQL);

  g_test_init (&argc, &argv, NULL);
  /* The store warns of each transaction that it gives up, as it should. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  g_log_set_writer_func (keep_quiet_about_warnings, NULL, NULL);

  g_test_add_func ("/store/start-without-server-fails", test_start_without_server);
  g_test_add ("/store/sqlite/waits-for-another-process", Fixture, sqlite, set_up, test_sqlite_busy, tear_down);
  g_test_add ("/store/sqlite/commit-fails-for-one", Fixture, sqlite, set_up, test_commit_fails_for_one, tear_down);
  g_test_add ("/store/postgresql/commit-fails-for-one", Fixture, postgresql, set_up, test_commit_fails_for_one,
              tear_down);
  g_test_add ("/store/postgresql/deadlock-is-repeated", Fixture, postgresql, set_up, test_deadlock, tear_down);
  g_test_add ("/store/postgresql/kill-at-each-point", Fixture, postgresql, set_up, test_kill_at_each_point, tear_down);
  g_test_add ("/store/postgresql/reconnecting-does-not-grow", Fixture, postgresql, set_up,
              test_reconnecting_does_not_grow, tear_down);
  g_test_add ("/store/postgresql/kill-in-read", Fixture, postgresql, set_up, test_kill_in_read, tear_down);
  g_test_add ("/store/postgresql/kill-early-in-commit", Fixture, postgresql, set_up, test_kill_early_in_commit,
              tear_down);
  g_test_add ("/store/postgresql/kill-late-in-commit", Fixture, postgresql, set_up, test_kill_late_in_commit,
              tear_down);
  g_test_add ("/store/postgresql/server-stays-away", Fixture, NULL, set_up_impatient, test_server_stays_away,
              tear_down);
  g_test_add ("/store/postgresql/server-restarts", Fixture, postgresql, set_up, test_server_restarts, tear_down);
  return g_test_run ();
}
