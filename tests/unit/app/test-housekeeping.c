/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Old rows go by themselves while a host serves, and young ones stay. */
#include "core/app/nb-housekeeping.h"
#include "tests/support/nb-test-database.h"
#include "tests/support/nb-test-loop.h"

/* More than one look deletes. */
#define N_OLD 45000

typedef struct
{
  NbTestLoop loop;
  NbTestDatabase *database;
  NbStore *store;
  NbRegistry *registry;
  NbPluginHost *plugins;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
  self->registry = nb_registry_new ();
  self->plugins = nb_plugin_host_new (self->registry, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_store_stop (self->store);
  nb_test_loop_tear_down (&self->loop);
  g_assert_finalize_object (self->plugins);
  g_assert_finalize_object (self->registry);
  g_assert_finalize_object (self->store);
  nb_test_database_free (self->database);
}

/* Adds @n keys and events of the age @age. */
static void
add_rows (Fixture *self, guint n, gint64 age, const char *name)
{
  gint64 at = nb_store_now (self->store) - age;
  g_autofree char *sql = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u) INSERT INTO request_keys "
      "(person_id, key, fingerprint, answer, created_at) SELECT i, '%s', 'x', 'x', %" G_GINT64_FORMAT " FROM n",
      n, name, at);
  g_autofree char *event
      = g_strdup_printf ("INSERT INTO outbox (id, kind, version, auction_id, payload, created_at) VALUES "
                         "(%" G_GINT64_FORMAT ", '%s', 1, 0, '{}', %" G_GINT64_FORMAT ")",
                         nb_id_floor (at), name, at);

  g_free (nb_test_database_run (self->database, sql));
  g_free (nb_test_database_run (self->database, event));
}

static gint64
count (Fixture *self, const char *sql)
{
  g_autofree char *cell = nb_test_database_run (self->database, sql);

  return g_ascii_strtoll (cell, NULL, 10);
}

static gboolean
is_tidy (gpointer user_data)
{
  return count (user_data, "SELECT count(*) FROM request_keys WHERE key = 'old'") == 0
         && count (user_data, "SELECT count(*) FROM outbox WHERE kind = 'old'") == 0;
}

static void
test_old_goes_young_stays (Fixture *self, gconstpointer data)
{
  NbHousekeeping *housekeeping;

  add_rows (self, N_OLD, NB_HOUSEKEEPING_KEY_AGE + G_TIME_SPAN_MINUTE, "old");
  add_rows (self, 3, NB_HOUSEKEEPING_OUTBOX_AGE - G_TIME_SPAN_MINUTE, "young");
  housekeeping = nb_housekeeping_start (self->store, self->registry, self->plugins);
  nb_test_loop_run_until (&self->loop, is_tidy, self);
  nb_housekeeping_stop (housekeeping);
  g_assert_cmpint (count (self, "SELECT count(*) FROM request_keys"), ==, 3);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox"), ==, 1);
}

static gboolean
take_nothing (NbTransaction *transaction, GPtrArray *events, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
has_looked (gpointer user_data)
{
  return count (user_data, "SELECT count(*) FROM request_keys WHERE key = 'last'") == 0;
}

/* Looks once, and waits until that is over. */
static void
look_once (Fixture *self)
{
  NbHousekeeping *housekeeping;

  add_rows (self, 1, NB_HOUSEKEEPING_KEY_AGE + G_TIME_SPAN_MINUTE, "last");
  housekeeping = nb_housekeeping_start (self->store, self->registry, self->plugins);
  /* Keys go after events. */
  nb_test_loop_run_until (&self->loop, has_looked, self);
  nb_housekeeping_stop (housekeeping);
  g_free (nb_test_database_run (self->database, "DELETE FROM outbox WHERE kind = 'last'"));
}

static void
test_waiting_stays_for_its_consumer (Fixture *self, gconstpointer data)
{
  static const NbConsumer consumer = { .consume = take_nothing };
  g_autoptr (GError) error = NULL;

  add_rows (self, 3, 400 * G_TIME_SPAN_DAY, "old");
  g_assert_true (nb_registry_set_consumer (self->registry, "post", &consumer, NULL, &error));
  look_once (self);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox"), ==, 1);
  nb_registry_remove_owner (self->registry, "post");
  look_once (self);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox"), ==, 0);
}

/* The one that would take the events may be the one that failed. */
static void
test_waiting_stays_longer_after_a_failure (Fixture *self, gconstpointer data)
{
  g_autoptr (GHashTable) modes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  add_rows (self, 1, NB_HOUSEKEEPING_OUTBOX_AGE + G_TIME_SPAN_MINUTE, "old");
  add_rows (self, 2, NB_HOUSEKEEPING_FAILED_OUTBOX_AGE + G_TIME_SPAN_MINUTE, "older");
  g_hash_table_insert (modes, (gpointer) "ghost", GUINT_TO_POINTER (NB_PLUGIN_OPTIONAL));
  g_test_expect_message ("neighborbid", G_LOG_LEVEL_WARNING, "plugin ghost failed*");
  g_assert_true (nb_plugin_host_load (self->plugins, modes, &error));
  g_test_assert_expected_messages ();
  g_assert_true (nb_plugin_host_has_failed (self->plugins));
  look_once (self);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox WHERE kind = 'old'"), ==, 1);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox WHERE kind = 'older'"), ==, 0);
}

static void
test_dead_stays (Fixture *self, gconstpointer data)
{
  add_rows (self, 1, 400 * G_TIME_SPAN_DAY, "dead");
  g_free (nb_test_database_run (self->database, "UPDATE outbox SET is_dead = 1"));
  look_once (self);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox WHERE kind = 'dead'"), ==, 1);
}

/* Stopping while a look is under way, or waits, leaves nothing behind. */
static void
test_stops_at_any_time (Fixture *self, gconstpointer data)
{
  add_rows (self, 10, NB_HOUSEKEEPING_KEY_AGE + G_TIME_SPAN_MINUTE, "old");
  nb_housekeeping_stop (nb_housekeeping_start (self->store, self->registry, self->plugins));
  nb_test_loop_drain (&self->loop);
  g_assert_cmpint (count (self, "SELECT count(*) FROM request_keys"), ==, 10);
  for (guint i = 0; i < 5; i++)
    {
      NbHousekeeping *housekeeping = nb_housekeeping_start (self->store, self->registry, self->plugins);

      /* Without waiting, for the next look may be minutes away. */
      for (guint j = 0; j < i; j++)
        g_main_context_iteration (self->loop.context, FALSE);
      nb_housekeeping_stop (housekeeping);
    }
  /* The store ends what it was asked for. */
  nb_store_stop (self->store);
  nb_test_loop_drain (&self->loop);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox"), ==, 0);
}

static void
add_test (const char *path, void (*function) (Fixture *, gconstpointer))
{
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, nb_test_database_kind_name ((NbTestDatabaseKind)kind));

      g_test_add (full, Fixture, GINT_TO_POINTER (kind), set_up, function, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/app/housekeeping/old-goes-young-stays", test_old_goes_young_stays);
  add_test ("/app/housekeeping/waiting-stays-for-its-consumer", test_waiting_stays_for_its_consumer);
  add_test ("/app/housekeeping/waiting-stays-longer-after-a-failure", test_waiting_stays_longer_after_a_failure);
  add_test ("/app/housekeeping/dead-stays", test_dead_stays);
  add_test ("/app/housekeeping/stops-at-any-time", test_stops_at_any_time);
  return g_test_run ();
}
