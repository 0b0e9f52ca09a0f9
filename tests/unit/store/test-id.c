/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids: unique and growing in the process, from any thread; and what is read as one. */
#include "core/store/nb-store-private.h"

#include "tests/support/nb-test-database.h"

#define PER_THREAD 50000

static gpointer
make_many (gpointer data)
{
  gint64 *ids = data;

  for (guint i = 0; i < PER_THREAD; i++)
    ids[i] = nb_id_new ();
  return NULL;
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  const gint64 *first = a;
  const gint64 *second = b;

  return *first < *second ? -1 : *first > *second;
}

static void
test_threads (void)
{
  g_autofree gint64 *ids = g_new (gint64, 4 * PER_THREAD);
  GThread *threads[4];

  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("ids", make_many, ids + i * PER_THREAD);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 4 * PER_THREAD; i++)
    if (i % PER_THREAD > 0)
      g_assert_cmpint (ids[i], >, ids[i - 1]);
  qsort (ids, 4 * PER_THREAD, sizeof (gint64), by_value);
  g_assert_cmpint (ids[0], >, 0);
  for (guint i = 1; i < 4 * PER_THREAD; i++)
    g_assert_cmpint (ids[i], >, ids[i - 1]);
}

static void
test_time (void)
{
  gint64 before = g_get_real_time () / 1000 * 1000;
  gint64 id = nb_id_new ();

  g_assert_cmpint (id, >=, nb_id_floor (before));
  /* The ids of the test above may have borrowed some milliseconds. */
  g_assert_cmpint (id, <, nb_id_floor (before + G_TIME_SPAN_HOUR));
  g_assert_cmpint (nb_id_floor (0), ==, 0);
}

static void
test_parse (void)
{
  static const char *const wrong[] = { "",
                                       "0",
                                       "01",
                                       "-1",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "1x",
                                       "x",
                                       "0x1",
                                       "1.0",
                                       "１",
                                       "9223372036854775808",
                                       "10000000000000000000",
                                       "99999999999999999999" };
  gint64 id = 0;

  g_assert_true (nb_id_parse ("1", &id));
  g_assert_cmpint (id, ==, 1);
  g_assert_true (nb_id_parse ("9223372036854775807", &id));
  g_assert_cmpint (id, ==, G_MAXINT64);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    if (nb_id_parse (wrong[i], &id))
      g_error ("“%s” was read as an id", wrong[i]);
}

static int
get_node (void)
{
  return (int)(nb_id_new () >> 12) & (NB_ID_NODES - 1);
}

static gboolean
do_nothing (NbTransaction *transaction, gpointer user_data, GError **error)
{
  return TRUE;
}

/* As processes do that start one after the other on one database. */
static void
test_nodes (void)
{
  g_autoptr (NbTestDatabase) database = nb_test_database_new (NB_TEST_POSTGRESQL);

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (NbStore) store = nb_test_store_new (database);

      g_assert_cmpint (get_node (), ==, i);
      nb_store_stop (store);
    }
  g_free (nb_test_database_run (database, "SELECT setval ('node_numbers', 1023)"));
  {
    g_autoptr (NbStore) store = nb_test_store_new (database);

    g_assert_cmpint (get_node (), ==, 0);
    nb_store_stop (store);
  }
  g_free (nb_test_database_run (database, "SELECT setval ('node_numbers', 1022)"));
  {
    g_autoptr (NbStore) store = nb_test_store_new (database);
    g_autoptr (NbStore) next = NULL;
    g_autoptr (GError) error = NULL;

    /* Its number is nobody else's while it has a connection. */
    g_assert_cmpint (get_node (), ==, 1023);
    nb_store_transact (store, do_nothing, NULL, &error);
    g_assert_no_error (error);
    g_free (nb_test_database_run (database, "SELECT setval ('node_numbers', 1022)"));
    next = nb_test_store_new_full (database, NULL);
    g_assert_cmpint (get_node (), ==, 0);
    nb_store_stop (next);
    nb_store_stop (store);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/id/grows-in-every-thread", test_threads);
  g_test_add_func ("/store/id/tells-its-time", test_time);
  g_test_add_func ("/store/id/parse", test_parse);
  g_test_add_func ("/store/id/processes-get-numbers-in-turn", test_nodes);
  return g_test_run ();
}
