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
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  nb_test_loop_set_up (&self->loop, 240);
  self->database = nb_test_database_new ((NbTestDatabaseKind)GPOINTER_TO_INT (data));
  self->store = nb_test_store_new (self->database);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  nb_store_stop (self->store);
  nb_test_loop_tear_down (&self->loop);
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
  housekeeping = nb_housekeeping_start (self->store);
  nb_test_loop_run_until (&self->loop, is_tidy, self);
  nb_housekeeping_stop (housekeeping);
  g_assert_cmpint (count (self, "SELECT count(*) FROM request_keys"), ==, 3);
  g_assert_cmpint (count (self, "SELECT count(*) FROM outbox"), ==, 1);
}

/* Stopping while a look is under way, or waits, leaves nothing behind. */
static void
test_stops_at_any_time (Fixture *self, gconstpointer data)
{
  add_rows (self, 10, NB_HOUSEKEEPING_KEY_AGE + G_TIME_SPAN_MINUTE, "old");
  nb_housekeeping_stop (nb_housekeeping_start (self->store));
  nb_test_loop_drain (&self->loop);
  g_assert_cmpint (count (self, "SELECT count(*) FROM request_keys"), ==, 10);
  for (guint i = 0; i < 5; i++)
    {
      NbHousekeeping *housekeeping = nb_housekeeping_start (self->store);

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int kind = NB_TEST_SQLITE; kind <= NB_TEST_POSTGRESQL; kind++)
    {
      const char *name = nb_test_database_kind_name ((NbTestDatabaseKind)kind);
      g_autofree char *old = g_strdup_printf ("/app/housekeeping/old-goes-young-stays/%s", name);
      g_autofree char *stop = g_strdup_printf ("/app/housekeeping/stops-at-any-time/%s", name);

      g_test_add (old, Fixture, GINT_TO_POINTER (kind), set_up, test_old_goes_young_stays, tear_down);
      g_test_add (stop, Fixture, GINT_TO_POINTER (kind), set_up, test_stops_at_any_time, tear_down);
    }
  return g_test_run ();
}
